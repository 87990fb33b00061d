"""The geometry of one region, whatever is in it is called: equal ones share it."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterator, Mapping

import numpy as np

from graphstep.layout._bands import Bands
from graphstep.layout._line_cells import Lines
from graphstep.layout._shapes import Segment


@dataclasses.dataclass(frozen=True, eq=False)
class PartPlan:
    """Where everything of one stretch is, in columns and rows of its own.

    Attributes:
        size: Extent across and along.
        last: First cell along of its last rank.
        boxes: Per node and closed block, its column, row, width and height; those
            that another stretch draws are left out.
        box_vertices: Per box, its vertex.
        frames: Per open block directly inside, likewise.
        segments: Per net, its runs.
        ends: Per net, where it starts and where it ends: column, row, whether an
            arrow belongs there, and on which side its item is, if beside it.
        stubs: Per text, its net, which of the net's ends, column, row and width.
        places: Per vertex on the region's border, and at a cut, its place across.
    """

    size: tuple[int, int]
    last: int
    boxes: tuple[Segment, ...]
    box_vertices: tuple[int, ...]
    frames: tuple[Segment, ...]
    segments: tuple[tuple[Segment, ...], ...]
    ends: tuple[tuple[tuple[int, int, bool, int], ...], ...]
    stubs: tuple[tuple[int, int, int, int, int], ...]
    places: Mapping[int, int]

    @functools.cached_property
    def box_bands(self) -> Bands:
        """The boxes, to be found by rows."""
        return Bands(self.boxes)

    @functools.cached_property
    def frame_bands(self) -> Bands:
        """The frames, to be found by rows."""
        return Bands(self.frames)

    @functools.cached_property
    def lines(self) -> Lines:
        """The lines, to be found by rows."""
        return Lines(self.segments, self.ends)

    @functools.cached_property
    def stub_rows(self) -> Mapping[int, list[int]]:
        """Numbers of stubs by row."""
        found: dict[int, list[int]] = {}
        for number, stub in enumerate(self.stubs):
            found.setdefault(stub[3], []).append(number)
        return found

    @functools.cached_property
    def rectangles(self) -> np.ndarray:
        """The boxes as rows of an array."""
        return np.array(self.boxes, np.int64).reshape(-1, 4)


@dataclasses.dataclass(frozen=True, eq=False)
class Plan:
    """Where everything of one region is, in columns and rows of its own.

    Attributes:
        size: Extent across and along, border included.
        title: First column, and number, of free cells in the upper border.
        parts: Its stretches, the first ranks first.
        places: Per part, its first column and row.
    """

    size: tuple[int, int]
    title: tuple[int, int]
    parts: tuple[PartPlan, ...]
    places: tuple[tuple[int, int], ...]

    def _placed(self) -> Iterator[tuple[PartPlan, int, int]]:
        for part, (x, y) in zip(self.parts, self.places, strict=True):
            yield part, x, y

    @functools.cached_property
    def boxes(self) -> tuple[Segment, ...]:
        """Per node and closed block, its column, row, width and height."""
        return tuple(
            (a + x, b + y, width, height)
            for part, x, y in self._placed()
            for a, b, width, height in part.boxes
        )

    @functools.cached_property
    def frames(self) -> tuple[Segment, ...]:
        """Per open block directly inside, likewise."""
        return tuple(
            (a + x, b + y, width, height)
            for part, x, y in self._placed()
            for a, b, width, height in part.frames
        )

    @functools.cached_property
    def segments(self) -> tuple[tuple[Segment, ...], ...]:
        """Per net, its runs."""
        return tuple(
            tuple([(a + x, b + y, c + x, d + y) for a, b, c, d in runs])
            for part, x, y in self._placed()
            for runs in part.segments
        )

    @functools.cached_property
    def ends(self) -> tuple[tuple[tuple[int, int, bool, int], ...], ...]:
        """Per net, where it starts and ends: see `PartPlan`."""
        return tuple(
            tuple([(a + x, b + y, arrow, to) for a, b, arrow, to in ends])
            for part, x, y in self._placed()
            for ends in part.ends
        )

    @functools.cached_property
    def stubs(self) -> tuple[tuple[int, int, int, int, int], ...]:
        """Per text, its net, which of the net's ends, column, row and width."""
        numbers = itertools.accumulate(
            [len(part.segments) for part in self.parts], initial=0
        )
        return tuple(
            (first + net, end, a + x, b + y, width)
            for first, (part, x, y) in zip(numbers, self._placed(), strict=False)
            for net, end, a, b, width in part.stubs
        )
