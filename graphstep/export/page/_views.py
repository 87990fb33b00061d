"""Drawings of a program for a page: of every region, and of those most often opened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from graphstep.export._expansion import legible_expansion, legible_groups
from graphstep.export._labels import node_words, region_title
from graphstep.export.page._pieces import Pieces
from graphstep.graph import ROOT_ID, ProgramGraph
from graphstep.layout import Direction, Group, Layout, LayoutCache, groups, lay_out
from graphstep.tracing import one_line

# Boxes and lines, of all pieces together, after which no more are made than every region
# needs.
_MOST_ITEMS = 8_000
# Nodes up to which there is a drawing with everything open.
_ALL_OPEN = 700
_WIDEST, _NARROWEST = 30, 14


class Views:
    """Makes drawings of one program.

    Args:
        graph: The program.
    """

    def __init__(self, graph: ProgramGraph) -> None:
        self.graph = graph
        self.groups: dict[str, Group] = {group.id: group for group in groups(graph)}
        self._cache = LayoutCache()
        self._lines: dict[tuple[str, bool], tuple[str, ...]] = {}
        self.parents: dict[str, str] = {}
        for region in graph.regions.values():
            if region.parent is not None and region.size:
                self.parents[region.id] = region.parent
        for group in self.groups.values():
            self.parents[group.id] = group.parent or ""

    def with_outer(self, item: str) -> frozenset[str]:
        """Return a region or group and all that is around it."""
        found: set[str] = set()
        while item:
            found.add(item)
            item = self.parents.get(item, "")
        return frozenset(found)

    def normal(self, opened: frozenset[str]) -> frozenset[str]:
        """Return what is open and seen: not what is inside of something closed."""
        known = opened & self.parents.keys()
        return frozenset(i for i in known if self.with_outer(i) <= known)

    def wished(self, first: frozenset[str]) -> Iterator[frozenset[str]]:
        """Yield more sets of open regions, those first that people come to first."""
        for item in self.parents:
            yield self.normal(first | self.with_outer(item))
        for item in self.parents:
            if item in first:
                yield self.normal(first - {item})
        everything = frozenset(self.parents)
        if len(self.graph) <= _ALL_OPEN:
            yield everything
            for item in self.parents:
                yield self.normal(everything - {item})
        # What two and more changes to the first set lead to.
        seen, level = {first}, [first]
        while level:
            after: list[frozenset[str]] = []
            for opened in level:
                for item in self.parents:
                    found = self.normal(opened ^ {item})
                    if found not in seen:
                        seen.add(found)
                        after.append(found)
                        yield found
            level = after

    def measure(self, opened: frozenset[str]) -> Callable[[str], tuple[int, int]]:
        """Return what tells the size of each box in cells, border included."""

        def size(item: str) -> tuple[int, int]:
            lines = self.lines(item, is_open=item in opened)
            is_node = item in self.graph and (
                item not in self.graph.regions or item in opened
            )
            least = _NARROWEST if is_node else 0
            width = min(max(least, *map(len, lines)), _WIDEST)
            return width + 4, len(lines) + 2 + (2 if is_node else 0)

        return size

    def lines(self, item: str, *, is_open: bool) -> tuple[str, ...]:
        """Return what the box of a node, a closed region or a closed group says."""
        key = (item, is_open)
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = self._written(item, is_open=is_open)
        return found

    def _written(self, item: str, *, is_open: bool) -> tuple[str, ...]:
        group = self.groups.get(item)
        if group is not None:
            return (f"⊞ {one_line(group.label, 60)}", f"{group.size} leaves")
        if item in self.graph.regions and (item not in self.graph or not is_open):
            region = self.graph.regions[item]
            noun = "node" if region.size == 1 else "nodes"
            title = f"⊞ {one_line(region_title(region), 60)}"
            return (title, f"{region.size} {noun}")
        words = node_words(self.graph, item)
        name, operation = one_line(words.name, 60), one_line(words.operation, 60)
        is_equation = self.graph.node(item).role == "eqn"
        head = f"{name}  {operation}" if name and is_equation else name or operation
        return (head, one_line(words.type, 60) or "no result")

    def _title(self, item: str) -> int:
        group = self.groups.get(item)
        title = group.label if group else region_title(self.graph.regions[item])
        return min(len(title) + 2, _WIDEST)

    def lay_out(
        self, opened: frozenset[str], direction: Direction, of: str = ROOT_ID
    ) -> Layout:
        """Return the drawing with these regions open, of the program or of a region."""
        return lay_out(
            self.graph,
            opened,
            self.measure(opened | {of}),
            direction=direction,
            cache=self._cache,
            zoom="page",
            title=self._title,
            of=of,
        )


def first_view(graph: ProgramGraph, expanded: Any = None) -> frozenset[str]:
    """Return what is open at first: what is asked for, or as much as stays legible."""
    if expanded is None:
        regions = legible_expansion(graph)
        return regions | legible_groups(graph, regions)
    regions = frozenset(expanded)
    return regions | legible_groups(graph, regions)


def views_payload(
    graph: ProgramGraph, first: frozenset[str], seconds: float
) -> dict[str, Any]:
    """Return what opens, what is open at first, and the pieces of drawings.

    Every region is drawn once with all inside of it closed; the page makes room for
    what is opened there. Where that has been done here, it looks better: the first
    drawing, and as many more as there is time for.

    Args:
        graph: The program.
        first: What is open at first.
        seconds: Time after which no more drawings are made than every region needs.
    """
    views = Views(graph)
    names = list(views.parents)
    first = views.normal(first)
    return {
        "openable": names,
        "first": [number for number, name in enumerate(names) if name in first],
        "drawn": {
            "down": _drawn(views, names, first, "down", 0.7 * seconds),
            "right": _drawn(views, names, first, "right", 0.3 * seconds),
        },
    }


def _drawn(
    views: Views,
    names: Sequence[str],
    first: frozenset[str],
    direction: Direction,
    seconds: float,
) -> dict[str, Any]:
    """Return the pieces of the drawings in one direction."""
    pieces = Pieces(views.graph, names)
    start = time.monotonic()
    for item in (ROOT_ID, *names):
        pieces.add(views.lay_out(frozenset(), direction, item))
    pieces.add(views.lay_out(first, direction))
    for opened in views.wished(first):
        if pieces.n_items > _MOST_ITEMS or time.monotonic() - start > seconds:
            break
        pieces.add(views.lay_out(opened, direction))
    return {"plans": pieces.plans, "pieces": pieces.found}
