"""What a box or line says when the pointer rests on it: id, types, source, statistics."""

from __future__ import annotations

from collections.abc import Mapping

from graphstep.export._drawing import (
    Amount,
    Cluster,
    DrawnEdge,
    DrawnNode,
    short_source,
)
from graphstep.export.chain import number
from graphstep.tracing import one_line

_MARKS = {
    "done": "done",
    "current": "here",
    "pending": "to come",
    "blocked": "no cotangent",
}


def node_tip(node: DrawnNode) -> list[str]:
    """Return id, title, type, source, place in the walk and statistics of a box."""
    what = one_line(node.title, 120)
    parts = [f"{node.id}: {what}" if node.role == "eqn" else what, node.type]
    parts += [node.source, _MARKS.get(node.walk, "")]
    parts += [_described(amount) for amount in node.amounts]
    if node.hidden_in or node.hidden_out:
        parts.append(f"{node.hidden_in + node.hidden_out} uses not drawn")
    return [part for part in parts if part]


def edge_tip(edge: DrawnEdge, nodes: Mapping[str, DrawnNode]) -> list[str]:
    """Return where a line comes from, where it goes, and what it carries."""
    ends = [one_line(nodes[each].title, 60) for each in (edge.source, edge.target)]
    operand = "" if edge.operand is None else f", operand {edge.operand}"
    return [f"{ends[0]} → {ends[1]}{operand}", edge.label]


def cluster_tip(cluster: Cluster) -> list[str]:
    """Return kind, title and source of an open region."""
    parts = (cluster.kind, cluster.title, short_source(cluster.location))
    return [part for part in parts if part]


def _described(amount: Amount) -> str:
    what = f"{amount.of} {amount.name}".rstrip()
    stats = amount.stats
    if stats is None or stats.size == 1:
        return f"{what} {amount.text}"
    words = [f"‖·‖ {number(stats.l2)}"]
    if stats.min <= stats.max:
        words.append(f"{number(stats.min)} … {number(stats.max)}")
        words.append(f"mean {number(stats.mean)}")
    bad = {"zero": stats.zero, "NaN": stats.nan, "Inf": stats.neg_inf + stats.pos_inf}
    words += [f"{n} {word}" for word, n in bad.items() if n]
    return f"{what} {', '.join(words)}"
