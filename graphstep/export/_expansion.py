"""Choose which regions to open so that a picture stays legible."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence

from graphstep.graph import ROOT_ID, ProgramGraph, Region, closed_regions
from graphstep.layout import Group, groups

# Arrows side by side into one closed region that say more than one of them would.
SIDE_BY_SIDE = 6
_NUMBER = re.compile(r"\d+")


def legible_expansion(
    graph: ProgramGraph, limit: int = 60, kept: Collection[str] | None = None
) -> frozenset[str]:
    """Return the regions to open so that at most about `limit` nodes are drawn.

    Outer regions come before inner ones, and small ones before large ones. Regions at
    one depth whose names differ in a number only, such as the layers of a network,
    open together or stay closed together. The root is always open, however large.

    Args:
        graph: The program.
        limit: How many nodes may be drawn.
        kept: Ids of the nodes that are drawn at all; by default all.
    """
    before = _counts(graph, kept)
    opened = {ROOT_ID}
    total = _nodes_when_open(graph, graph.regions.root, before)
    level = [graph.regions.root]
    while level:
        offered = [
            child for region in level for child in _children(graph, region, before)
        ]
        groups: dict[tuple[str, str], list[Region]] = {}
        for region in offered:
            alike = (region.kind, _NUMBER.sub("#", region.name))
            groups.setdefault(alike, []).append(region)
        costs = [
            (
                sum(_nodes_when_open(graph, region, before) - 1 for region in group),
                group,
            )
            for group in groups.values()
        ]
        level = []
        for cost, group in sorted(costs, key=lambda pair: (pair[0], pair[1][0].start)):
            if total + cost <= limit:
                total += cost
                level += group
        opened.update(region.id for region in level)
    return frozenset(opened)


def legible_groups(
    graph: ProgramGraph, opened: frozenset[str], limit: int = 60, leaves: int = 12
) -> frozenset[str]:
    """Return the groups of inputs and outputs to open beside the regions `opened`.

    Outer groups come before inner ones and small ones before large ones, as long as no
    more than about `limit` nodes are drawn, and no more than about `leaves` inputs and
    outputs: these stand side by side and make a picture wide. That is also why those
    stay closed of which many members lead into one closed region. Groups whose names
    differ in a number only open together or stay closed together.
    """
    found = groups(graph)
    inner: dict[str | None, list[Group]] = {}
    for group in found:
        inner.setdefault(group.parent, []).append(group)
    outermost = inner.get(None, [])
    hidden = sum(group.size - 1 for group in outermost)
    total = len(graph.view(opened)) - hidden
    n_leaves = len(graph.inputs) + len(graph.outputs) - hidden
    box_of = {
        position: box.id
        for box in closed_regions(graph.regions, opened)
        for position in range(box.start, box.stop)
    }
    chosen: set[str] = set()
    level = outermost
    while level:
        alike: dict[tuple[str | None, str], list[Group]] = {}
        for group in level:
            key = (group.role, _NUMBER.sub("#", group.label))
            alike.setdefault(key, []).append(group)
        costs = [
            (sum(len(group.members) - 1 for group in family), family)
            for family in alike.values()
        ]
        level = []
        for cost, family in sorted(costs, key=lambda pair: (pair[0], pair[1][0].start)):
            is_wide = any(_is_wide(graph, group, inner, box_of) for group in family)
            fits = total + cost <= limit and n_leaves + cost <= leaves
            if fits and not is_wide:
                total += cost
                n_leaves += cost
                chosen.update(group.id for group in family)
                level += [each for group in family for each in inner.get(group.id, [])]
    return frozenset(chosen)


def _is_wide(
    graph: ProgramGraph,
    group: Group,
    inner: Mapping[str | None, Sequence[Group]],
    box_of: Mapping[int, str],
) -> bool:
    """Return whether many members of a group lead into one closed region."""
    stretches = {each.id: (each.start, each.stop) for each in inner.get(group.id, ())}
    counts: dict[str, int] = {}
    for member in group.members:
        start, stop = stretches.get(member, (0, 0))
        leaves = graph.order[start:stop] if stop else (member,)
        uses = (use for leaf in leaves for use in graph.uses(leaf))
        users = {box_of.get(graph.position(target)) for _, target, _ in uses}
        for box in users - {None}:
            counts[str(box)] = counts.get(str(box), 0) + 1
    return max(counts.values(), default=0) > SIDE_BY_SIDE


def n_outermost(graph: ProgramGraph) -> int:
    """Return how many nodes are drawn at least: outside all regions and groups."""
    hidden = sum(group.size - 1 for group in groups(graph) if group.parent is None)
    before = _counts(graph, None)
    return _nodes_when_open(graph, graph.regions.root, before) - hidden


def _counts(graph: ProgramGraph, kept: Collection[str] | None) -> Sequence[int]:
    """Return how many of the nodes that are drawn come before each position."""
    if kept is None:
        return range(len(graph) + 1)
    return [0, *itertools.accumulate(node in kept for node in graph.order)]


def _children(
    graph: ProgramGraph, region: Region, before: Sequence[int]
) -> list[Region]:
    """Return the regions directly inside `region` that are drawn: that hold any node."""
    children = (graph.regions[child] for child in region.children)
    return [child for child in children if _size(child, before)]


def _size(region: Region, before: Sequence[int]) -> int:
    return before[region.stop] - before[region.start]


def _nodes_when_open(graph: ProgramGraph, region: Region, before: Sequence[int]) -> int:
    """Return how many nodes are drawn for a region whose own children are closed."""
    children = _children(graph, region, before)
    inside = sum(_size(child, before) for child in children)
    return _size(region, before) - inside + len(children)
