"""JSON that `networkx.node_link_graph` reads, with everything there is to say."""

from __future__ import annotations

import json
from typing import Any

from graphstep._jaxcompat import short_type
from graphstep.export._drawing import short_source
from graphstep.export._json_values import NUMBERS, json_operand, json_output
from graphstep.export._seen import Seen

FORMAT, VERSION = "graphstep-graph", 1


def node_link_from_view(seen: Seen) -> str:
    """Return a view as JSON: `networkx.node_link_graph(data, edges="edges")` reads it.

    Ids of nodes are those of graphstep, and edge keys are operand indices, but where a
    closed region is entered.
    """
    graph = seen.graph
    document: dict[str, Any] = {
        "directed": True,
        "multigraph": True,
        "graph": {
            "format": FORMAT,
            "version": VERSION,
            "function": graph.trace.fn_name,
            "numbers": NUMBERS,
            "regions": [_region(seen, region) for region in seen.regions],
            "feedback": [list(each) for each in graph.feedback()],
        },
        "nodes": [_node(seen, node_id) for node_id in seen.view],
        "edges": [
            {
                "source": u,
                "target": v,
                "key": key,
                "out": data["out"],
                "type": short_type(graph.aval(data["use"][0], data["out"])),
                "name": graph.name(data["use"][0], data["out"]),
                "use": list(data["use"]),
            }
            for u, v, key, data in seen.view.edges(keys=True, data=True)
        ],
    }
    if seen.at is not None:
        document["graph"] |= {"pass": seen.at.pass_, "step": seen.at.index}
    return json.dumps(document, allow_nan=False, indent=1) + "\n"


def _node(seen: Seen, node_id: str) -> dict[str, Any]:
    graph = seen.graph
    found: dict[str, Any] = {"id": node_id, **seen.facts(node_id)}
    if node_id not in graph or seen.view.nodes[node_id]["role"] == "region":
        return found
    node = graph.node(node_id)
    found["operands"] = [json_operand(operand) for operand in node.operands]
    found["outputs"] = [
        json_output(graph, seen.recording, node_id, out, aval)
        for out, aval in enumerate(node.avals)
    ]
    return found


def _region(seen: Seen, region_id: str) -> dict[str, Any]:
    region = seen.graph.regions[region_id]
    first = seen.graph.source(seen.graph.order[region.start])
    return {
        "id": region.id,
        "kind": region.kind,
        "name": region.name,
        "primitive": region.primitive,
        "parent": region.parent,
        "length": region.length,
        "source": short_source(first),
    }
