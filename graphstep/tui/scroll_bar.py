"""A scroll bar that is drawn at once, not cell by cell."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from graphstep.tui.line_filters import filtered


class QuickScrollBar(ScrollBar):
    """An upright bar of Textual's, with its looks and its mouse.

    Textual draws the bar anew for each line that comes or goes in what it stands
    beside, and takes a twentieth of a step for it (8.2).
    """

    # What the last bar depended on, and its lines.
    _drawn: tuple[object, list[Strip]] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a frame."""
        bar, size = self.render(), self.size
        assert isinstance(bar, ScrollBarRender)
        assert isinstance(bar.style, Style)
        facts = (size, bar.virtual_size, bar.window_size, bar.position, bar.style)
        if self._drawn is None or self._drawn[0] != facts:
            self._drawn = facts, self._lines(bar, bar.style)
        return self._drawn[1][crop.y : crop.bottom]

    def _lines(self, bar: ScrollBarRender, style: Style) -> list[Strip]:
        width, height = self.size
        assert style.color is not None
        assert style.bgcolor is not None
        segments = bar.render_bar(
            height,
            bar.virtual_size,
            bar.window_size,
            bar.position,
            width,
            back_color=style.bgcolor,
            bar_color=style.color,
        ).segments
        # All but the ends of the thumb are the same few cells over and over.
        strips: dict[Segment, Strip] = {}
        base = self.rich_style
        for cell in segments:
            if cell not in strips:
                strips[cell] = filtered(Strip([cell], width).apply_style(base), self)
        return [strips[cell] for cell in segments]
