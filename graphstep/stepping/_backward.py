"""Which nodes a backward pass visits."""

from __future__ import annotations

import numpy as np

from graphstep.graph import ProgramGraph, activity


def hidden_positions(graph: ProgramGraph) -> np.ndarray:
    """Return per position the exit of the region that hides it backward, or -1.

    JAX has no reverse mode through `while`, and a custom rule replaces the derivative
    of its body: what is inside has no cotangent.
    """
    hidden = np.full(len(graph), -1, np.int64)
    for region in graph.regions.values():
        if region.kind == "while" or region.is_opaque:
            inside = hidden[region.start : region.stop - 1]
            # Outer regions come first, and keep what is theirs.
            inside[inside < 0] = region.stop - 1
    return hidden


def backward_nodes(graph: ProgramGraph, hidden: np.ndarray) -> np.ndarray:
    """Return per position whether a cotangent can exist there."""
    wanted = np.zeros(len(graph), bool)
    wanted[[position for position, _ in activity(graph).active]] = True
    # No cotangent enters at auxiliary outputs.
    for node in graph.outputs[graph.trace.n_seeded :]:
        wanted[graph.position(node)] = False
    return wanted & (hidden < 0)
