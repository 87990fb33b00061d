"""What programs are told of a view: its nodes and uses, as plain data."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import networkx as nx

from graphstep._jaxcompat import short_type
from graphstep.export._drawing import short_source
from graphstep.export._drawn import Opened
from graphstep.export._kinds import kind_of_node
from graphstep.export._labels import region_title
from graphstep.graph import ROOT_ID, ProgramGraph
from graphstep.recording import Recording, Stats
from graphstep.stepping import Cursor
from graphstep.tracing import SourceLocation


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A view of a program, with values if there are any.

    Attributes:
        graph: The program.
        view: The nodes and uses that are seen, as `ProgramGraph.view` gives them.
        regions: Ids of the open regions that hold any of them, outer before inner.
        recording: Its values, or `None`.
        at: A step of the walk, or `None`.
    """

    graph: ProgramGraph
    view: nx.MultiDiGraph[str]
    regions: tuple[str, ...]
    recording: Recording | None = None
    at: Cursor | None = None

    @property
    def passes(self) -> tuple[str, ...]:
        """What there is of each value: primals, and what was recorded beside them."""
        if self.recording is None:
            return ()
        beside = "tangent" if self.recording.has_tangents else "cotangent"
        return ("primal", beside)

    def facts(self, node_id: str) -> dict[str, str | int]:
        """Return what is to be said of a node or a closed region in one word each."""
        graph, data = self.graph, self.view.nodes[node_id]
        is_region = data["role"] == "region"
        names = self._names(node_id, is_region=is_region)
        found: dict[str, str | int] = {
            "label": names[0],
            "name": names[1],
            "letter": names[2],
            "role": data["role"],
            "kind": self.kind(node_id),
            "primitive": data["primitive"],
            "region": data["region"] or ROOT_ID,
            "path": "/".join(self.path(node_id)),
            "index": data["index"],
            "size": graph.regions[node_id].size if is_region else 1,
            "type": ", ".join(short_type(aval) for aval in data["avals"]),
        }
        location = self.location(node_id)
        if location is not None:
            found["source"] = short_source(location)
            found["line"] = location.line
            found["function"] = location.function
        if self.at is not None:
            found["state"] = self.at.state(node_id)
        if self.recording is not None:
            found["health"] = self.health(node_id)
        return found

    def _names(self, node_id: str, *, is_region: bool) -> tuple[str, str, str]:
        if is_region:
            region = self.graph.regions[node_id]
            return region_title(region), region.name, ""
        if not self.view.nodes[node_id]["avals"]:
            return node_id, "", ""
        graph = self.graph
        return graph.label(node_id), graph.name(node_id) or "", graph.letter(node_id)

    def kind(self, node_id: str) -> str:
        """Return what kind of operation a node is, or `region`."""
        data = self.view.nodes[node_id]
        if data["role"] == "region":
            return "region"
        return kind_of_node(data["role"], data["primitive"])

    def path(self, node_id: str) -> tuple[str, ...]:
        """Return the names of the regions around a node, outermost first."""
        around = self.graph.regions.ancestors(self.view.nodes[node_id]["region"])
        return tuple(region.name for region in around[1:])

    def location(self, node_id: str) -> SourceLocation | None:
        """Return where a node was made; of a region, where its first node was."""
        if node_id in self.graph:
            return self.graph.source(node_id)
        return self.graph.source(self.graph.order[self.graph.regions[node_id].start])

    def health(self, node_id: str) -> str:
        """Return `NaN`, `Inf` or `finite`; `unknown` unless every value was looked at."""
        graph, found = self.graph, set[str]()
        inside: Collection[str] = (node_id,)
        if self.view.nodes[node_id]["role"] == "region":
            region = graph.regions[node_id]
            inside = graph.order[region.start : region.stop]
        for node in inside:
            for out in range(len(graph.node(node).avals)):
                found |= {self._health(node, out, of) for of in self.passes}
        for word in ("NaN", "Inf", "unknown", "finite"):
            if word in found:
                return word
        return ""

    def _health(self, node_id: str, out: int, of: str) -> str:
        assert self.recording is not None
        stats = self.recording.stats(node_id, out, of)
        if not isinstance(stats, Stats):
            return "unknown" if stats.kind in ("not_captured", "effects") else ""
        if stats.nan:
            return "NaN"
        return "finite" if stats.is_finite else "Inf"


def seen(
    graph: ProgramGraph,
    what: Opened,
    only: Collection[str] | None = None,
    *,
    recording: Recording | None = None,
    at: Cursor | None = None,
) -> Seen:
    """Return the view in which `what` is open, and of it what shows the nodes `only`."""
    view = graph.view(what.regions)
    if only is not None:
        view = _restricted(graph, view, frozenset(only))
    needed = {
        region.id
        for region_id in {data["region"] for _, data in view.nodes(data=True)}
        for region in graph.regions.ancestors(region_id)
    }
    regions = tuple(r for r in graph.regions if r in needed and r != ROOT_ID)
    return Seen(graph, view, regions, recording, at)


def _restricted(
    graph: ProgramGraph, view: nx.MultiDiGraph[str], only: frozenset[str]
) -> nx.MultiDiGraph[str]:
    def is_kept(node_id: str) -> bool:
        if view.nodes[node_id]["role"] != "region":
            return node_id in only
        region = graph.regions[node_id]
        return not only.isdisjoint(graph.order[region.start : region.stop])

    found: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    found.add_nodes_from((n, d) for n, d in view.nodes(data=True) if is_kept(n))
    for u, v, key, data in view.edges(keys=True, data=True):
        if data["use"][0] in only and data["use"][1] in only:
            found.add_edge(u, v, key=key, **data)
    return found
