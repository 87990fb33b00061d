"""The graph, drawn: panned, zoomed, pointed at; big layouts wait in a thread."""

from __future__ import annotations

import time

from textual import events

from graphstep.graph import Value
from graphstep.tracing import one_line
from graphstep.tui.canvas_layouts import LayoutKey, Layouts
from graphstep.tui.canvas_marks import selected_item
from graphstep.tui.canvas_moves import stub_at
from graphstep.tui.canvas_sheet import Sheet
from graphstep.tui.lines import label_of, type_of
from graphstep.tui.messages import ItemChosen
from graphstep.tui.orders import ActionAsked
from graphstep.tui.pane import Motion
from graphstep.tui.state import UiState
from graphstep.tui.view import View

# Cells that an arrow key moves the drawing by.
_STEP_X, _STEP_Y = 8, 3
# Seconds that a new drawing may take before the old one shows the new state.
_PATIENCE = 0.08


class Canvas(Sheet):
    """The drawing, and how a person moves about in it."""

    pane_id = "graph"
    heading = "graph"

    def __init__(self) -> None:
        super().__init__()
        self._grip: tuple[int, int] | None = None
        self._has_moved = False
        # What was clicked is in sight, even if what it stands for is not.
        self._is_clicked = False
        # Since when a drawing is awaited, in seconds of the clock.
        self._waits_since: float | None = None

    def show(self, view: View) -> None:
        """Show another state; the old drawing stays until the new one is there."""
        before, self.view = self.view, view
        state = view.state
        if self.layouts is None or self.layouts.labels.graph is not view.graph:
            self.layouts = Layouts(view.graph, self._tell)
            self.drawn = self._key = None
        key = LayoutKey.of(state)
        item = selected_item(state)
        if not self.is_up_to_date:
            near = None if self.drawn is not None else _position(state)
            layout = self.layouts.find(key, len(state.rows), near)
            if layout is not None and layout is not self.drawn:
                self._go_over(layout, key, item)
        has_moved = (
            before is None
            or before.state.selected != state.selected
            or before.cursor is not view.cursor
        )
        self._wants_sight = self._wants_sight or has_moved
        if self._holds_back():
            return
        if self._wants_sight:
            self._wants_sight = not self.is_up_to_date
            if not self._is_clicked:
                self.bring_into_sight()
        self._is_clicked = self._is_clicked and not self.is_up_to_date
        self._painter = None
        self._write_heading()
        self._refresh_changed()

    def _holds_back(self) -> bool:
        """Return whether the picture stays as it is for a drawing that is soon there.

        To show the new state in the old drawing first would draw the screen twice.
        """
        if self.is_up_to_date or self.drawn is None or self.drawn.is_sketch:
            self._waits_since = None
        elif self._waits_since is None:
            self._waits_since = time.monotonic()
            self.set_timer(_PATIENCE, self._lose_patience)
        waits_since = self._waits_since
        return waits_since is not None and time.monotonic() - waits_since < _PATIENCE

    def _lose_patience(self) -> None:
        if self.view is not None and not self.is_up_to_date:
            self.show(self.view)

    def _write_heading(self) -> None:
        assert self.view is not None
        state, graph = self.view.state, self.view.graph
        node = state.inspected
        path = [one_line(graph.trace.fn_name, 40)]
        if node is not None:
            inside = graph.columns.regions[graph.position(node)]
            path += [
                one_line(region.name, 30)
                for region in graph.regions.ancestors(inside)[1:]
            ]
        notes: list[str] = []
        if self._hovered is not None:
            notes.append(
                f"{label_of(graph, *self._hovered)} {type_of(graph, *self._hovered)}"
            )
        if state.drawing.spotlight:
            notes.append(f"only {state.drawing.spotlight}")
        if not self.is_up_to_date:
            notes.append("laying out …")
        self.set_heading(
            f"graph ── {' ▸ '.join(path[:1] + path[1:][-4:])}", " · ".join(notes)
        )

    # Moving about --------------------------------------------------------------------------

    def move(self, motion: Motion) -> None:
        """Pan."""
        page = max(1, self._room.height - 2)
        x, y = self.scroll_offset
        by = {
            "up": (0, -_STEP_Y),
            "down": (0, _STEP_Y),
            "left": (-_STEP_X, 0),
            "right": (_STEP_X, 0),
            "page_up": (0, -page),
            "page_down": (0, page),
            "top": (0, -self.virtual_size.height),
            "bottom": (0, self.virtual_size.height),
        }[motion]
        y = min(max(y + by[1], 0), max(0, self.virtual_size.height - self._room.height))
        x += by[0]
        self._scroll(self._near_boxes(x, y) if by[1] else x, y)

    def enter(self) -> bool:
        """Open or close what is selected, a group of inputs too."""
        if self.drawn is None or self.view is None:
            return False
        state = self.view.state
        item = selected_item(state)
        if item is None or state.selected_region is not None:
            return False
        shown = self.drawn.shown(item)
        around = self.drawn.around(item)
        group = shown if shown in self._group_ids else around
        if group is None or group not in self._group_ids:
            return False
        self.post_message(ItemChosen(group, toggles=True))
        return True

    @property
    def _group_ids(self) -> frozenset[str]:
        return (
            frozenset()
            if self.layouts is None
            else frozenset(self.layouts.labels.groups)
        )

    # The mouse -----------------------------------------------------------------------------

    def _cell(self, event: events.MouseEvent) -> tuple[int, int] | None:
        """Return the cell of the drawing under the pointer."""
        offset = event.get_content_offset(self)
        if offset is None:
            return None
        left, top = self.scroll_offset
        return offset.x + int(left) - self._pad, offset.y + int(top)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the drawing, of the border or of the small picture."""
        offset = event.get_content_offset(self)
        if offset is None:
            super().on_mouse_down(event)
            return
        self._grip, self._has_moved = (event.screen_x, event.screen_y), False
        self.capture_mouse()
        self._jump_in_minimap(offset.x, offset.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the drawing, or light the line under the pointer."""
        offset = event.get_content_offset(self)
        if self._grip is None:
            super().on_mouse_move(event)
            self._hover(event)
            return
        if offset is not None and self._jump_in_minimap(offset.x, offset.y):
            return
        by_x, by_y = event.screen_x - self._grip[0], event.screen_y - self._grip[1]
        if by_x or by_y:
            self._has_moved = True
            self._grip = (event.screen_x, event.screen_y)
            x, y = self.scroll_offset
            self._scroll(x - by_x, y - by_y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go."""
        if self._grip is None:
            super().on_mouse_up(event)
            return
        self._grip = None
        self.release_mouse()

    def _jump_in_minimap(self, x: int, y: int) -> bool:
        place = self._minimap_place(x, y)
        if place is None:
            return False
        self._has_moved = True
        self._scroll(
            place[0] - self._room.width // 2, place[1] - self._room.height // 2
        )
        return True

    def _hover(self, event: events.MouseMove) -> None:
        cell = self._cell(event)
        found: Value | None = None
        if cell is not None and self.drawn is not None and self.view is not None:
            trunks = self.drawn.trunks_at(*cell)
            if trunks:
                found = self.drawn.value_of(trunks[0])
            else:
                item = self.drawn.item_at(*cell)
                if item and item in self.view.graph and item in self.drawn.boxes:
                    value = self.view.graph.resolve(item)
                    found = value if isinstance(value, tuple) else None
        if found != self._hovered:
            self._hovered = found
            self._write_heading()
            self._repaint()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in, if Ctrl is held down."""
        self._zoom_by_wheel(event, "zoom_in")

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out, if Ctrl is held down."""
        self._zoom_by_wheel(event, "zoom_out")

    def _zoom_by_wheel(self, event: events.MouseEvent, action: str) -> None:
        cell = self._cell(event)
        if not event.ctrl or cell is None or self.drawn is None:
            return
        event.stop()
        # Else Textual would scroll sideways.
        event.prevent_default()
        self.hold(self.drawn.item_at(*cell))
        self.post_message(ActionAsked(action))

    def on_leave(self, _: events.Leave) -> None:
        """Light nothing any more."""
        if self._hovered is not None:
            self._hovered = None
            self._repaint()

    def on_click(self, event: events.Click) -> None:
        """Select what is under the pointer; a double click opens or closes it."""
        cell = self._cell(event)
        if cell is None or self._has_moved or self.drawn is None or event.button != 1:
            return
        stub = stub_at(self.drawn, *cell)
        if stub is not None:
            self.post_message(ItemChosen(stub.partner))
            return
        item = self.drawn.item_at(*cell)
        if item:
            self.hold(item)
            self._is_clicked = True
            self.post_message(ItemChosen(item, toggles=event.chain == 2))


def _position(state: UiState) -> int:
    """Return the position of what is to be seen: see `Sight.focus_shape`."""
    if state.follows and state.cursor_position is not None:
        return state.cursor_position
    region = state.selected_region
    return state.selected if region is None else region.start
