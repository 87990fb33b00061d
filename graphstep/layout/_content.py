"""Find out what is in one region, and which values pass there, whatever is open."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from typing import NamedTuple

import numpy as np

from graphstep.graph import Edge
from graphstep.layout._blocks import Block, Blocks, Source
from graphstep.layout._network import CLOSED, NODE
from graphstep.layout._ranking import longest_paths

# More users, or values of one item, than this are many.
_MANY = 12


@dataclasses.dataclass(slots=True)
class Raw:
    """One value in a region.

    Attributes:
        source: The item that it comes from, or -1 for outside.
        sinks: Its uses by item.
        leaves: Its uses after the region.
        is_many: Whether it has many users, or its item makes many values.
    """

    source: int
    sinks: dict[int, list[Edge]] = dataclasses.field(default_factory=dict)
    leaves: tuple[Edge, ...] = ()
    is_many: bool = False


class Pairs(NamedTuple):
    """From where to where values pass in a region, as columns of numbers.

    Attributes:
        raws: Number of the value.
        sources: The item that it comes from, or -1 for outside.
        sinks: The item that it goes to, or -1 for outside.
    """

    raws: np.ndarray
    sources: np.ndarray
    sinks: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Content:
    """What is in one region, whatever is open.

    Attributes:
        ids: Of the nodes and blocks directly inside.
        kinds: `NODE` or `CLOSED`.
        raws: The values that come in, go out, or pass between these.
        rank: Per item, as the lines alone would have it.
    """

    ids: list[str]
    kinds: list[int]
    raws: dict[Source, Raw]
    rank: list[int]

    @functools.cached_property
    def blocks(self) -> list[int]:
        """The items that are blocks."""
        return [item for item, kind in enumerate(self.kinds) if kind == CLOSED]

    @functools.cached_property
    def values(self) -> list[tuple[Source, Raw]]:
        """The values by number."""
        return list(self.raws.items())

    @functools.cached_property
    def pairs(self) -> Pairs:
        """From where to where these pass."""
        rows = [
            (number, raw.source, sink)
            for number, (_, raw) in enumerate(self.values)
            for sink in (*raw.sinks, *([-1] if raw.leaves else ()))
        ]
        return Pairs(*np.array(rows, np.int64).reshape(-1, 3).T)

    @functools.cached_property
    def of_item(self) -> list[list[int]]:
        """Per item, numbers of the values that it makes or uses."""
        found: list[list[int]] = [[] for _ in self.ids]
        for number, (_, raw) in enumerate(self.values):
            for item in raw.sinks:
                found[item].append(number)
            if raw.source >= 0:
                found[raw.source].append(number)
        return found


def content_of(blocks: Blocks, block: Block) -> Content:
    """Return what is in a region or group."""
    ids, kinds, item_of = _items(blocks, block)
    raws = _raws(blocks, block, item_of)
    n_values = Counter([raw.source for raw in raws.values()])
    # What comes from outside is not made by one item.
    n_values[-1] = 0
    for raw in raws.values():
        raw.is_many = max(len(raw.sinks), n_values[raw.source]) > _MANY
    # Item 0 here is the outside.
    edges = [(raw.source + 1, sink + 1) for raw in raws.values() for sink in raw.sinks]
    rank = longest_paths(len(ids) + 1, edges)
    return Content(ids, kinds, raws, rank[1:])


def _items(blocks: Blocks, block: Block) -> tuple[list[str], list[int], np.ndarray]:
    """Return what is in the block, and the item of each position in it."""
    order = blocks.graph.order
    ids: list[str] = []
    kinds: list[int] = []
    item_of = np.empty(block.stop - block.start, np.int64)
    position = block.start
    for child in [*block.children, None]:
        inner = None if child is None else blocks.blocks[child]
        stop = block.stop if inner is None else inner.start
        n_nodes = stop - position
        item_of[position - block.start : stop - block.start] = np.arange(
            len(ids), len(ids) + n_nodes
        )
        ids += order[position:stop]
        kinds += [NODE] * n_nodes
        if inner is not None:
            inside = slice(inner.start - block.start, inner.stop - block.start)
            item_of[inside] = len(ids)
            ids.append(inner.id)
            kinds.append(CLOSED)
            position = inner.stop
    return ids, kinds, item_of


def _raws(blocks: Blocks, block: Block, item_of: np.ndarray) -> dict[Source, Raw]:
    """Return the values that come in, go out, or pass between what is inside."""
    span = slice(blocks.first_use[block.start], blocks.first_use[block.stop])
    targets, sources = blocks.targets[span], blocks.sources[span]
    using = item_of[targets - block.start]
    made = np.where(
        sources >= block.start, item_of[np.maximum(sources - block.start, 0)], -1
    )
    is_seen = made != using
    order = blocks.graph.order
    raws: dict[Source, Raw] = {}
    for source, out, target, key, a, b in zip(
        sources[is_seen].tolist(),
        blocks.outs[span][is_seen].tolist(),
        targets[is_seen].tolist(),
        blocks.keys[span][is_seen].tolist(),
        made[is_seen].tolist(),
        using[is_seen].tolist(),
        strict=True,
    ):
        raw = raws.get((source, out))
        if raw is None:
            raw = raws[source, out] = Raw(a)
        raw.sinks.setdefault(b, []).append((order[source], order[target], key))
    for value in blocks.leaving(block.start, block.stop):
        raw = raws.get(value)
        if raw is None:
            raw = raws[value] = Raw(int(item_of[value[0] - block.start]))
        raw.leaves = blocks.edges(value, block.stop)
    return raws
