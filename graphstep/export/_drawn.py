"""Work out what a picture shows of a program, at a step of the walk or without one."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from graphstep._jaxcompat import Literal, short_type
from graphstep.export._amounts import amounts_at
from graphstep.export._drawing import Cluster, Drawing, DrawnEdge, DrawnNode
from graphstep.export._folding import Stretch, cut_regions
from graphstep.export._kinds import COMMUTATIVE, kind_of_node
from graphstep.export._labels import bundle_label, node_words, region_title
from graphstep.export._opened import Expanded, Opened, closed_groups, opened
from graphstep.export._stubs import long_edges
from graphstep.export._walked import LOOPS, Walked
from graphstep.graph import (
    ROOT_ID,
    Edge,
    ProgramGraph,
    Region,
    closed_regions,
)
from graphstep.layout import Group, groups
from graphstep.stepping import Cursor
from graphstep.tracing import SourceLocation

_HANDED_ON = ("input", "const", "binder", "output")
_GROUP_KINDS = {"inputs": "input", "consts": "const", "outputs": "output"}


def drawing_from_graph(
    graph: ProgramGraph,
    expanded: Expanded = None,
    *,
    only: Collection[str] | None = None,
    at: Cursor | None = None,
    values: bool = True,
    stubs: bool = True,
) -> Drawing:
    """Return what is drawn of a program.

    Args:
        graph: The program.
        expanded: What is open, as `ProgramGraph.view` takes it; ids of groups of inputs
            or outputs may be among them, and if none are, as many groups are open as
            stay legible. By default as many regions as stay legible.
        only: Ids of the nodes to draw, of the flat graph; by default all. A closed
            region is drawn if any node in it is.
        at: A step of the walk, whose state is drawn.
        values: Whether values are looked up that are known at that step.
        stubs: Whether of long edges, and of those from hubs, only the ends are drawn.

    Raises:
        RegionNotFoundError: If `expanded` names something that is neither region nor
            group.
        NodeNotFoundError: If `only` names something that is no node.
    """
    kept = None if only is None else {graph.position(node) for node in only}
    drawer = _Drawer(graph, opened(graph, expanded), kept, at)
    return drawer.drawing(values=values, stubs=stubs)


def shown_items(
    graph: ProgramGraph, what: Opened, only: Collection[str] | None = None
) -> tuple[str | None, ...]:
    """Return, in program order, the item that shows each node; `None` where none does."""
    kept = None if only is None else {graph.position(node) for node in only}
    return tuple(_Drawer(graph, what, kept, None).shown)


def keys_of_boxes(graph: ProgramGraph) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the keys of regions and of groups: ids of scopes hold names of programs."""
    return (
        {region: f"region_{i}" for i, region in enumerate(graph.regions)},
        {group.id: f"group_{i}" for i, group in enumerate(groups(graph))},
    )


def key_of_node(node_id: str) -> str:
    """Return the key of a node of the flat graph."""
    return node_id.replace("/", "_").replace(":", ".")


