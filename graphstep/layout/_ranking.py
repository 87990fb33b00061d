"""Give every item of a region a rank, so that every line goes from lower to higher."""

from __future__ import annotations

from collections.abc import Sequence


def longest_paths(n_items: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return a rank per item, sources as close as possible to what uses them.

    Args:
        n_items: Number of items, numbered in a topological order.
        edges: Pairs of items, smaller number first.
    """
    before: list[list[int]] = [[] for _ in range(n_items)]
    after: list[list[int]] = [[] for _ in range(n_items)]
    for source, target in dict.fromkeys(edges):
        before[target].append(source)
        after[source].append(target)
    rank = [0] * n_items
    for item in range(n_items):
        if before[item]:
            rank[item] = 1 + max([rank[source] for source in before[item]])
    # What is fed by nothing else, directly or not, sinks to where it is used.
    is_loose = [True] * n_items
    for item in range(n_items):
        sources = before[item]
        is_loose[item] = all(is_loose[s] and len(after[s]) == 1 for s in sources)
    for item in range(n_items - 1, -1, -1):
        if not after[item]:
            continue
        lowest = min([rank[target] for target in after[item]]) - 1
        if lowest == rank[item]:
            continue
        if not is_loose[item]:
            stretched = sum(
                [
                    not (is_loose[source] and len(after[source]) == 1)
                    and max([rank[t] for t in after[source] if t != item], default=0)
                    < lowest
                    for source in before[item]
                ]
            )
            # One line gets longer and one shorter: stay close in program order.
            is_late = min(after[item]) - item <= item - max(before[item])
            if stretched > is_late:
                continue
        rank[item] = lowest
    return rank


def distances(rank: Sequence[int], along: Sequence[int], unit: int) -> list[int]:
    """Return how far down each rank begins, in ranks of usual height.

    A rank that holds a tall frame counts for several.
    """
    tallest = [0] * (max(rank, default=-1) + 3)
    for item, number in enumerate(rank):
        tallest[number] = max(tallest[number], along[item])
    total, found = 0, []
    for extent in tallest:
        found.append(total)
        total += max(1, extent // unit)
    return found
