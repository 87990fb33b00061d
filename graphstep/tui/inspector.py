"""The inspector: what is known of the selected value, as lines that scroll."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events

from graphstep.tui.array_field import Missing, field_of
from graphstep.tui.inspection import Inspection
from graphstep.tui.messages import FetchAsked, OutputChosen
from graphstep.tui.orders import ActionAsked
from graphstep.tui.pane import Motion, TextPane
from graphstep.tui.view import View


class Inspector(TextPane):
    """What is known of the selected value."""

    pane_id = "inspector"
    heading = "inspector"

    def __init__(self) -> None:
        super().__init__()
        self._outputs: dict[int, int] = {}

    def write(self, view: View, width: int) -> tuple[str, Sequence[Text]]:
        """Return name, primitive and type, and all that is known."""
        inspection = Inspection(view, width, self.scrollable_content_region.height)
        lines = inspection.write()
        self._outputs = inspection.outputs
        return inspection.title(), lines

    def move(self, motion: Motion) -> None:
        """Scroll; to the left and to the right, look at another output."""
        view = self.view
        node = None if view is None else view.state.inspected
        if view is None or node is None or motion not in ("left", "right"):
            super().move(motion)
            return
        n_out = len(view.graph.node(node).avals)
        if n_out > 1:
            by = 1 if motion == "right" else -1
            self.post_message(OutputChosen((view.state.examined.out + by) % n_out))

    def enter(self) -> bool:
        """Fetch what was not kept, or else open the array."""
        if self.view is None or self.view.cursor is None:
            return False
        found = field_of(self.view)
        if isinstance(found, Missing) and found.can_zoom:
            self.post_message(FetchAsked())
        else:
            self.post_message(ActionAsked("array"))
        return True

    def on_click(self, event: events.Click) -> None:
        """Look at the output that was pointed at."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        out = self._outputs.get(offset.y + int(self.scroll_offset.y))
        if out is not None:
            self.post_message(OutputChosen(out))
