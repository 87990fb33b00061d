"""From breakpoints to the steps at which they may stop."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np

from graphstep.graph import Region
from graphstep.stepping._blocks import Iteration
from graphstep.stepping._breakpoints import Breakpoint
from graphstep.stepping._timeline import FORWARD, Timeline
from graphstep.stepping._walk import Walk

# A visit: node position and iteration.
Place = tuple[int, Iteration]
_MEMO_SIZE = 64


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """The steps of nodes inside the same loops, at which a breakpoint may stop.

    Attributes:
        pass_: `forward` or `backward`.
        loops: The loops around all of these nodes, outermost first.
        positions: Positions of the nodes.
        walk: Their steps, numbered in program order.
        only: Turns demanded, by block.
    """

    pass_: str
    loops: tuple[str, ...]
    positions: tuple[int, ...]
    walk: Walk
    only: dict[int, int]


def targets(
    timeline: Timeline, breakpoint_: Breakpoint, pass_: str
) -> tuple[Target, ...]:
    """Return the steps of one pass at which a breakpoint may stop.

    Raises:
        SteppingError: If nothing in the program is there to stop at.
    """
    key = breakpoint_, pass_
    if key not in timeline.memo:
        if len(timeline.memo) >= _MEMO_SIZE:
            timeline.memo.clear()
        timeline.memo[key] = tuple(_targets(timeline, breakpoint_, pass_))
    return timeline.memo[key]


def _targets(
    timeline: Timeline, breakpoint_: Breakpoint, pass_: str
) -> Iterator[Target]:
    graph, main = timeline.graph, timeline.walk(pass_)
    region = breakpoint_.region(graph)
    if region is not None:
        positions = _once_per_call(timeline, region, pass_)
    else:
        positions = [graph.position(node) for node in breakpoint_.nodes(graph)]
        positions = [p for p in positions if main.wanted[p]]
    by_loops: dict[tuple[str, ...], list[int]] = {}
    for position in positions:
        by_loops.setdefault(graph.loops(graph.order[position]), []).append(position)
    for loops, members in by_loops.items():
        only = _only(timeline, loops, breakpoint_.turns)
        if only is not None:
            yield _target(timeline, pass_, loops, members, only)


def _target(
    timeline: Timeline,
    pass_: str,
    loops: tuple[str, ...],
    positions: list[int],
    only: dict[int, int],
) -> Target:
    wanted = np.zeros(len(timeline.graph), bool)
    wanted[positions] = True
    walk = Walk(timeline.blocks, wanted, only)
    return Target(pass_, loops, tuple(positions), walk, only)


def only_at(timeline: Timeline, target: Target, position: int) -> Target:
    """Return the steps of a target that visit one of its nodes."""
    return _target(timeline, target.pass_, target.loops, [position], target.only)


def _once_per_call(timeline: Timeline, region: Region, pass_: str) -> list[int]:
    """Return the node at which a region begins, in the order of the pass.

    When an inner loop comes first, the first node after it: it is visited once.
    """
    n_loops, wanted = timeline.blocks.n_loops, timeline.walk(pass_).wanted
    inside = [p for p in range(region.start, region.stop) if wanted[p]]
    once = [p for p in inside if n_loops[p] == len(region.loops)]
    chosen = once or inside
    return chosen[:1] if pass_ == FORWARD else chosen[-1:]


def _only(
    timeline: Timeline, loops: tuple[str, ...], turns: Iteration
) -> dict[int, int] | None:
    """Return which turns of which blocks are demanded, or `None` if none can be."""
    if len(turns) > len(loops):
        return None
    only: dict[int, int] = {}
    for loop, turn in zip(reversed(loops), reversed(turns), strict=False):
        block = timeline.blocks.of_loop.get(loop)
        if block is not None:
            only[block] = turn
        elif turn:
            # A shard_map is walked as device 0 alone.
            return None
    return only


def first_number(timeline: Timeline, target: Target, index: int, *, ahead: bool) -> int:
    """Return the first step of a target after `index`, or before it, as a number.

    Args:
        timeline: The walk.
        target: Steps to look among.
        index: Where the search begins; this step itself does not count.
        ahead: Whether to look at later steps or at earlier ones.

    Returns:
        A number of `target.walk`; outside of its range if there is none.
    """
    walk, pass_ = target.walk, target.pass_
    ascending = ahead == (pass_ == FORWARD)
    if timeline.pass_at(index) != pass_:
        return 0 if ascending else walk.length - 1
    place = timeline.walk(pass_).step(timeline.flip(pass_, index))
    number = walk.rank(*place)
    if not ascending:
        return number - 1
    is_one = number < walk.length and walk.step(number) == place
    return number + is_one


def index_of(timeline: Timeline, pass_: str, place: Place) -> int:
    """Return the timeline's index of a visit that the run made."""
    return timeline.flip(pass_, timeline.walk(pass_).rank(*place))


def rows_before(
    timeline: Timeline,
    position: int,
    shape: tuple[int, ...],
    place: Place,
    *,
    including: bool,
) -> int:
    """Return how many iterations of a node come before a visit of any node.

    Args:
        timeline: The walk.
        position: Position of the node.
        shape: Lengths of the loops around it, without shard_maps.
        place: The visit.
        including: Whether the visit itself, if it is one of the node's, counts.
    """
    graph = timeline.graph
    loops = graph.loops(graph.order[position])
    other = graph.loops(graph.order[place[0]])
    common = [
        turn
        for loop, _, turn in itertools.takewhile(
            lambda pair: pair[0] == pair[1], zip(loops, other, place[1], strict=False)
        )
        if loop in timeline.blocks.of_loop
    ]
    strides = np.cumprod((1, *reversed(shape)))[::-1].tolist()
    row = sum(t * stride for t, stride in zip(common, strides[1:], strict=False))
    inner = strides[len(common)]
    is_before = position < place[0] or (including and position == place[0])
    return row + (inner if is_before else 0)
