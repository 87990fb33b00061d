"""JAX's own text of a program, and which node stands where in it."""

from __future__ import annotations

import bisect
import dataclasses
import functools
from collections.abc import Mapping

from rich.cells import cell_len

from graphstep._jaxcompat import Place
from graphstep.export import jaxpr_places
from graphstep.graph import ProgramGraph


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
    found = jaxpr_places(graph)
    if isinstance(found, str):
        return found
    nodes: dict[int, list[str]] = {}
    for node in graph.order:
        place = found.places.get(node)
        if place is not None:
            nodes.setdefault(place.line, []).append(node)
    return JaxprText(
        found.lines, found.places, {line: tuple(each) for line, each in nodes.items()}
    )
