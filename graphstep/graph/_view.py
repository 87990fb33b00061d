"""networkx graphs of a program: the flat one, and the quotient of a set of open regions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import networkx as nx

from graphstep._jaxcompat import Literal
from graphstep.errors import RegionNotFoundError
from graphstep.graph._columns import Columns
from graphstep.graph._regions import ROOT_ID, Region, Regions


def _node_attributes(columns: Columns, position: int) -> dict[str, Any]:
    eqn, role = columns.eqns[position], columns.roles[position]
    return {
        "role": role,
        "primitive": role if eqn is None else eqn.primitive.name,
        "region": columns.regions[position],
        "avals": columns.avals[position],
        "eqn": eqn,
        "index": position,
    }


def flat_graph(columns: Columns) -> nx.MultiDiGraph[str]:
    """Return every node and every use as a networkx multigraph."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    ids = columns.ids
    graph.add_nodes_from(
        (node_id, _node_attributes(columns, i)) for i, node_id in enumerate(ids)
    )
    # Ours is one edge per distinct (u, v, key), so the dicts are filled directly:
    # `add_edges_from` would take three times as long on 20,000 equations.
    inner: Any = graph
    successors, predecessors = inner._succ, inner._pred  # noqa: SLF001
    for target, operands in zip(ids, columns.operands, strict=True):
        into = predecessors[target]
        for key, source in operands:
            if type(source) is Literal:
                continue
            origin = ids[source[0]]
            keyed = into.get(origin)
            if keyed is None:
                keyed = into[origin] = successors[origin][target] = {}
            keyed[key] = {"out": source[1]}
    return graph


def open_regions(
    regions: Regions, expanded: str | int | Iterable[str] | None
) -> frozenset[str]:
    """Return the ids of the regions that `expanded` opens, root included."""
    if expanded is None:
        return frozenset({ROOT_ID})
    if expanded == "all":
        return frozenset(regions)
    if isinstance(expanded, int):
        return frozenset(r.id for r in regions.values() if r.depth <= expanded) | {
            ROOT_ID
        }
    given: Any = expanded
    if not isinstance(given, Iterable):
        msg = (
            f"{expanded!r} opens nothing: expected region ids, a number of levels, "
            '`"all"` or None.'
        )
        raise RegionNotFoundError(msg)
    names = [expanded] if isinstance(expanded, str) else list(expanded)
    return frozenset({ROOT_ID, *(regions[name].id for name in names)})


def closed_regions(regions: Regions, opened: frozenset[str]) -> list[Region]:
    """Return the regions drawn as one box, in program order.

    A region that holds nothing (a call that returns its argument) is not drawn.
    """
    closed: list[Region] = []
    pending = [regions.root]
    while pending:
        region = pending.pop()
        if region.id in opened:
            pending += [regions[child] for child in reversed(region.children)]
        elif region.size:
            closed.append(region)
    return closed


def quotient(
    columns: Columns, regions: Regions, expanded: str | int | Iterable[str] | None
) -> nx.MultiDiGraph[str]:
    """Return the graph in which each closed region is a single node.

    Regions are stretches of program order and every use goes forward in it, so a
    quotient by regions is acyclic whatever is open.
    """
    seen_as = list(columns.ids)
    boxes: dict[int, Region] = {}
    for region in closed_regions(regions, open_regions(regions, expanded)):
        seen_as[region.start : region.stop] = [region.id] * region.size
        boxes[region.start] = region
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for i, node_id in enumerate(seen_as):
        if i in boxes:
            graph.add_node(node_id, **_region_attributes(boxes[i]))
        elif node_id == columns.ids[i] and node_id not in graph:
            graph.add_node(node_id, **_node_attributes(columns, i))
    for i, operands in enumerate(columns.operands):
        target, v = seen_as[i], columns.ids[i]
        for key, source in operands:
            if isinstance(source, Literal):
                continue
            origin, u = seen_as[source[0]], columns.ids[source[0]]
            if origin == target:
                continue
            view_key = key if target == v else graph.number_of_edges(origin, target)
            graph.add_edge(origin, target, key=view_key, out=source[1], use=(u, v, key))
    return graph


def _region_attributes(region: Region) -> dict[str, Any]:
    return {
        "role": "region",
        "primitive": region.primitive,
        "region": region.parent,
        "kind": region.kind,
        "name": region.name,
        "avals": ()
        if region.eqn is None
        else tuple(v.aval for v in region.eqn.outvars),
        "eqn": region.eqn,
        "index": region.start,
    }
