"""How the elements of a slice are laid out in rows and columns, plane by plane."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from graphstep.tui.array_cut import Cut, Part

# Lengths at which a single axis is wrapped, so that indices are easy to count.
_WRAPS = (1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 40, 50, 64, 80, 100, 128, 160, 200)


@dataclasses.dataclass(frozen=True, slots=True)
class Spot:
    """Where one element is: which plane, which row and column of it."""

    plane: int
    row: int
    column: int


@dataclasses.dataclass(frozen=True, slots=True)
class Grid:
    """Rows and columns of a slice.

    A slice with one axis is wrapped; of one with more, two axes are rows and columns,
    and there is a plane for every index of the others.

    Attributes:
        cut: The slice.
        rows: The axis that runs down; `None` if there is at most one.
        columns: The axis that runs to the right; `None` if there is a single element.
        wrap: Elements in a row where the one axis is wrapped.
    """

    cut: Cut
    rows: int | None
    columns: int | None
    wrap: int = 1

    @classmethod
    def of(cls, cut: Cut, axes: tuple[int, int] | None, room: int) -> Grid:
        """Lay a slice out.

        Args:
            cut: The slice.
            axes: The axes that are rows and columns, if both are free.
            room: How many elements fit side by side.
        """
        free = cut.free
        if not free:
            return cls(cut, None, None)
        if len(free) == 1:
            length = cut.length(free[0])
            if length <= room:
                return cls(cut, None, free[0], max(1, length))
            wrap = max(w for w in _WRAPS if w <= max(room, 1))
            return cls(cut, None, free[0], wrap)
        if axes is None or not set(axes) <= set(free):
            axes = free[-2], free[-1]
        return cls(cut, *axes)

    @property
    def others(self) -> tuple[int, ...]:
        """The axes that planes are counted along."""
        return tuple(a for a in self.cut.free if a not in (self.rows, self.columns))

    @property
    def n_planes(self) -> int:
        """Number of planes."""
        return math.prod(self.cut.length(axis) for axis in self.others)

    @property
    def n_columns(self) -> int:
        """Elements in a row."""
        if self.columns is None:
            return 1
        return self.wrap if self.rows is None else self.cut.length(self.columns)

    @property
    def n_rows(self) -> int:
        """Rows in a plane."""
        if self.rows is not None:
            return self.cut.length(self.rows)
        if self.columns is None:
            return 1
        return -(-self.cut.length(self.columns) // self.wrap)

    @property
    def is_empty(self) -> bool:
        """Whether there are no elements."""
        return not self.cut.size

    def has(self, row: int, column: int) -> bool:
        """Return whether there is an element; the last row may be shorter."""
        if not (0 <= row < self.n_rows and 0 <= column < self.n_columns):
            return False
        if self.rows is not None or self.columns is None:
            return True
        return row * self.wrap + column < self.cut.length(self.columns)

    def mask(self, rows: range, columns: range) -> np.ndarray:
        """Return where there are elements in some rows and columns."""
        shape = len(rows), len(columns)
        if self.rows is not None or self.columns is None:
            return np.ones(shape, bool)
        places = np.add.outer(np.asarray(rows) * self.wrap, np.asarray(columns))
        return places < self.cut.length(self.columns)

    # Indices -------------------------------------------------------------------------

    def index(self, spot: Spot) -> tuple[int, ...]:
        """Return the array's index of an element."""
        places = dict(zip(self.others, self._plane_places(spot.plane), strict=True))
        if self.rows is not None:
            places[self.rows] = spot.row
        if self.columns is not None:
            is_wrapped = self.rows is None
            places[self.columns] = (
                spot.row * self.wrap + spot.column if is_wrapped else spot.column
            )
        return tuple(
            self.cut.index(axis, places.get(axis, 0))
            for axis in range(len(self.cut.parts))
        )

    def spot(self, index: tuple[int, ...]) -> Spot | None:
        """Return where an element is, if it is in the slice."""
        places = self.cut.place(index)
        if places is None:
            return None
        plane = 0
        for axis in self.others:
            plane = plane * self.cut.length(axis) + places[axis]
        if self.columns is None:
            return Spot(plane, 0, 0)
        along = places[self.columns]
        if self.rows is None:
            return Spot(plane, *divmod(along, self.wrap))
        return Spot(plane, places[self.rows], along)

    def _plane_places(self, plane: int) -> tuple[int, ...]:
        lengths = [self.cut.length(axis) for axis in self.others]
        found: list[int] = []
        for length in reversed(lengths):
            plane, place = divmod(plane, max(length, 1))
            found.append(place)
        return tuple(reversed(found))

    def plane_text(self, plane: int) -> str:
        """Return the index of a plane, with arrows for the axes of rows and columns."""
        places = dict(zip(self.others, self._plane_places(plane), strict=True))
        words: list[str] = []
        for axis, part in enumerate(self.cut.parts):
            if axis == self.rows:
                words.append("↓")
            elif axis == self.columns:
                words.append("→")
            else:
                known = part if isinstance(part, int) else part[places[axis]]
                words.append(str(known))
        return f"[{', '.join(words)}]"

    # Headings ------------------------------------------------------------------------

    def row_heading(self, row: int) -> str:
        """Return what stands before a row: an index, or that of its first element."""
        if self.rows is not None:
            return str(self.cut.index(self.rows, row))
        if self.columns is None or not self.cut.length(self.columns):
            return ""
        return str(self.cut.index(self.columns, row * self.wrap))

    def column_heading(self, column: int) -> str:
        """Return what stands above a column: an index, or how far it is from the first."""
        if self.columns is None:
            return ""
        if self.rows is None:
            part = self.cut.parts[self.columns]
            step = part.step if isinstance(part, range) else 1
            if self.n_rows == 1:
                return str(self.cut.index(self.columns, column))
            return f"{'+' if step > 0 else '−'}{abs(column * step)}"
        return str(self.cut.index(self.columns, column))

    @property
    def heading_width(self) -> int:
        """Cells of the widest row heading."""
        if self.is_empty:
            return 0
        ends = {self.row_heading(row) for row in (0, self.n_rows - 1)}
        return max(map(len, ends))

    # Elements ------------------------------------------------------------------------

    def window(
        self,
        read: Callable[[tuple[Part, ...]], np.ndarray],
        plane: int,
        rows: range,
        columns: range,
    ) -> np.ndarray:
        """Return some rows and columns of a plane; no more than that is read.

        Args:
            read: Gives some indices of every axis of the array; see `part_of`.
            plane: Which plane.
            rows: Rows of the plane.
            columns: Columns of the plane.

        Returns:
            A matrix; what is past the end of the last wrapped row repeats some element.
        """
        places = dict(zip(self.others, self._plane_places(plane), strict=True))
        parts: list[Part] = []
        for axis, part in enumerate(self.cut.parts):
            if isinstance(part, int):
                parts.append(part)
            elif axis in places:
                parts.append(part[places[axis]])
            elif axis == self.rows:
                parts.append(part[rows.start : rows.stop])
            elif self.rows is None:
                parts.append(part[rows.start * self.wrap : rows.stop * self.wrap])
            else:
                parts.append(part[columns.start : columns.stop])
        found = read(tuple(parts))
        if self.columns is None:
            return found.reshape(1, 1)
        if self.rows is None:
            flat = found.reshape(-1)
            short = len(rows) * self.wrap - flat.size
            if short and flat.size:
                flat = np.concatenate([flat, np.repeat(flat[-1:], short)])
            return flat.reshape(len(rows), self.wrap)[:, columns.start : columns.stop]
        if self.rows > self.columns:
            found = np.swapaxes(found, self.rows, self.columns)
        return found.reshape(len(rows), len(columns))
