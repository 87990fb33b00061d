"""The chain rule of the current step, term by term."""

from __future__ import annotations

from graphstep.tui.pane import TextPane


class ChainPane(TextPane):
    """The chain rule of the current step, term by term."""

    pane_id = "chain"
    heading = "chain rule"
