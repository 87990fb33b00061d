"""Find the next step at which a breakpoint stops."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from graphstep.analysis import Condition
from graphstep.errors import CancelledError
from graphstep.graph import ProgramGraph
from graphstep.recording import Absence
from graphstep.stepping._blocks import Iteration, at
from graphstep.stepping._breakpoints import Breakpoint, Stop
from graphstep.stepping._recorded import Recorded
from graphstep.stepping._targets import (
    Place,
    Target,
    first_number,
    index_of,
    only_at,
    rows_before,
    targets,
)
from graphstep.stepping._timeline import BACKWARD, FORWARD, Timeline

# How many elements are looked at first, and at most, before the search goes on.
_FIRST_CHUNK = 1 << 14
_LAST_CHUNK = 1 << 22
_UNSEEN = frozenset({"not_captured", "effects"})


@dataclasses.dataclass(frozen=True, slots=True)
class _Hit:
    index: int
    place: Place
    found: str


def next_stop(
    recording: Recorded,
    timeline: Timeline,
    index: int,
    breakpoints: Iterable[Breakpoint],
    *,
    ahead: bool,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> Stop | None:
    """Return the first stop after step `index`, or the last one before it.

    Raises:
        SteppingError: If a breakpoint names what the program does not have.
        CancelledError: If `is_unwanted`, asked again and again, has returned True.
    """
    best: _Hit | None = None
    stopped_by: Breakpoint | None = None
    for breakpoint_ in breakpoints:
        search = _Search(
            recording,
            timeline,
            index,
            breakpoint_,
            ahead=ahead,
            is_unwanted=is_unwanted,
        )
        hit = search.run(best)
        if hit is not best:
            best, stopped_by = hit, breakpoint_
    if best is None or stopped_by is None:
        return None
    step = timeline.step(best.index)
    graph = timeline.graph
    where = f"`{step.node}`"
    if step.node:
        where += f" ({graph.name(step.node) or graph.node(step.node).primitive})"
    reason = f"{where}: {best.found}" if best.found else f"at {where}"
    return Stop(stopped_by, step, reason)


def unseen(recording: Recorded, breakpoint_: Breakpoint) -> tuple[str, ...]:
    """Return the nodes at which a condition cannot be checked.

    Their values were not captured. Only if there are none does finding no stop mean
    that the condition is true nowhere.
    """
    if breakpoint_.condition is None:
        return ()
    graph = recording.graph
    passes = (FORWARD, BACKWARD) if breakpoint_.pass_ is None else (breakpoint_.pass_,)
    kinds = [_KINDS[p] for p in passes if p == FORWARD or recording.has_cotangents]
    return tuple(
        node
        for node in breakpoint_.nodes(graph)
        if any(_is_unseen(recording, node, of) for of in kinds)
    )


def _is_unseen(recording: Recorded, node: str, of: str) -> bool:
    for out in _outs(recording.graph, node):
        value = _value(recording, node, out, of)
        if isinstance(value, Absence) and value.kind in _UNSEEN:
            stats = recording.stats(node, out, of)
            if isinstance(stats, Absence):
                return True
    return False


_KINDS = {FORWARD: "primal", BACKWARD: "cotangent"}


def _outs(graph: ProgramGraph, node: str) -> range:
    return range(len(graph.columns.avals[graph.position(node)]))


def _value(
    recording: Recorded,
    node: str,
    out: int,
    of: str,
    iteration: Iteration | None = None,
) -> Any:
    read = recording.primal if of == "primal" else recording.cotangent
    return read(node, out, iteration)


class _Search:
    """The search for the nearest step at which one breakpoint stops."""

    def __init__(
        self,
        recording: Recorded,
        timeline: Timeline,
        index: int,
        breakpoint_: Breakpoint,
        *,
        ahead: bool,
        is_unwanted: Callable[[], bool],
    ) -> None:
        self.recording = recording
        self.timeline = timeline
        self.index = index
        self.breakpoint = breakpoint_
        self.ahead = ahead
        self.is_unwanted = is_unwanted
        text = breakpoint_.condition
        self.condition = None if text is None else Condition.parse(text)

    def run(self, best: _Hit | None) -> _Hit | None:
        """Return a hit that is nearer than `best`, else `best`."""
        for pass_ in self._passes():
            for target in targets(self.timeline, self.breakpoint, pass_):
                if target.loops and self.condition is not None:
                    best = self._in_loops(target, best)
                else:
                    best = self._one_by_one(target, best)
        return best

    def _passes(self) -> list[str]:
        """Return the passes that lie ahead, or behind, the nearest one first."""
        current = self.timeline.pass_at(self.index)
        passes = [FORWARD] if current == FORWARD or not self.ahead else []
        if self.timeline.has_backward and (current == BACKWARD or self.ahead):
            passes.append(BACKWARD)
        if self.breakpoint.pass_ is not None:
            if self.breakpoint.pass_ == BACKWARD:
                self.timeline.walk(BACKWARD)
            passes = [p for p in passes if p == self.breakpoint.pass_]
        return passes if self.ahead else passes[::-1]

    def _is_nearer(self, index: int, best: _Hit | None) -> bool:
        if best is None:
            return True
        return index < best.index if self.ahead else index > best.index

    def _check_wanted(self) -> None:
        if self.is_unwanted():
            raise CancelledError("The search for a stop was cancelled.")

    def _visits(self, target: Target) -> Iterator[Place]:
        number = first_number(self.timeline, target, self.index, ahead=self.ahead)
        step = 1 if self._is_ascending(target) else -1
        while 0 <= number < target.walk.length:
            self._check_wanted()
            yield target.walk.step(number)
            number += step

    def _is_ascending(self, target: Target) -> bool:
        return self.ahead == (target.pass_ == FORWARD)

    def _one_by_one(self, target: Target, best: _Hit | None) -> _Hit | None:
        for place in self._visits(target):
            index = index_of(self.timeline, target.pass_, place)
            if not self._is_nearer(index, best):
                break
            found = "" if self.condition is None else self._check(target, place)
            if found is not None:
                return _Hit(index, place, found)
        return best

    def _check(self, target: Target, place: Place) -> str | None:
        """Return what is so at one visit, or `None` if the condition is false there."""
        position, iteration = place
        condition, of = self.condition, _KINDS[target.pass_]
        assert condition is not None
        node = self.timeline.graph.order[position]
        for out in _outs(self.timeline.graph, node):
            value = _value(self.recording, node, out, of, iteration)
            if isinstance(value, np.ndarray | np.generic):
                if condition.flags(np.reshape(value, (1, -1)))[0]:
                    return f"{of}: {condition.describe_array(np.asarray(value))}"
            elif isinstance(value, Absence) and value.kind == "not_captured":
                stats = self.recording.stats(node, out, of, iteration)
                if not isinstance(stats, Absence) and condition.holds(stats):
                    return f"{of}: {condition.describe(stats)}"
        return None

    def _in_loops(self, target: Target, best: _Hit | None) -> _Hit | None:
        nearest = next(self._visits(target), None)
        if nearest is None:
            return best
        if not self._is_nearer(index_of(self.timeline, target.pass_, nearest), best):
            return best
        ordered = (
            target.positions if self._is_ascending(target) else target.positions[::-1]
        )
        for position in ordered:
            node = self.timeline.graph.order[position]
            for out in _outs(self.timeline.graph, node):
                self._check_wanted()
                value = _value(self.recording, node, out, _KINDS[target.pass_])
                if isinstance(value, np.ndarray):
                    best = self._in_stack(target, position, value, best)
                elif isinstance(value, Absence) and value.kind == "not_captured":
                    best = self._in_summary(target, position, out, best)
        return best

    def _in_stack(
        self, target: Target, position: int, value: np.ndarray, best: _Hit | None
    ) -> _Hit | None:
        """Search all iterations of one value at once."""
        condition = self.condition
        assert condition is not None
        turning = [loop in self.timeline.blocks.of_loop for loop in target.loops]
        axes = [i for i, turns in enumerate(turning) if turns]
        # Every device's part is looked at, although the walk shows device 0.
        value = np.moveaxis(value, axes, range(len(axes)))
        shape = value.shape[: len(axes)]
        n_rows = int(np.prod(shape))
        if not value.size:
            return best
        matrix = value.reshape(n_rows, -1)
        rows = self._rows(target, position, shape, axes)
        low, high = self._range(target, position, shape, n_rows, best)
        row = _first_row(
            condition,
            matrix,
            rows,
            low,
            high,
            ascending=self._is_ascending(target),
            check=self._check_wanted,
        )
        if row is None:
            return best
        iteration = [0] * len(target.loops)
        for axis, turn in zip(axes, np.unravel_index(row, shape), strict=True):
            iteration[axis] = int(turn)
        place = position, tuple(iteration)
        index = index_of(self.timeline, target.pass_, place)
        found = condition.describe_array(matrix[row])
        where = ", ".join(map(str, iteration))
        what = f"{_KINDS[target.pass_]} in iteration {where}: {found}"
        return _Hit(index, place, what)

    def _rows(
        self, target: Target, position: int, shape: tuple[int, ...], axes: list[int]
    ) -> np.ndarray | None:
        """Return the iterations that count, or `None` if all do."""
        mask = self.timeline.blocks.walked(position, shape)
        turns = self.breakpoint.turns
        first = len(target.loops) - len(turns)
        for i, axis in enumerate(axes):
            if axis < first:
                continue
            is_turn = np.arange(shape[i]) == turns[axis - first]
            is_turn = is_turn.reshape(-1, *[1] * (len(shape) - i - 1))
            mask = np.broadcast_to(is_turn, shape) if mask is None else mask & is_turn
        return None if mask is None else np.flatnonzero(mask)

    def _range(
        self,
        target: Target,
        position: int,
        shape: tuple[int, ...],
        n_rows: int,
        best: _Hit | None,
    ) -> tuple[int, int]:
        """Return the rows between where the search begins and the best hit so far."""
        timeline = self.timeline
        ends: list[int | None] = [None, None]
        ascending = self._is_ascending(target)
        here = timeline.step(self.index)
        if here.pass_ == target.pass_:
            place = timeline.graph.position(here.node), here.iteration
            ends[not ascending] = rows_before(
                timeline, position, shape, place, including=ascending
            )
        if best is not None and timeline.pass_at(best.index) == target.pass_:
            ends[ascending] = rows_before(
                timeline, position, shape, best.place, including=not ascending
            )
        low, high = ends
        return low or 0, n_rows if high is None else min(high, n_rows)

    def _in_summary(
        self, target: Target, position: int, out: int, best: _Hit | None
    ) -> _Hit | None:
        """Search the statistics of one value, iteration by iteration."""
        condition, of = self.condition, _KINDS[target.pass_]
        node = self.timeline.graph.order[position]
        assert condition is not None
        overall = self.recording.stats(node, out, of)
        if isinstance(overall, Absence) or not condition.may_hold_in_part(overall):
            return best
        for place in self._visits(only_at(self.timeline, target, position)):
            index = index_of(self.timeline, target.pass_, place)
            if not self._is_nearer(index, best):
                break
            if self._is_last_test(place):
                continue
            stats = self.recording.stats(node, out, of, place[1])
            if not isinstance(stats, Absence) and condition.holds(stats):
                where = ", ".join(map(str, place[1]))
                what = f"{of} in iteration {where}: {condition.describe(stats)}"
                return _Hit(index, place, what)
        return best

    def _is_last_test(self, place: Place) -> bool:
        """Return whether a visit shows what a while carries after its last turn.

        That is what the while returns, and is searched there.
        """
        position, iteration = place
        blocks, graph = self.timeline.blocks, self.timeline.graph
        block = blocks.items[blocks.innermost[position]]
        return (
            graph.columns.roles[position] == "binder"
            and graph.columns.regions[position] == block.region
            and block.is_loop
            and iteration[-1] == at(block.repeats, block.outer_axes, iteration)
        )


def _first_row(
    condition: Condition,
    matrix: np.ndarray,
    rows: np.ndarray | None,
    low: int,
    high: int,
    *,
    ascending: bool,
    check: Callable[[], None],
) -> int | None:
    """Return the first row, or the last, from `low` to `high` that is flagged.

    `check` is called before every piece, and may raise.
    """
    if rows is not None:
        low, high = np.searchsorted(rows, (low, high)).tolist()
    width = max(1, matrix.shape[1])
    chunk = max(1, _FIRST_CHUNK // width)
    while low < high:
        check()
        part = slice(low, min(low + chunk, high))
        if not ascending:
            part = slice(max(high - chunk, low), high)
        flags = condition.flags(matrix[part if rows is None else rows[part]])
        flagged = np.flatnonzero(flags)
        if flagged.size:
            row = part.start + int(flagged[0 if ascending else -1])
            return row if rows is None else int(rows[row])
        if ascending:
            low = part.stop
        else:
            high = part.start
        chunk = min(2 * chunk, max(1, _LAST_CHUNK // width))
    return None
