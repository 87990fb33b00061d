"""Find in one recording the place at which a person stands in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from graphstep.errors import GraphstepError
from graphstep.stepping import SEED, Cursor, Step


def same_place(start: Cursor, there: Cursor) -> Cursor:
    """Return the step most like that of `there`, in the run of `start`.

    The same node, iteration and pass if the run has that step; else the last iteration
    that it has; else the node in any pass, then the regions around it.
    """
    step = there.step
    if step.pass_ == SEED:
        seed = start.timeline.seed_index
        return start.last() if seed is None else start.seek(seed)
    for attempt in _attempts(start, step):
        try:
            return attempt()
        except GraphstepError:
            continue
    return start


def _attempts(start: Cursor, step: Step) -> Iterator[Callable[[], Cursor]]:
    graph = start.timeline.graph
    yield lambda: start.to(step.node, step.iteration, step.pass_)
    yield lambda: start.to(step.node, _nearest(start, step), step.pass_)
    yield lambda: start.to(step.node, None, step.pass_)
    yield lambda: start.to(step.node)
    for region in reversed(
        graph.regions.ancestors(graph.columns.regions[graph.position(step.node)])[1:]
    ):
        yield lambda region=region: start.to(region.id)


def _nearest(start: Cursor, step: Step) -> tuple[int, ...]:
    """Return the iteration, each loop's index cut to the turns that it took."""
    found: list[int] = []
    loops = start.timeline.graph.loops(step.node)
    for loop, turn in zip(loops, step.iteration, strict=True):
        if start.timeline.graph.regions[loop].kind == "shard_map":
            found.append(turn)
            continue
        trips = np.asarray(start.recording.trips_array(loop))
        last = int(trips[tuple(found)] if trips.ndim else trips) - 1
        found.append(min(turn, max(0, last)))
    return tuple(found)
