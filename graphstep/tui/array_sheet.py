"""How the elements of an array are laid out in a panel: cells, rows, columns in sight."""

from __future__ import annotations

import dataclasses

import numpy as np

from graphstep.tui.array_cut import Cut
from graphstep.tui.array_field import Field
from graphstep.tui.array_formats import Writer
from graphstep.tui.array_grid import Grid
from graphstep.tui.examined import Examined, cut_of

# Blanks after each element.
GAP = 2
_LEAST_CELL = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """How a field is laid out in a panel of some size.

    Attributes:
        field: The elements.
        grid: Their rows and columns.
        examined: What a person chose.
        width: Cells in a line.
        height: Lines.
        cell: Cells of one element.
        is_mono: Whether there are no colours.
    """

    field: Field
    grid: Grid
    examined: Examined
    width: int
    height: int
    cell: int
    is_mono: bool = False

    @classmethod
    def of(
        cls,
        field: Field,
        examined: Examined,
        size: tuple[int, int],
        *,
        widest: int = 0,
        absmax: float | None = None,
        is_mono: bool = False,
    ) -> Sheet:
        """Lay a field out.

        Args:
            field: The elements.
            examined: Slice, axes and format.
            size: Cells in a line, and lines.
            widest: The widest text that is known of.
            absmax: The greatest size of any element, if that is known.
            is_mono: Whether there are no colours.
        """
        cut = cut_of(examined, field.shape)
        is_heat = examined.format == "heat"
        cell = 2 if is_mono else 1
        if not is_heat:
            writer = Writer.of(examined.format, field.dtype, absmax)
            cell = max(widest, _LEAST_CELL, _sampled(field, cut, writer)) + GAP
        room = max(1, (size[0] - _heading_room(field, cut)) // cell)
        grid = Grid.of(cut, examined.axes, room)
        return cls(field, grid, examined, *size, cell, is_mono)

    @property
    def is_heat(self) -> bool:
        """Whether elements are colours."""
        return self.examined.format == "heat"

    @property
    def left(self) -> int:
        """Cells before the first element."""
        return self.grid.heading_width + 3

    @property
    def n_head(self) -> int:
        """Lines above the elements."""
        return 2 if self.height >= 6 else 1

    @property
    def n_foot(self) -> int:
        """Lines below them."""
        if self.height < 5:
            return 0
        return 2 if self.is_heat else 1

    @property
    def rows_per_line(self) -> int:
        """Rows that one line shows."""
        return 2 if self.is_heat and not self.is_mono else 1

    @property
    def n_rows(self) -> int:
        """Rows that there is room for."""
        lines = max(1, self.height - self.n_head - self.n_foot)
        return lines * self.rows_per_line

    @property
    def n_columns(self) -> int:
        """Columns that there is room for."""
        return max(1, (self.width - self.left) // self.cell)

    def rows(self, top: int) -> range:
        """Return the rows in sight."""
        return range(top, min(top + self.n_rows, self.grid.n_rows))

    def columns(self, left: int) -> range:
        """Return the columns in sight."""
        return range(left, min(left + self.n_columns, self.grid.n_columns))

    def at(self, x: int, y: int, top: int, left: int) -> tuple[int, int] | None:
        """Return row and column of the element in a cell of the panel."""
        column = left + (x - self.left) // self.cell
        row = top + (y - self.n_head) * self.rows_per_line
        if x < self.left or y < self.n_head or y >= self.height - self.n_foot:
            return None
        return (row, column) if self.grid.has(row, column) else None


def _sampled(field: Field, cut: Cut, writer: Writer) -> int:
    """Return the width of the widest of some elements at the start of a slice."""
    if not cut.size:
        return 0
    parts = tuple(part if isinstance(part, int) else part[:8] for part in cut.parts)
    while (n := np.prod([1 if isinstance(p, int) else len(p) for p in parts])) > 64:
        parts = tuple(
            p if isinstance(p, int) else p[: max(1, len(p) // 2)] for p in parts
        )
        if n == 1:
            break
    elements = field.part(parts).reshape(-1).tolist()
    return max(len(writer.text(value)) for value in elements)


def _heading_room(field: Field, cut: Cut) -> int:
    """Return the cells that row headings take at the most, and the gap after them."""
    lengths = [len(str(max(0, field.shape[a] - 1))) for a in cut.free]
    return max(lengths, default=0) + 3
