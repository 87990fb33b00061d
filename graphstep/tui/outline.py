"""The outline: regions and nodes as a tree of lines; only visible ones are built."""

from __future__ import annotations

from typing import Literal

from textual import events
from textual.geometry import Region
from textual.strip import Strip

from graphstep.tui.lines import LineMaker
from graphstep.tui.messages import Resized, RowChosen
from graphstep.tui.pane import Motion, Pane
from graphstep.tui.view import View

# Lines to keep in sight above and below the one that matters.
_MARGIN = 2
# Seconds until values that a frame had no time for are asked for again.
_LATER = 0.01


class Outline(Pane):
    """A tree of lines with the cursor in it."""

    pane_id = "outline"
    heading = "outline"

    def _line_maker(self, width: int) -> LineMaker | None:
        view = self.view
        if view is None:
            return None
        return LineMaker(view.state, view.values, view.palette, max(width, 1))

    def show(self, view: View) -> None:
        """Show another state."""
        before = self.view.state if self.view is not None else None
        self.view, state = view, view.state
        # One more line for the heading, which stays while the rest scrolls.
        self.set_length(len(state.rows) + 1)
        row = state.selected_row
        if state.follows and state.cursor_row is not None:
            row = state.cursor_row
        if (
            before is None
            or before.selected != state.selected
            or before.cursor is not state.cursor
            or before.rows is not state.rows
        ):
            self._bring_into_sight(row)
        self.refresh()

    def move(self, motion: Motion) -> None:
        """Select another line; close or open with left and right."""
        if self.view is None:
            return
        state = self.view.state
        page = max(2, self.size.height - 2) - 1
        by = {"up": -1, "down": 1, "page_up": -page, "page_down": page}
        if motion in by:
            self.post_message(RowChosen(state.selected_row + by[motion]))
        elif motion == "top":
            self.post_message(RowChosen(0))
        elif motion == "bottom":
            self.post_message(RowChosen(len(state.rows) - 1))
        else:
            folding: Literal["fold", "unfold"] = (
                "fold" if motion == "left" else "unfold"
            )
            self.post_message(RowChosen(state.selected_row, folding))

    def on_resize(self) -> None:
        """Keep the line that matters in sight."""
        if self.view is not None:
            self._bring_into_sight(self.view.state.selected_row)
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
        values = None if self.view is None else self.view.values
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
        lines = self._line_maker(width)
        if lines is None:
            return Strip.blank(width, self.rich_style)
        row = y - 1 + int(self.scroll_offset.y)
        if y == 0:
            return lines.heading().apply_style(self.rich_style)
        if row >= len(lines.state.rows):
            return Strip.blank(width, self.rich_style)
        return lines.line(row).apply_style(self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Select the line under the pointer; a double click opens or closes it."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y == 0 or self.view is None:
            return
        row = offset.y - 1 + int(self.scroll_offset.y)
        if row < len(self.view.state.rows):
            self.post_message(RowChosen(row, "toggle" if event.chain == 2 else ""))
