"""Parts of a graph: what a node depends on, what depends on it, what carries gradient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graphstep._jaxcompat import Literal
from graphstep.graph._activity import activity

if TYPE_CHECKING:
    from graphstep.graph._program import ProgramGraph


def reachable(
    graph: ProgramGraph, starts: Iterable[str], *, backward: bool
) -> frozenset[str]:
    """Return `starts` and all nodes reached from them along or against the edges.

    What a loop carries into its next iteration counts as an edge here.
    """
    neighbours: list[list[int]] = [[] for _ in graph.order]
    for target, operands in enumerate(graph.columns.operands):
        for _, source in operands:
            if not isinstance(source, Literal):
                _link(neighbours, source[0], target, backward=backward)
    for source, _, target in graph.columns.feedback:
        _link(neighbours, source, target, backward=backward)
    pending = [graph.position(node_id) for node_id in starts]
    seen = set(pending)
    while pending:
        for position in neighbours[pending.pop()]:
            if position not in seen:
                seen.add(position)
                pending.append(position)
    return frozenset(graph.order[position] for position in seen)


def _link(
    neighbours: list[list[int]], source: int, target: int, *, backward: bool
) -> None:
    if backward:
        neighbours[target].append(source)
    else:
        neighbours[source].append(target)


def between(graph: ProgramGraph, first: str, last: str) -> frozenset[str]:
    """Return the nodes on any path from `first` to `last`, both included."""
    after = reachable(graph, [first], backward=False)
    if last not in after:
        graph.position(last)
        return frozenset()
    return after & reachable(graph, [last], backward=True)


def differentiable(graph: ProgramGraph) -> frozenset[str]:
    """Return the nodes that carry gradient from a seeded output to an argument."""
    columns = graph.columns
    live = activity(graph)
    active = {graph.order[position] for position, _ in live.active}
    needed: list[str] = []
    for node_id in graph.outputs[: graph.trace.n_seeded]:
        for _, source in columns.operands[graph.position(node_id)]:
            if not isinstance(source, Literal) and source in live.active:
                needed.append(graph.order[source[0]])
    return frozenset(active & reachable(graph, needed, backward=True))
