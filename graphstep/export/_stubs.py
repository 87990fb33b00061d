"""Which lines of a picture are drawn as two ends only: long ones, and those of hubs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from graphstep.export._drawing import DrawnEdge

# Ranks that a line may cross.
_LONG = 16
# A value that is handed on to more places than this is a hub: its lines would cross
# everything else. Those to places near it are drawn all the same.
_MANY = 5
_NEAR = 2
# Items that may hang from the top by themselves.
_FEW = 24


def long_edges(
    items: Iterable[str],
    edges: Sequence[DrawnEdge],
    hubs: Collection[str],
    folded: Collection[str] = (),
) -> frozenset[int]:
    """Return the indices of the edges that become stubs.

    Args:
        items: What is drawn, in program order.
        edges: Lines between these, none of which goes against the order.
        hubs: Items that may be hubs: inputs, constants, outputs, what a loop hands in.
        folded: Items that are layers: what one keeps for another that is not next to it,
            as for its own transposed, would be a fan of lines across the whole picture.
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
        is_kept = edge.source in folded and edge.target in folded
        if span > (_NEAR if is_hub or is_kept else _LONG):
            found.add(i)
    return frozenset(found)


def _ranks(items: Sequence[str], edges: Sequence[DrawnEdge]) -> dict[str, int]:
    """Return each item's distance from the top.

    What hangs from the top by itself, such as a bias that is reshaped, or labels that
    are only looked at in the end, stands just above where it is used.
    """
    into: dict[str, set[str]] = {item: set() for item in items}
    out: dict[str, set[str]] = {item: set() for item in items}
    for edge in edges:
        into[edge.target].add(edge.source)
        out[edge.source].add(edge.target)
    ranks: dict[str, int] = {}
    for item in items:
        ranks[item] = max((ranks[source] for source in into[item]), default=-1) + 1
    for item in reversed(items):
        slack = min((ranks[each] for each in out[item]), default=0) - ranks[item] - 1
        if slack > 0:
            for each in _hanging(item, into, out):
                ranks[each] += slack
    return ranks


def _hanging(
    item: str, into: Mapping[str, set[str]], out: Mapping[str, set[str]]
) -> Collection[str]:
    """Return an item and all above it, if that is little and leads nowhere else."""
    found = {item: None}
    pending = [item]
    while pending:
        for source in into[pending.pop()]:
            if source not in found:
                found[source] = None
                pending.append(source)
        if len(found) > _FEW:
            return ()
    is_apart = all(out[each] <= found.keys() for each in found if each != item)
    return found if is_apart else ()
