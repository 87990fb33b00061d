"""Which values to fetch when the program is run again, and how long that may take."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphstep.errors import GraphstepError
from graphstep.recording import Recording
from graphstep.stepping import BACKWARD, Cursor

# Bytes that are fetched at a time, and nodes: whoever goes on stepping finds them there.
_ROOM = 256 << 20
_NODES = 64
# Fetches that a recording holds on to.
KEPT = 4


def seconds_to_zoom(recording: Recording) -> float:
    """Return about how long it takes to run the program again; 0 if that is unknown."""
    times = dict(recording.timings)
    return sum(times.get(stage, 0.0) for stage in ("lower", "compile", "run"))


def nodes_to_fetch(cursor: Cursor, node: str) -> tuple[str, ...]:
    """Return a node and those that the walk comes to next, as many as there is room for.

    Args:
        cursor: Place in the walk.
        node: The node that is looked at; it is fetched in any case.
    """
    graph = cursor.timeline.graph
    here = graph.position(node)
    by = -1 if cursor.pass_ == BACKWARD else 1
    found, room = [node], _ROOM - nbytes_of_node(cursor.recording, node)
    for position in range(here + by, -1 if by < 0 else len(graph), by):
        other = graph.order[position]
        room -= nbytes_of_node(cursor.recording, other)
        if room < 0 or len(found) == _NODES:
            break
        found.append(other)
    return tuple(found)


def nbytes_of_node(recording: Any, node: str) -> int:
    """Return about how many bytes a node's primals and cotangents take together."""
    graph = recording.graph
    own = sum(
        math.prod(getattr(aval, "shape", ())) * getattr(aval.dtype, "itemsize", 8)
        for aval in graph.columns.avals[graph.position(node)]
        if hasattr(aval, "dtype")
    )
    return 2 * own * _n_turns(recording, node)


def _n_turns(recording: Any, node: str) -> int:
    """Return how often a node ran at the most."""
    turns = 1
    for loop in recording.graph.loops(node):
        try:
            turns *= max(1, int(np.max(recording.trips_array(loop), initial=1)))
        except GraphstepError:
            turns *= recording.graph.regions[loop].length or 1
    return turns
