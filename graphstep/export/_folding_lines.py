"""Fold a long program without regions or layers of its own by the lines it is made of."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import PurePath

from graphstep.export._folding import SMALLEST, Stretch, body, uncut
from graphstep.graph import ProgramGraph
from graphstep.tracing import SourceLocation, one_line

# Stretches that say more of a program than one or two.
_SEVERAL = 3

Place = SourceLocation | None


def line_stretches(graph: ProgramGraph, limit: int = 60) -> tuple[Stretch, ...]:
    """Return stretches of a program, so that at most about `limit` nodes are drawn.

    They begin where another function does, or else where its lines begin again, as in
    the next turn of a Python loop, or else at other lines. Where these are too many or
    too few, several make one stretch. Loops, branches and functions are never cut.
    """
    first, last = body(graph)
    places = [graph.source(node) for node in graph.order[first:last]]
    every: list[list[int]] = []
    for is_new in (_is_function, _is_back, _is_line, _is_any):
        starts = [first]
        for i, (before, after) in enumerate(itertools.pairwise(places), first + 1):
            if is_new(before, after):
                starts.append(i)
        every.append(sorted({max(first, uncut(graph, start)) for start in starts}))
    for starts in every:
        found = _made(graph, starts, last)
        if len(found) >= _SEVERAL and _n_shown(found, last - first) <= limit:
            return found
    many = next(
        starts for starts in every if len(starts) > _SEVERAL or starts is every[-1]
    )
    together = -(-2 * len(many) // limit)
    return _made(graph, many[::together], last)


def _is_function(before: Place, after: Place) -> bool:
    return _function(before) != _function(after)


def _is_back(before: Place, after: Place) -> bool:
    if before is None or after is None:
        return False
    return _is_function(before, after) or after.line < before.line


def _is_line(before: Place, after: Place) -> bool:
    return _is_function(before, after) or (before and before.line) != (
        after and after.line
    )


def _is_any(before: Place, after: Place) -> bool:  # noqa: ARG001
    return True


def _function(place: Place) -> tuple[str, str]:
    return ("", "") if place is None else (place.file, place.function)


def _n_shown(found: Sequence[Stretch], n_nodes: int) -> int:
    return n_nodes - sum(each.size - 1 for each in found)


def _made(graph: ProgramGraph, starts: Sequence[int], last: int) -> tuple[Stretch, ...]:
    """Return the stretches that begin there; short ones are left as they are."""
    spans = [
        (start, stop)
        for start, stop in itertools.pairwise([*starts, last])
        if stop - start >= SMALLEST
    ]
    titles = [_title(graph, start, stop) for start, stop in spans]
    found: list[Stretch] = []
    for number, ((start, stop), title) in enumerate(zip(spans, titles, strict=True)):
        alike = titles.count(title)
        if alike > 1:
            title += f", {titles[: number + 1].count(title)} of {alike}"  # noqa: PLW2901
        found.append(Stretch(f"stretch:{start}", title, start, stop, is_layer=False))
    return tuple(found)


def _title(graph: ProgramGraph, start: int, stop: int) -> str:
    """Return the lines that a stretch is made of."""
    places = [
        place for node in graph.order[start:stop] if (place := graph.source(node))
    ]
    if not places:
        return f"nodes {start} to {stop - 1}"
    names = {place.file for place in places}
    if len(names) > 1:
        functions = dict.fromkeys(place.function for place in places)
        return one_line(", ".join(functions), 60)
    low, high = min(p.line for p in places), max(p.end_line for p in places)
    name = PurePath(names.pop()).name
    return one_line(f"{name}:{low}" + (f"-{high}" if high > low else ""), 60)
