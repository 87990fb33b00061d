"""What stands in the margin of the source: breakpoints, bad values, equations."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from graphstep.graph import ProgramGraph
from graphstep.tui.breaks import Break, Breaks, nodes_of
from graphstep.tui.health import Health
from graphstep.tui.source_lines import Line

# A breakpoint on a common primitive is on more lines than anybody looks at.
_MOST_NODES = 300


@functools.lru_cache(maxsize=8)
def bad_lines(graph: ProgramGraph, health: Health) -> Mapping[Line, str]:
    """Return the letter of each line on which a value that is not finite was made."""
    found: dict[Line, str] = {}
    worst = np.maximum(health.primals, health.cotangents)
    for position in np.flatnonzero(worst).tolist():
        location = graph.source(graph.order[position])
        if location is not None:
            place = (location.file, location.line)
            # `N` comes after `I` in the alphabet too, and NaN is the worse of both.
            found[place] = max(found.get(place, ""), health.letter(position))
    return found


@functools.lru_cache(maxsize=8)
def break_lines(graph: ProgramGraph, breaks: Breaks) -> Mapping[Line, Break]:
    """Return the breakpoint of each line that has one; one that is on goes first."""
    found: dict[Line, Break] = {}
    for each in sorted(breaks.items, key=lambda b: b.is_enabled):
        for place in _places(graph, each):
            found[place] = each
    return found


def _places(graph: ProgramGraph, each: Break) -> set[Line]:
    nodes = nodes_of(graph, each.breakpoint)
    spelled = each.breakpoint.line
    if spelled is not None:
        name, _, number = spelled.rpartition(":")
        made = filter(None, map(graph.source, nodes))
        files = {frame.file for location in made for frame in location.frames}
        if not nodes:
            files = {name}
        is_meant = (f for f in files if not name or f == name or _ends(f, name))
        return {(file, int(number)) for file in is_meant}
    places: set[Line] = set()
    for node in sorted(nodes)[:_MOST_NODES]:
        location = graph.source(node) if node in graph else None
        if location is not None:
            places.add((location.file, location.line))
    return places


def _ends(file: str, name: str) -> bool:
    return file.endswith((f"/{name}", f"\\{name}"))
