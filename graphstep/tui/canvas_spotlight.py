"""What stays bright around what is selected, and which lines are lit."""

from __future__ import annotations

import numpy as np

from graphstep.graph import Value
from graphstep.layout import Layout
from graphstep.tui.drawing_state import Spotlight
from graphstep.tui.state import UiState


def bright_positions(state: UiState) -> np.ndarray | None:
    """Return the positions of the nodes that stay bright; `None` if all do."""
    node = state.inspected
    spotlight: Spotlight = state.drawing.spotlight
    if not spotlight or node is None:
        return None
    graph = state.graph
    if spotlight == "ancestors":
        nodes = graph.ancestors(node) | {node}
    elif spotlight == "descendants":
        nodes = graph.descendants(node) | {node}
    else:
        nodes = (
            (graph.descendants(node) | graph.ancestors(node)) & graph.differentiable()
        ) | {node}
    return np.sort(np.array([graph.position(each) for each in nodes]))


def lit_trunks(state: UiState, layout: Layout, hovered: Value | None) -> frozenset[int]:
    """Return the lines of the value that is looked at."""
    if hovered is not None:
        return frozenset(layout.indices_of(hovered))
    node = state.inspected
    if node is None:
        return frozenset()
    lit: set[int] = set()
    for out in range(len(state.graph.node(node).avals)):
        value = state.graph.resolve(node, out)
        if isinstance(value, tuple):
            lit.update(layout.indices_of(value))
    return frozenset(lit)
