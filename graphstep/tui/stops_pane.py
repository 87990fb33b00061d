"""Breakpoints, and the values that are watched."""

from __future__ import annotations

from graphstep.tui.pane import TextPane


class StopsPane(TextPane):
    """Breakpoints, and the values that are watched."""

    pane_id = "stops"
    heading = "breakpoints and watches"
