"""Lines in a border, of which each is put together once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip

from graphstep.tui.line_filters import filtered, needed_filters
from graphstep.tui.lines_view import LinesView


class _Border(NamedTuple):
    """What Textual draws around lines: its first and last row, the sides of others."""

    size: Size
    top: Strip
    bottom: Strip
    left: Segment
    right: Segment

    @property
    def sides(self) -> tuple[int, Segment, Segment]:
        """What lines between its sides depend on."""
        return self.size.width, self.left, self.right


class BorderedLines(LinesView):
    """A panel of lines in a border of one cell, with titles.

    Textual works the border out for every line that it draws, a tenth of what a step
    costs (8.2); here it does so when the border looks different. Subclasses return the
    same strip from `render_line` as long as a line looks the same.
    """

    def __init__(self, id: str) -> None:  # noqa: A002 -- as every widget calls it.
        super().__init__(id=id)
        self._is_titling = False
        self._border: _Border | None = None
        self._has_new_border = True
        self._own_style: Style | None = None
        # By line: its content, and that between the sides of the border.
        self._joined: dict[int, tuple[Strip, Strip]] = {}

    @property
    def rich_style(self) -> Style:
        """The style under its lines, worked out when it changes and not per line."""
        if self._own_style is None:
            self._own_style = super().rich_style
        return self._own_style

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what lines pass through when they are drawn."""
        return needed_filters(self)

    def set_heading(self, title: str, note: str = "") -> None:
        """Write the border's title, and a note at its lower edge."""
        # Both are markup, and a type such as `f32[2]` looks like a tag.
        title, note = title.replace("[", r"\["), note.replace("[", r"\[")
        self._is_titling = True
        if title != self.border_title:
            self.border_title = title
        if note != (self.border_subtitle or ""):
            self.border_subtitle = note
        self._is_titling = False

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Have all of it drawn again, or some regions; the border, if it has new titles."""
        if not regions:
            self._has_new_border = True
        if not regions and not self._is_titling:
            # So Textual has all of it drawn again, too, where its style has changed.
            self._own_style, self._joined = None, {}
        # Textual would draw the whole panel for new titles (8.2).
        if self._is_titling and not regions and not layout:
            width, height = self.outer_size
            (x, y), (top, bottom) = self.content_offset, (0, height - 1)
            regions = tuple(Region(-x, at - y, width, 1) for at in (top, bottom))
        return super().refresh(
            *regions, repaint=repaint, layout=layout, recompose=recompose
        )

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a frame."""
        if not crop:
            return []
        border = self._find_border()
        width, height = border.size
        last = height - 1
        strips = [
            border.top
            if y == 0
            else border.bottom
            if y == last
            else self._between(y - 1)
            for y in crop.line_range
        ]
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _find_border(self) -> _Border:
        before, size = self._border, self.outer_size
        if before is not None and before.size == size and not self._has_new_border:
            return before
        width, height = size
        first_two = super().render_lines(Region(0, 0, width, min(height, 2)))
        (bottom,) = super().render_lines(Region(0, height - 1, width, 1))
        sides = list(first_two[-1])
        found = _Border(size, first_two[0], bottom, sides[0], sides[-1])
        if before is None or before.sides != found.sides:
            self._joined = {}
        self._border, self._has_new_border = found, False
        return found

    def _between(self, y: int) -> Strip:
        """Return a line between the sides of the border."""
        content = self.render_line(y)
        known = self._joined.get(y)
        if known is None or known[0] is not content:
            known = self._joined[y] = content, self._join(content)
        return known[1]

    def _join(self, content: Strip) -> Strip:
        assert self._border is not None
        (width, _), _, _, left, right = self._border
        # Scroll bars lie over what is added here.
        around = Style(bgcolor=self.rich_style.bgcolor)
        line = content.adjust_cell_length(width - 2, around)
        return Strip([left, *filtered(line, self), right], width)
