"""The graph, drawn: boxes, frames and lines; only visible rows are painted."""

from __future__ import annotations

from graphstep.tui.pane import TextPane


class Canvas(TextPane):
    """The graph, drawn: boxes, frames and lines; only visible rows are painted."""

    pane_id = "graph"
    heading = "graph"
