"""At which zoom a walk begins."""

from __future__ import annotations

import dataclasses

from graphstep.tui.arrangement import GRAPH, WIDE, places
from graphstep.tui.canvas_layouts import LayoutKey, Layouts
from graphstep.tui.drawing_state import PRIMITIVES, VALUES
from graphstep.tui.state import UiState

# Fewer lines than this, of which panels below take half, show primitives at first.
_HIGH = 30
# Lines outside the panels: the title, the timeline, the keys; and the panel's border.
_BARS, _BORDER = 5, 2
# With more nodes and regions in sight than this, values have no room on any screen.
_FEW = 40


def first_zoom(state: UiState, width: int, height: int) -> int:
    """Return how much of each box to show on a terminal of so many cells.

    Values are shown at once where all boxes have room for them. That is found out by
    laying out the drawing, and so only of small ones.
    """
    if height < _HIGH and width < WIDE:
        # With names and types, two boxes would be all there is to see.
        return PRIMITIVES
    usual = state.drawing.zoom
    if len(state.rows) > _FEW:
        return usual
    graph = places(state.arrangement, GRAPH, state.beside, width, height - _BARS)[GRAPH]
    room = graph.width - _BORDER, graph.height - _BORDER
    key = dataclasses.replace(LayoutKey.of(state), zoom=VALUES)
    layouts = Layouts(state.graph, lambda: None)
    return (
        usual if layouts.first_that_fits([key], room, lambda: False) is None else VALUES
    )
