"""The outline: regions and nodes as a tree of lines; only visible ones are built."""

from __future__ import annotations

from textual import events
from textual.geometry import Region
from textual.strip import Strip

from graphstep.tui.lines import LineMaker
from graphstep.tui.lines_view import LinesView
from graphstep.tui.messages import Resized, RowChosen
from graphstep.tui.state import UiState
from graphstep.tui.values import Values

# Lines to keep in sight above and below the one that matters.
_MARGIN = 2
# Seconds until values that a frame had no time for are asked for again.
_LATER = 0.01


# Arrow keys select lines here; inherited bindings would scroll instead.
class Outline(LinesView, can_focus=True, inherit_bindings=False):
    """A tree of lines with the cursor in it.

    Args:
        line_maker: What makes the lines.
    """

    BORDER_TITLE = "outline"

    def __init__(self, line_maker: LineMaker) -> None:
        super().__init__(id="outline")
        self._lines = line_maker
        self._wants_sight: int | None = None

    @property
    def state(self) -> UiState:
        """What is shown."""
        return self._lines.state

    def show(self, line_maker: LineMaker) -> None:
        """Show another state."""
        before, self._lines = self._lines.state, line_maker
        state = self.state
        # One more line for the heading, which stays while the rest scrolls.
        self.set_length(len(state.rows) + 1)
        row = state.selected_row
        if state.follows and state.cursor_row is not None:
            row = state.cursor_row
        moved = before.selected != state.selected or before.cursor is not state.cursor
        if moved or before.rows is not state.rows:
            self._bring_into_sight(row)
        self.refresh()

    def on_resize(self) -> None:
        """Keep the line that matters in sight."""
        self.set_length(len(self.state.rows) + 1)
        self._bring_into_sight(self.state.selected_row)
        self.post_message(Resized())

    def _bring_into_sight(self, row: int) -> None:
        height = self.scrollable_content_region.height - 1
        if height <= 0:
            return
        margin = min(_MARGIN, (height - 1) // 2)
        top = int(self.scroll_offset.y)
        if row < top + margin:
            top = row - margin
        elif row > top + height - 1 - margin:
            top = row - height + 1 + margin
        self.scroll_to(y=max(0, top), animate=False, immediate=True)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a frame; values it has no time for come in the next."""
        values: Values | None = self._lines.values
        if values is None:
            return super().render_lines(crop)
        values.begin_frame()
        strips = super().render_lines(crop)
        if values.has_put_off:
            self.set_timer(_LATER, self.refresh)
        return strips

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        width = self.scrollable_content_region.width
        lines = LineMaker(
            self.state, self._lines.values, self._lines.palette, max(width, 1)
        )
        row = y - 1 + int(self.scroll_offset.y)
        if y == 0:
            return lines.heading().apply_style(self.rich_style)
        if row >= len(self.state.rows):
            return Strip.blank(width, self.rich_style)
        return lines.line(row).apply_style(self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Select the line under the pointer; a double click opens or closes it."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y == 0:
            return
        row = offset.y - 1 + int(self.scroll_offset.y)
        if row < len(self.state.rows):
            self.post_message(RowChosen(row, toggles=event.chain == 2))
