"""Make the network of one open region: what is in it, which lines, which stubs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence

from graphstep.graph import Edge
from graphstep.layout._blocks import Block, Blocks, Source
from graphstep.layout._content import Content, Raw, content_of
from graphstep.layout._kept import Kept
from graphstep.layout._network import (
    CLOSED,
    ENTRY,
    EXIT,
    FRAME,
    NODE,
    STUB,
    TAG,
    Net,
    Network,
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


@dataclasses.dataclass(slots=True)
class Level:
    """The network of one open region, and how it meets what is around.

    Attributes:
        network: To be ordered, placed and routed.
        entries: Per value from outside, its vertex on the border.
        exits: Per value for outside, likewise.
        tagged: Per value from outside, the uses that stubs inside stand for.
        hidden: Values for outside that end in a stub inside.
        pieces: Per frame's vertex, its piece.
        is_group: Per vertex that is a closed block, whether it is a group.
    """

    network: Network
    entries: dict[Source, int]
    exits: dict[Source, int]
    tagged: dict[Source, tuple[Edge, ...]]
    hidden: set[Source]
    pieces: dict[int, Piece]
    groups: set[int]


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
        self.level = Level(Network(), {}, {}, {}, set(), {}, set())
        self.network = self.level.network
        self.content = self._content()
        self.ids = self.content.ids
        self.kinds = [
            FRAME if kind == CLOSED and item in inner else kind
            for kind, item in zip(self.content.kinds, self.ids, strict=True)
        ]
        # Per source or target: what its stubs have to say.
        self.stubs: dict[int, list[tuple[Source, int | None, list[Edge]]]] = {}
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
        network = self.network
        for vertex, is_fixed in enumerate(network.is_fixed):
            if not is_fixed:
                ports = max(len(network.tops[vertex]), len(network.bottoms[vertex]))
                room = room_for_ports(
                    ports, self.spacing, has_border=network.has_border[vertex]
                )
                network.across[vertex] = max(network.across[vertex], room)
        network.close_ranks()
        return self.level

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
        self.begins = distances(self.rank, along, _UNIT[self.setting.direction])
        self.framed = {
            rank
            for rank, kind in zip(self.rank, self.kinds, strict=True)
            if kind == FRAME
        }
        for item, (across, extent) in enumerate(sizes):
            kind = self.kinds[item]
            vertex = self.network.vertex(
                kind,
                self.ids[item],
                (across, extent),
                2 * self.rank[item],
                has_border=kind != FRAME and min(across, extent) >= 3,
                is_fixed=kind == FRAME,
            )
            if kind == FRAME:
                self.level.pieces[vertex] = self.inner[self.ids[item]]
            elif kind == CLOSED and self.blocks.blocks[self.ids[item]].kind == "group":
                self.level.groups.add(vertex)

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
        level, network, source = self.level, self.network, raw.source
        piece = level.pieces.get(source)
        is_hidden = piece is not None and value not in piece.exits
        limit = -1 if is_hidden else self._limit(value, raw)
        net = Net(value, -1)
        far: list[Edge] = []
        for item, uses in raw.sinks.items():
            passing = uses
            target = level.pieces.get(item)
            if target is not None:
                inside = target.tagged.get(value, ())
                far += inside
                passing = [use for use in uses if use not in inside]
                # Of a frame that is cut, not all is there that a value could lead to.
                passing = passing if value in target.entries else []
            if not passing:
                continue
            reach = min(limit, _NEAR) if item in level.groups else limit
            if self._span(source, self.rank[item]) > reach:
                self.tags.setdefault(item, []).append((value, passing))
                far += passing
            else:
                self._ends(net, item, passing)
        if raw.leaves:
            after = self.blocks.edges(value, self.block.stop)
            last = max(self.rank) + 1
            if self._span(source, last) > limit or self.block.is_cut:
                level.hidden.add(value)
                far += after
            else:
                vertex = network.vertex(EXIT, "", (1, 1), 2 * last + 2)
                level.exits[value] = vertex
                net.ends.append((network.top(vertex, 0), after))
        if net.ends:
            net.start = self._start(value, source)
            network.nets.append(net)
        if not far or is_hidden:
            return
        if source < 0:
            level.tagged[value] = tuple(far)
        else:
            number = len(network.nets) - 1 if net.ends else None
            self.stubs.setdefault(source, []).append((value, number, far))

    def _span(self, source: int, rank: int) -> int:
        above = 0 if source < 0 else self.rank[source]
        return 1 + self.begins[rank] - self.begins[above + 1]

    def _start(self, value: Source, source: int) -> int:
        network, level = self.network, self.level
        if source < 0:
            vertex = network.vertex(ENTRY, "", (1, 1), -2)
            level.entries[value] = vertex
            return network.bottom(vertex, 0)
        piece = level.pieces.get(source)
        return network.bottom(source, piece.exits[value] if piece else 0)

    def _ends(self, net: Net, item: int, uses: Sequence[Edge]) -> None:
        """Join a value to an item: an operand each for a node, else once."""
        network = self.network
        if self.kinds[item] == NODE:
            for use in uses:
                net.ends.append((network.top(item, 0), (use,)))
            return
        piece = self.level.pieces.get(item)
        offset = piece.entries[net.value] if piece else 0
        net.ends.append((network.top(item, offset), tuple(uses)))

    def _add_tags(
        self, item: int, requests: Sequence[tuple[Source, list[Edge]]]
    ) -> None:
        """Put names of values that come from far away before an item."""
        graph = self.blocks.graph
        if self.kinds[item] == CLOSED and len(requests) > _STUBS:
            uses = [use for _, found in requests for use in found]
            label = f"{len(requests)} values"
            merged = [(requests[0][0], label, uses)]
        else:
            merged = [
                (value, graph.label(graph.order[value[0]], value[1]), uses)
                for value, uses in requests
            ]
        for value, label, uses in merged:
            vertex = self._text(TAG, label, self.rank[item], -1)
            net = Net(value, self.network.bottom(vertex, 0))
            self._ends(net, item, uses)
            self.network.nets.append(net)

    def _add_stubs(
        self, item: int, requests: Sequence[tuple[Source, int | None, list[Edge]]]
    ) -> None:
        """Put names of far users after an item."""
        network = self.network
        merged = list(requests)
        if self.kinds[item] != FRAME and len(requests) > _STUBS:
            uses = [use for _, _, found in requests for use in found]
            merged = [(requests[0][0], requests[0][1], uses)]
        for value, number, uses in merged:
            label = self._label(uses)
            if len(merged) < len(requests):
                label = f"{len(requests)} values"
            vertex = self._text(STUB, label, self.rank[item], 1)
            if number is None:
                net = Net(value, self._start(value, item))
                network.nets.append(net)
            else:
                net = network.nets[number]
            net.ends.append((network.top(vertex, 0), tuple(uses)))

    def _label(self, uses: Sequence[Edge]) -> str:
        targets = list(dict.fromkeys(target for _, target, _ in uses))
        label = self.blocks.graph.label(targets[0])
        return label if len(targets) == 1 else f"{label} +{len(targets) - 1}"

    def _text(self, kind: int, label: str, rank: int, by: int) -> int:
        """Add a text in the rank before or after one, or between, if frames are there.

        Vertices have twice the ranks of items, so that there is room between.
        """
        # Two cells more than the text, for a mark beside it.
        width = min(max(len(label), 1), self.setting.longest) + 2
        return self.network.vertex(
            kind,
            label,
            self._turned(width, 1),
            2 * rank + by * (1 if rank + by in self.framed else 2),
            is_fixed=False,
        )
