"""The lines of the windows on the modes of differentiation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.style import Style

from graphstep.analysis import DerivedProgram, Modes, Residual, Size, Timing, advice
from graphstep.export.modes import (
    RESIDUAL_TITLES,
    SIZE_TITLES,
    TITLES,
    Marks,
    aligned,
    bars,
    curve,
    residual_cells,
    residuals_text,
    rows,
    side_by_side,
    size_cells,
    unknown,
)
from graphstep.tracing import one_line
from graphstep.tui.modes_sheet import Line, Piece
from graphstep.tui.numbers import fit
from graphstep.tui.palette import Palette

_CURVE_HEIGHT = 7
_NAME, _LONGEST_BAR = 15, 40


def modes_lines(
    found: Modes, timings: Sequence[Timing], width: int, palette: Palette
) -> list[Line]:
    """Return advice, table, plot, residuals and the memory along the passes."""
    return [
        *_wrapped(advice(found, timings), width, palette.bright),
        (),
        *_table(found, timings, width, palette),
        (),
        *_plot(found, timings, width, palette),
        (),
        *_wrapped(residuals_text(found), width, palette.text),
        *_residuals(found, width, palette),
        (),
        *_memory(found, width, palette),
    ]


def programs_lines(
    programs: Sequence[DerivedProgram],
    sizes: Sequence[Size],
    width: int,
    palette: Palette,
) -> list[Line]:
    """Return the programs beside each other, and their sizes under transformations."""
    text = [[*SIZE_TITLES], *(list(size_cells(size)) for size in sizes)]
    heading, *lines = aligned(text, width, cell_len, right=(1,))
    return [
        *(
            tuple(
                Piece(one_line_of(text), palette.text if node else palette.dim, node)
                for text, node in pieces
            )
            for pieces in side_by_side(programs, width, fit)
        ),
        (),
        (Piece("the same function under JAX's transformations:", palette.bright),),
        (Piece(heading, palette.dim),),
        *((Piece(line, palette.text),) for line in lines),
        (
            Piece(
                ":transform NAME opens that program as a graph of its own", palette.dim
            ),
        ),
    ]


def one_line_of(text: str) -> str:
    """Return text that no terminal acts upon, with its spaces kept."""
    return text if text.isprintable() else fit(one_line(text), cell_len(text))


def _wrapped(text: str, width: int, style: Style) -> Iterator[Line]:
    for line in textwrap.wrap(one_line(text, 4000), width):
        yield (Piece(line, style),)


def _table(
    found: Modes, timings: Sequence[Timing], width: int, palette: Palette
) -> Iterator[Line]:
    table = rows(found, timings)
    n = len(TITLES) if timings else len(TITLES) - 2
    heading, *lines = aligned(
        [TITLES[:n], *(row.cells[:n] for row in table)],
        width,
        cell_len,
        right=range(1, n),
        first_to_go=(3, 4, n - 1, 2),
    )
    yield (Piece(heading, palette.dim),)
    for row, line in zip(table, lines, strict=True):
        yield (Piece(line, palette.bright if row.is_best else palette.text),)
    yield (Piece("predicted, measured: in evaluations of f", palette.dim),)
    notes = [f"{row.cells[0]}: {row.note}" for row in table if row.note]
    for note in [*notes, unknown(found)]:
        yield from _wrapped(note, width, palette.dim)


def _plot(
    found: Modes, timings: Sequence[Timing], width: int, palette: Palette
) -> Iterator[Line]:
    marks = Marks()
    room = min(_LONGEST_BAR, max(8, width - _NAME - 24))
    said = f"time, logarithmic: {marks.light} predicted, {marks.bar} measured"
    yield (Piece(said, palette.dim),)
    for bar in bars(found, timings, room, marks):
        yield (
            Piece(f"{bar.name:<{_NAME}}", palette.text),
            Piece(bar.predicted, palette.backward),
            Piece(f" {bar.said}", palette.dim),
        )
        if bar.measured:
            yield Piece(" " * _NAME, palette.text), Piece(bar.measured, palette.forward)


def _residuals(found: Modes, width: int, palette: Palette) -> Iterator[Line]:
    kept = found.residuals
    if not kept:
        return
    cells = [residual_cells(found.graph, each) for each in kept]
    text = [RESIDUAL_TITLES, *(tuple(map(one_line, each)) for each in cells)]
    heading, *lines = aligned(text, width, cell_len, right=(1,), first_to_go=(3, 0))
    yield (Piece(heading, palette.dim),)
    for residual, line in zip(kept, lines, strict=True):
        yield (Piece(fit(line, width), palette.text, _node(found, residual)),)


def _node(found: Modes, residual: Residual) -> str:
    return residual.node if residual.node in found.graph else ""


def _memory(found: Modes, width: int, palette: Palette) -> Iterator[Line]:
    if not found.memory:
        return
    marks = Marks()
    said = f"bytes alive along the passes: {marks.residual} residuals, {marks.other} others"
    yield (Piece(said, palette.dim),)
    for line in curve(found.memory, min(width, 110), _CURVE_HEIGHT, marks):
        yield (Piece(line, palette.forward),)
