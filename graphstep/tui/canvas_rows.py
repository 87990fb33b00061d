"""Painted rows, kept as long as nothing in them looks different."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

from graphstep.layout import Layout, Row
from graphstep.tui.canvas_paint import Item, Painter, items_of

# Rows of a drawing that are kept; a screen has a hundred.
_KEPT = 1024


class _Painted(NamedTuple):
    """A row that was painted: what is in it, when that was, and the result."""

    row: Row
    items: frozenset[Item]
    time: int
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
        # How many painters there were, how things looked to the last that was asked,
        # and since which of them they look so.
        self._time = 0
        self._looks: dict[Item, object] = {}
        self._since: dict[Item, int] = {}

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
        self._time += 1
        if before is not None and before.view.palette is not painter.view.palette:
            self._rows = {}

    def strip(self, y: int) -> Strip:
        """Return row `y`, the same object as long as it looks the same."""
        if y not in self._current:
            self.paint(range(y, y + 1))
        return self._current[y]

    def changed(self, rows: range) -> list[int]:
        """Return those of some rows that look different from when they were painted."""
        before = {y: self._rows[y].strip for y in rows if y in self._rows}
        self.paint(rows)
        return [y for y in rows if self._current[y] is not before.get(y)]

    def paint(self, rows: range) -> None:
        """Paint some rows, which costs less than one after the other."""
        painter = self._painter
        assert painter is not None
        if len(self._rows) >= _KEPT:
            self._rows.clear()
        contents = self._contents([y for y in rows if y not in self._current])
        self._look_at(frozenset().union(*[items for _, items in contents.values()]))
        for y, (row, items) in contents.items():
            before = self._rows.get(y)
            since = max(map(self._since.__getitem__, items))
            if before is None or before.time < since:
                strip = painter.row(y, self.x0, self.width, row, self.base)
                self._rows[y] = _Painted(row, items, self._time, strip)
            self._current[y] = self._rows[y].strip

    def _contents(self, rows: Sequence[int]) -> dict[int, tuple[Row, frozenset[Item]]]:
        """Return what is in some rows, the first first."""
        found = {y: self._rows[y][:2] for y in rows if y in self._rows}
        missing = [y for y in rows if y not in found]
        if missing:
            # They are next to each other unless some were left out before.
            stretch = range(missing[0], missing[-1] + 1)
            last = self.x0 + self.width - 1
            for y, row in zip(
                stretch, self.layout.rows(stretch, self.x0, last), strict=True
            ):
                if y not in found:
                    found[y] = row, items_of(y, row)
        return found

    def _look_at(self, items: Iterable[Item]) -> None:
        """Note what looks different from when it was looked at before."""
        painter, looks = self._painter, self._looks
        assert painter is not None
        for item in items:
            look = painter.look(item)
            if item not in looks or looks[item] != look:
                looks[item], self._since[item] = look, self._time
