"""Which equations come from which line of the user's source."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

from graphstep.graph import ProgramGraph

Line = tuple[str, int]
Nodes = tuple[str, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class SourceLines:
    """The equations of every line.

    Attributes:
        direct: Nodes whose expression begins on a line, by file and line.
        led_to: Nodes that a call on that line led to, where none begins.
    """

    direct: Mapping[Line, Nodes]
    led_to: Mapping[Line, Nodes]

    def nodes(self, file: str, line: int) -> Nodes:
        """Return the equations of a line, or else those that a call on it led to."""
        place = (file, line)
        return self.direct.get(place) or self.led_to.get(place) or ()

    @functools.cached_property
    def files(self) -> frozenset[str]:
        """Every file that made any of the program."""
        return frozenset(file for file, _ in (*self.direct, *self.led_to))


def source_lines(graph: ProgramGraph) -> SourceLines:
    """Look every node of a program up in the source."""
    direct: dict[Line, list[str]] = {}
    led_to: dict[Line, list[str]] = {}
    for node in graph.order:
        location = graph.source(node)
        if location is None:
            continue
        here = (location.file, location.line)
        direct.setdefault(here, []).append(node)
        for place in {(frame.file, frame.line) for frame in location.frames} - {here}:
            led_to.setdefault(place, []).append(node)
    return SourceLines(
        {place: tuple(nodes) for place, nodes in direct.items()},
        {place: tuple(nodes) for place, nodes in led_to.items()},
    )
