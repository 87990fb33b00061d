"""Choose which regions to open so that a picture stays legible."""

from __future__ import annotations

import re

from graphstep.graph import ROOT_ID, ProgramGraph, Region
from graphstep.layout import Group, groups

_NUMBER = re.compile(r"\d+")


def legible_expansion(graph: ProgramGraph, limit: int = 60) -> frozenset[str]:
    """Return the regions to open so that at most about `limit` nodes are drawn.

    Outer regions come before inner ones, and small ones before large ones. Regions at
    one depth whose names differ in a number only, such as the layers of a network,
    open together or stay closed together. The root is always open, however large.
    """
    opened = {ROOT_ID}
    total = _nodes_when_open(graph, graph.regions.root)
    level = [graph.regions.root]
    while level:
        offered = [child for region in level for child in _children(graph, region)]
        groups: dict[tuple[str, str], list[Region]] = {}
        for region in offered:
            alike = (region.kind, _NUMBER.sub("#", region.name))
            groups.setdefault(alike, []).append(region)
        costs = [
            (sum(_nodes_when_open(graph, region) - 1 for region in group), group)
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
    outputs: these stand side by side and make a picture wide. Groups whose names differ
    in a number only open together or stay closed together.
    """
    found = groups(graph)
    inner: dict[str | None, list[Group]] = {}
    for group in found:
        inner.setdefault(group.parent, []).append(group)
    outermost = inner.get(None, [])
    hidden = sum(group.size - 1 for group in outermost)
    total = len(graph.view(opened)) - hidden
    n_leaves = len(graph.inputs) + len(graph.outputs) - hidden
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
            if total + cost <= limit and n_leaves + cost <= leaves:
                total += cost
                n_leaves += cost
                chosen.update(group.id for group in family)
                level += [each for group in family for each in inner.get(group.id, [])]
    return frozenset(chosen)


def n_outermost(graph: ProgramGraph) -> int:
    """Return how many nodes are drawn at least: outside all regions and groups."""
    hidden = sum(group.size - 1 for group in groups(graph) if group.parent is None)
    return _nodes_when_open(graph, graph.regions.root) - hidden


def _children(graph: ProgramGraph, region: Region) -> list[Region]:
    """Return the regions directly inside `region` that are drawn: that hold any node."""
    children = (graph.regions[child] for child in region.children)
    return [child for child in children if child.size]


def _nodes_when_open(graph: ProgramGraph, region: Region) -> int:
    """Return how many nodes are drawn for a region whose own children are closed."""
    children = _children(graph, region)
    return region.size - sum(child.size for child in children) + len(children)
