"""JAX's own text of a program, and which node stands where in it."""

from __future__ import annotations

import bisect
import dataclasses
import functools
from collections.abc import Mapping

from rich.cells import cell_len

from graphstep._jaxcompat import Place, printout
from graphstep.graph import ProgramGraph

_TOO_DEEP = "this program is nested too deeply for JAX to print it"


@dataclasses.dataclass(frozen=True, eq=False)
class JaxprText:
    """The text and its places.

    Attributes:
        lines: What JAX prints.
        places: Where each node stands, by its id; also each call that is a region.
        nodes: The nodes that stand on a line, by its number, in program order.
    """

    lines: tuple[str, ...]
    places: Mapping[str, Place]
    nodes: Mapping[int, tuple[str, ...]]

    @functools.cached_property
    def width(self) -> int:
        """Cells of the longest line."""
        return max(map(cell_len, self.lines), default=0)

    @functools.cached_property
    def _used(self) -> list[int]:
        return sorted(self.nodes)

    def nearest(self, line: int, *, is_up: bool) -> int | None:
        """Return the nearest line with a node on it, from one line on or back."""
        used = self._used
        if not used:
            return None
        at = (
            bisect.bisect_right(used, line) - 1
            if is_up
            else bisect.bisect_left(used, line)
        )
        return used[min(max(at, 0), len(used) - 1)]

    def node_at(self, line: int, column: int) -> str | None:
        """Return the node at a place in the text, or else the first of its line."""
        nodes = self.nodes.get(line, ())
        for node in nodes:
            place = self.places[node]
            if place.start <= column < place.end:
                return node
        return nodes[0] if nodes else None


def jaxpr_text(graph: ProgramGraph) -> JaxprText | str:
    """Return the text of a program, or why there is none.

    Raises:
        RecordingError: If the graph is from a file, which holds no jaxpr.
    """
    printed = printout(graph.trace.closed_jaxpr)
    if printed is None:
        return _TOO_DEEP
    last = len(printed.lines) - 1
    places: dict[str, Place] = {}
    nodes: dict[int, list[str]] = {}
    columns = graph.columns
    for position, node in enumerate(graph.order):
        eqn, role = columns.eqns[position], columns.roles[position]
        if eqn is not None:
            place = printed.place(eqn)
        elif role == "output":
            place = _results(printed.lines[last], last)
        else:
            place = printed.binders.get(graph.letter(node))
        if place is None:
            # Binders of a branch index, and what JAX prints as `_`, have no letter.
            region = graph.regions[columns.regions[position]]
            place = None if region.eqn is None else printed.place(region.eqn)
        if place is not None:
            places[node] = place
            nodes.setdefault(place.line, []).append(node)
    for region in graph.regions.values():
        if region.eqn is not None and region.id not in places:
            place = printed.place(region.eqn)
            if place is not None:
                places[region.id] = place
    return JaxprText(
        printed.lines, places, {line: tuple(found) for line, found in nodes.items()}
    )


def _results(line: str, number: int) -> Place:
    start = max(line.rfind("in ("), 0)
    return Place(number, start, max(len(line) - 2, start))
