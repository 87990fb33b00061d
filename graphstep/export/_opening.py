"""Open and close regions by patterns, one after the other."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable

from graphstep.errors import RegionNotFoundError
from graphstep.export._drawn import Opened
from graphstep.export._folding import cut_regions
from graphstep.graph import ROOT_ID, Pattern, ProgramGraph
from graphstep.layout import Group, groups
from graphstep.tracing import one_line

_DEPTH = re.compile(r"depth=(\d{1,9})")
_LISTED = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """Regions to open or to close.

    Attributes:
        pattern: `all`; `none`; `depth=N`, which opens so many levels, or closes those
            below; the id of a region or of a group of inputs or outputs; or a regular
            expression searched in their names.
        opens: Whether to open them, with all those around them, or to close them.
    """

    pattern: str
    opens: bool


def changed(graph: ProgramGraph, what: Opened, changes: Iterable[Change]) -> Opened:
    """Return what is open after some changes.

    Raises:
        RegionNotFoundError: If a pattern fits nothing.
        PatternError: If a pattern is malformed, or could take for ever.
    """
    for change in changes:
        what = _changed(graph, what, change)
    return what


def _changed(graph: ProgramGraph, what: Opened, change: Change) -> Opened:
    if change.pattern == "none":
        return what
    regions, found = _named(graph, change)
    if not change.opens:
        # A region that a fold cuts cannot be a box.
        cut = cut_regions(graph, what.folds)
        kept = what.regions - (regions - cut - {ROOT_ID})
        return Opened(kept, what.groups - found, what.folds)
    inside = [graph.regions[region] for region in regions if region != ROOT_ID]
    folds = tuple(
        fold
        for fold in what.folds
        if not any(r.start < fold.stop and fold.start < r.stop for r in inside)
    )
    return Opened(what.regions | regions, what.groups | found, folds)


def _named(
    graph: ProgramGraph, change: Change
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the regions and the groups that a change opens or closes."""
    pattern, every = change.pattern, groups(graph)
    depth = _DEPTH.fullmatch(pattern)
    if pattern == "all":
        return frozenset(graph.regions), frozenset(group.id for group in every)
    if depth:
        levels = int(depth[1])
        regions = graph.regions.values()
        if change.opens:
            return frozenset(r.id for r in regions if r.depth <= levels), frozenset()
        return frozenset(r.id for r in regions if r.depth > levels), frozenset()
    return _matching(graph, change, every)


def _matching(
    graph: ProgramGraph, change: Change, every: tuple[Group, ...]
) -> tuple[frozenset[str], frozenset[str]]:
    pattern = change.pattern
    shown = f"`{one_line(pattern, 80)}`"
    verb = "open" if change.opens else "close"
    regex = Pattern(pattern)
    regions = [
        region
        for region in graph.regions.values()
        if region.parent is not None
        and (region.id == pattern or regex.search(region.name))
    ]
    found = [g for g in every if g.id == pattern or regex.search(g.label)]
    if not regions and not found:
        raise RegionNotFoundError(_nothing(graph, verb, shown, every))
    if not change.opens:
        return frozenset(r.id for r in regions), frozenset(g.id for g in found)
    around = frozenset(
        outer.id for region in regions for outer in graph.regions.ancestors(region.id)
    )
    outer_groups = frozenset(
        outer.id
        for group in found
        for outer in every
        if outer.role == group.role
        and outer.start <= group.start
        and group.stop <= outer.stop
    )
    return around, outer_groups


def _nothing(
    graph: ProgramGraph, verb: str, shown: str, every: tuple[Group, ...]
) -> str:
    names = [r.name for r in graph.regions.values() if r.parent is not None]
    names = [one_line(name, 40) for name in dict.fromkeys(names)]
    names += [one_line(group.label, 40) for group in every]
    known = ", ".join(names[:_LISTED])
    if len(names) > _LISTED:
        known += f", and {len(names) - _LISTED} more"
    has = f"The regions are: {known}." if names else "It has no regions."
    return f"What to {verb}, {shown}, fits no region. {has}"
