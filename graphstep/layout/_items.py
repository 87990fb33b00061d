"""What is in one open region: which of it is open, how large it is, how far down."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from graphstep.layout._blocks import Block, Blocks, Source
from graphstep.layout._content import Content, Raw, content_of
from graphstep.layout._kept import Kept
from graphstep.layout._network import FRAME, Vertex
from graphstep.layout._piece import Piece
from graphstep.layout._ranking import distances
from graphstep.layout._shapes import Direction
from graphstep.layout._spacing import SPACINGS

Measure = Callable[[str], tuple[int, int]]

# How far the lines of closed groups run, and of those that are among many.
NEAR, _HUB = 3, 4
# An open group has as many members in a row as fit here, at least one.
_ROW: Mapping[Direction, int] = {"down": 110, "right": 36}
# Extent of a usual rank along.
_UNIT: Mapping[Direction, int] = {"down": 6, "right": 24}


@functools.cache
def box(kind: int, across: int, along: int) -> Vertex:
    """Return the vertex of an item or a text; the same for equal ones."""
    is_frame = kind == FRAME
    has_border = not is_frame and across >= 3 and along >= 3
    return Vertex(kind, across, along, has_border, is_frame)


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for all regions of a layout.

    Attributes:
        blocks: Regions, groups and uses of the program.
        measure: Returns width and height of a box.
        direction: Where ranks go.
        long_edge: How many ranks a line may span.
        concealed: Positions of leaves that a closed group hides.
        title: Returns how many cells the title of an open region or group wants.
        longest: Cells up to which the text of a stub is kept free.
        contents: What is known already of what is in regions.
        boxes: What is known already of boxes, by kind and id.
    """

    blocks: Blocks
    measure: Measure
    direction: Direction
    long_edge: int
    concealed: Collection[int]
    title: Callable[[str], int]
    longest: int
    contents: Kept[Content]
    boxes: dict[tuple[int, str], Vertex]

    def content(self, block: Block) -> Content:
        """Return what is in a region or group, whatever is open."""
        found = self.contents.get(block)
        if found is None:
            found = content_of(self.blocks, block)
            self.contents.keep(block, found, len(found.ids))
        return found

    def turned(self, width: int, height: int) -> tuple[int, int]:
        """Return the extent across and along."""
        return (width, height) if self.direction == "down" else (height, width)

    def box(self, kind: int, name: str) -> Vertex:
        """Return what is drawn of an item that is not open."""
        found = self.boxes.get((kind, name))
        if found is None:
            width, height = self.measure(name)
            found = box(kind, *self.turned(max(width, 1), max(height, 1)))
            self.boxes[kind, name] = found
        return found


@dataclasses.dataclass(frozen=True, eq=False)
class Items:
    """What is in one open region, and how far down.

    Attributes:
        content: The same, whatever is open.
        kinds: Per item, `NODE`, `CLOSED` or `FRAME`.
        vertices: Per item, what is drawn of it.
        pieces: Per item that is a frame, its drawing.
        groups: Items that are closed groups.
        rank: Per item.
        framed: Ranks that frames are in.
        begins: Per item, how far down it begins.
        nexts: Per item, how far down the rank after it begins.
        top: How far down the first rank begins.
        last: The rank after all.
        bottom: How far down that begins.
        limits: Per value, how many ranks its lines may span.
    """

    content: Content
    kinds: Sequence[int]
    vertices: Sequence[Vertex]
    pieces: Mapping[int, Piece]
    groups: Collection[int]
    rank: Sequence[int]
    framed: Collection[int]
    begins: Sequence[int]
    nexts: Sequence[int]
    top: int
    last: int
    bottom: int
    limits: Sequence[int]

    @functools.cached_property
    def is_far(self) -> np.ndarray:
        """Whether lines may not lead so far, for each of the content's pairs."""
        numbers, sources, sinks = self.content.pairs
        begin = np.array([*self.nexts, self.top])[sources] - 1
        limit = np.array(self.limits, np.int64)[numbers]
        is_group = np.zeros(len(self.rank) + 1, bool)
        is_group[list(self.groups)] = True
        limit = np.where(is_group[sinks], np.minimum(limit, NEAR), limit)
        return np.array([*self.begins, self.bottom])[sinks] > begin + limit


def items_of(
    setting: Setting, block: Block, inner: Mapping[str, Piece], old: Items | None
) -> Items:
    """Return what is in an open region or group.

    Args:
        setting: What is the same for all regions.
        block: The region or group.
        inner: Pieces of the open blocks directly inside.
        old: The same when something else inside was open, if it is known.
    """
    content = setting.content(block)
    ids, blocks = content.ids, setting.blocks.blocks
    pieces = {item: inner[ids[item]] for item in content.blocks if ids[item] in inner}
    groups = {
        item
        for item in content.blocks
        if item not in pieces and blocks[ids[item]].kind == "group"
    }
    kinds = list(content.kinds)
    vertices: list[Vertex] = []
    for item, (kind, name) in enumerate(zip(content.kinds, ids, strict=True)):
        if item in pieces:
            kinds[item] = FRAME
            vertices.append(box(FRAME, *pieces[item].size))
        else:
            vertices.append(setting.box(kind, name))
    rank = content.rank
    if block.kind == "group":
        rank = _rows(setting, block, vertices)
    along = [vertex.along for vertex in vertices]
    begins = distances(rank, along, _UNIT[setting.direction])
    last = max(rank, default=-1) + 1
    if old is not None and old.groups == groups:
        limits = old.limits
    else:
        limits = [_limit(setting, block, *each, len(ids)) for each in content.values]
    return Items(
        content,
        kinds,
        vertices,
        pieces,
        groups,
        rank,
        {rank[item] for item in pieces},
        [begins[number] for number in rank],
        [begins[number + 1] for number in rank],
        begins[1],
        last,
        begins[last],
        limits,
    )


def _rows(setting: Setting, block: Block, vertices: Sequence[Vertex]) -> list[int]:
    """Return the ranks of what is in a group."""
    spacing = SPACINGS[setting.direction]
    rank, used, found = 1, 0, list[int]()
    for vertex in vertices:
        if used and used + vertex.across > _ROW[setting.direction]:
            rank, used = rank + 1 + block.is_large, 0
        used += vertex.across + spacing.boxes
        found.append(rank)
    return found


def _limit(
    setting: Setting, block: Block, value: Source, raw: Raw, n_items: int
) -> int:
    """Return how many ranks the lines of a value may span."""
    if block.kind == "group":
        return 0 if block.is_large else 2 * n_items + 2
    if block.is_cut and raw.source < 0:
        return 0
    if value[0] in setting.concealed:
        # A line through a frame's border would say less than the name inside.
        return 0 if raw.source < 0 else NEAR
    return _HUB if raw.is_many else setting.long_edge
