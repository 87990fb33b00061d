"""A table in columns that gives up what matters least where there is no room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.cli.terminal import Terminal, cells, fitted, safe

_GAP = "  "


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
    every = [titles, *([safe(text) for text in line] for line in lines)]
    widths = [max(cells(line[i]) for line in every) for i in range(len(titles))]
    shown = list(range(len(titles)))
    for column in first_to_go:
        if _total(widths, shown) > terminal.width:
            shown.remove(column)
    for number, line in enumerate(every):
        text = _GAP.join(_cell(line[i], widths[i], i in right) for i in shown).rstrip()
        text = fitted(text, terminal.width, terminal.glyphs.ellipsis)
        style = {"dim": True} if number == 0 else {"bold": True}
        is_set_off = number == 0 or number - 1 in bold
        yield terminal.style(text, **style) if is_set_off else text


def _total(widths: Sequence[int], shown: Sequence[int]) -> int:
    return sum(widths[i] for i in shown) + len(_GAP) * (len(shown) - 1)


def _cell(text: str, width: int, is_right: bool) -> str:
    padding = " " * (width - cells(text))
    return padding + text if is_right else text + padding
