"""What is open in a picture: regions, groups of inputs and outputs, folds."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable

from graphstep.export._expansion import (
    SIDE_BY_SIDE,
    legible_expansion,
    legible_groups,
    n_outermost,
)
from graphstep.export._folding import Stretch, cut_regions, stretches
from graphstep.export._folding_lines import line_stretches
from graphstep.graph import ROOT_ID, ProgramGraph, closed_regions, open_regions
from graphstep.layout import Group, groups

# A scope that has a name inside of JAX's own words for its transformations.
_NAMED = re.compile(r"\w(?![\w]*\()")
# Outermost nodes beyond which a program is folded, if that is left to us.
_TOO_MANY = 75


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """What is open in a picture.

    Attributes:
        regions: Ids of the regions, the root included.
        groups: Ids of the groups of inputs and outputs.
        folds: Stretches of the program that are drawn as one box each.
    """

    regions: frozenset[str]
    groups: frozenset[str]
    folds: tuple[Stretch, ...] = ()


# What is open: region and group ids, `"all"`, a number of levels, or the default.
Expanded = str | int | Iterable[str] | Opened | None


def opened(graph: ProgramGraph, expanded: Expanded) -> Opened:
    """Return what is open when `expanded` is asked for.

    By default a program with more outermost nodes than anybody can read is folded by
    the layers of its parameters, or else by its lines.

    Raises:
        RegionNotFoundError: If `expanded` names something that is no region or group.
    """
    if isinstance(expanded, Opened):
        return expanded
    known = {group.id for group in groups(graph)}
    if isinstance(expanded, str) and expanded == "all":
        return Opened(frozenset(graph.regions), frozenset(known))
    chosen: frozenset[str] = frozenset()
    if expanded is None:
        regions = _without_fans(graph, legible_expansion(graph))
        folds = _folds(graph, regions)
        if folds:
            regions = frozenset({ROOT_ID}) | cut_regions(graph, folds)
            return Opened(regions, legible_groups(graph, regions), folds)
    elif isinstance(expanded, int):
        regions = open_regions(graph.regions, expanded)
    else:
        given = frozenset([expanded] if isinstance(expanded, str) else expanded)
        chosen = given & known
        regions = open_regions(graph.regions, given - known)
    return Opened(regions, chosen or legible_groups(graph, regions))


def _without_fans(graph: ProgramGraph, regions: frozenset[str]) -> frozenset[str]:
    """Return the regions without those that would be little but a row of arrows.

    In such a loop or branch, most of what is handed in only goes on into one closed
    region.
    """
    roles, around = graph.columns.roles, graph.columns.regions
    closed = closed_regions(graph.regions, regions)
    fans: dict[tuple[str, str], int] = {}
    for position, (role, region) in enumerate(zip(roles, around, strict=True)):
        if role != "binder" or region not in regions:
            continue
        uses = graph.uses(graph.order[position])
        user = graph.position(uses[0][1]) if uses else position
        for box in closed:
            if box.start <= user < box.stop:
                fans[region, box.id] = fans.get((region, box.id), 0) + 1
    shut = {region for (region, _), count in fans.items() if count > SIDE_BY_SIDE}
    return frozenset(
        region
        for region in regions
        if not any(outer.id in shut for outer in graph.regions.ancestors(region))
    )


def _folds(graph: ProgramGraph, regions: frozenset[str]) -> tuple[Stretch, ...]:
    """Return what is drawn in one box each, where a program does not say so by itself.

    It has too many outermost nodes, or would be drawn as boxes of which nothing is
    known but that JAX has transformed what is in them, as `jvp()`.
    """
    closed = closed_regions(graph.regions, regions)
    is_long = n_outermost(graph) > _TOO_MANY
    is_nameless = any(
        region.kind == "scope" and not _NAMED.search(region.name) for region in closed
    )
    found = stretches(graph) if is_long or is_nameless else ()
    return found or (line_stretches(graph) if is_long else ())


def closed_groups(graph: ProgramGraph, open_groups: Collection[str]) -> list[Group]:
    """Return the groups drawn as one box: those that only open ones are around."""
    closed: list[Group] = []
    hidden: set[str] = set()
    for group in groups(graph):
        if group.parent in hidden:
            hidden.add(group.id)
        elif group.id not in open_groups:
            closed.append(group)
            hidden.add(group.id)
    return closed
