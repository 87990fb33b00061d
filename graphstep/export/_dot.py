"""DOT text of a view: nodes by kind, regions as clusters, types on edges."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import graphviz

from graphstep._jaxcompat import short_type
from graphstep.export._expansion import legible_expansion
from graphstep.export._kinds import COMMUTATIVE, kind_of_node
from graphstep.export._labels import (
    bundle_label,
    label_text,
    node_lines,
    region_lines,
    region_title,
    tooltip,
)
from graphstep.graph import ProgramGraph, Region

_GRAPH = {
    "compound": "true",
    "fontname": "Helvetica,Arial,sans-serif",
    "fontsize": "13",
    "labelloc": "t",
    "nodesep": "0.25",
    "pad": "0.2",
    "rankdir": "TB",
    "ranksep": "0.35",
}
_NODE = {
    "color": "#444444",
    "fontname": "Helvetica,Arial,sans-serif",
    "fontsize": "11",
    "height": "0.3",
    "margin": "0.1,0.04",
    "shape": "box",
}
_EDGE = {
    "arrowsize": "0.6",
    "color": "#555555",
    "fontcolor": "#333333",
    "fontname": "Helvetica,Arial,sans-serif",
    "fontsize": "9",
}

# Shape and border tell the kinds apart without colour. The fills are tints of a
# palette that colour-blind people can tell apart (Okabe and Ito, 2008).
_LOOKS: dict[str, dict[str, str]] = {
    "input": {"shape": "ellipse", "fillcolor": "#d6ebf7"},
    "const": {"shape": "ellipse", "fillcolor": "#eeeeee", "style": "filled,dashed"},
    "output": {"shape": "ellipse", "fillcolor": "#fbe3d0", "peripheries": "2"},
    "binder": {"shape": "cds", "fillcolor": "#f4f4f4"},
    "elementwise": {"style": "filled,rounded", "fillcolor": "#ffffff"},
    "linear": {"fillcolor": "#fdf6c9", "penwidth": "2"},
    "shape": {"fillcolor": "#ffffff", "style": "filled,dotted"},
    "index": {"fillcolor": "#ffffff", "style": "filled,dashed"},
    "reduction": {"shape": "invhouse", "fillcolor": "#d9f2e8"},
    "random": {"shape": "hexagon", "fillcolor": "#f6e3ee"},
    "control": {"shape": "house", "fillcolor": "#dcdff5"},
    "rule": {"shape": "octagon", "fillcolor": "#f6e3ee"},
    "effect": {"shape": "note", "fillcolor": "#ffe9b8"},
    "other": {"shape": "component", "fillcolor": "#ffffff"},
    "region": {"shape": "box3d", "fillcolor": "#ececf5"},
}
_CLUSTERS: dict[str, dict[str, str]] = {
    "scan": {"color": "#0072b2", "penwidth": "2"},
    "while": {"color": "#0072b2", "penwidth": "2"},
    "shard_map": {"color": "#0072b2", "penwidth": "2"},
    "cond": {"color": "#9b4f7f", "penwidth": "2"},
    "branch": {"color": "#9b4f7f", "style": "rounded,dashed"},
    "body": {"color": "#0072b2", "style": "rounded,dashed"},
    "scope": {"color": "#777777", "style": "rounded,dotted"},
}
# Rounds of network simplex per node, times the number of nodes.
_ROUNDS = 2000
# Nodes in a picture that can still be read.
_LEGIBLE = 150
# Longest edge, in ranks, whose label takes part in the layout.
_LABELLED_SPAN = 2
_FEEDBACK = {
    "color": "#0072b2",
    "constraint": "false",
    "fontcolor": "#0072b2",
    "label": "next iteration",
    "style": "dashed",
}


def dot_from_view(
    graph: ProgramGraph,
    expanded: str | int | Iterable[str] | None = None,
    title: str | None = None,
    *,
    notes: Mapping[str, str] | None = None,
) -> str:
    """Return DOT text of `graph` as it is seen when some regions are open.

    The same program gives the same bytes in every run. Labels are data: whatever the
    names hold, the text is valid DOT and Graphviz shows them as they are.

    Args:
        graph: The graph to draw.
        expanded: What is open, as `ProgramGraph.view` takes it; by default as many
            regions as stay legible.
        title: Shown above the picture; by default the function's name, and nothing if
            it is empty.
        notes: A further line for the label of some nodes, by node id or region id.

    Raises:
        RegionNotFoundError: If `expanded` names something that is no region.
    """
    opened = legible_expansion(graph) if expanded is None else expanded
    return _Drawing(graph, opened, notes or {}).dot(
        graph.trace.fn_name if title is None else title
    )


@dataclasses.dataclass(slots=True)
class _Cluster:
    """A region whose nodes are being written."""

    region: Region
    dot: graphviz.Digraph


class _Drawing:
    """One view being written as DOT."""

    def __init__(
        self,
        graph: ProgramGraph,
        expanded: str | int | Iterable[str],
        notes: Mapping[str, str],
    ) -> None:
        self.graph = graph
        self.view = graph.view(expanded)
        self.notes = notes
        # Ids of scopes hold names from the program, so regions go by number.
        self.ranks = _ranks(self.view)
        self.numbers = {region_id: i for i, region_id in enumerate(graph.regions)}

    def dot(self, title: str) -> str:
        attributes = _GRAPH | _effort(len(self.view))
        if title:
            attributes["label"] = label_text([title])
        dot = graphviz.Digraph(
            "graphstep", graph_attr=attributes, node_attr=_NODE, edge_attr=_EDGE
        )
        self._nodes(dot)
        for node_id in self.view:
            self._edges_into(dot, node_id)
        self._feedback(dot)
        return dot.source

    def _nodes(self, dot: graphviz.Digraph) -> None:
        """Write the nodes in program order, inside the clusters of their regions."""
        stack = [_Cluster(self.graph.regions.root, dot)]
        for node_id, node in self.view.nodes(data=True):
            chain = self.graph.regions.ancestors(node["region"])
            while len(stack) > len(chain) or stack[-1].region.id != (
                chain[len(stack) - 1].id
            ):
                self._close(stack)
            stack += [
                _Cluster(region, self._cluster(region))
                for region in chain[len(stack) :]
            ]
            self._node(stack[-1].dot, node_id, node)
        while len(stack) > 1:
            self._close(stack)

    def _cluster(self, region: Region) -> graphviz.Digraph:
        return graphviz.Digraph(
            f"cluster_{self.numbers[region.id]}",
            graph_attr={
                "color": "#777777",
                "fontsize": "11",
                "label": label_text([region_title(region)]),
                "labeljust": "l",
                "style": "rounded",
                **_CLUSTERS.get(region.kind, {}),
                **({"peripheries": "2"} if region.is_opaque else {}),
            },
        )

    @staticmethod
    def _close(stack: list[_Cluster]) -> None:
        closed = stack.pop()
        stack[-1].dot.subgraph(closed.dot)

    def _node(self, dot: graphviz.Digraph, node_id: str, node: dict[str, Any]) -> None:
        if node["role"] == "region":
            kind = "region"
            lines = region_lines(self.graph.regions[node_id])
        else:
            kind = kind_of_node(node["role"], node["primitive"])
            lines = node_lines(self.graph, node_id)
        if node_id in self.notes:
            lines = [*lines, self.notes[node_id]]
        dot.node(
            self._name(node_id),
            label=label_text(lines),
            tooltip=label_text([tooltip(self.graph, node_id)]),
            **{"style": "filled", **_LOOKS[kind]},
        )

    def _name(self, node_id: str) -> str:
        if self.view.nodes[node_id]["role"] == "region":
            return f"region_{self.numbers[node_id]}"
        # A colon in an edge would be read as a port.
        return node_id.replace(":", ".")

    def _edges_into(self, dot: graphviz.Digraph, target: str) -> None:
        node = self.view.nodes[target]
        edges = sorted(
            self.view.in_edges(target, keys=True, data=True), key=lambda edge: edge[2]
        )
        is_numbered = (
            node["role"] == "eqn"
            and node["primitive"] not in COMMUTATIVE
            and len(edges) > 1
        )
        bundles: dict[str, list[str]] = {}
        for source, _, key, edge in edges:
            text = self._edge_label(source, edge)
            if "region" in (node["role"], self.view.nodes[source]["role"]):
                bundles.setdefault(source, []).append(text)
            else:
                self._edge(
                    dot, source, target, f"{text} → {key}" if is_numbered else text
                )
        for source, texts in bundles.items():
            self._edge(dot, source, target, bundle_label(texts))

    def _edge(self, dot: graphviz.Digraph, source: str, target: str, text: str) -> None:
        # Graphviz gives a label that takes part in the layout a rank of its own; on
        # long edges, or many, that costs ten times the time of the whole layout.
        span = self.ranks[target] - self.ranks[source]
        is_placed = span <= _LABELLED_SPAN and len(self.view) <= _LEGIBLE
        # The spaces keep the text off the line.
        label = {"label" if is_placed else "xlabel": f" {label_text([text])} "}
        dot.edge(self._name(source), self._name(target), **label)

    def _edge_label(self, shown_source: str, edge: dict[str, Any]) -> str:
        source, out = edge["use"][0], edge["out"]
        avals = self.graph.node(source).avals
        text = short_type(avals[out])
        # The label of a node with one result names it already.
        if len(avals) > 1:
            return f"{self.graph.label(source, out)}: {text}"
        name = self.graph.name(source, out) if shown_source != source else None
        return f"{name}: {text}" if name else text

    def _feedback(self, dot: graphviz.Digraph) -> None:
        for source, _, carry in self.graph.feedback():
            shown = self._shown_as(source)
            if carry in self.view and shown is not None and shown != carry:
                dot.edge(self._name(shown), self._name(carry), **_FEEDBACK)

    def _shown_as(self, node_id: str) -> str | None:
        if node_id in self.view and self.view.nodes[node_id]["role"] != "region":
            return node_id
        for region in self.graph.regions.ancestors(self.graph.node(node_id).region):
            if (
                region.id in self.view
                and self.view.nodes[region.id]["role"] == "region"
            ):
                return region.id
        return None


def _effort(n_nodes: int) -> dict[str, str]:
    """Return how much work Graphviz shall do, so that time stays in bounds.

    Without a limit on network simplex large graphs never finish. Small ones are
    straighter with a generous one, and drawn no later. Crossings are many in a large
    one whatever is tried to avoid them.
    """
    if n_nodes > _LEGIBLE:
        return {"mclimit": "0.1", "nslimit": "2"}
    return {"nslimit": str(_ROUNDS // max(1, n_nodes))}


def _ranks(view: Any) -> dict[str, int]:
    """Return each node's distance from the top along its longest path."""
    ranks: dict[str, int] = {}
    for node_id in view:
        sources = view.predecessors(node_id)
        ranks[node_id] = max((ranks[source] for source in sources), default=-1) + 1
    return ranks
