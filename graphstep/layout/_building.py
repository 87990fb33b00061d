"""Make the network of one open region: what is in it, which lines, which stubs."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Collection, Mapping, Sequence

from graphstep.graph import Edge
from graphstep.layout._blocks import Block, Blocks, Source
from graphstep.layout._content import Content, Raw, content_of
from graphstep.layout._kept import Kept
from graphstep.layout._level import Goal, Level, Net
from graphstep.layout._network import (
    CLOSED,
    ENTRY,
    EXIT,
    FRAME,
    NODE,
    STUB,
    TAG,
    Vertex,
)
from graphstep.layout._piece import Piece
from graphstep.layout._ports import room_for_ports
from graphstep.layout._ranking import distances
from graphstep.layout._shapes import Direction
from graphstep.layout._spacing import SPACINGS

Measure = Callable[[str], tuple[int, int]]

# How far the lines of closed groups run, of values with many users, and of the many
# values of one item.
_NEAR, _HUB, _MANY_LINES = 3, 4, 12
# More stubs than this at one box become one.
_STUBS = 3
# An open group has as many members in a row as fit here, at least one.
_ROW: Mapping[Direction, int] = {"down": 110, "right": 36}
# Extent of a usual rank along.
_UNIT: Mapping[Direction, int] = {"down": 6, "right": 24}


# Where a line goes through a border.
_GATE: Mapping[int, Vertex] = {
    kind: Vertex(kind, 1, 1, has_border=False, is_fixed=True) for kind in (ENTRY, EXIT)
}


@functools.cache
def _box(kind: int, across: int, along: int) -> Vertex:
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
    """

    blocks: Blocks
    measure: Measure
    direction: Direction
    long_edge: int
    concealed: Collection[int]
    title: Callable[[str], int]
    longest: int
    contents: Kept[Content]


