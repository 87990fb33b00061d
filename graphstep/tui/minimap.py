"""A small picture of the whole drawing, for the corner of a large one."""

from __future__ import annotations

import dataclasses

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from graphstep.layout import Layout

_WIDTH, _HEIGHT = 22, 9
_BRAILLE = 0x2800
# Bits of a braille cell, by row and column.
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Minimap:
    """Where there are boxes, in braille: two by four dots to a cell.

    Attributes:
        rows: Its lines.
        size: Columns and rows of the drawing.
    """

    rows: tuple[str, ...]
    size: tuple[int, int]

    @classmethod
    def of(cls, layout: Layout, widest: int = _WIDTH) -> Minimap:
        """Return the small picture of a drawing, at most so many columns wide."""
        width, height = max(layout.width, 1), max(layout.height, 1)
        widest = min(max(widest, 6), _WIDTH)
        # As long as the drawing, within what a corner holds.
        columns = min(widest, max(6, round(_HEIGHT * 2 * width / height)))
        n_rows = min(_HEIGHT, max(3, round(widest * height / (2 * width))))
        dots = np.zeros((n_rows * 4, columns * 2), bool)
        x, y, across, down = layout.rectangles.T
        first = y * dots.shape[0] // height, x * dots.shape[1] // width
        last = (
            (y + down - 1) * dots.shape[0] // height + 1,
            (x + across - 1) * dots.shape[1] // width + 1,
        )
        # Each box adds one from its first dot on, and takes it away after its last.
        steps = np.zeros((dots.shape[0] + 1, dots.shape[1] + 1), np.int64)
        np.add.at(steps, first, 1)
        np.add.at(steps, last, 1)
        np.add.at(steps, (first[0], last[1]), -1)
        np.add.at(steps, (last[0], first[1]), -1)
        dots |= steps.cumsum(0).cumsum(1)[:-1, :-1] > 0
        cells = dots.reshape(n_rows, 4, columns, 2).transpose(0, 2, 1, 3)
        codes = _BRAILLE + (cells * _DOTS).sum((2, 3))
        rows = tuple("".join(map(chr, row)) for row in codes.tolist())
        return cls(rows, (width, height))

    @property
    def width(self) -> int:
        """Columns, border included."""
        return len(self.rows[0]) + 2

    @property
    def height(self) -> int:
        """Rows, border included."""
        return len(self.rows) + 2

    def place(self, x: int, y: int) -> tuple[int, int]:
        """Return the cell of the drawing that a cell of the small picture stands for."""
        columns, n_rows = len(self.rows[0]), len(self.rows)
        across, down = min(max(x - 1, 0), columns - 1), min(max(y - 1, 0), n_rows - 1)
        width, height = self.size
        return (
            (2 * across + 1) * width // (2 * columns),
            (2 * down + 1) * height // (2 * n_rows),
        )

    def strip(
        self,
        y: int,
        view: tuple[int, int, int, int],
        here: tuple[int, int] | None,
        styles: tuple[Style, Style, Style],
    ) -> Strip:
        """Return one line of it, border included.

        Args:
            y: Which line.
            view: What is seen of the drawing: `x0, y0, x1, y1`, in its cells.
            here: Where the cursor is, in cells of the drawing.
            styles: Of the border, of what is seen, and of the cursor.
        """
        border, seen, mark = styles
        if y in (0, self.height - 1):
            ends = "╭╮" if y == 0 else "╰╯"
            line = ends[0] + "─" * (self.width - 2) + ends[1]
            return Strip([Segment(line, border)])
        row, columns, n_rows = self.rows[y - 1], len(self.rows[0]), len(self.rows)
        width, height = self.size
        x0, x1 = view[0] * columns // width, view[2] * columns // width
        y0, y1 = view[1] * n_rows // height, view[3] * n_rows // height
        segments = [Segment("│", border)]
        for x, char in enumerate(row):
            style = seen if x0 <= x <= x1 and y0 <= y - 1 <= y1 else border
            if here is not None and (
                here[0] * columns // width == x and here[1] * n_rows // height == y - 1
            ):
                char, style = "◆", mark  # noqa: PLW2901 -- what is drawn there instead.
            segments.append(Segment(char, style))
        return Strip([*segments, Segment("│", border)])
