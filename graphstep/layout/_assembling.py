"""Turn a network whose vertices have places into a plan: rows, tracks and segments."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from graphstep.layout._channels import Track, route
from graphstep.layout._network import (
    BEND,
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
from graphstep.layout._plan import Plan
from graphstep.layout._shapes import EAST, NORTH, SOUTH, WEST, Direction, Segment
from graphstep.layout._spacing import SPACINGS

# Cells of a border beside the title: a blank and some border on both sides.
_TITLE = 4


class Assembler:
    """Finishes one region.

    Args:
        network: Of the region, ordered and placed.
        direction: Where ranks go.
        title: Cells that its title wants; `None` for the whole program, which has no
            border.
    """

    def __init__(
        self, network: Network, direction: Direction, title: int | None
    ) -> None:
        self.network, self.direction = network, direction
        self.is_root = title is None
        self.wanted = (title or 0) + _TITLE
        self.has_entries = ENTRY in network.kind
        self.has_exits = EXIT in network.kind
        self.spacing = SPACINGS[direction]
        self.tracks: list[dict[int, Track]] = []
        # First cell along of each rank, its extent, and of each vertex.
        self.rows: list[int] = []
        self.tall: list[int] = []
        self.along: list[int] = []
        # Free cells between each rank and its first track.
        self.heads: list[int] = []

    def assemble(self) -> Plan:
        """Return where everything is."""
        network = self.network
        for rank in range(len(network.links)):
            self.tracks.append(self._channel(rank))
        across = self._shift()
        self._stack()
        ends = tuple(self._ends_of(net) for net in network.nets)
        segments = self._segments([places[0][1] for places in ends])
        boxes: list[Segment] = []
        frames: list[Segment] = []
        border: dict[int, int] = {}
        for vertex, kind in enumerate(network.kind):
            if kind in (NODE, CLOSED):
                boxes.append(self._rectangle(vertex))
            elif kind == FRAME:
                frames.append(self._rectangle(vertex))
            elif kind in (ENTRY, EXIT):
                border[vertex] = network.place[vertex]
        entries = [c for v, c in border.items() if network.kind[v] == ENTRY]
        size, title = self._titled((across, self._extent()), sorted(entries))
        return Plan(
            size,
            tuple(boxes),
            tuple(frames),
            tuple(segments),
            tuple(tuple(self._place(*place) for place in places) for places in ends),
            tuple(self._stubs()),
            border,
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
        side = 0 if self.is_root else self.spacing.side
        low = min((span[0] for span in spans), default=0)
        high = max((span[1] for span in spans), default=0)
        network.place = [p + side - low for p in network.place]
        for part in parts:
            part.move(side - low)
        return high - low + 2 * side

    def _stack(self) -> None:
        """Put ranks one after the other, each channel as high as its tracks need."""
        network, spacing = self.network, self.spacing
        cap = 0 if self.is_root or self.has_entries else spacing.cap
        place = cap
        for rank, layer in enumerate(network.layers):
            tall = max([network.along[v] for v in layer], default=0)
            self.rows.append(place)
            self.tall.append(tall)
            place += tall
            if rank < len(network.links):
                place += self._channel_extent(rank)
        if self.has_exits:
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
        if self.is_root or self.has_exits:
            return last
        return max(last + self.spacing.cap, self._least_extent())

    def _titled(
        self, size: tuple[int, int], entries: Sequence[int]
    ) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return a frame's extent, and the part of its border that its title gets."""
        if self.is_root:
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
        if self.direction == "down" or self.is_root:
            return 0
        return self.wanted

    def _ends_of(self, net: Net) -> list[tuple[int, int, bool, bool, bool]]:
        """Return where a net starts and ends: see `_end`; the start first."""
        found = [self._end(net.start, is_start=True)]
        found += [self._end(port, is_start=False) for port, _ in net.ends]
        return found

    def _end(self, port: int, *, is_start: bool) -> tuple[int, int, bool, bool, bool]:
        """Return across, along, whether an arrow is there, is beside, and is a start."""
        network = self.network
        vertex = network.port_vertex[port]
        kind, row = network.kind[vertex], self.along[vertex]
        on_border = network.has_border[vertex] or kind in (FRAME, ENTRY, EXIT)
        if is_start:
            row += network.along[vertex] - on_border
        else:
            row -= not on_border
        is_arrow = not is_start and kind in (NODE, CLOSED)
        return network.column(port), row, is_arrow, not on_border, is_start

    def _place(
        self, across: int, along: int, is_arrow: bool, is_beside: bool, is_start: bool
    ) -> tuple[int, int, bool, int]:
        """Return an end in columns and rows, and on which side its item is."""
        if self.direction == "down":
            toward = (NORTH if is_start else SOUTH) if is_beside else 0
            return across, along, is_arrow, toward
        toward = (WEST if is_start else EAST) if is_beside else 0
        return along, across, is_arrow, toward

    def _rectangle(self, vertex: int) -> Segment:
        """Return column, row, width and height of a vertex."""
        network = self.network
        place, along = network.place[vertex], self.along[vertex]
        if self.direction == "down":
            return place, along, network.across[vertex], network.along[vertex]
        return along, place, network.along[vertex], network.across[vertex]

    def _stubs(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Yield the texts of nets: net, which of its ends, column, row and width."""
        network = self.network
        for number, net in enumerate(network.nets):
            for i, port in enumerate((net.start, *(port for port, _ in net.ends))):
                vertex = network.port_vertex[port]
                if network.kind[vertex] in (TAG, STUB):
                    x, y, width, _ = self._rectangle(vertex)
                    yield number, i, x, y, width

    def _segments(self, begins: Sequence[int]) -> list[tuple[Segment, ...]]:
        """Return the runs of every net, from where each begins along."""
        network, spacing = self.network, self.spacing
        found: list[list[Segment]] = [[] for _ in network.nets]
        # Per port that a line hangs from: the net's number and where it begins.
        hanging = {
            net.start: (number, begins[number])
            for number, net in enumerate(network.nets)
        }
        for rank, links in enumerate(network.links):
            first = self.rows[rank] + self.tall[rank] + self.heads[rank]
            tracks = self.tracks[rank]
            for upper, lower in links:
                number, begin = hanging[upper]
                track = tracks.get(upper) if tracks else None
                if track is not None:
                    begin = first + track.parts[-1].slot * spacing.track
                vertex = network.port_vertex[lower]
                if network.kind[vertex] == BEND:
                    hanging[lower] = (number, begin)
                else:
                    column, end, *_ = self._end(lower, is_start=False)
                    found[number].append((column, begin, column, end))
            for upper, track in tracks.items():
                number, begin = hanging[upper]
                for part in track.parts:
                    row = first + part.slot * spacing.track
                    found[number].append((part.top, begin, part.top, row))
                    found[number].append((part.low, row, part.high, row))
                    begin = row
        return [self._drawn(segments) for segments in found]

    def _drawn(self, segments: Sequence[Segment]) -> tuple[Segment, ...]:
        """Return those of some runs that are longer than a cell, or else one of them."""
        lines = [s for s in segments if s[0] != s[2] or s[1] != s[3]] or segments[:1]
        if self.direction == "down":
            return tuple(lines)
        return tuple([(b, a, d, c) for a, b, c, d in lines])