class LevelBuilder:
    """Builds one `Level`.

    Args:
        setting: What is the same for all regions.
        block: The open region or group.
        inner: Pieces of the open blocks directly inside.
    """

    def __init__(
        self, setting: Setting, block: Block, inner: Mapping[str, Piece]
    ) -> None:
        self.setting, self.block, self.inner = setting, block, inner
        self.blocks = setting.blocks
        self.spacing = SPACINGS[setting.direction]
        self.level = Level()
        # Per item that is a frame.
        self.pieces: dict[int, Piece] = {}
        self.content = self._content()
        self.ids = self.content.ids
        self.kinds = [
            FRAME if kind == CLOSED and item in inner else kind
            for kind, item in zip(self.content.kinds, self.ids, strict=True)
        ]
        # Per source or target: what its stubs have to say.
        self.stubs: dict[int, list[tuple[Source, Net | None, list[Edge]]]] = {}
        self.tags: dict[int, list[tuple[Source, list[Edge]]]] = {}

    def build(self) -> Level:
        raws = self.content.raws
        self._vertices()
        for value, raw in raws.items():
            self._net(value, raw)
        for item, requests in self.tags.items():
            self._add_tags(item, requests)
        for item, requests in self.stubs.items():
            self._add_stubs(item, requests)
        level = self.level
        n_ports = map(max, level.n_tops, level.n_bottoms)
        for number, (vertex, ports) in enumerate(
            zip(level.vertices, n_ports, strict=True)
        ):
            if ports > 1 and not vertex.is_fixed:
                room = room_for_ports(ports, self.spacing, has_border=vertex.has_border)
                if room > vertex.across:
                    level.vertices[number] = vertex._replace(across=room)
        level.close_ranks()
        return level

    def _content(self) -> Content:
        known = self.setting.contents
        found = known.get(self.block)
        if found is None:
            found = content_of(self.blocks, self.block)
            known.keep(self.block, found, len(found.ids))
        return found

    def _vertices(self) -> None:
        """Add a vertex for every item, with its rank."""
        sizes = [self._size(i) for i in range(len(self.ids))]
        self.rank = self.content.rank
        if self.block.kind == "group":
            self.rank = self._rows([across for across, _ in sizes])
        along = [size[1] for size in sizes]
        begins = distances(self.rank, along, _UNIT[self.setting.direction])
        # How far down each item begins, its next rank, and what is after all of them.
        self.begins = [begins[rank] for rank in self.rank]
        self.nexts = [begins[rank + 1] for rank in self.rank]
        self.top, self.last = begins[1], max(self.rank, default=-1) + 1
        self.bottom = begins[self.last]
        self.framed = {
            rank
            for rank, kind in zip(self.rank, self.kinds, strict=True)
            if kind == FRAME
        }
        level, blocks = self.level, self.blocks.blocks
        for kind, name, (across, extent), rank in zip(
            self.kinds, self.ids, sizes, self.rank, strict=True
        ):
            item = level.vertex(_box(kind, across, extent), name, 2 * rank)
            if kind == FRAME:
                self.pieces[item] = self.inner[name]
            elif kind == CLOSED and blocks[name].kind == "group":
                level.groups.add(item)

    def _rows(self, across: Sequence[int]) -> list[int]:
        rank, used, found = 1, 0, list[int]()
        for extent in across:
            if used and used + extent > _ROW[self.setting.direction]:
                rank, used = rank + 1 + self.block.is_large, 0
            used += extent + self.spacing.boxes
            found.append(rank)
        return found

    def _size(self, item: int) -> tuple[int, int]:
        if self.kinds[item] == FRAME:
            return self.inner[self.ids[item]].size
        width, height = self.setting.measure(self.ids[item])
        return self._turned(max(width, 1), max(height, 1))

    def _turned(self, width: int, height: int) -> tuple[int, int]:
        return (width, height) if self.setting.direction == "down" else (height, width)

    def _limit(self, value: Source, raw: Raw) -> int:
        """Return how many ranks the lines of a value may span."""
        if self.block.kind == "group":
            return 0 if self.block.is_large else 2 * len(self.ids) + 2
        if self.block.is_cut and raw.source < 0:
            return 0
        if value[0] in self.setting.concealed:
            # A line through a frame's border would say less than the name inside.
            return 0 if raw.source < 0 else _NEAR
        is_hub = len(raw.sinks) > _MANY_LINES
        is_bundle = raw.source >= 0 and self.content.n_values[raw.source] > _MANY_LINES
        return _HUB if is_hub or is_bundle else self.setting.long_edge

    def _net(self, value: Source, raw: Raw) -> None:
        """Draw one value: as lines where that is short enough, else with stubs."""
        level, source = self.level, raw.source
        piece = self.pieces.get(source)
        is_hidden = piece is not None and value not in piece.exits
        limit = -1 if is_hidden else self._limit(value, raw)
        # How far down lines may lead.
        begin = (self.top if source < 0 else self.nexts[source]) - 1
        farthest = begin + limit
        goals: list[Goal] = []
        far: list[Edge] = []
        for item, uses in raw.sinks.items():
            passing = uses
            if item in self.pieces:
                passing = self._passing(value, self.pieces[item], uses, far)
                if not passing:
                    continue
            is_group = item in level.groups
            reach = min(farthest, begin + _NEAR) if is_group else farthest
            if self.begins[item] > reach:
                self.tags.setdefault(item, []).append((value, passing))
                far += passing
            else:
                goals += self._goals(value, item, passing)
        if raw.leaves:
            if self.bottom > farthest or self.block.is_cut:
                level.hidden.add(value)
                far += raw.leaves
            else:
                goals.append((self._exit(value), 0, raw.leaves))
        self._join(value, source, goals, [] if is_hidden else far)

    def _join(
        self, value: Source, source: int, goals: list[Goal], far: list[Edge]
    ) -> None:
        """Draw the lines of a value, and have its far uses told."""
        net = None
        if goals:
            net = self._start(value, source)
            self.level.lead(net, goals)
        if not far:
            return
        if source < 0:
            self.level.tagged[value] = tuple(far)
        else:
            self.stubs.setdefault(source, []).append((value, net, far))

    def _passing(
        self, value: Source, target: Piece, uses: list[Edge], far: list[Edge]
    ) -> list[Edge]:
        """Return the uses that pass the border of a frame; add the others to `far`."""
        inside = target.tagged.get(value, ())
        far += inside
        # Of a frame that is cut, not all is there that a value could lead to.
        if value not in target.entries:
            return []
        return [use for use in uses if use not in inside] if inside else uses

    def _exit(self, value: Source) -> int:
        level = self.level
        vertex = level.vertex(_GATE[EXIT], "", 2 * self.last + 2)
        level.exits[value] = vertex
        return vertex

    def _start(self, value: Source, source: int) -> Net:
        level = self.level
        if source < 0:
            vertex = level.entries[value] = level.vertex(_GATE[ENTRY], "", -2)
            return level.start(value, vertex)
        piece = self.pieces.get(source)
        return level.start(value, source, piece.exits[value] if piece else 0)

    def _goals(self, value: Source, item: int, uses: Sequence[Edge]) -> list[Goal]:
        """Return where a value is joined to an item: each operand of a node, else once."""
        if self.kinds[item] == NODE:
            return [(item, 0, (use,)) for use in uses]
        piece = self.pieces.get(item)
        return [(item, piece.entries[value] if piece else 0, tuple(uses))]

    def _add_tags(
        self, item: int, requests: Sequence[tuple[Source, list[Edge]]]
    ) -> None:
        """Put names of values that come from far away before an item."""
        if self.kinds[item] == CLOSED and len(requests) > _STUBS:
            uses = [use for _, found in requests for use in found]
            label = f"{len(requests)} values"
            merged = [(requests[0][0], label, uses)]
        else:
            merged = [
                (value, self.blocks.label(*value), uses) for value, uses in requests
            ]
        for value, label, uses in merged:
            vertex = self._text(TAG, label, self.rank[item], -1)
            net = self.level.start(value, vertex)
            self.level.lead(net, self._goals(value, item, uses))

    def _add_stubs(
        self, item: int, requests: Sequence[tuple[Source, Net | None, list[Edge]]]
    ) -> None:
        """Put names of far users after an item."""
        merged = list(requests)
        if self.kinds[item] != FRAME and len(requests) > _STUBS:
            uses = [use for _, _, found in requests for use in found]
            merged = [(requests[0][0], requests[0][1], uses)]
        for value, net, uses in merged:
            label = self._label(uses)
            if len(merged) < len(requests):
                label = f"{len(requests)} values"
            vertex = self._text(STUB, label, self.rank[item], 1)
            found = self._start(value, item) if net is None else net
            self.level.lead(found, [(vertex, 0, tuple(uses))])

    def _label(self, uses: Sequence[Edge]) -> str:
        targets = {target for _, target, _ in uses}
        label = self.blocks.label(self.blocks.graph.position(uses[0][1]))
        return label if len(targets) == 1 else f"{label} +{len(targets) - 1}"

    def _text(self, kind: int, label: str, rank: int, by: int) -> int:
        """Add a text in the rank before or after one, or between, if frames are there.

        Vertices have twice the ranks of items, so that there is room between.
        """
        # Two cells more than the text, for a mark beside it.
        width = min(max(len(label), 1), self.setting.longest) + 2
        vertex = _box(kind, *self._turned(width, 1))
        by *= 1 if rank + by in self.framed else 2
        return self.level.vertex(vertex, label, 2 * rank + by)
