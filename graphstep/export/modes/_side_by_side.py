"""Programs beside each other, or one below the other where that is too wide."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from graphstep.analysis import DerivedProgram, Size

_GAP = 3
SIZE_TITLES = ("under", "equations", "change")
# A column that is narrower shows too little of any equation.
_LEAST = 34


def side_by_side(
    programs: Sequence[DerivedProgram], width: int, fit: Callable[[str, int], str]
) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield lines, each as pieces of text with the node that each comes from.

    Args:
        programs: What to show.
        width: Cells of a line.
        fit: Pads or cuts a text to so many cells.
    """
    n = len(programs)
    room = (width - _GAP * (n - 1)) // n
    if room < _LEAST:
        for program in programs:
            yield ((heading(program), ""),)
            yield from (((line.text, line.node),) for line in program.lines)
            yield (("", ""),)
        return
    yield tuple((fit(heading(each), room) + " " * _GAP, "") for each in programs)
    columns = [program.lines for program in programs]
    for lines in itertools.zip_longest(*columns):
        yield tuple(
            (
                fit(line.text if line else "", room) + " " * _GAP,
                line.node if line else "",
            )
            for line in lines
        )


def heading(program: DerivedProgram) -> str:
    """Return what a program is and how large."""
    noun = "equation" if program.equations == 1 else "equations"
    return f"{program.title}, {program.equations} {noun}: {program.said}"


def size_cells(size: Size) -> tuple[str, ...]:
    """Return one text for each of `SIZE_TITLES`."""
    if size.problem:
        return size.name, "-", size.problem
    return size.name or "nothing", str(size.equations), size.change
