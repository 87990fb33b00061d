"""JAX's own text of a program, and where each node stands in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from graphstep._jaxcompat import Place, printout
from graphstep.graph import ProgramGraph

_TOO_DEEP = "this program is nested too deeply for JAX to print it"


@dataclasses.dataclass(frozen=True, eq=False)
class JaxprPlaces:
    """The text and its places.

    Attributes:
        lines: What JAX prints.
        places: Where each node stands, by its id; also each call that is a region.
    """

    lines: tuple[str, ...]
    places: Mapping[str, Place]


def jaxpr_places(graph: ProgramGraph) -> JaxprPlaces | str:
    """Return the text of a program, or why there is none.

    Raises:
        RecordingError: If the graph is from a file, which holds no jaxpr.
    """
    printed = printout(graph.trace.closed_jaxpr)
    if printed is None:
        return _TOO_DEEP
    last = len(printed.lines) - 1
    places: dict[str, Place] = {}
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
    for region in graph.regions.values():
        if region.eqn is not None and region.id not in places:
            place = printed.place(region.eqn)
            if place is not None:
                places[region.id] = place
    return JaxprPlaces(printed.lines, places)


def _results(line: str, number: int) -> Place:
    start = max(line.rfind("in ("), 0)
    return Place(number, start, max(len(line) - 2, start))
