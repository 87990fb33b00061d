"""The recordings made so far, and what distinguishes them."""

from __future__ import annotations

from graphstep.tui.pane import TextPane


class RunsPane(TextPane):
    """The recordings made so far, and what distinguishes them."""

    pane_id = "runs"
    heading = "recordings"
