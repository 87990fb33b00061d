"""Texts in columns, of which those that matter least are left out where there is no room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_GAP = "  "


def aligned(
    lines: Sequence[Sequence[str]],
    width: int,
    cells: Callable[[str], int],
    *,
    right: Sequence[int] = (),
    first_to_go: Sequence[int] = (),
) -> list[str]:
    """Return lines whose columns stand below each other; they may still be too wide.

    Args:
        lines: As many texts per line, the heading among them.
        width: Cells that there are.
        cells: How many cells a text takes.
        right: Columns whose texts stand at the right.
        first_to_go: Columns that are left out where there is no room, in that order.
    """
    widths = [max(map(cells, column)) for column in zip(*lines, strict=True)]
    shown = list(range(len(widths)))
    for column in first_to_go:
        if sum(widths[i] + len(_GAP) for i in shown) - len(_GAP) > width:
            shown.remove(column)

    def cell(text: str, column: int) -> str:
        padding = " " * (widths[column] - cells(text))
        return padding + text if column in right else text + padding

    return [_GAP.join(cell(line[i], i) for i in shown).rstrip() for line in lines]
