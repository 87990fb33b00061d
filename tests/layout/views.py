"""Programs, random views of them, and ways to measure their boxes."""

from __future__ import annotations

import functools
from collections.abc import Callable

from hypothesis import strategies as st

import graphstep as gs
from graphstep.graph import ProgramGraph
from graphstep.layout import groups
from tests import programs
from tests.layout.painting import labels

Measure = Callable[[str], tuple[int, int]]


@functools.cache
def zoo_graph(name: str) -> ProgramGraph:
    """Return the graph of a program of the zoo."""
    program = programs.build(name)
    with program.context():
        return gs.trace(
            program.fn, *program.args, **program.kwargs, **program.options
        ).graph


def blocks_of(graph: ProgramGraph) -> list[str]:
    """Return everything that opens: regions, then groups."""
    return [*filter(None, graph.regions), *(group.id for group in groups(graph))]


def _uneven(item: str) -> tuple[int, int]:
    number = sum(map(ord, item))
    return 3 + number % 17, 1 + number % 5


def _small(item: str) -> tuple[int, int]:
    number = sum(map(ord, item))
    return 1 + number % 9, 1 + number % 4


MEASURES: dict[str, Measure] = {
    "dots": lambda item: (1, 1),
    "names": lambda item: (len(item) + 2, 1),
    "boxes": lambda item: (14, 4),
    "uneven": _uneven,
    "small": _small,
}


def labelled(graph: ProgramGraph) -> Measure:
    """Return a measure that has room for all that `labels` says."""
    text_of = labels(graph)

    def measure(item: str) -> tuple[int, int]:
        lines = text_of(item).split("\n")
        return max(map(len, lines)) + 2, len(lines) + 2

    return measure


@st.composite
def open_blocks(draw: st.DrawFn, graph: ProgramGraph) -> frozenset[str]:
    """Draw what is open: nothing, everything, or any choice."""
    names = blocks_of(graph)
    share = draw(st.sampled_from((0, 3, 7, 10)))
    if share in (0, 10):
        return frozenset(names if share else ())
    chance = draw(st.randoms(use_true_random=False))
    return frozenset(name for name in names if chance.randrange(10) < share)
