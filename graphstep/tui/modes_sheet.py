"""Lines in which what comes from one node is marked together, and can be chosen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from graphstep.analysis import is_linked
from graphstep.tui.lines_view import LinesView
from graphstep.tui.palette import Palette


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line.

    Attributes:
        text: What it says.
        style: How.
        node: The node or region that it is about; `""` for none.
    """

    text: str
    style: Style
    node: str = ""


Line = tuple[Piece, ...]
# From the width that there is and the styles to the lines.
Write = Callable[[int, Palette], Sequence[Line]]


class LinkedSheet(LinesView, can_focus=False):
    """Shows lines; one piece of those with a node is chosen.

    Args:
        write: Makes the lines.
        palette: Styles.
    """

    @dataclasses.dataclass
    class Taken(Message):
        """A piece was clicked."""

        node: str

    def __init__(self, write: Write, palette: Palette) -> None:
        super().__init__(id="linked-lines")
        self._write = write
        self._palette = palette
        self._lines: Sequence[Line] = ()
        self._at: tuple[int, int] | None = None

    @property
    def chosen(self) -> str:
        """The node of the chosen piece; `""` if none is."""
        return "" if self._at is None else self._piece(self._at).node

    @property
    def text(self) -> str:
        """Everything that is written."""
        return "\n".join("".join(p.text for p in line) for line in self._lines)

    def rewrite(self, write: Write | None = None) -> None:
        """Write the lines anew, in the present width."""
        self._write = write or self._write
        # With room for a scroll bar, which may come and go with the lines.
        self._lines = self._write(max(20, self.size.width - 2), self._palette)
        if self._at is not None and not self._is_there(self._at):
            self._at = None
        self.set_length(len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        """Use the room that there is."""
        self.rewrite()

    def move(self, by: int) -> None:
        """Choose the next piece with a node above or below; scroll if there is none."""
        at = self._at
        column = 0 if at is None else at[1]
        y = (-1 if by > 0 else len(self._lines)) if at is None else at[0]
        if at is None and by > 0:
            y = int(self.scroll_offset.y) - 1
        step = 1 if by > 0 else -1
        for _ in range(abs(by)):
            found = self._next(y, column, step)
            if found is None:
                break
            self._at, y = found, found[0]
        self._show_chosen()

    def move_across(self, by: int) -> None:
        """Choose the next piece on the same line, or a line of its node near to it."""
        if self._at is None:
            self.move(1)
            return
        y, column = self._at
        n = max(len(self._lines[y]), 1)
        wanted = min(max(column + by, 0), n - 1)
        linked = [
            (row, wanted)
            for row in range(len(self._lines))
            if self._is_there((row, wanted))
            and is_linked(self._piece((row, wanted)).node, self.chosen)
        ]
        if linked and wanted != column:
            self._at = min(linked, key=lambda at: abs(at[0] - y))
        self._show_chosen()

    def page(self, by: int) -> None:
        """Scroll by pages."""
        height = max(1, self.scrollable_content_region.height - 1)
        y = self.scroll_offset.y + by * height
        self.scroll_to(y=y, animate=False, immediate=True)

    def _next(self, y: int, column: int, step: int) -> tuple[int, int] | None:
        y += step
        while 0 <= y < len(self._lines):
            if self._is_there((y, column)):
                return y, column
            y += step
        return None

    def _piece(self, at: tuple[int, int]) -> Piece:
        return self._lines[at[0]][at[1]]

    def _is_there(self, at: tuple[int, int]) -> bool:
        y, column = at
        if not 0 <= y < len(self._lines) or column >= len(self._lines[y]):
            return False
        return bool(self._lines[y][column].node)

    def _show_chosen(self) -> None:
        if self._at is not None:
            row, top = self._at[0], int(self.scroll_offset.y)
            height = max(1, self.scrollable_content_region.height)
            if not top <= row < top + height:
                y = row if row < top else row - height + 1
                self.scroll_to(y=y, animate=False, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        width = self.scrollable_content_region.width
        row = y + int(self.scroll_offset.y)
        pieces = self._lines[row] if row < len(self._lines) else ()
        segments = [
            Segment(piece.text, piece.style + self._mark(row, column, piece))
            for column, piece in enumerate(pieces)
        ]
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)

    def _mark(self, row: int, column: int, piece: Piece) -> Style:
        if self._at == (row, column):
            return self._palette.selected_line + Style(bold=True)
        if is_linked(piece.node, self.chosen):
            return self._palette.cursor_line + self._palette.underlined
        return Style()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Mark what comes from the node under the pointer."""
        at = self._under(event)
        if at is not None and at != self._at:
            self._at = at
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Take the piece under the pointer."""
        at = self._under(event)
        if at is not None:
            self._at = at
            self.post_message(self.Taken(self._piece(at).node))

    def _under(self, event: events.MouseEvent) -> tuple[int, int] | None:
        offset = event.get_content_offset(self)
        if offset is None:
            return None
        y, x = offset.y + int(self.scroll_offset.y), offset.x
        if not 0 <= y < len(self._lines):
            return None
        for column, piece in enumerate(self._lines[y]):
            width = Segment(piece.text).cell_length
            if x < width:
                return (y, column) if piece.node else None
            x -= width
        return None
