"""A table in columns that gives up what matters least where there is no room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.cli.terminal import Terminal, cells, fitted, safe
from graphstep.export.modes import aligned


def columns(
    titles: Sequence[str],
    lines: Sequence[Sequence[str]],
    terminal: Terminal,
    *,
    right: Sequence[int] = (),
    first_to_go: Sequence[int] = (),
    bold: Sequence[int] = (),
) -> Iterator[str]:
    """Yield a heading and the lines; none is wider than the terminal.

    Args:
        titles: Headings.
        lines: As many texts per line.
        terminal: Where they are written.
        right: Columns whose texts stand at the right.
        first_to_go: Columns that are left out where there is no room, in that order.
        bold: Lines that are set off.
    """
    every = [list(titles), *([safe(text) for text in line] for line in lines)]
    table = aligned(every, terminal.width, cells, right=right, first_to_go=first_to_go)
    for number, line in enumerate(table):
        text = fitted(line, terminal.width, terminal.glyphs.ellipsis)
        if number == 0:
            yield terminal.style(text, dim=True)
        else:
            yield terminal.style(text, bold=True) if number - 1 in bold else text
