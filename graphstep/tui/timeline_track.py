"""How large the values along the walk are, and where they are NaN: one cell a stretch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np

from graphstep.analysis import INF, NAN, OK, UNKEPT, norm_of
from graphstep.recording import Absence, Recording
from graphstep.stepping import FORWARD, Cursor
from graphstep.tui.timeline_scale import Scale, Stretch
from graphstep.tui.values import Of

_LEVELS = "▁▂▃▄▅▆▇█"
# Steps that are looked at for one cell; fewer where that would be more elements than
# this in all, but one at least, unless its value alone is as large.
_PER_CELL = 12
_ELEMENTS = 1 << 26
_LETTERS = {NAN: "N", INF: "I"}
# A cell that no step has, because there are more cells than steps: as the one before.
_BETWEEN = 255
# Nodes and iterations, not cells: a bar of another width asks for the same again.
Known = dict[tuple[Of, str, tuple[int, ...]], tuple[float, int]]


def track_of(
    recording: Recording,
    cursor: Cursor,
    scale: Scale,
    known: Known,
    is_unwanted: Callable[[], bool],
) -> tuple[str, ...] | None:
    """Return the cells of each pass, or `None` if nobody wants them any more.

    A block shows the logarithm of the greatest norm among the steps of a cell that are
    looked at, `N` or `I` that one of them has NaN or infinities which are not those of
    a constant; a cell without any value is blank.

    Args:
        recording: Where the numbers come from.
        cursor: Any place in the walk.
        scale: Which steps are in which cell.
        known: What was looked at before; it is added to.
        is_unwanted: Asked between two values.
    """
    seeker = _Seeker(recording, cursor, known)
    per_cell = _affordable(cursor, scale)
    found: list[tuple[list[float], list[int]]] = []
    for stretch in scale.stretches:
        norms, marks = [0.0] * stretch.width, [UNKEPT] * stretch.width
        for cell in range(stretch.width):
            chosen = _chosen(stretch, cell, per_cell)
            if not chosen:
                marks[cell] = _BETWEEN
            for index in chosen:
                if is_unwanted():
                    return None
                norm, mark = seeker.look(index)
                if mark < UNKEPT:
                    norms[cell] = max(norms[cell], norm)
                    marks[cell] = _worst(marks[cell], mark)
        found.append((norms, marks))
    return tuple(_cells(norms, marks) for norms, marks in found)


def _affordable(cursor: Cursor, scale: Scale) -> int:
    """Return how many steps of a cell can be looked at."""
    total = sum(
        _n_elements(cursor, cursor.timeline.step(index).node)
        for stretch in scale.stretches
        for cell in range(stretch.width)
        for index in _chosen(stretch, cell, _PER_CELL)
    )
    return min(_PER_CELL, max(1, _PER_CELL * _ELEMENTS // max(total, 1)))


def _n_elements(cursor: Cursor, node: str) -> int:
    graph = cursor.timeline.graph
    avals = graph.columns.avals[graph.position(node)] if node else ()
    return sum(math.prod(getattr(aval, "shape", ())) for aval in avals[:_PER_CELL])


def _chosen(stretch: Stretch, cell: int, per_cell: int) -> list[int]:
    steps = stretch.steps_of(cell)
    n_chosen = min(len(steps), per_cell)
    return [steps[i * len(steps) // n_chosen] for i in range(n_chosen)]


def _worst(one: int, other: int) -> int:
    if NAN in (one, other):
        return NAN
    if INF in (one, other):
        return INF
    return OK


def _cells(norms: list[float], marks: list[int]) -> str:
    heights = [
        math.log(norm)
        for norm, mark in zip(norms, marks, strict=True)
        if mark == OK and norm > 0
    ]
    low, high = min(heights, default=0.0), max(heights, default=0.0)
    cells: list[str] = []
    for norm, mark in zip(norms, marks, strict=True):
        if mark == _BETWEEN:
            cells.append(cells[-1] if cells else " ")
        elif mark in _LETTERS:
            cells.append(_LETTERS[mark])
        elif mark != OK:
            cells.append(" ")
        elif norm <= 0:
            cells.append("0")
        else:
            part = (math.log(norm) - low) / (high - low) if high > low else 0.5
            cells.append(_LEVELS[round(part * (len(_LEVELS) - 1))])
    return "".join(cells)


class _Seeker:
    def __init__(self, recording: Recording, cursor: Cursor, known: Known) -> None:
        self.recording = recording
        self.timeline = cursor.timeline
        self.known = known

    def look(self, index: int) -> tuple[float, int]:
        """Return the norm of what is new at a step, and what is wrong with it."""
        step = self.timeline.step(index)
        of: Of = "primal" if step.pass_ == FORWARD else "cotangent"
        key = (of, step.node, step.iteration)
        if key not in self.known:
            self.known[key] = self._read(*key)
            # Between two values, whoever draws has the interpreter.
            time.sleep(0)
        return self.known[key]

    def _read(self, of: Of, node: str, iteration: tuple[int, ...]) -> tuple[float, int]:
        graph = self.timeline.graph
        position = graph.position(node)
        avals = graph.columns.avals[position]
        norm, mark = 0.0, UNKEPT
        for out, aval in enumerate(avals[:_PER_CELL]):
            if math.prod(getattr(aval, "shape", ())) > _ELEMENTS:
                continue
            found, wrong = self._norm(of, node, out, iteration)
            if wrong < UNKEPT:
                if (position, out) in graph.activity.constant:
                    wrong = OK
                norm = math.hypot(norm, found)
                mark = wrong if mark == UNKEPT else _worst(mark, wrong)
        return norm, mark

    def _norm(
        self, of: Of, node: str, out: int, iteration: tuple[int, ...]
    ) -> tuple[float, int]:
        recording = self.recording
        read = recording.primal if of == "primal" else recording.cotangent
        array = read(node, out, iteration)
        if isinstance(array, np.ndarray | np.generic):
            return norm_of(array)
        if isinstance(array, Absence) and array.kind == "not_captured":
            stats = recording.stats(node, out, of, iteration)
            if not isinstance(stats, Absence):
                is_inf = stats.neg_inf or stats.pos_inf
                return stats.l2, NAN if stats.nan else INF if is_inf else OK
        return 0.0, UNKEPT
