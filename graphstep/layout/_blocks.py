"""Regions and groups as one tree of stretches of program order."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

import numpy as np

from graphstep._jaxcompat import Literal
from graphstep.graph import ROOT_ID, Edge, ProgramGraph
from graphstep.layout._groups import Group, groups
from graphstep.layout._shapes import Kind

Source = tuple[int, int]

_MANY_LEAVES = 8


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Block:
    """A region or a group; there is one object for each, so that it is a quick key.

    Attributes:
        id: Of the region or group.
        kind: `region` or `group`.
        title: What its border says, at least.
        start: Position of its first node in program order.
        stop: Position after its last node.
        children: Ids of the blocks directly inside that hold anything, in order.
        is_cut: Whether this is only a stretch of it.
        is_large: Whether it is a group, or in one, of more leaves than lines can show.
    """

    id: str
    kind: Kind
    title: str
    start: int
    stop: int
    children: tuple[str, ...]
    is_large: bool
    is_cut: bool = False


class Blocks:
    """Every block of a program, and every use as columns of numbers.

    Attributes:
        blocks: By id; the root's id is empty.
        groups: The groups among them.
        targets: Position of the using node, per use; uses are in program order.
        keys: Operand index, per use.
        sources: Position of the defining node, per use.
        outs: Which output of it, per use.
        first_use: Per node, where its uses begin in these columns.
        last_use: Per value that is used, the position of the last node that uses it.
    """

    def __init__(self, graph: ProgramGraph) -> None:
        self.graph = graph
        self.groups = groups(graph)
        self.blocks = _tree(graph, self.groups)
        self._parents = {
            child: block.id
            for block in self.blocks.values()
            for child in block.children
        }
        # Inner groups come later, so a leaf belongs to the innermost.
        self._group_of = {
            position: group.id
            for group in self.groups
            for position in range(group.start, group.stop)
        }
        self._leaves: dict[str, frozenset[int]] = {}
        self._concealed: dict[tuple[str, ...], frozenset[int]] = {}
        self._cuts: dict[tuple[str, int, int], Block] = {}
        self._labels: dict[Source, str] = {}
        targets: list[int] = []
        keys: list[int] = []
        sources: list[int] = []
        outs: list[int] = []
        self.first_use: list[int] = [0]
        self.last_use: dict[Source, int] = {}
        for target, operands in enumerate(graph.columns.operands):
            for key, source in operands:
                if type(source) is not Literal:
                    targets.append(target)
                    keys.append(key)
                    sources.append(source[0])
                    outs.append(source[1])
                    self.last_use[source] = target
            self.first_use.append(len(targets))
        self.targets = np.array(targets, np.int64)
        self.keys = np.array(keys, np.int64)
        self.sources = np.array(sources, np.int64)
        self.outs = np.array(outs, np.int64)
        order = sorted(self.last_use)
        self._values = order
        self._value_positions = np.array([p for p, _ in order], np.int64)
        self._value_last = np.array([self.last_use[v] for v in order], np.int64)

    def leaving(self, start: int, stop: int) -> list[Source]:
        """Return the values made in a stretch of the program and used after it."""
        first, last = np.searchsorted(self._value_positions, (start, stop))
        late = np.flatnonzero(self._value_last[first:last] >= stop) + first
        return [self._values[i] for i in late.tolist()]

    def parent_of(self, item_id: str) -> str:
        """Return the id of the block around a node or block; the root's for itself."""
        graph = self.graph
        if item_id in self.blocks:
            return self._parents.get(item_id, ROOT_ID)
        region = graph.regions.get(item_id)
        if region is not None:
            return region.parent or ROOT_ID
        position = graph.position(item_id)
        around = graph.columns.regions[position]
        return self._group_of.get(position, ROOT_ID) if around == ROOT_ID else around

    def concealed(self, opened: Collection[str]) -> frozenset[int]:
        """Return the positions of the leaves that a closed group hides."""
        closed = [group for group in self.groups if group.id not in opened]
        key = tuple([group.id for group in closed])
        if key not in self._concealed:
            self._concealed[key] = frozenset(
                position
                for group in closed
                for position in range(group.start, group.stop)
            )
        return self._concealed[key]

    def leaves_used(self, block_id: str) -> frozenset[int]:
        """Return the positions of the grouped leaves outside that a block uses."""
        if block_id not in self._leaves:
            block = self.blocks[block_id]
            span = slice(self.first_use[block.start], self.first_use[block.stop])
            # A set: a search in an array would let other threads go first.
            used = set(self.sources[span].tolist())
            self._leaves[block_id] = frozenset(
                p for p in used if p in self._group_of and p < block.start
            )
        return self._leaves[block_id]

    def cut(self, block: Block, near: int, most: int) -> Block:
        """Return a stretch of a block that has very many items, else the block.

        Args:
            block: The block.
            near: Position that is to be in the stretch, or to be near.
            most: How many items are not too many.
        """
        children = [self.blocks[child] for child in block.children]
        n_items = block.stop - block.start + len(children)
        n_items -= sum([child.stop - child.start for child in children])
        if n_items <= most:
            return block
        near = min(max(near, block.start), block.stop - 1)
        start = max(near - most // 4, block.start)
        stop = min(near + most // 4, block.stop)
        for child in children:
            # A block is in the stretch as a whole.
            if child.start < start < child.stop:
                start = child.start
            if child.start < stop < child.stop:
                stop = child.stop
        key = (block.id, start, stop)
        if key not in self._cuts:
            inside = [c.id for c in children if start <= c.start and c.stop <= stop]
            self._cuts[key] = dataclasses.replace(
                block, start=start, stop=stop, children=tuple(inside), is_cut=True
            )
        return self._cuts[key]

    def label(self, position: int, out: int = 0) -> str:
        """Return the name of a value, else its letter."""
        found = self._labels.get((position, out))
        if found is None:
            found = self.graph.label(self.graph.order[position], out)
            self._labels[position, out] = found
        return found

    def edges(self, value: Source, after: int) -> tuple[Edge, ...]:
        """Return the uses of a value from position `after` on."""
        node, order = self.graph.order[value[0]], self.graph.positions
        return tuple(
            edge for edge in self.graph.uses(node, value[1]) if order[edge[1]] >= after
        )


def _tree(graph: ProgramGraph, found: Sequence[Group]) -> dict[str, Block]:
    inner: dict[str, list[tuple[int, str]]] = {}
    sized: set[str] = set()
    for region in graph.regions.values():
        if region.size:
            sized.add(region.id)
            if region.parent is not None:
                inner.setdefault(region.parent, []).append((region.start, region.id))
    for group in found:
        inner.setdefault(group.parent or ROOT_ID, []).append((group.start, group.id))
    blocks: dict[str, Block] = {}
    for region in graph.regions.values():
        if region.size or region.id == ROOT_ID:
            children = tuple(i for _, i in sorted(inner.get(region.id, ())))
            blocks[region.id] = Block(
                region.id,
                "region",
                region.name,
                region.start,
                region.stop,
                children,
                False,
            )
    large: set[str] = set()
    for group in found:
        children = tuple(i for _, i in sorted(inner.get(group.id, ())))
        if group.size > _MANY_LEAVES or group.parent in large:
            large.add(group.id)
        blocks[group.id] = Block(
            group.id,
            "group",
            group.label,
            group.start,
            group.stop,
            children,
            group.id in large,
        )
    return blocks
