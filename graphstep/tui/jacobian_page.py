"""The Jacobian as far as it is filled: numbers where they fit, else cells of heat."""

from __future__ import annotations

import dataclasses

import numpy as np
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from graphstep.analysis import Accumulated
from graphstep.tui.array_heat import (
    PLAIN_SHADES,
    SHADES,
    Hues,
    Scale,
    heat_lines,
    legend,
    shade_lines,
)
from graphstep.tui.numbers import fit, fit_end, fit_right, number
from graphstep.tui.palette import Palette
from graphstep.tui.paper import Paper

# Cells of a number and the gap before it; lines of numbers, in stretches of columns.
_NUMBER, _ROWS, _STRETCHES = 9, 24, 3
_LABEL = 14
_NOTHING = "·"


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """How the page is written.

    Attributes:
        palette: Styles.
        width: Cells in a line.
        hues: Colours of heat; `None` for signs and shades.
        is_ascii: Whether shades are of ASCII alone.
    """

    palette: Palette
    width: int
    hues: Hues | None
    is_ascii: bool


def jacobian_text(found: Accumulated, look: Look, said: str, *, is_bad: bool) -> Text:
    """Return what is filled, how, and whether both modes agree.

    Args:
        found: The Jacobian by now.
        look: How to write it.
        said: One line about what is going on.
        is_bad: Whether that is a problem.
    """
    paper = Paper(look.palette, look.width)
    _summary(paper, found, look.palette)
    room = max(1, (look.width - _LABEL) // _NUMBER)
    n_columns = len(found.columns)
    # What is a little too wide is written in two or three stretches.
    stretches = [range(i, min(i + room, n_columns)) for i in range(0, n_columns, room)]
    if len(stretches) * len(found.rows) <= _ROWS and len(stretches) <= _STRETCHES:
        for stretch in stretches:
            _table(paper, found, look, stretch)
    else:
        _heat(paper, found, look)
    paper.line("")
    _agreement(paper, found, look.palette)
    if said:
        style = look.palette.trouble if is_bad else look.palette.bright
        paper.paragraph(said, style)
    return paper.text


def _summary(paper: Paper, found: Accumulated, palette: Palette) -> None:
    m, n = found.shape
    n_rows, n_columns = len(found.rows), len(found.columns)
    outputs = f"{m:,} output element{'s' * (m != 1)}"
    inputs = f"{n:,} input element{'s' * (n != 1)}"
    paper.line(
        (f" {m:,} × {n:,}", palette.bright), (f": {outputs}, {inputs}", palette.dim)
    )
    if (n_rows, n_columns) != (m, n):
        words = (
            f"Looked at: {n_rows:,} of {m:,} rows and {n_columns:,} of {n:,} columns."
        )
        paper.paragraph(words, palette.text)
    for done, whole, noun, how in (
        (int(found.has_column.sum()), n_columns, "columns", "forward pass each (JVP)"),
        (int(found.has_row.sum()), n_rows, "rows", "reverse pass each (VJP)"),
    ):
        style = palette.good if done == whole else palette.text
        paper.line(
            (f" {done:>4} of {whole:>4} {noun:<8}", style), (f"one {how}", palette.dim)
        )
    paper.line("")


def _agreement(paper: Paper, found: Accumulated, palette: Palette) -> None:
    difference = found.difference
    if difference is None:
        words = "Where a column and a row cross, both modes are compared."
        paper.paragraph(words, palette.dim)
        return
    both = int(found.has_column.sum()) * int(found.has_row.sum())
    noun = "entry" if both == 1 else "entries"
    paper.line(
        (
            f" forward and reverse differ by {number(difference)} at the most",
            palette.good,
        ),
        (f", in {both:,} {noun} that both gave", palette.dim),
    )


def _table(paper: Paper, found: Accumulated, look: Look, columns: range) -> None:
    palette = look.palette
    head: list[tuple[str, Style]] = []
    for column in columns:
        name = str(found.columns[column])
        style = palette.forward if found.has_column[column] else palette.faint
        head.append((fit_right(fit_end(name, _NUMBER - 1), _NUMBER), style))
    paper.line((" " * _LABEL, palette.dim), *head)
    entries, filled = found.entries, found.filled
    for row, name in enumerate(map(str, found.rows)):
        style = palette.backward if found.has_row[row] else palette.faint
        parts = [(fit(f" {fit_end(name, _LABEL - 2)}", _LABEL), style)]
        for column in columns:
            text = _NOTHING
            if filled[row, column]:
                text = number(entries[row, column], 3)
            style = palette.text if filled[row, column] else palette.faint
            parts.append((fit_right(text, _NUMBER), style))
        paper.line(*parts)


def _heat(paper: Paper, found: Accumulated, look: Look) -> None:
    entries, filled = found.entries, found.filled
    finite = np.abs(entries[np.isfinite(entries) & filled])
    top = float(np.max(finite, initial=0.0))
    shades = PLAIN_SHADES if look.is_ascii else SHADES
    scale = Scale(top, look.hues, shades)
    cells = 1 if look.hues is not None else 2
    room = (look.width - 2) // cells
    draw = shade_lines if look.hues is None else heat_lines
    window, has = entries[:, :room], filled[:, :room]
    for line in draw(window, has, scale, look.palette, cursor=None):
        _write(paper, [Segment(" "), *line])
    if len(found.columns) > room:
        words = f"The first {room} of {len(found.columns)} columns have room here."
        paper.paragraph(words, look.palette.dim)
    least = float(np.min(np.where(filled, entries, 0.0), initial=0.0))
    most = float(np.max(np.where(filled, entries, 0.0), initial=0.0))
    _write(paper, legend(least, most, scale, look.palette, look.width))


def _write(paper: Paper, segments: list[Segment]) -> None:
    paper.line(*((s.text, s.style or Style()) for s in segments))
