"""A few lines of styled text, drawn as they are: no markup, no wrapping, no layout."""

from __future__ import annotations

from typing import Self

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from graphstep.tui.line_filters import filtered
from graphstep.tui.line_strip import line_strip


class TextBar(Widget):
    """Lines above or below the panels.

    Textual's own widget for text makes three copies of it in other forms for every
    frame, a third of what a step costs (Textual 8.2).

    Args:
        id: Its id as a widget.
    """

    def __init__(self, id: str) -> None:  # noqa: A002 -- as every widget calls it.
        super().__init__(id=id)
        self._written = Text()
        self._lines: list[Text] = []
        # Where it was drawn, and the lines.
        self._drawn: tuple[tuple[Region, Size], list[Strip]] | None = None

    @property
    def plain(self) -> str:
        """What is written, without styles."""
        return self._written.plain

    def write(self, text: Text) -> None:
        """Show another text, if it is another one."""
        if text != self._written or text.style != self._written.style:
            self._written = text
            self._lines = list(text.split("\n", allow_blank=True))
            self.refresh()

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Have it drawn again."""
        self._drawn = None
        return super().refresh(
            *regions, repaint=repaint, layout=layout, recompose=recompose
        )

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a frame."""
        where = crop, self.size
        if self._drawn is None or self._drawn[0] != where:
            self._drawn = where, [self._bar_line(y) for y in crop.line_range]
        return self._drawn[1]

    def _bar_line(self, y: int) -> Strip:
        (_, right, _, left), style = self.styles.gutter, self.rich_style
        width = self.outer_size.width
        text = self._lines[y] if y < len(self._lines) else Text()
        room = max(width - left - right, 0)
        line = line_strip(text, room, style, self.app.console)
        around = Style(bgcolor=style.bgcolor)
        sides = [
            Strip([Segment(" " * cells, around)] if cells else [])
            for cells in (left, right)
        ]
        return filtered(Strip.join([sides[0], line, sides[1]]), self)
