"""The inspector: what is known of the selected value, as lines that scroll."""

from __future__ import annotations

from rich.text import Text

from graphstep.tui.inspection import Inspection
from graphstep.tui.pane import TextPane
from graphstep.tui.view import View


class Inspector(TextPane):
    """What is known of the selected value."""

    pane_id = "inspector"
    heading = "inspector"

    def write(self, view: View, width: int) -> tuple[str, Text]:
        """Return name, primitive and type, and all that is known."""
        inspection = Inspection(view.state, view.values, view.palette, width)
        return inspection.title(), inspection.write()
