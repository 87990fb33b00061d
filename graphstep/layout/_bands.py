"""Find which rectangles lie in some rows without looking at the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.layout._shapes import Segment

_BAND = 16


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
