"""The iterations of the loop around the cursor, between the panels and the timeline."""

from __future__ import annotations

from textual.widgets import Static

from graphstep.tui.view import View


class LoopBar(Static):
    """Which iteration of how many, and how the norms change along them."""

    def show(self, view: View) -> None:
        """Show another state."""
        self.add_class("-absent")
