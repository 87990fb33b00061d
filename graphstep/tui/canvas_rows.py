"""Painted rows, kept as long as nothing in them looks different."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from rich.style import Style
from textual.strip import Strip

from graphstep.layout import Box, Frame, Layout, LineCell
from graphstep.tui.canvas_paint import Painter

# Rows of a drawing that are kept; a screen has a hundred.
_KEPT = 1024


@dataclasses.dataclass(frozen=True, slots=True)
class Content:
    """What is in one row of a layout, whatever it looks like.

    Attributes:
        frames: Open regions and groups, outer first.
        boxes: Nodes, closed regions and groups.
        cells: The lines.
        trunks: Whose lines these are.
    """

    frames: Sequence[Frame]
    boxes: Sequence[Box]
    cells: Sequence[LineCell]
    trunks: Sequence[int]

    @classmethod
    def of(cls, layout: Layout, y: int, x0: int, width: int) -> Content:
        """Return what is in row `y` from column `x0` on."""
        if not 0 <= y < layout.height:
            return cls((), (), (), ())
        frames, boxes = layout.boxes_in(x0, y, x0 + width - 1, y)
        cells = layout.row(y, x0, x0 + width - 1)
        return cls(frames, boxes, cells, list({cell.trunk: None for cell in cells}))


@dataclasses.dataclass(slots=True)
class _Painted:
    """A row that was painted: what is in it, how that looked, and the result."""

    content: Content
    looks: tuple[Any, ...]
    strip: Strip


class PaintedRows:
    """The rows of one layout, from one column on.

    Args:
        layout: Where things are.
        x0: First column; may be negative.
        width: How many cells.
        base: Style under everything.
    """

    def __init__(self, layout: Layout, x0: int, width: int, base: Style) -> None:
        self.layout, self.x0, self.width, self.base = layout, x0, width, base
        self._rows: dict[int, _Painted] = {}
        self._current: dict[int, Strip] = {}
        self._painter: Painter | None = None

    def fits(self, layout: Layout, x0: int, width: int, base: Style) -> bool:
        """Return whether these are the rows of that layout, place and style."""
        return (
            layout is self.layout
            and (x0, width) == (self.x0, self.width)
            and base == self.base
        )

    def paint_with(self, painter: Painter) -> None:
        """Have rows look as another state wants it."""
        before, self._painter = self._painter, painter
        if before is painter:
            return
        self._current = {}
        if before is not None and before.view.palette is not painter.view.palette:
            self._rows = {}

    def strip(self, y: int) -> Strip:
        """Return row `y`, the same object as long as it looks the same."""
        found = self._current.get(y)
        if found is None:
            found = self._current[y] = self._paint(y)
        return found

    def changed(self, rows: Iterable[int]) -> list[int]:
        """Return those of some rows that look different from when they were painted."""
        found: list[int] = []
        for y in rows:
            before = self._rows.get(y)
            if self.strip(y) is not (before and before.strip):
                found.append(y)
        return found

    def _paint(self, y: int) -> Strip:
        painter, before = self._painter, self._rows.get(y)
        assert painter is not None
        content = (
            Content.of(self.layout, y, self.x0, self.width)
            if before is None
            else before.content
        )
        looks = painter.looks(y, content.frames, content.boxes, content.trunks)
        if before is not None and before.looks == looks:
            return before.strip
        strip = painter.row(y, self.x0, self.width, content.cells, self.base)
        if len(self._rows) >= _KEPT:
            self._rows.clear()
        self._rows[y] = _Painted(content, looks, strip)
        return strip
