"""Drawings of a program for a page: one for each set of open regions that it offers."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphstep.export._expansion import legible_expansion, legible_groups
from graphstep.export._labels import node_words, region_title
from graphstep.graph import ProgramGraph
from graphstep.layout import Group, Layout, LayoutCache, groups, lay_out
from graphstep.tracing import one_line

# Boxes and lines, of all drawings together, after which no more are made than every
# region needs to open, and after which none are.
_MOST_ITEMS, _ALL_ITEMS = 8_000, 20_000
# Drawings made however large they are: as it is at first, and the outermost regions all
# closed and all open.
_FIRST = 3
# How many times its time the making of what every region needs may take.
_PATIENCE = 3
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

    def needed(self, first: frozenset[str]) -> list[frozenset[str]]:
        """Return sets of open regions in which every region is open once, and closed.

        The inside of each region is opened twice: by itself and with all that is
        directly in it. Of a large program that is far less than one set per region.
        """
        found = [first, frozenset[str]()]
        for item in ("", *self.parents):
            inner = [i for i, parent in self.parents.items() if parent == item]
            if inner and item:
                found.append(self.with_outer(item))
            if inner:
                found.append(self.with_outer(item) | frozenset(inner))
        return list(dict.fromkeys(found))

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

    def lay_out(self, opened: frozenset[str]) -> Layout:
        """Return the drawing with these regions open."""
        return lay_out(
            self.graph,
            opened,
            self.measure(opened),
            cache=self._cache,
            zoom="page",
            title=self._title,
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
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return drawings, the first one first, and the names of all that opens.

    Args:
        graph: The program.
        first: What is open at first.
        seconds: Time after which no more drawings are made than every region needs;
            after three times that, no more at all.
    """
    views = Views(graph)
    names = list(views.parents)
    number = {name: i for i, name in enumerate(names)}
    first = views.normal(first)
    found: dict[frozenset[str], dict[str, Any]] = {}
    needed = views.needed(first)
    n_items, start = 0, time.monotonic()
    for tried, opened in enumerate(itertools.chain(needed, views.wished(first))):
        spent = time.monotonic() - start
        is_late = n_items > _MOST_ITEMS or spent > seconds
        is_too_late = n_items > _ALL_ITEMS or spent > _PATIENCE * seconds
        n_made_anyway = _FIRST if is_too_late else len(needed)
        if is_late and tried >= n_made_anyway:
            break
        if opened in found:
            continue
        drawing = views.lay_out(opened)
        n_items += len(drawing.boxes) + len(drawing.trunks)
        found[opened] = {
            "open": sorted(number[item] for item in opened),
            **_drawing(drawing, graph.positions),
        }
    return list(found.values()), names


def _drawing(drawing: Layout, position: Mapping[str, int]) -> dict[str, Any]:
    return {
        "size": [drawing.width, drawing.height],
        "boxes": [
            [b.id if b.kind != "node" else position[b.id], b.x, b.y, b.width, b.height]
            for b in drawing.boxes.values()
        ],
        "frames": [
            [f.id, f.x, f.y, f.width, f.height, f.depth, f.title_x, f.title_width]
            for f in drawing.frames.values()
        ],
        "trunks": [
            [
                position[t.value[0]],
                t.value[1],
                [t.start.x, t.start.y, t.start.toward],
                [list(segment) for segment in t.segments],
                [
                    [
                        e.x,
                        e.y,
                        e.toward,
                        int(e.is_arrow),
                        [[position[v], key] for _, v, key in e.uses],
                    ]
                    for e in t.ends
                ],
            ]
            for t in drawing.trunks
        ],
        "stubs": [
            [
                position[s.value[0]],
                s.value[1],
                s.x,
                s.y,
                s.width,
                s.side,
                s.label,
                [[position[v], key] for _, v, key in s.uses],
            ]
            for s in drawing.stubs
        ],
    }
