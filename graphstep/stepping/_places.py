"""Where nodes are, seen from one step of the walk."""

from __future__ import annotations

from typing import Literal

import numpy as np

from graphstep.errors import SteppingError
from graphstep.stepping._blocks import Iteration, at
from graphstep.stepping._timeline import BACKWARD, FORWARD, SEED, Step, Timeline

State = Literal["done", "current", "pending"]


def _stretch(timeline: Timeline, node: str) -> tuple[int, int]:
    """Return the positions of a node, or of the region that has this id."""
    graph = timeline.graph
    if node not in graph and node in graph.regions:
        return graph.regions[node].start, graph.regions[node].stop
    position = graph.position(node)
    return position, position + 1


def state(timeline: Timeline, here: Step, node: str) -> State:
    """Return whether the pass has been at a node or region, is there, or will be."""
    first, last = _stretch(timeline, node)
    if here.pass_ == SEED:
        return "pending"
    position = timeline.graph.position(here.node)
    if first <= position < last:
        return "current"
    if _is_over(timeline, here, first):
        return "done"
    return "done" if (position >= last) == (here.pass_ == FORWARD) else "pending"


def _is_over(timeline: Timeline, here: Step, position: int) -> bool:
    """Return whether a step is of a turn too late for a node, the last test of a while."""
    blocks = timeline.blocks
    for index in blocks.chain(blocks.innermost[timeline.graph.position(here.node)]):
        block = blocks.items[index]
        if block.is_loop and block.tail_stop <= position < block.stop:
            repeats = at(block.repeats, block.outer_axes, here.iteration)
            if here.iteration[block.axes[-1]] == repeats:
                return True
    return False


def iteration_of(timeline: Timeline, here: Step, node: str) -> Iteration | None:
    """Return the iteration in which a node is seen from a step, if there is one."""
    graph = timeline.graph
    position = graph.position(node)
    around = graph.loops(here.node) if here.node else ()
    is_after = not here.node or graph.position(here.node) > position
    found: list[int] = []
    is_shared = True
    for depth, loop in enumerate(graph.loops(node)):
        is_shared = is_shared and around[depth : depth + 1] == (loop,)
        n_turns = _turns(timeline, loop, position, tuple(found))
        if not n_turns:
            return None
        if is_shared:
            # The last test of a while has a turn that its body does not have.
            found.append(min(here.iteration[depth], n_turns - 1))
        else:
            found.append(n_turns - 1 if is_after else 0)
    return tuple(found)


def _turns(timeline: Timeline, loop: str, position: int, outer: Iteration) -> int:
    """Return how many turns of a loop come to a node."""
    blocks = timeline.blocks
    index = blocks.of_loop.get(loop)
    if index is None:
        return 1
    block = blocks.items[index]
    if blocks.missing(block.parent, block.start, outer) is not None:
        return 0
    return at(block.repeats, block.outer_axes, outer) + (position < block.tail_stop)


def passes_from(timeline: Timeline, here: Step) -> tuple[str, ...]:
    """Return the passes of a walk, that of a step first."""
    if not timeline.has_backward:
        return (FORWARD,)
    return (BACKWARD, FORWARD) if here.pass_ == BACKWARD else (FORWARD, BACKWARD)


def find(
    timeline: Timeline,
    here: Step,
    node: str,
    iteration: Iteration | None,
    pass_: str | None,
) -> int:
    """Return the index of the visit of a node, or of a region, that is meant.

    Raises:
        NodeNotFoundError: If there is no such node.
        SteppingError: If the walk does not come there.
    """
    graph = timeline.graph
    passes = passes_from(timeline, here) if pass_ is None else (pass_,)
    if iteration is not None:
        with_steps = [p for p in passes if timeline.has_steps(p, node)]
        return timeline.index((with_steps or passes)[0], node, iteration)
    first, last = _stretch(timeline, node)
    positions = np.arange(len(graph))
    wanted = (positions >= first) & (positions < last)
    turns = iteration_of(timeline, here, node) if node in graph else None
    for candidate in passes:
        if turns is not None and timeline.is_step(candidate, node, turns):
            return timeline.index(candidate, node, turns)
        found = timeline.nearest(candidate, wanted, here.index)
        if found is not None:
            return found
    msg = (
        f"The walk never comes to `{node}` in the {' or '.join(passes)} pass: its branch "
        "was not taken, its loop took no turn, or no cotangent arrives there."
    )
    raise SteppingError(msg)
