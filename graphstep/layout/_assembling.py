"""Turn a network whose vertices have places into a plan: rows, tracks and segments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

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
    Network,
)
from graphstep.layout._plan import PartPlan
from graphstep.layout._shapes import EAST, NORTH, SOUTH, WEST, Direction, Segment
from graphstep.layout._spacing import SPACINGS


class Assembler:
    """Finishes one stretch of a region.

    Args:
        network: Of the stretch, ordered and placed.
        direction: Where ranks go.
        more: Cells along that its last rank is farther away than need be.
    """

    def __init__(self, network: Network, direction: Direction, more: int = 0) -> None:
        self.network, self.direction, self.more = network, direction, more
        self.spacing = SPACINGS[direction]
        self.tracks: list[dict[int, Track]] = []
        # First cell along of each rank, its extent, and of each vertex.
        self.rows: list[int] = []
        self.tall: list[int] = []
        self.along: list[int] = []
        # Free cells between each rank and its first track.
        self.heads: list[int] = []

    def assemble(self, shared: Collection[int] = ()) -> PartPlan:
        """Return where everything is.

        Args:
            shared: Vertices at cuts.
        """
        network = self.network
        for rank in range(len(network.links)):
            self.tracks.append(self._channel(rank))
        across = self._shift()
        self._stack()
        ends = tuple(self._ends_of(net) for net in network.nets)
        segments = self._segments([places[0][1] for places in ends])
        boxes: list[int] = []
        frames: list[Segment] = []
        places = {vertex: network.place[vertex] for vertex in shared}
        for vertex, kind in enumerate(network.kind):
            if kind in (ENTRY, EXIT):
                places[vertex] = network.place[vertex]
            elif vertex not in network.ghosts:
                if kind in (NODE, CLOSED):
                    boxes.append(vertex)
                elif kind == FRAME:
                    frames.append(self._rectangle(vertex))
        return PartPlan(
            (across, self.rows[-1] + self.tall[-1] if self.rows else 0),
            self.rows[-1] if self.rows else 0,
            tuple(map(self._rectangle, boxes)),
            tuple(boxes),
            tuple(frames),
            tuple(segments),
            tuple(tuple(self._place(*place) for place in places) for places in ends),
            tuple(self._stubs()),
            places,
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
        """Move everything so that it begins at the first cell; return the extent."""
        network = self.network
        parts = [p for ts in self.tracks for track in ts.values() for p in track.parts]
        spans = [(p, p + network.across[v]) for v, p in enumerate(network.place)]
        spans += [(part.low, part.high + 1) for part in parts]
        low = min((span[0] for span in spans), default=0)
        high = max((span[1] for span in spans), default=0)
        network.place = [p - low for p in network.place]
        for part in parts:
            part.move(-low)
        return high - low

    def _stack(self) -> None:
        """Put ranks one after the other, each channel as high as its tracks need."""
        network, place = self.network, 0
        for rank, layer in enumerate(network.layers):
            tall = max([network.along[v] for v in layer], default=0)
            self.rows.append(place)
            self.tall.append(tall)
            place += tall
            if rank < len(network.links):
                place += self._channel_extent(rank)
        if self.rows:
            self.rows[-1] += self.more
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

    def _ends_of(self, net: Sequence[int]) -> list[tuple[int, int, bool, bool, bool]]:
        """Return where a net starts and ends: see `_end`; the start first."""
        return [self._end(port, is_start=i == 0) for i, port in enumerate(net)]

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
            for i, port in enumerate(net):
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
            net[0]: (number, begins[number]) for number, net in enumerate(network.nets)
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
