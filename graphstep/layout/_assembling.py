"""Turn a network whose vertices have places into a piece: rows, tracks and segments."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from graphstep.graph import Edge
from graphstep.layout._blocks import Block
from graphstep.layout._channels import Track, route
from graphstep.layout._level import Level, is_root
from graphstep.layout._network import BEND, CLOSED, ENTRY, EXIT, FRAME, NODE, STUB, TAG
from graphstep.layout._piece import (
    Piece,
    PieceBox,
    PieceEnd,
    PieceStub,
    PieceTrunk,
)
from graphstep.layout._shapes import Direction, Segment
from graphstep.layout._spacing import SPACINGS

# Cells of a border beside the title: a blank and some border on both sides.
_TITLE = 4


class Assembler:
    """Finishes one region.

    Args:
        level: Its network, ordered and placed.
        block: The region or group.
        direction: Where ranks go.
        title: Cells that its title wants.
    """

    def __init__(
        self, level: Level, block: Block, direction: Direction, title: int
    ) -> None:
        self.level, self.block, self.direction = level, block, direction
        self.wanted = title + _TITLE
        self.network = level.network
        self.spacing = SPACINGS[direction]
        self.tracks: list[dict[int, Track]] = []
        # First cell along of each rank, its extent, and of each vertex.
        self.rows: list[int] = []
        self.tall: list[int] = []
        self.along: list[int] = []
        # Free cells between each rank and its first track.
        self.heads: list[int] = []

    def assemble(self) -> Piece:
        network, level = self.network, self.level
        for rank in range(len(network.links)):
            self.tracks.append(self._channel(rank))
        size = self._shift()
        self._stack()
        start_of = {net.start: i for i, net in enumerate(network.nets)}
        segments = self._segments(start_of)
        trunks: list[PieceTrunk] = []
        stubs: list[PieceStub] = []
        for number, net in enumerate(network.nets):
            every = tuple(use for _, uses in net.ends for use in uses)
            ends = tuple(
                self._end(port, uses, is_start=False) for port, uses in net.ends
            )
            start = self._end(net.start, every, is_start=True)
            found = segments[number]
            lines = tuple(s for s in found if s[0] != s[2] or s[1] != s[3])
            trunks.append(PieceTrunk(net.value, start, lines or tuple(found[:1]), ends))
            for port, uses in ((net.start, every), *net.ends):
                vertex = network.port_vertex[port]
                if network.kind[vertex] in (TAG, STUB):
                    stubs.append(self._stub(vertex, net.value, uses))
        boxes = tuple(
            PieceBox(
                network.names[v],
                "node" if kind == NODE else "group" if v in level.groups else "region",
                network.place[v],
                self.along[v],
                (network.across[v], network.along[v]),
            )
            for v, kind in enumerate(network.kind)
            if kind in (NODE, CLOSED)
        )
        inner = tuple(
            (piece, network.place[v], self.along[v])
            for v, piece in level.pieces.items()
        )
        entries = {value: network.place[v] for value, v in level.entries.items()}
        size, title = self._titled((size, self._extent()), sorted(entries.values()))
        return Piece(
            self.block.id,
            self.block.kind,
            size,
            boxes,
            inner,
            tuple(trunks),
            tuple(stubs),
            entries,
            {value: network.place[v] for value, v in level.exits.items()},
            level.tagged,
            frozenset(level.hidden),
            title,
        )

    def _channel(self, rank: int) -> dict[int, Track]:
        """Route between a rank and the next; return tracks by upper port."""
        network = self.network
        lowers: dict[int, list[int]] = {}
        for upper, lower in network.links[rank]:
            lowers.setdefault(upper, []).append(network.column(lower))
        uppers = list(lowers)
        pins = [(network.column(upper), lowers[upper]) for upper in uppers]
        found: dict[int, Track] = {}
        for track in route(pins, self.spacing):
            upper = uppers[track.net]
            # The first part of a track in two parts leads to the second.
            if upper not in found or track.feeds is not None:
                found[upper] = track
        return found

    def _shift(self) -> int:
        """Move everything so that it begins inside the border; return the extent."""
        network = self.network
        parts = [p for ts in self.tracks for track in ts.values() for p in track.parts]
        spans = [(p, p + network.across[v]) for v, p in enumerate(network.place)]
        spans += [(part.low, part.high + 1) for part in parts]
        side = 0 if is_root(self.block) else self.spacing.side
        low = min((span[0] for span in spans), default=0)
        high = max((span[1] for span in spans), default=0)
        network.place = [p + side - low for p in network.place]
        for part in parts:
            part.move(side - low)
        return high - low + 2 * side

    def _stack(self) -> None:
        """Put ranks one after the other, each channel as high as its tracks need."""
        network, spacing = self.network, self.spacing
        cap = 0 if is_root(self.block) or self.level.entries else spacing.cap
        place = cap
        for rank, layer in enumerate(network.layers):
            tall = max([network.along[v] for v in layer], default=0)
            self.rows.append(place)
            self.tall.append(tall)
            place += tall
            if rank < len(network.links):
                place += self._channel_extent(rank)
        if self.level.exits:
            # The ports of a frame that is longer than its content lie on its border.
            self.rows[-1] += max(self._least_extent() - place, 0)
        self.along = list(map(self._along, range(len(network.kind))))

    def _channel_extent(self, rank: int) -> int:
        spacing, tracks = self.spacing, self.tracks[rank]
        head = tail = spacing.lead
        if tracks and not head:
            head = int(self._is_crossed(rank, is_head=True))
            tail = int(self._is_crossed(rank, is_head=False))
        self.heads.append(head)
        if not tracks:
            return spacing.gap
        last = max([part.slot for t in tracks.values() for part in t.parts])
        return max(spacing.gap, head + last * spacing.track + 1 + tail)

    def _is_crossed(self, rank: int, *, is_head: bool) -> bool:
        """Whether a track would run through a cell where a line meets its item.

        That is so beside boxes without a border: there, and for an arrow in any case,
        the line needs a cell of its own.
        """
        network = self.network
        parts = [
            (upper, part.low, part.high)
            for upper, track in self.tracks[rank].items()
            for part in track.parts
        ]
        for upper, lower in network.links[rank]:
            port = upper if is_head else lower
            vertex = network.port_vertex[port]
            kind = network.kind[vertex]
            if kind not in (NODE, CLOSED, TAG, STUB) or network.has_border[vertex]:
                continue
            if not is_head and kind in (NODE, CLOSED):
                return True
            column = network.column(port)
            for other, low, high in parts:
                if other != upper and low <= column <= high:
                    return True
        return False

    def _along(self, vertex: int) -> int:
        network = self.network
        rank = network.rank[vertex]
        # What has nothing above it stands close to what it feeds.
        if not network.tops[vertex] and network.bottoms[vertex]:
            return self.rows[rank] + self.tall[rank] - network.along[vertex]
        return self.rows[rank]

    def _extent(self) -> int:
        last = self.rows[-1] + self.tall[-1] if self.rows else 0
        if is_root(self.block) or self.level.exits:
            return last
        return max(last + self.spacing.cap, self._least_extent())

    def _titled(
        self, size: tuple[int, int], entries: Sequence[int]
    ) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return a frame's extent, and the part of its border that its title gets."""
        if is_root(self.block):
            return size, (0, 0)
        across, along = size
        if self.direction == "right":
            return size, (1, along - 2)
        bounds = [0, *entries, across - 1]
        # The first place that is wide enough, so that most titles begin at the left.
        begin, end = max(
            itertools.pairwise(bounds),
            key=lambda gap: (min(gap[1] - gap[0] - 1, self.wanted), -gap[0]),
        )
        if end - begin - 1 < self.wanted:
            begin = bounds[-2]
            across = max(across, begin + 2 + self.wanted)
            end = across - 1
        return (across, along), (begin + 1, end - begin - 1)

    def _least_extent(self) -> int:
        """Return how long a frame must be for the title in its border."""
        if self.direction == "down" or is_root(self.block):
            return 0
        return self.wanted

    def _end(self, port: int, uses: tuple[Edge, ...], *, is_start: bool) -> PieceEnd:
        network = self.network
        vertex = network.port_vertex[port]
        kind, row = network.kind[vertex], self.along[vertex]
        on_border = network.has_border[vertex] or kind in (FRAME, ENTRY, EXIT)
        if is_start:
            row += network.along[vertex] - on_border
        else:
            row -= not on_border
        name = network.names[vertex]
        if kind in (ENTRY, EXIT):
            name = self.block.id
        elif kind in (TAG, STUB):
            name = ""
        is_arrow = not is_start and kind in (NODE, CLOSED)
        return PieceEnd(name, uses, network.column(port), row, is_arrow, not on_border)

    def _stub(
        self, vertex: int, value: tuple[int, int], uses: tuple[Edge, ...]
    ) -> PieceStub:
        network = self.network
        width = network.across if self.direction == "down" else network.along
        return PieceStub(
            value,
            uses,
            network.place[vertex],
            self.along[vertex],
            width[vertex],
            "to" if network.kind[vertex] == TAG else "from",
            network.names[vertex],
        )

    def _segments(self, start_of: dict[int, int]) -> list[list[Segment]]:
        network, spacing = self.network, self.spacing
        found: list[list[Segment]] = [[] for _ in network.nets]
        # Per port that a line hangs from: the value's number and where it begins.
        hanging = {
            port: (number, self._end(port, (), is_start=True).along)
            for port, number in start_of.items()
        }
        for rank, links in enumerate(network.links):
            first = self.rows[rank] + self.tall[rank] + self.heads[rank]
            for upper, lower in links:
                number, begin = hanging[upper]
                segments = found[number]
                column = network.column(lower)
                track = self.tracks[rank].get(upper)
                if track is not None:
                    begin = first + track.parts[-1].slot * spacing.track
                vertex = network.port_vertex[lower]
                if network.kind[vertex] == BEND:
                    hanging[lower] = (number, begin)
                else:
                    end = self._end(lower, (), is_start=False).along
                    segments.append((column, begin, column, end))
            for upper, track in self.tracks[rank].items():
                number, begin = hanging[upper]
                for part in track.parts:
                    row = first + part.slot * spacing.track
                    found[number].append((part.top, begin, part.top, row))
                    found[number].append((part.low, row, part.high, row))
                    begin = row
        return found
