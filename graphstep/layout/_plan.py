"""The geometry of one network, whatever its parts are called: equal ones share it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

import numpy as np

from graphstep.layout._bands import Bands, Lines
from graphstep.layout._shapes import Segment


@dataclasses.dataclass(frozen=True, eq=False)
class Plan:
    """Where everything of one region is, in columns and rows of its own.

    Attributes:
        size: Extent across and along, border included.
        boxes: Per node and closed block, its column, row, width and height.
        frames: Per open block directly inside, likewise.
        segments: Per net, its runs.
        ends: Per net, where it starts and where it ends: column, row, whether an
            arrow belongs there, and on which side its item is, if beside it.
        stubs: Per text, its net, which of the net's ends, column, row and width.
        border: Per vertex on the region's border, its place across.
        title: First column, and number, of free cells in the upper border.
    """

    size: tuple[int, int]
    boxes: tuple[Segment, ...]
    frames: tuple[Segment, ...]
    segments: tuple[tuple[Segment, ...], ...]
    ends: tuple[tuple[tuple[int, int, bool, int], ...], ...]
    stubs: tuple[tuple[int, int, int, int, int], ...]
    border: Mapping[int, int]
    title: tuple[int, int]

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
