"""Which lines of a picture are drawn as two ends only: long ones, and those of hubs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from graphstep.export._drawing import DrawnEdge

# Ranks that a line may cross.
_LONG = 16
# A value that is handed on to more places than this is a hub: its lines would cross
# everything else. Those to places near it are drawn all the same.
_MANY = 5
_NEAR = 2


def long_edges(
    items: Iterable[str], edges: Sequence[DrawnEdge], hubs: Collection[str]
) -> frozenset[int]:
    """Return the indices of the edges that become stubs.

    Args:
        items: What is drawn, in program order.
        edges: Lines between these, none of which goes against the order.
        hubs: Items that may be hubs: inputs, constants, outputs, what a loop hands in.
    """
    ranks = _ranks(list(items), edges)
    ends: dict[str, set[str]] = {}
    for edge in edges:
        ends.setdefault(edge.source, set()).add(edge.target)
        ends.setdefault(edge.target, set()).add(edge.source)
    found: set[int] = set()
    for i, edge in enumerate(edges):
        span = ranks[edge.target] - ranks[edge.source]
        is_hub = any(
            end in hubs and len(ends[end]) > _MANY for end in (edge.source, edge.target)
        )
        if span > (_NEAR if is_hub else _LONG):
            found.add(i)
    return frozenset(found)


def _ranks(items: Sequence[str], edges: Sequence[DrawnEdge]) -> dict[str, int]:
    """Return each item's distance from the top; a source is just above its first use."""
    ranks = dict.fromkeys(items, 0)
    entered: set[str] = set()
    into: dict[str, list[str]] = {}
    for edge in edges:
        into.setdefault(edge.target, []).append(edge.source)
    for item in items:
        sources = into.get(item)
        if sources:
            entered.add(item)
            ranks[item] = max(ranks[source] for source in sources) + 1
    first: dict[str, int] = {}
    for edge in edges:
        rank = ranks[edge.target] - 1
        first[edge.source] = min(first.get(edge.source, rank), rank)
    return {
        item: rank if item in entered else first.get(item, rank)
        for item, rank in ranks.items()
    }
