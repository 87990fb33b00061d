"""Find what lies in some rows of a drawing without looking at the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graphstep.layout._shapes import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    Box,
    Frame,
    LineCell,
    Trunk,
)

_BAND = 16
# Lines longer than this are found by bands of so many rows, or they would be in
# hundreds of the others.
_LONG = 512


class Bands:
    """Boxes and frames by bands of rows."""

    def __init__(self, shapes: Iterable[Box | Frame]) -> None:
        self._bands: dict[int, list[Box | Frame]] = {}
        for shape in shapes:
            for band in range(
                shape.y // _BAND, (shape.y + shape.height - 1) // _BAND + 1
            ):
                self._bands.setdefault(band, []).append(shape)

    def touching(self, x0: int, y0: int, x1: int, y1: int) -> Iterator[Box | Frame]:
        """Yield what meets a rectangle, outer frames first."""
        for band in range(y0 // _BAND, y1 // _BAND + 1):
            for shape in self._bands.get(band, ()):
                # A shape in several of the bands counts in the first of them.
                if band != max(y0, shape.y) // _BAND:
                    continue
                if shape.x > x1 or shape.x + shape.width <= x0:
                    continue
                if shape.y > y1 or shape.y + shape.height <= y0:
                    continue
                yield shape


class Lines:
    """Cells of trunks by row."""

    def __init__(self, trunks: Sequence[Trunk]) -> None:
        self._across: dict[int, list[tuple[int, int, int]]] = {}
        self._along: dict[int, list[tuple[int, int, int, int]]] = {}
        self._long: dict[int, list[tuple[int, int, int, int]]] = {}
        self._marks: dict[int, list[tuple[int, int, int, bool]]] = {}
        for index, trunk in enumerate(trunks):
            for x0, y0, x1, y1 in trunk.segments:
                if x0 != x1:
                    self._across.setdefault(y0, []).append((x0, x1, index))
                    continue
                size = _BAND if y1 - y0 < _LONG else _LONG
                bands = self._along if size == _BAND else self._long
                for band in range(y0 // size, y1 // size + 1):
                    bands.setdefault(band, []).append((x0, y0, y1, index))
            for end in (trunk.start, *trunk.ends):
                if end.toward or end.is_arrow:
                    mark = (end.x, index, end.toward, end.is_arrow)
                    self._marks.setdefault(end.y, []).append(mark)

    def row(self, y: int, values: Sequence[int]) -> list[LineCell]:
        """Return the cells of row `y`, by column.

        Args:
            y: The row.
            values: Per trunk, a number that pieces of one value share.
        """
        bits: dict[tuple[int, int], int] = {}
        owner: dict[tuple[int, int], int] = {}

        def mark(x: int, trunk: int, more: int) -> None:
            key = (x, values[trunk])
            bits[key] = bits.get(key, 0) | more
            owner.setdefault(key, trunk)

        for x0, x1, trunk in self._across.get(y, ()):
            mark(x0, trunk, EAST)
            for x in range(x0 + 1, x1):
                mark(x, trunk, EAST | WEST)
            mark(x1, trunk, WEST)
        for x, y0, y1, trunk in (
            *self._along.get(y // _BAND, ()),
            *self._long.get(y // _LONG, ()),
        ):
            if y0 <= y <= y1:
                mark(x, trunk, (y > y0 and NORTH) | (y < y1 and SOUTH))
        arrows: set[int] = set()
        for x, trunk, toward, is_arrow in self._marks.get(y, ()):
            mark(x, trunk, toward)
            if is_arrow:
                arrows.add(x)
        return _cells(bits, owner, arrows)


def _cells(
    bits: dict[tuple[int, int], int],
    owner: dict[tuple[int, int], int],
    arrows: set[int],
) -> list[LineCell]:
    cells: list[LineCell] = []
    for key in sorted(bits):
        x, found, trunk = key[0], bits[key], owner[key]
        if not cells or cells[-1].x != x:
            cells.append(LineCell(x, found, trunk, False, x in arrows, -1))
            continue
        other = cells.pop()
        if found & (EAST | WEST):
            cells.append(LineCell(x, found, trunk, True, False, other.trunk))
        else:
            cells.append(LineCell(x, other.bits, other.trunk, True, False, trunk))
    return cells
