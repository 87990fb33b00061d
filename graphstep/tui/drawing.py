"""The actions that change how the graph is drawn."""

from __future__ import annotations

import dataclasses
from typing import Any

from textual.message import Message

from graphstep.tui.arrangement import GRAPH
from graphstep.tui.arranging import Arranging
from graphstep.tui.background import Task
from graphstep.tui.canvas import Canvas
from graphstep.tui.canvas_layouts import LayoutKey
from graphstep.tui.canvas_marks import selected_item
from graphstep.tui.canvas_moves import Way, neighbour, stubs_of
from graphstep.tui.drawing_state import SPOTLIGHTS, ZOOM_WORDS, ZOOMS, Drawing
from graphstep.tui.messages import LayoutMade

_LONGEST_TRAIL = 100


class DrawingActions(Arranging):
    """Zoom, direction, what is lit; from box to box, along stubs and back."""

    @dataclasses.dataclass
    class Fitted(Message):
        """A zoom was looked for at which all is seen; `None` if there is none."""

        zoom: int | None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Where jumps along stubs began, the last at the end.
        self._trail: list[str] = []

    @property
    def _canvas(self) -> Canvas:
        canvas = self.pane("graph")
        assert isinstance(canvas, Canvas)
        return canvas

    def on_layout_made(self, _: LayoutMade) -> None:
        """Show the layout that a thread has made."""
        self.mark_stale(GRAPH)

    def _draw(self, **changes: Any) -> None:
        drawing = dataclasses.replace(self.state.drawing, **changes)
        self._redraw(drawing)

    def _redraw(self, drawing: Drawing) -> None:
        self.change(dataclasses.replace(self.state, drawing=drawing))

    def action_zoom_in(self) -> None:
        """Show more of each node."""
        self._zoom(1, "there is no more to show of each node")

    def action_zoom_out(self) -> None:
        """Show less of each node."""
        self._zoom(-1, "there is no less to show of each node")

    def _zoom(self, by: int, said: str) -> None:
        drawing = self.state.drawing.zoomed(by)
        if drawing == self.state.drawing:
            self.change(self.state.say(said))
        else:
            self._redraw(drawing)

    def action_fit(self) -> None:
        """Zoom so that all of the drawing is seen, or as much as can be."""
        layouts, state = self._canvas.layouts, self.state
        if layouts is None:
            return
        room = self._canvas.scrollable_content_region.size
        keys = [
            dataclasses.replace(LayoutKey.of(state), zoom=zoom)
            for zoom in reversed(ZOOMS)
        ]

        def fit(task: Task) -> Message:
            size = room.width, room.height
            found = layouts.first_that_fits(keys, size, lambda: task.is_cancelled)
            return self.Fitted(None if found is None else found.zoom)

        # Large layouts take longer than a frame, and up to four are tried.
        self.work_apart("looking for a zoom at which all is seen", fit)

    def on_drawing_actions_fitted(self, message: Fitted) -> None:
        """Draw at the zoom that was found, and say which one it is."""
        zoom = message.zoom
        self._draw(zoom=ZOOMS.start if zoom is None else zoom)
        said = "even as dots it is larger than the panel"
        if zoom is not None:
            said = f"all of it fits: {ZOOM_WORDS[zoom]}"
        self.change(self.state.say(said))

    def action_direction(self) -> None:
        """Let data flow down, or to the right."""
        is_down = self.state.drawing.direction == "down"
        self._draw(direction="right" if is_down else "down")

    def action_spotlight(self) -> None:
        """Light ancestors, descendants or the cotangent's paths; then all again."""
        here = SPOTLIGHTS.index(self.state.drawing.spotlight)
        self._draw(spotlight=SPOTLIGHTS[(here + 1) % len(SPOTLIGHTS)])

    def action_minimap(self) -> None:
        """Show or hide the small picture in the corner."""
        canvas = self._canvas
        canvas.has_minimap = not canvas.has_minimap
        self.mark_stale()

    def action_open_all(self) -> None:
        """Open everything inside the selected region, or everything there is."""
        state, region = self.state, self.state.selected_region
        inside = (
            state.graph.regions.values()
            if region is None
            else [
                each
                for each in state.graph.regions.values()
                if region.start <= each.start and each.stop <= region.stop
            ]
        )
        opened = state.open | {each.id for each in inside if each.id}
        where = "" if region is None or not region.id else " in here"
        self._open(opened, f"everything{where} is open already")

    def action_close_all(self) -> None:
        """Close every region but those around the cursor."""
        state = self.state
        around = frozenset[str]()
        if state.cursor is not None and state.cursor.step.node:
            node = state.cursor.step.node
            inside = state.graph.columns.regions[state.graph.position(node)]
            chain = state.graph.regions.ancestors(inside)[1:]
            around = frozenset(region.id for region in chain if region.id != node)
        self._open(around, "nothing is open but what is around the cursor")

    def _open(self, open_: frozenset[str], said: str) -> None:
        """Have these regions open, or say why nothing changes."""
        state = self.state
        is_so = open_ == state.open
        self.change(state.say(said) if is_so else state.with_open(open_))

    # From box to box -----------------------------------------------------------------------

    def _select_neighbour(self, way: Way) -> None:
        layout, item = self._canvas.drawn, selected_item(self.state)
        if layout is None or item is None:
            return
        is_down = self.state.drawing.direction == "down"
        found = neighbour(layout, layout.shown(item), way, is_down=is_down)
        if found:
            self.change(self.state.select_item(found))

    def action_select_up(self) -> None:
        """Select the box above."""
        self._select_neighbour("up")

    def action_select_down(self) -> None:
        """Select the box below."""
        self._select_neighbour("down")

    def action_select_left(self) -> None:
        """Select the box to the left."""
        self._select_neighbour("left")

    def action_select_right(self) -> None:
        """Select the box to the right."""
        self._select_neighbour("right")

    def action_jump(self) -> None:
        """Go to the other end of a stub of the selected box; again for the next one."""
        layout, item = self._canvas.drawn, selected_item(self.state)
        if layout is None or item is None:
            return
        last = self._trail[-1] if self._trail else None
        here = layout.shown(item)
        partners = list(dict.fromkeys(stub.partner for stub in stubs_of(layout, here)))
        if last is not None and here not in (last, ""):
            # Pressed again at the far end: on to the next stub of where it began.
            before = list(
                dict.fromkeys(
                    stub.partner for stub in stubs_of(layout, layout.shown(last))
                )
            )
            if here in before and len(before) > 1:
                following = before[(before.index(here) + 1) % len(before)]
                self.change(self.state.select_item(following))
                return
        if not partners:
            self.change(self.state.say("no long edge begins or ends here"))
            return
        self._trail = [*self._trail, here][-_LONGEST_TRAIL:]
        self.change(self.state.select_item(partners[0]))

    def action_jump_back(self) -> None:
        """Go back to where the last jump began."""
        if not self._trail:
            self.change(self.state.say("there was no jump to go back from"))
            return
        self.change(self.state.select_item(self._trail.pop()))
