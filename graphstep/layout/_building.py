"""Make the network of one open region: what is in it, which lines, which stubs."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from graphstep.graph import Edge
from graphstep.layout._blocks import Block, Source
from graphstep.layout._content import Raw
from graphstep.layout._items import NEAR, Items, Setting, box
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
from graphstep.layout._spacing import SPACINGS
from graphstep.layout._stretches import Seam

# More stubs than this at one box become one.
_STUBS = 3

# Where a line goes through a border.
_GATE = {
    kind: Vertex(kind, 1, 1, has_border=False, is_fixed=True) for kind in (ENTRY, EXIT)
}


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """Some ranks of a region, from one cut to another one.

    Attributes:
        items: What is in them, in order; the items at the cuts, too.
        above: The cut that they begin with; `None` at the beginning of the region.
        below: The cut that they end with; `None` at its end.
    """

    items: Sequence[int]
    above: Seam | None = None
    below: Seam | None = None

    @property
    def sources(self) -> Collection[int]:
        """The items that lines come from; -1 is outside."""
        found = set(self.items)
        if self.above is None:
            found.add(-1)
        if self.below is not None:
            found.remove(self.below.item)
        return found

    @property
    def sinks(self) -> Collection[int]:
        """The items that lines lead to."""
        found = set(self.items)
        if self.above is not None:
            found.remove(self.above.item)
        return found


class LevelBuilder:
    """Builds one `Level`, or some ranks of it.

    Args:
        setting: What is the same for all regions.
        block: The open region or group.
        items: What is in it.
        window: The ranks.
    """

    def __init__(
        self, setting: Setting, block: Block, items: Items, window: Window
    ) -> None:
        self.setting, self.block, self.items = setting, block, items
        self.blocks, self.spacing = setting.blocks, SPACINGS[setting.direction]
        self.window, self.level = window, Level()
        self.sources, self.sinks = window.sources, window.sinks
        # Per item of the window, its vertex.
        self.vertex = {item: i for i, item in enumerate(window.items)}
        # Per source or target: what its stubs have to say.
        self.stubs: dict[int, list[tuple[Source, Net | None, list[Edge]]]] = {}
        self.tags: dict[int, list[tuple[Source, list[Edge]]]] = {}

    def build(self) -> Level:
        level = self.level
        self._vertices()
        numbers = self._values()
        values, limits = self.items.content.values, self.items.limits
        for number in numbers:
            self._net(*values[number], limits[number])
        level.values = [values[number][0] for number in numbers]
        for item, requests in self.tags.items():
            self._add_tags(item, requests)
        for item, requests in self.stubs.items():
            self._add_stubs(item, requests)
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

    def _values(self) -> Sequence[int]:
        """Return the numbers of the values that items of the window make or use."""
        content, inside = self.items.content, self.window.items
        if len(inside) == len(content.ids):
            return range(len(content.values))
        return sorted({number for item in inside for number in content.of_item[item]})

    def _vertices(self) -> None:
        """Add a vertex for every item, with its rank."""
        level, items, inside = self.level, self.items, self.window.items
        level.items = inside
        level.vertices = [items.vertices[item] for item in inside]
        level.names = [items.content.ids[item] for item in inside]
        level.ranks = [2 * items.rank[item] for item in inside]
        level.n_tops = [0] * len(inside)
        level.n_bottoms = [0] * len(inside)
        level.groups = {self.vertex[i] for i in items.groups if i in self.vertex}
        for seam in (self.window.above, self.window.below):
            if seam is not None:
                # It has room for the ports on its other side, too.
                level.vertices[self.vertex[seam.item]] = seam.vertex

    def _net(self, value: Source, raw: Raw, limit: int) -> None:
        """Draw one value: as lines where that is short enough, else with stubs."""
        items, source = self.items, raw.source
        piece = items.pieces.get(source)
        is_hidden = piece is not None and value not in piece.exits
        if is_hidden:
            limit = -1
        begin = (items.top if source < 0 else items.nexts[source]) - 1
        goals, far = self._reached(value, raw, begin, limit)
        if raw.leaves:
            if items.bottom > begin + limit or self.block.is_cut:
                self.level.hidden.add(value)
                far += raw.leaves
            elif source in self.sources:
                goals.append((self._exit(value), 0, raw.leaves))
        if is_hidden:
            return
        net = None
        if goals:
            net = self._start(value, source)
            self.level.lead(net, goals)
        if far:
            self._tell(value, source, net, far)

    def _reached(
        self, value: Source, raw: Raw, begin: int, limit: int
    ) -> tuple[list[Goal], list[Edge]]:
        """Return what the lines of a value lead to, and uses for its stubs to tell.

        Args:
            value: The value.
            raw: Where it comes from and goes to.
            begin: How far down its lines begin.
            limit: How many ranks they may span.
        """
        items, pieces = self.items, self.items.pieces
        is_drawn = raw.source in self.sources
        goals: list[Goal] = []
        far: list[Edge] = []
        for item, uses in raw.sinks.items():
            passing = uses
            if item in pieces:
                passing = self._passing(value, pieces[item], uses, far)
                if not passing:
                    continue
            reach = min(limit, NEAR) if item in items.groups else limit
            if items.begins[item] > begin + reach:
                far += passing
                if item in self.sinks:
                    self.tags.setdefault(item, []).append((value, passing))
            elif is_drawn:
                goals += self._goals(value, item, passing)
        return goals, far

    def _tell(
        self, value: Source, source: int, net: Net | None, far: list[Edge]
    ) -> None:
        """Have far uses of a value told: outside, or where it comes from."""
        if source < 0:
            self.level.tagged[value] = tuple(far)
        elif source in self.sources:
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
        vertex = level.vertex(_GATE[EXIT], "", 2 * self.items.last + 2)
        level.exits[value] = vertex
        return vertex

    def _start(self, value: Source, source: int) -> Net:
        level = self.level
        if source < 0:
            vertex = level.entries[value] = level.vertex(_GATE[ENTRY], "", -2)
            return level.start(value, vertex)
        piece = self.items.pieces.get(source)
        return level.start(
            value, self.vertex[source], piece.exits[value] if piece else 0
        )

    def _goals(self, value: Source, item: int, uses: Sequence[Edge]) -> list[Goal]:
        """Return where a value is joined to an item: each operand of a node, else once."""
        if self.items.kinds[item] == NODE:
            vertex = self.vertex[item]
            return [(vertex, 0, (use,)) for use in uses]
        piece = self.items.pieces.get(item)
        offset = piece.entries[value] if piece else 0
        return [(self.vertex[item], offset, tuple(uses))]

    def _add_tags(
        self, item: int, requests: Sequence[tuple[Source, list[Edge]]]
    ) -> None:
        """Put names of values that come from far away before an item."""
        if self.items.kinds[item] == CLOSED and len(requests) > _STUBS:
            uses = [use for _, found in requests for use in found]
            label = f"{len(requests)} values"
            merged = [(requests[0][0], label, uses)]
        else:
            merged = [
                (value, self.blocks.label(*value), uses) for value, uses in requests
            ]
        for value, label, uses in merged:
            vertex = self._text(TAG, label, self.items.rank[item], -1)
            net = self.level.start(value, vertex)
            self.level.lead(net, self._goals(value, item, uses))

    def _add_stubs(
        self, item: int, requests: Sequence[tuple[Source, Net | None, list[Edge]]]
    ) -> None:
        """Put names of far users after an item."""
        if self.items.kinds[item] != FRAME and len(requests) > _STUBS:
            uses = [use for _, _, found in requests for use in found]
            merged = [(*requests[0][:2], f"{len(requests)} values", uses)]
        else:
            merged = [
                (value, net, self._label(uses), uses) for value, net, uses in requests
            ]
        for value, net, label, uses in merged:
            vertex = self._text(STUB, label, self.items.rank[item], 1)
            found = self._start(value, item) if net is None else net
            self.level.lead(found, [(vertex, 0, tuple(uses))])

    def _label(self, uses: Sequence[Edge]) -> str:
        label = self.blocks.label(self.blocks.graph.position(uses[0][1]))
        others = len({target for _, target, _ in uses}) - 1 if len(uses) > 1 else 0
        return f"{label} +{others}" if others else label

    def _text(self, kind: int, label: str, rank: int, by: int) -> int:
        """Add a text in the rank before or after one, or between, if frames are there.

        Vertices have twice the ranks of items, so that there is room between.
        """
        # Two cells more than the text, for a mark beside it.
        width = min(max(len(label), 1), self.setting.longest) + 2
        vertex = box(kind, *self.setting.turned(width, 1))
        by *= 1 if rank + by in self.items.framed else 2
        return self.level.vertex(vertex, label, 2 * rank + by)
