"""The actions that change how the graph is drawn."""

from __future__ import annotations

from graphstep.tui.arranging import Arranging


class DrawingActions(Arranging):
    """The actions that change how the graph is drawn."""
