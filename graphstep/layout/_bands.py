"""Find what lies in some rows of a drawing without looking at the rest."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

from graphstep.layout._shapes import EAST, NORTH, SOUTH, WEST, Segment

_BAND = 16
# Lines longer than this are looked for apart, or all that begin beside one would be
# looked at with it.
_LONG = 64

# Column, number of the net, directions in which it goes on, whether there is an arrow.
Mark = tuple[int, int, int, bool]


class Bands:
    """Rectangles by bands of rows.

    Args:
        shapes: Column, row, width and height of each.
    """

    def __init__(self, shapes: Sequence[Segment]) -> None:
        self._shapes = shapes
        self._bands: dict[int, list[int]] = {}
        for number, (_, y, _, height) in enumerate(shapes):
            for band in range(y // _BAND, (y + height - 1) // _BAND + 1):
                self._bands.setdefault(band, []).append(number)

    def touching(self, x0: int, y0: int, x1: int, y1: int) -> Iterator[int]:
        """Yield the numbers of what meets a rectangle, corners included."""
        for band in range(y0 // _BAND, y1 // _BAND + 1):
            for number in self._bands.get(band, ()):
                x, y, width, height = self._shapes[number]
                # A shape in several of the bands counts in the first of them.
                if band != max(y0, y) // _BAND:
                    continue
                if x <= x1 and x + width > x0 and y <= y1 and y + height > y0:
                    yield number


class Lines:
    """Cells of nets by row.

    Args:
        segments: Per net, its runs.
        ends: Per net, the places of its ends: see `Plan`.
    """

    def __init__(
        self,
        segments: Sequence[Sequence[Segment]],
        ends: Sequence[Sequence[tuple[int, int, bool, int]]],
    ) -> None:
        chained = itertools.chain.from_iterable
        runs = np.fromiter(chained(chained(segments)), np.int64).reshape(-1, 4)
        nets = np.repeat(np.arange(len(segments)), [len(each) for each in segments])
        is_long = runs[:, 3] - runs[:, 1] >= _LONG
        self._runs = tuple(
            _Runs(runs[chosen], nets[chosen]) for chosen in (~is_long, is_long)
        )
        marks = np.fromiter(chained(chained(ends)), np.int64).reshape(-1, 4)
        owners = np.repeat(np.arange(len(ends)), [len(each) for each in ends])
        is_marked = (marks[:, 2] > 0) | (marks[:, 3] > 0)
        marks, owners = marks[is_marked], owners[is_marked]
        order = np.argsort(marks[:, 1], kind="stable")
        self._marks, self._owners = marks[order], owners[order]
        # Lists, for a search in an array lets other threads go first.
        self._mark_rows: list[int] = self._marks[:, 1].tolist()

    def row(self, y: int, first: int, last: int) -> Iterator[Mark]:
        """Yield the marks of row `y` from column `first` to `last`, in any order."""
        for runs in self._runs:
            yield from runs.row(y, first, last)
        low = bisect_left(self._mark_rows, y)
        high = bisect_right(self._mark_rows, y)
        if low < high:
            places, owners = self._marks[low:high], self._owners[low:high]
            for (x, _, is_arrow, toward), net in zip(
                places.tolist(), owners.tolist(), strict=True
            ):
                if first <= x <= last:
                    yield x, net, toward, bool(is_arrow)


class _Runs:
    """Straight runs, sorted by their first row."""

    def __init__(self, runs: np.ndarray, nets: np.ndarray) -> None:
        order = np.argsort(runs[:, 1], kind="stable")
        self._runs, self._nets = runs[order], nets[order]
        self._first: list[int] = self._runs[:, 1].tolist()
        self._last = self._runs[:, 3].copy()
        # All before the first run that reaches a row end above it.
        self._reach = list(itertools.accumulate(self._last.tolist(), max))

    def row(self, y: int, first: int, last: int) -> Iterator[Mark]:
        low = bisect_left(self._reach, y)
        high = bisect_right(self._first, y)
        if low >= high:
            return
        chosen = low + np.flatnonzero(self._last[low:high] >= y)
        runs, nets = self._runs[chosen].tolist(), self._nets[chosen].tolist()
        for (x0, y0, x1, y1), net in zip(runs, nets, strict=True):
            if x0 > last or x1 < first:
                continue
            if x0 == x1:
                yield x0, net, (y > y0 and NORTH) | (y < y1 and SOUTH), False
                continue
            if first <= x0:
                yield x0, net, EAST, False
            for x in range(max(x0 + 1, first), min(x1, last + 1)):
                yield x, net, EAST | WEST, False
            if x1 <= last:
                yield x1, net, WEST, False
