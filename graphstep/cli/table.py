"""Lay the rows of a tree out in columns, in the width that there is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from graphstep.cli.summaries import Summary
from graphstep.cli.terminal import Terminal, cells, fitted, safe, shortened
from graphstep.cli.tree import Row

_GAP = 2
_PART_GAP = "  "
# Columns of a line that guides may take; deeper levels lose their outermost ones.
_DEEPEST = 24
_LONGEST_CELL = 60


@dataclasses.dataclass(frozen=True, slots=True)
class _Column:
    """One column.

    Attributes:
        title: Its heading.
        least: What it is narrowed to at most, where it is wider.
        most: What it is never wider than.
        rank: Which column goes first when even the least is too wide: the highest.
    """

    title: str
    least: int
    most: int
    rank: int


_COLUMNS = (
    _Column("name", 17, 40, 0),
    _Column("primitive", 9, 24, 4),
    _Column("type", 10, 28, 3),
    _Column("value", 12, 48, 1),
    _Column("cotangent", 12, 48, 2),
    _Column("line", 4, 28, 5),
)


def table(rows: Iterable[Row], terminal: Terminal) -> Iterator[str]:
    """Yield the lines of a table with a heading; none is wider than the terminal."""
    every = list(rows)
    lines = [_cells(row, terminal) for row in every]
    nodes = [line for line, row in zip(lines, every, strict=True) if not row.heading]
    widths = _widths(nodes, terminal.width)
    yield _titles(widths, terminal)
    for row, line in zip(every, lines, strict=True):
        if row.heading:
            yield _heading(row, terminal)
        else:
            yield _line(row, line, widths, terminal)


def _cells(row: Row, terminal: Terminal) -> list[str]:
    return [
        _guides(row, terminal) + safe(row.label, _LONGEST_CELL),
        safe(row.primitive, _LONGEST_CELL),
        safe(row.type, _LONGEST_CELL),
        _PART_GAP.join(row.primal.forms[0]) if row.primal else "",
        _PART_GAP.join(row.cotangent.forms[0]) if row.cotangent else "",
        safe(row.source, _LONGEST_CELL),
    ]


def _widths(lines: Sequence[Sequence[str]], total: int) -> list[int]:
    """Return a width per column, 0 for one that is left out."""
    widths = [
        min(column.most, max((cells(line[i]) for line in lines), default=0))
        for i, column in enumerate(_COLUMNS)
    ]
    widths = [
        max(width, min(len(column.title), column.most)) if width else 0
        for width, column in zip(widths, _COLUMNS, strict=True)
    ]
    while _total(widths) > total:
        spare = [
            width - min(width, column.least)
            for width, column in zip(widths, _COLUMNS, strict=True)
        ]
        if max(spare) > 0:
            widths[spare.index(max(spare))] -= 1
            continue
        shown = [i for i, width in enumerate(widths) if width and _COLUMNS[i].rank]
        if not shown:
            return [total, *[0] * (len(_COLUMNS) - 1)]
        widths[max(shown, key=lambda i: _COLUMNS[i].rank)] = 0
    return widths


def _total(widths: Sequence[int]) -> int:
    shown = [width for width in widths if width]
    return sum(shown) + _GAP * max(0, len(shown) - 1)


def _titles(widths: Sequence[int], terminal: Terminal) -> str:
    titles = [
        fitted(column.title, width, terminal.glyphs.ellipsis).ljust(width)
        for column, width in zip(_COLUMNS, widths, strict=True)
        if width
    ]
    return terminal.style((" " * _GAP).join(titles).rstrip(), dim=True)


def _heading(row: Row, terminal: Terminal) -> str:
    glyphs = terminal.glyphs
    mark = "" if row.is_open else f"{glyphs.closed} "
    guides = _guides(row, terminal)
    room = terminal.width - cells(guides)
    text = fitted(mark + safe(row.heading), room, glyphs.ellipsis)
    return guides + terminal.style(text, bold=True)


def _line(
    row: Row, line: Sequence[str], widths: Sequence[int], terminal: Terminal
) -> str:
    ellipsis = terminal.glyphs.ellipsis
    guides = _guides(row, terminal)
    label = shortened(safe(row.label), widths[0] - cells(guides), ellipsis)
    texts = [guides + label, *line[1:]]
    summaries = [None, None, None, row.primal, row.cotangent, None]
    shown: list[str] = []
    for text, width, summary in zip(texts, widths, summaries, strict=True):
        if width and summary:
            shown.append(_summary_cell(summary, width, terminal))
        elif width:
            shown.append(_padded(fitted(text, width, ellipsis), width))
    return (" " * _GAP).join(shown).rstrip()


def _summary_cell(summary: Summary, width: int, terminal: Terminal) -> str:
    """Return as much of the longest form that fits as there is room for."""
    chosen = summary.forms[-1]
    for form in summary.forms:
        # With trouble, the phrase after it is what should be seen besides.
        needed = form[: 2 if summary.trouble else 1]
        if cells(_PART_GAP.join(needed)) <= width:
            chosen = form
            break
    shown = chosen[0] if chosen else ""
    for part in chosen[1:]:
        longer = shown + _PART_GAP + part
        if cells(longer) > width:
            break
        shown = longer
    shown = _padded(fitted(shown, width, terminal.glyphs.ellipsis), width)
    if summary.trouble:
        return terminal.style(shown, fg="red", bold=True)
    # An absence is falsy, as the array that it stands for is missing.
    is_there = summary.absence is None
    return shown if is_there else terminal.style(shown, dim=True)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _guides(row: Row, terminal: Terminal) -> str:
    """Return the lines that lead to a row, two columns per level."""
    glyphs = terminal.glyphs
    outer = ["  " if is_last else glyphs.bar for is_last in row.ends[:-1]]
    # A further output of the node above it has no branch of its own.
    own = glyphs.last if row.ends[-1] else glyphs.branch
    if not (row.heading or row.primitive):
        own = "  " if row.ends[-1] else glyphs.bar
    guides = [*outer, own]
    if 2 * len(guides) > _DEEPEST:
        return f"{len(guides)}{glyphs.dot}".ljust(4) + "".join(
            guides[-(_DEEPEST // 2 - 2) :]
        )
    return "".join(guides)
