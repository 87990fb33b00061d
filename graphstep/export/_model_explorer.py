"""JSON graphs of Model Explorer, and node data beside them.

https://github.com/google-ai-edge/model-explorer: `input_graph.ts` and `graph_builder.py`
say what a graph collection is, `node_data_builder.py` what node data are. A namespace is
a path of names between slashes; `/` in a name is escaped by a backslash, and `;` would
begin another namespace.
"""

from __future__ import annotations

import json
from typing import Any

from graphstep._jaxcompat import short_type
from graphstep.export._drawing import short_source
from graphstep.export._labels import literal_text, region_title
from graphstep.export._seen import Seen
from graphstep.recording import Stats
from graphstep.tracing import one_line

GRAPH_ID = "program"
_LIMIT = 200
_HEALTH_COLOURS = {
    "NaN": "#c0271d",
    "Inf": "#d55e00",
    "unknown": "#dddddd",
    "finite": "#d9f2e8",
}


def model_explorer_from_view(seen: Seen) -> str:
    """Return a view as a graph collection, its open regions as layers."""
    names = _namespaces(seen)
    graph, fn_name = seen.graph, one_line(seen.graph.trace.fn_name, _LIMIT)
    layers: dict[str, dict[str, str]] = {
        "": {"function": fn_name, "nodes": str(len(seen.view))}
    }
    for region_id in seen.regions:
        region = graph.regions[region_id]
        found = {"kind": region.kind, "title": one_line(region_title(region), _LIMIT)}
        source = short_source(graph.source(graph.order[region.start]))
        layers[names[region_id]] = found | ({"source": source} if source else {})
    ports = _Ports(seen)
    document = {
        "label": fn_name,
        "graphs": [
            {
                "id": GRAPH_ID,
                "nodes": [_node(seen, n, names, ports) for n in seen.view],
                "groupNodeAttributes": layers,
            }
        ],
    }
    return json.dumps(document, allow_nan=False, indent=1) + "\n"


def health_for_model_explorer(seen: Seen) -> str:
    """Return node data for the graph of the same view: what is finite and what is not.

    Model Explorer reads it as a file of its own, once the graph is open.
    """
    results: dict[str, dict[str, str]] = {}
    for node_id in seen.view:
        word = seen.health(node_id)
        if word:
            results[node_id] = {"value": word, "bgColor": _HEALTH_COLOURS[word]}
    data = {
        "name": "health",
        "results": results,
        # These tables are for numbers.
        "hideInAggregatedStatsTable": True,
        "hideInChildrenStatsTable": True,
        "showExpandedSummaryOnGroupNode": True,
    }
    return json.dumps({GRAPH_ID: data}, allow_nan=False, indent=1) + "\n"


class _Ports:
    """Numbers of what enters and leaves nodes; closed regions have none of their own."""

    def __init__(self, seen: Seen) -> None:
        self.outputs: dict[str, dict[tuple[str, int], str]] = {}
        self.inputs: dict[str, dict[tuple[str, str, int], str]] = {}
        roles = seen.view.nodes
        for u, v, data in seen.view.edges(data=True):
            use = data["use"]
            outs = self.outputs.setdefault(u, {})
            is_box = roles[u]["role"] == "region"
            name = str(len(outs)) if is_box else str(data["out"])
            outs.setdefault((use[0], data["out"]), name)
            ins = self.inputs.setdefault(v, {})
            is_box = roles[v]["role"] == "region"
            ins.setdefault(use, str(len(ins)) if is_box else str(use[2]))


def _node(
    seen: Seen, node_id: str, names: dict[str, str], ports: _Ports
) -> dict[str, Any]:
    facts = seen.facts(node_id)
    label = facts["primitive"] if facts["role"] == "eqn" else facts["label"]
    found: dict[str, Any] = {
        "id": node_id,
        "label": one_line(str(label), _LIMIT),
        "namespace": names.get(seen.view.nodes[node_id]["region"], ""),
        "attrs": _pairs(_attributes(seen, node_id, facts)),
        "incomingEdges": [
            {
                "sourceNodeId": u,
                "sourceNodeOutputId": ports.outputs[u][data["use"][0], data["out"]],
                "targetNodeInputId": ports.inputs[node_id][data["use"]],
            }
            for u, _, data in sorted(
                seen.view.in_edges(node_id, data=True),
                key=lambda edge: (edge[2]["use"][2], edge[2]["use"]),
            )
        ],
        "outputsMetadata": _outputs(seen, node_id, ports),
    }
    return found


def _attributes(
    seen: Seen, node_id: str, facts: dict[str, str | int]
) -> dict[str, str]:
    shown = ("name", "letter", "kind", "type", "source", "function", "state", "health")
    found = {name: str(facts[name]) for name in shown if facts.get(name)}
    if facts["role"] == "region":
        return found | {"nodes": str(facts["size"])}
    for operand in seen.graph.operands(node_id):
        if operand.source is None:
            found[f"operand {operand.key}"] = literal_text(operand.literal)
    return found


def _outputs(seen: Seen, node_id: str, ports: _Ports) -> list[dict[str, Any]]:
    graph = seen.graph
    if seen.view.nodes[node_id]["role"] == "region":
        values = ports.outputs.get(node_id, {}).items()
    else:
        avals = graph.node(node_id).avals
        values = [((node_id, out), str(out)) for out in range(len(avals))]
    return [
        {"id": number, "attrs": _pairs(_value(seen, source, out))}
        for (source, out), number in values
    ]


def _value(seen: Seen, node_id: str, out: int) -> dict[str, str]:
    graph = seen.graph
    found = {
        "shape": short_type(graph.aval(node_id, out)),
        "__tensor_tag": graph.label(node_id, out),
    }
    if seen.recording is None:
        return found
    for of in seen.passes:
        stats = seen.recording.stats(node_id, out, of)
        if isinstance(stats, Stats):
            found[f"{of} norm"] = f"{stats.l2:.6g}"
            found[f"{of} mean"] = f"{stats.mean:.6g}"
        else:
            found[of] = stats.message
    return found


def _pairs(facts: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"key": key, "value": one_line(value, _LIMIT)} for key, value in facts.items()
    ]


def _namespaces(seen: Seen) -> dict[str, str]:
    """Return the namespace of each open region; two of one name get their numbers."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for number, region_id in enumerate(seen.regions):
        region = seen.graph.regions[region_id]
        own = _component(region.name) or region.kind
        outer = names.get(region.parent or "", "")
        name = f"{outer}/{own}" if outer else own
        if name in taken:
            name = f"{name} #{number}"
        taken.add(name)
        names[region_id] = name
    return names


def _component(name: str) -> str:
    """Return a name as a part of a namespace."""
    # A backslash before the slash between two names would join them.
    text = one_line(name, 80).replace("\\", "\u2216").replace(";", ",")
    return text.replace("/", "\\/")
