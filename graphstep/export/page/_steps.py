"""The steps of a walk that a page carries, and where each command leads from them."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

from graphstep.errors import SteppingError
from graphstep.graph import ProgramGraph
from graphstep.stepping import BACKWARD, FORWARD, Cursor, Step, Timeline
from graphstep.stepping import cursor as first_step
from graphstep.stepping._levels import level, out, over, reverse_out, reverse_over
from graphstep.stepping._sums import arrival

# Turns of each loop that a page carries, the first of these that is few enough.
_TURNS = (1 << 62, 256, 128, 64, 32, 16, 8, 4, 2, 1)


@dataclasses.dataclass(frozen=True)
class Steps:
    """The steps that a page carries.

    Attributes:
        cursor: The walk.
        indices: Numbers of the steps in the whole walk, in order.
        turns: Turns of each loop that are carried at most.
    """

    cursor: Cursor
    indices: list[int]
    turns: int

    @property
    def timeline(self) -> Timeline:
        """The whole walk."""
        return self.cursor.timeline

    def place(self, index: int) -> int:
        """Return the carried step at a step of the whole walk, or the next after it."""
        return min(bisect.bisect_left(self.indices, index), len(self.indices) - 1)


def steps_of(recording: Any, limit: int) -> Steps:
    """Return the steps to carry: all, or those of evenly chosen turns of loops."""
    cursor = first_step(recording)
    timeline = cursor.timeline
    if timeline.length <= limit:
        return Steps(cursor, list(range(timeline.length)), _TURNS[0])
    for turns in _TURNS[1:]:
        found = _chosen(timeline, turns, limit)
        if found is not None:
            return Steps(cursor, found, turns)
    found = _chosen(timeline, 1, timeline.length)
    assert found is not None
    return Steps(cursor, found, 1)


def _chosen(timeline: Timeline, turns: int, limit: int) -> list[int] | None:
    """Return the steps of a few turns of every loop; `None` if they are too many."""
    graph = timeline.graph
    found: set[int] = set()
    if timeline.seed_index is not None:
        found.add(timeline.seed_index)
    for node in graph.order:
        for iteration in _iterations(timeline, graph.loops(node), turns):
            for pass_ in (FORWARD, BACKWARD):
                if timeline.is_step(pass_, node, iteration):
                    found.add(timeline.index(pass_, node, iteration))
            if len(found) > limit:
                return None
    return sorted(found)


def _iterations(
    timeline: Timeline, loops: tuple[str, ...], turns: int
) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    for loop in loops:
        found = [
            (*outer, turn)
            for outer in found
            # One more than its turns: the last test of a while.
            for turn in _spread(timeline.n_turns(loop, outer), turns)
        ]
    return found


def _spread(n: int, turns: int) -> list[int]:
    """Return evenly spaced turns, the first and the last among them, and one more."""
    if n <= turns:
        return list(range(n + 1))
    step = (n - 1) / max(1, turns - 1)
    return sorted({round(i * step) for i in range(turns)} | {n - 1, n})


def _moves(steps: Steps, taken: list[Step]) -> dict[str, list[int]]:
    """Return how many carried steps on each command leads, from each carried step."""
    timeline = steps.timeline
    levels = [level(timeline, step) for step in taken]
    last = len(taken) - 1

    def follow(
        move: Callable[[Timeline, int], int], way: int, *, leaves: bool
    ) -> list[int]:
        found = [0] * len(taken)
        for number in range(last, -1, -1) if way > 0 else range(len(taken)):
            near = number + way
            here = levels[number]
            beside = levels[near] if 0 <= near <= last else None
            index = steps.indices[number]
            is_next = beside is not None and steps.indices[near] == index + way
            if is_next and leaves and beside == here and len(here) > 1:
                # What leads out from the step beside leads out from here.
                target = near + found[near]
            elif is_next and not leaves and beside == here:
                target = near
            else:
                target = steps.place(move(timeline, index))
            found[number] = target - number
        return found

    return {
        "over": follow(over, 1, leaves=False),
        "reverseOver": follow(reverse_over, -1, leaves=False),
        "out": follow(out, 1, leaves=True),
        "reverseOut": follow(reverse_out, -1, leaves=True),
    }


def steps_payload(steps: Steps) -> dict[str, Any]:
    """Return nodes, iterations and moves, a number per carried step."""
    graph, timeline = steps.timeline.graph, steps.timeline
    taken = [timeline.step(index) for index in steps.indices]
    is_whole = len(steps.indices) == timeline.length
    seed = timeline.seed_index
    return {
        "node": [graph.position(step.node) if step.node else -1 for step in taken],
        "iteration": list(itertools.chain.from_iterable(s.iteration for s in taken)),
        "index": None if is_whole else steps.indices,
        "length": timeline.length,
        "seed": None if seed is None else steps.place(seed),
        "complete": [_completion(steps, step) for step in taken],
        "over": _overs(steps, taken),
        "moves": _moves(steps, taken),
    }


def _completion(steps: Steps, step: Step) -> int:
    """Return how many steps before a backward step its cotangent was complete."""
    timeline = steps.timeline
    if step.pass_ != BACKWARD:
        return 0
    graph, latest = timeline.graph, -1
    position = graph.position(step.node)
    if graph.columns.roles[position] == "output":
        assert timeline.seed_index is not None
        return steps.place(step.index) - steps.place(timeline.seed_index)
    for result in range(len(graph.columns.avals[position])):
        for edge in graph.uses(step.node, result):
            try:
                place = arrival(timeline, edge, step.iteration)
                latest = max(latest, timeline.index(BACKWARD, *place))
            except SteppingError:
                # What sends it has no step: its branch was not taken, for instance.
                continue
    if latest < 0 or latest > step.index:
        return 0
    return steps.place(step.index) - steps.place(latest)


def _overs(steps: Steps, taken: list[Step]) -> list[list[int]]:
    """Return at which steps, tests that end a while, which nodes are done already."""
    graph: ProgramGraph = steps.timeline.graph
    if not any(region.kind == "while" for region in graph.regions.values()):
        return []
    found: list[list[int]] = []
    for number, step in enumerate(taken):
        if not step.node:
            continue
        for depth, loop in enumerate(graph.loops(step.node)):
            region = graph.regions[loop]
            turns = steps.timeline.n_turns(loop, step.iteration[:depth])
            if region.kind == "while" and step.iteration[depth] == turns:
                body = graph.regions[f"{loop}:body"].start
                found.append([number, body, region.stop - 1])
    return found
