"""One frame of the array panel: headings, elements, what is under the cursor."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from graphstep.export.chain import index_text
from graphstep.tui.array_field import WORDS
from graphstep.tui.array_formats import Writer, full_text, name_of
from graphstep.tui.array_grid import Spot
from graphstep.tui.array_heat import (
    SHADES,
    Hues,
    Scale,
    heat_lines,
    legend,
    shade_lines,
)
from graphstep.tui.array_look import reals
from graphstep.tui.array_sheet import GAP, Sheet
from graphstep.tui.numbers import fit, fit_right
from graphstep.tui.palette import Palette

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
    shades: str = SHADES,
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
        shades: From zero to the greatest size, where there are no colours.
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
        scale = Scale(max(abs(known[0]), abs(known[1])), hues, shades)
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
        scale = Scale(max(abs(ends[0]), abs(ends[1])), hues, shades)
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
            text = fit_right(sheet.grid.column_heading(column), sheet.cell - GAP)
            style = palette.bright if column == here else palette.faint
            line.append(Segment(text + " " * GAP, style))
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
    width, widest = sheet.cell - GAP, 0
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
                run.append(shown + " " * GAP)
                continue
            line.append(Segment("".join(run), palette.text))
            run = [" " * GAP]
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
