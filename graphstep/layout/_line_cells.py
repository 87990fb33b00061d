"""The cells that lines take in some rows of a drawing, without looking at the rest."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

from graphstep.layout._shapes import EAST, NORTH, SOUTH, WEST, LineCell, Segment

# Lines longer than this are looked for apart, or all that begin beside one would be
# looked at with it.
_LONG = 64


class Lines:
    """The runs of nets, and where nets end, to be found by rows.

    Both are rows of one array, an end a run of one cell: first column, first row, last
    column, last row, net, side on which the item is that an end lies beside, whether
    there is an arrow.

    Args:
        segments: Per net, its runs.
        ends: Per net, the places of its ends: see `PartPlan`.
    """

    def __init__(
        self,
        segments: Sequence[Sequence[Segment]],
        ends: Sequence[Sequence[tuple[int, int, bool, int]]],
    ) -> None:
        runs, nets = _numbered(segments)
        marks, owners = _numbered(ends)
        is_marked = (marks[:, 2] > 0) | (marks[:, 3] > 0)
        marks, owners = marks[is_marked], owners[is_marked]
        every = np.zeros((len(runs) + len(marks), 7), np.int64)
        every[: len(runs), :4], every[: len(runs), 4] = runs, nets
        points = every[len(runs) :]
        points[:, :2] = points[:, 2:4] = marks[:, :2]
        points[:, 4], points[:, 5], points[:, 6] = owners, marks[:, 3], marks[:, 2]
        is_long = every[:, 3] - every[:, 1] >= _LONG
        self._sorted = [_Sorted(every[chosen]) for chosen in (~is_long, is_long)]

    def meeting(self, x0: int, y0: int, x1: int, y1: int) -> Iterator[np.ndarray]:
        """Yield arrays of the runs that meet a rectangle, corners included."""
        for runs in self._sorted:
            found = runs.between(y0, y1)
            if len(found):
                left, right, last = found[:, 0], found[:, 2], found[:, 3]
                yield found[(left <= x1) & (right >= x0) & (last >= y0)]


def _numbered(per_net: Sequence[Sequence[tuple[int, ...]]]) -> tuple[np.ndarray, ...]:
    """Return what nets have as rows of one array, and the net of each."""
    chained = itertools.chain.from_iterable
    rows = np.fromiter(chained(chained(per_net)), np.int64).reshape(-1, 4)
    return rows, np.repeat(np.arange(len(per_net)), [len(each) for each in per_net])


class _Sorted:
    """Runs by their first row."""

    def __init__(self, runs: np.ndarray) -> None:
        self._runs = runs[np.argsort(runs[:, 1], kind="stable")]
        # Lists, for a search in an array lets other threads go first.
        self._first: list[int] = self._runs[:, 1].tolist()
        # All before the first run that reaches a row end above it.
        self._reach = list(itertools.accumulate(self._runs[:, 3].tolist(), max))

    def between(self, y0: int, y1: int) -> np.ndarray:
        """Return the runs among which all are that meet some rows."""
        low = bisect_left(self._reach, y0)
        return self._runs[low : bisect_right(self._first, y1)]


def cells_by_row(
    runs: np.ndarray, window: tuple[int, int, int, int]
) -> list[list[LineCell]]:
    """Return the cells of each row of a window, by column.

    Args:
        runs: As `Lines` finds them, each with the number of its trunk for that of its
            net, and with a number that pieces of one value share.
        window: First column, first row, last column, last row.
    """
    x0, y0, x1, y1 = window
    rows: list[list[LineCell]] = [[] for _ in range(y0, y1 + 1)]
    if not len(runs):
        return rows
    left, top, right, bottom = runs[:, :4].T
    is_upright = left == right
    bounds = np.array([x0, y0]), np.array([x1, y1])
    first = np.maximum(runs[:, :2], bounds[0])
    lengths = (np.minimum(runs[:, 2:4], bounds[1]) - first).sum(axis=1) + 1
    run = np.repeat(np.arange(len(runs)), lengths)
    along = np.arange(len(run)) - np.repeat(lengths.cumsum() - lengths, lengths)
    x = first[run, 0] + along * ~is_upright[run]
    y = first[run, 1] + along * is_upright[run]
    bits = np.where(
        is_upright[run],
        NORTH * (y > top[run]) + SOUTH * (y < bottom[run]),
        WEST * (x > left[run]) + EAST * (x < right[run]),
    )
    trunks, sides, arrows, values = runs[:, 4:].T
    # What belongs to one value in one cell is next to each other, the first first.
    order = np.lexsort((values[run], x, y))
    place = np.stack((y[order], x[order], values[run][order]), axis=1)
    starts = np.flatnonzero(
        np.concatenate(([True], (place[1:] != place[:-1]).any(axis=1)))
    )
    joined = np.bitwise_or.reduceat(
        np.stack((bits | sides[run], arrows[run]), axis=1)[order], starts
    )
    table = np.column_stack((place[starts, :2], joined, trunks[run][order][starts]))
    for row, column, found, is_arrow, trunk in table.tolist():
        cells = rows[row - y0]
        if cells and cells[-1].x == column:
            cells.append(_crossing(cells.pop(), found, trunk))
        else:
            cells.append(LineCell(column, found, trunk, False, bool(is_arrow), -1))
    return rows


def _crossing(other: LineCell, bits: int, trunk: int) -> LineCell:
    """Return the cell where a trunk meets another: what runs across is on top."""
    if bits & (EAST | WEST):
        return LineCell(other.x, bits, trunk, True, False, other.trunk)
    return LineCell(other.x, other.bits, other.trunk, True, False, trunk)
