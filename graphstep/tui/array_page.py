"""One frame of the array panel: headings, elements, what is under the cursor."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from graphstep.export.chain import index_text
from graphstep.tui.array_cut import Cut
from graphstep.tui.array_field import WORDS, Field
from graphstep.tui.array_formats import Writer, full_text, name_of
from graphstep.tui.array_grid import Grid, Spot
from graphstep.tui.array_heat import Hues, Scale, heat_lines, legend, shade_lines
from graphstep.tui.array_look import reals
from graphstep.tui.examined import Examined, cut_of
from graphstep.tui.numbers import fit, fit_right
from graphstep.tui.palette import Palette

_GAP = 2
_LEAST_CELL = 3
Line = list[Segment]


@dataclasses.dataclass(frozen=True, slots=True)
class Zone:
    """Cells of the first line that can be clicked.

    Attributes:
        start: The first cell.
        stop: The cell after the last.
        action: What a click does.
    """

    start: int
    stop: int
    action: str


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
            cell = max(widest, _LEAST_CELL, _sampled(field, cut, writer)) + _GAP
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


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """Lines of one frame.

    Attributes:
        lines: From the top.
        zones: What of the first line can be clicked.
        note: Which part is in sight.
        widest: Cells of the widest text.
    """

    lines: tuple[Line, ...]
    zones: tuple[Zone, ...]
    note: str
    widest: int


def page_of(
    sheet: Sheet,
    palette: Palette,
    *,
    spot: Spot,
    top: int,
    left: int,
    span: tuple[float, float] | None,
    companions: tuple[tuple[str, Any], ...] = (),
    hues: Hues | None = None,
) -> Page:
    """Write one frame.

    Args:
        sheet: The layout.
        palette: Styles.
        spot: The element that is followed; its plane is shown.
        top: First row in sight.
        left: First column in sight.
        span: Least and greatest element of all, if they are known.
        companions: Other values at the same element, each with its name.
        hues: Colours of a heat map; `None` for signs and shades.
    """
    head, zones = _head(sheet, palette, spot.plane)
    if sheet.grid.is_empty:
        empty: Line = [Segment(" no elements", palette.dim)]
        return Page((head, empty), zones, "", 0)
    rows, columns = sheet.rows(top), sheet.columns(left)
    window = sheet.grid.window(sheet.field.part, spot.plane, rows, columns)
    has = sheet.grid.mask(rows, columns)
    cursor = (spot.row - top, spot.column - left)
    lines: list[Line] = [head]
    if sheet.n_head > 1:
        lines.append(_column_headings(sheet, palette, columns, spot.column))
    widest = 0
    if sheet.is_heat:
        known = span if span is not None else _span(window)
        scale = Scale(max(abs(known[0]), abs(known[1])), hues)
        draw = shade_lines if sheet.is_mono else heat_lines
        body = draw(window, has, scale, palette, cursor=cursor)
    else:
        absmax = None if span is None else max(abs(span[0]), abs(span[1]))
        writer = Writer.of(sheet.examined.format, window.dtype, absmax)
        body, widest = _numbers(sheet, palette, window, has, writer, cursor)
    for number, line in enumerate(body):
        row = rows[number * sheet.rows_per_line]
        is_here = row <= spot.row < row + sheet.rows_per_line
        style = palette.bright if is_here else palette.faint
        heading = fit_right(sheet.grid.row_heading(row), sheet.grid.heading_width)
        lines.append([Segment(f" {heading}  ", style), *line])
    if sheet.n_foot:
        lines += [[]] * (sheet.height - sheet.n_foot - len(lines))
        lines.append(_foot(sheet, palette, spot, companions))
    if sheet.n_foot > 1:
        ends = span if span is not None else _span(window)
        scale = Scale(max(abs(ends[0]), abs(ends[1])), hues)
        line = legend(*ends, scale, palette, sheet.width - 22)
        if span is None:
            line.append(Segment("  of what is in sight", palette.faint))
        lines.append(line)
    return Page(tuple(lines), zones, _note(sheet, rows, columns), widest)


def _head(sheet: Sheet, palette: Palette, plane: int) -> tuple[Line, tuple[Zone, ...]]:
    field, grid = sheet.field, sheet.grid
    is_back = "cotangent" in field.what or field.what == "product"
    parts: list[tuple[str, Style, str]] = [
        (
            WORDS[field.what],
            palette.backward if is_back else palette.forward,
            "array_what",
        )
    ]
    if field.note:
        parts.append((field.note, palette.dim, ""))
    if grid.cut.parts and not grid.cut.is_whole(field.shape):
        parts.append((grid.cut.text(field.shape), palette.bright, "array_slice"))
    if grid.n_planes > 1:
        parts += [
            ("◂", palette.dim, "array_plane_before"),
            (grid.plane_text(plane), palette.text, "array_slice"),
            (f"{plane + 1}/{grid.n_planes}", palette.dim, "array_slice"),
            ("▸", palette.dim, "array_plane_after"),
        ]
    elif grid.columns is not None and (grid.rows or 0) > grid.columns:
        parts.append((grid.plane_text(plane), palette.text, "array_slice"))
    parts.append(
        (name_of(sheet.examined.format, field.dtype), palette.dim, "array_format")
    )
    line: Line = []
    zones: list[Zone] = []
    x = 0
    for number, (words, style, action) in enumerate(parts):
        gap = "  " if number and action != "array_plane_after" else " "
        room = sheet.width - x - len(gap)
        if room < 2:
            break
        shown = fit(words, room) if cell_len(words) > room else words
        line += [Segment(gap), Segment(shown, style)]
        zones.append(Zone(x + len(gap), x + len(gap) + cell_len(shown), action))
        x += len(gap) + cell_len(shown)
    return line, tuple(zones)


def _column_headings(sheet: Sheet, palette: Palette, columns: range, here: int) -> Line:
    line: Line = [Segment(" " * sheet.left)]
    if not sheet.is_heat:
        for column in columns:
            text = fit_right(sheet.grid.column_heading(column), sheet.cell - _GAP)
            style = palette.bright if column == here else palette.faint
            line.append(Segment(text + " " * _GAP, style))
        return line
    # Elements are narrower than their headings, so only some have one.
    text, end = "", 0
    for column in columns:
        x = (column - columns.start) * sheet.cell
        if column % 10 == 0 and x >= end:
            words = sheet.grid.column_heading(column)
            text = text.ljust(x) + words
            end = x + len(words) + 1
    return [*line, Segment(text, palette.faint)]


def _numbers(
    sheet: Sheet,
    palette: Palette,
    window: np.ndarray,
    has: np.ndarray,
    writer: Writer,
    cursor: tuple[int, int],
) -> tuple[list[Line], int]:
    bad = _bad(window)
    width, widest = sheet.cell - _GAP, 0
    lines: list[Line] = []
    reverse = palette.bright + Style(reverse=True)
    for row, values in enumerate(window.tolist()):
        line: Line = []
        run: list[str] = []
        for column, value in enumerate(values):
            text = writer.text(value) if has[row, column] else ""
            widest = max(widest, len(text))
            shown = fit_right(text, width)
            is_here = cursor == (row, column)
            if not is_here and not bad[row, column]:
                run.append(shown + " " * _GAP)
                continue
            line.append(Segment("".join(run), palette.text))
            run = [" " * _GAP]
            line.append(Segment(shown, reverse if is_here else palette.trouble))
        line.append(Segment("".join(run), palette.text))
        lines.append(line)
    return lines, widest


def _foot(
    sheet: Sheet,
    palette: Palette,
    spot: Spot,
    companions: tuple[tuple[str, Any], ...],
) -> Line:
    index = sheet.grid.index(spot)
    value = sheet.field.element(index)
    style = palette.trouble if _bad(np.asarray(value)).any() else palette.bright
    where = f" {index_text(index)} " if index else " "
    parts: list[tuple[str, Style]] = [(where, palette.dim), (full_text(value), style)]
    for name, other in companions:
        parts += [(f"   {name} ", palette.faint), (full_text(other), palette.text)]
    line: Line = []
    room = sheet.width
    for words, look in parts:
        if room <= 0:
            break
        shown = fit(words, room) if cell_len(words) > room else words
        line.append(Segment(shown, look))
        room -= cell_len(shown)
    return line


def _note(sheet: Sheet, rows: range, columns: range) -> str:
    grid = sheet.grid
    parts: list[str] = []
    if len(rows) < grid.n_rows:
        parts.append(f"rows {rows.start + 1}–{rows.stop} of {grid.n_rows:,}")  # noqa: RUF001
    if len(columns) < grid.n_columns:
        span = f"{columns.start + 1}–{columns.stop}"  # noqa: RUF001
        parts.append(f"columns {span} of {grid.n_columns:,}")
    return " · ".join(parts)


def _bad(window: np.ndarray) -> np.ndarray:
    if window.dtype.kind in "biu":
        return np.zeros(window.shape, bool)
    return ~np.isfinite(reals(window))


def _span(window: np.ndarray) -> tuple[float, float]:
    x = reals(window)
    x = x[np.isfinite(x)]
    return (float(x.min()), float(x.max())) if x.size else (0.0, 0.0)


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