class _Drawer:
    """One picture being worked out."""

    def __init__(
        self,
        graph: ProgramGraph,
        what: Opened,
        kept: Collection[int] | None,
        at: Cursor | None,
    ) -> None:
        self.graph = graph
        self.cursor = at
        self.walked = None if at is None else Walked(at)
        self.region_keys, self.group_keys = keys_of_boxes(graph)
        self.boxes: dict[str, Region | Group | Stretch] = {}
        # Scopes that a stretch cuts cannot be frames around what is left of them.
        self.cut = cut_regions(graph, what.folds)
        # The item that shows each position; None where it is left out.
        self.shown: list[str | None] = list(graph.order)
        for group in closed_groups(graph, what.groups):
            self._close(group)
        for region in closed_regions(graph.regions, what.regions):
            self._close(region)
        for fold in what.folds:
            self._close(fold)
        if kept is not None:
            self.shown = [
                item if i in kept else None for i, item in enumerate(self.shown)
            ]

    def _close(self, box: Region | Group | Stretch) -> None:
        self.boxes[box.id] = box
        self.shown[box.start : box.stop] = [box.id] * (box.stop - box.start)

    def drawing(self, *, values: bool, stubs: bool) -> Drawing:
        hidden_in: dict[str, int] = {}
        hidden_out: dict[str, int] = {}
        pairs = self._uses(hidden_in, hidden_out)
        items = dict.fromkeys(item for item in self.shown if item is not None)
        edges = [edge for target in items for edge in self._edges(target, pairs)]
        if stubs:
            folded = [i for i, box in self.boxes.items() if isinstance(box, Stretch)]
            cut = long_edges(items, edges, self._hubs(items), frozenset(folded))
            edges = [
                dataclasses.replace(edge, is_stub=i in cut)
                for i, edge in enumerate(edges)
            ]
        edges += self._feedback(items)
        nodes = tuple(
            self._node(item, values, hidden_in.get(item, 0), hidden_out.get(item, 0))
            for item in items
        )
        cursor = self.cursor
        return Drawing(
            fn_name=self.graph.trace.fn_name,
            nodes=nodes,
            edges=tuple(edges),
            clusters=tuple(self._clusters({node.region for node in nodes})),
            pass_="" if cursor is None else cursor.pass_,
            step=0 if cursor is None else cursor.index + 1,
            n_steps=0 if cursor is None else cursor.timeline.length,
            n_nodes=len(self.graph),
        )

    # Edges -------------------------------------------------------------------------

    def _uses(
        self, hidden_in: dict[str, int], hidden_out: dict[str, int]
    ) -> dict[str, list[tuple[str, int, Edge]]]:
        """Return the uses by the item they enter: source item, output, flat edge."""
        ids = self.graph.order
        found: dict[str, list[tuple[str, int, Edge]]] = {}
        for position, operands in enumerate(self.graph.columns.operands):
            target = self.shown[position]
            for key, source in operands:
                if isinstance(source, Literal):
                    continue
                origin = self.shown[source[0]]
                if target is None or origin is None:
                    if target is not None:
                        hidden_in[target] = hidden_in.get(target, 0) + 1
                    if origin is not None:
                        hidden_out[origin] = hidden_out.get(origin, 0) + 1
                elif origin != target:
                    use = (ids[source[0]], ids[position], key)
                    found.setdefault(target, []).append((origin, source[1], use))
        return found

    def _edges(
        self, target: str, uses: Mapping[str, list[tuple[str, int, Edge]]]
    ) -> list[DrawnEdge]:
        """Return the lines into one item: a line per use, one for all from a box."""
        into = uses.get(target, [])
        is_ordered = (
            target not in self.boxes
            and len(into) > 1
            and self.graph.node(target).role == "eqn"
            and self.graph.node(target).primitive not in COMMUTATIVE
        )
        bundles: dict[tuple[str, int], list[tuple[int, Edge]]] = {}
        for number, (origin, out, use) in enumerate(into):
            is_bundled = origin in self.boxes or target in self.boxes
            where = (origin, -1 if is_bundled else number)
            bundles.setdefault(where, []).append((out, use))
        return [
            self._edge(
                origin, target, found, operand=found[0][1][2] if is_ordered else None
            )
            for (origin, _), found in bundles.items()
        ]

    def _edge(
        self,
        source: str,
        target: str,
        found: list[tuple[int, Edge]],
        *,
        operand: int | None,
    ) -> DrawnEdge:
        words = [self._words(source, use[0], out) for out, use in found]
        texts = [f"{name}: {type_}" if name else type_ for name, type_ in words]
        distinct = set(words)
        (name, type_) = words[0] if len(distinct) == 1 else ("", "")
        if len(found) > 1:
            operand = None
        uses = tuple(use for _, use in found)
        key = f"{self._key(source)}-{self._key(target)}"
        if len(uses) == 1 and target not in self.boxes and source not in self.boxes:
            key += f"-{uses[0][2]}"
        flow = ""
        if self.walked is not None:
            flow = self.walked.flow_of_values({(use[0], out) for out, use in found})
        return DrawnEdge(
            key=key,
            source=source,
            target=target,
            uses=uses,
            name=name,
            type=type_,
            label=bundle_label(texts),
            operand=operand,
            flow=flow,
        )

    def _words(self, shown_source: str, source: str, out: int) -> tuple[str, str]:
        """Return name and type of a value that leaves a box."""
        avals = self.graph.node(source).avals
        text = short_type(avals[out])
        # The label of a node with one result names it already.
        if len(avals) > 1:
            return self.graph.label(source, out), text
        name = self.graph.name(source, out) if shown_source != source else None
        return name or "", text

    def _hubs(self, items: Iterable[str]) -> frozenset[str]:
        """Return the items that only hand on what they are given, such as parameters."""
        return frozenset(item for item in items if self._role(item) in _HANDED_ON)

    def _role(self, item: str) -> str:
        box = self.boxes.get(item)
        if isinstance(box, Group):
            return _GROUP_KINDS[box.role]
        return "region" if box is not None else self.graph.node(item).role

    def _feedback(self, items: Collection[str]) -> Iterable[DrawnEdge]:
        graph = self.graph
        for source, out, carry in graph.feedback():
            origin, target = (
                self.shown[graph.position(source)],
                self.shown[graph.position(carry)],
            )
            if origin is None or target is None or target != carry or origin == target:
                continue
            name, type_ = self._words(origin, source, out)
            yield DrawnEdge(
                key=f"{self._key(origin)}-{self._key(target)}-next",
                source=origin,
                target=target,
                uses=(),
                name=name,
                type=type_,
                label="next iteration",
                is_feedback=True,
            )

    # Nodes and clusters ----------------------------------------------------------------

    def _key(self, item: str) -> str:
        box = self.boxes.get(item)
        if isinstance(box, Group):
            return self.group_keys[item]
        if isinstance(box, Stretch):
            return f"stretch_{box.start}"
        return key_of_node(item) if box is None else self.region_keys[item]

    def _node(
        self, item: str, values: bool, hidden_in: int, hidden_out: int
    ) -> DrawnNode:
        box = self.boxes.get(item)
        hidden: dict[str, Any] = {"hidden_in": hidden_in, "hidden_out": hidden_out}
        if box is not None:
            if self.walked is not None:
                hidden["walk"] = self.walked.of_stretch(box.start, box.stop)
            return self._box(item, box, hidden)
        graph, node = self.graph, self.graph.node(item)
        words = node_words(graph, item)
        walked = self.walked
        if walked is not None:
            hidden["walk"] = walked.of_node(item)
            hidden["is_complete"] = walked.is_complete(item)
            if values and self.cursor is not None:
                hidden["amounts"] = amounts_at(self.cursor, item)
        return DrawnNode(
            id=item,
            key=self._key(item),
            kind=kind_of_node(node.role, node.primitive),
            role=node.role,
            name=words.name,
            operation=words.operation,
            title=words.title,
            type=words.type,
            location=graph.source(item),
            region=self._frame(node.region),
            **hidden,
        )

    def _frame(self, region: str) -> str:
        """Return the innermost region around that is drawn as a frame."""
        while region in self.cut:
            region = self.graph.regions[region].parent or ROOT_ID
        return region

    def _box(
        self, item: str, box: Region | Group | Stretch, hidden: dict[str, Any]
    ) -> DrawnNode:
        noun, region = ("nodes" if box.size != 1 else "node"), ROOT_ID
        kind, role, location = "region", "region", None
        if isinstance(box, Group):
            noun, role = ("leaves" if box.size != 1 else "leaf"), "group"
            kind, title, name = _GROUP_KINDS[box.role], box.label, box.label
        elif isinstance(box, Stretch):
            title = name = box.title
            role, location = "stretch", self.graph.source(self.graph.order[box.start])
            region = self._frame(self.graph.columns.regions[box.start])
            while self.graph.regions[region].stop < box.stop:
                region = self._frame(self.graph.regions[region].parent or ROOT_ID)
        else:
            title, name = region_title(box), box.name
            region = self._frame(box.parent or ROOT_ID)
            location = _location(self.graph, box)
        return DrawnNode(
            id=item,
            key=self._key(item),
            kind=kind,
            role=role,
            name=name,
            operation=title,
            title=title,
            type=f"{box.size} {noun}",
            location=location,
            region=region,
            size=box.size,
            **hidden,
        )

    def _clusters(self, wanted: Collection[str]) -> Iterable[Cluster]:
        needed = {
            region.id
            for item in wanted
            for region in self.graph.regions.ancestors(item)
        } - self.cut
        for region in self.graph.regions.values():
            if region.id == ROOT_ID or region.id not in needed:
                continue
            turns = "" if self.walked is None else self.walked.turn(region)
            trips = region.length
            if self.walked is not None and region.kind in LOOPS:
                trips = self.walked.trips(region)
            walk = ""
            if self.walked is not None:
                walk = self.walked.of_stretch(region.start, region.stop)
            yield Cluster(
                id=region.id,
                key=self.region_keys[region.id],
                kind=region.kind,
                name=region.name,
                title=region_title(region, trips) + turns,
                length=trips,
                parent=self._frame(region.parent or ROOT_ID),
                is_opaque=region.is_opaque,
                is_control=region.kind not in ("call", "scope") or region.is_opaque,
                location=_location(self.graph, region),
                walk=walk,
            )


def _location(graph: ProgramGraph, region: Region) -> SourceLocation | None:
    """Return where a region was made, or else where its first node was."""
    is_node = region.id in graph
    return graph.source(region.id if is_node else graph.order[region.start])
