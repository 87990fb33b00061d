"""One region as a network: vertices in ranks, ports, and nets that join them."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable

from graphstep.graph import Edge
from graphstep.layout._blocks import Source

NODE, CLOSED, FRAME, TAG, STUB, ENTRY, EXIT, BEND = range(8)
# From here on a vertex is a cell of a line, not a thing with text in it.
LINE = ENTRY


@dataclasses.dataclass(slots=True)
class Net:
    """One value between the one place it comes from and those it goes to.

    Attributes:
        value: Position of the defining node, and which of its outputs.
        start: Port that it leaves from.
        ends: Ports that it goes to, and the uses that pass each.
    """

    value: Source
    start: int
    ends: list[tuple[int, tuple[Edge, ...]]] = dataclasses.field(
        default_factory=list[tuple[int, tuple[Edge, ...]]]
    )


@dataclasses.dataclass(slots=True)
class Network:
    """Vertices and ports as parallel lists; later stages fill in what comes below.

    Attributes:
        kind: Per vertex, `NODE` to `BEND`.
        names: Per vertex, id of the item, label of a stub, or empty.
        across: Per vertex, its extent within its rank.
        along: Per vertex, its extent in the direction of the ranks.
        has_border: Per vertex, whether lines end on its border.
        is_fixed: Per vertex, whether its ports may not move.
        rank: Per vertex.
        tops: Per vertex, its ports towards lower ranks.
        bottoms: Per vertex, its ports towards higher ranks.
        port_vertex: Per port.
        port_offset: Per port, distance from its vertex's first cell.
        nets: What is to be drawn.
        ghosts: Vertices that another stretch of the same region draws.
        layers: Per rank, its vertices in order.
        links: Per pair of ranks, `(upper port, lower port)` of the lines between them.
        place: Per vertex, its first cell across.
    """

    kind: list[int] = dataclasses.field(default_factory=list[int])
    names: list[str] = dataclasses.field(default_factory=list[str])
    across: list[int] = dataclasses.field(default_factory=list[int])
    along: list[int] = dataclasses.field(default_factory=list[int])
    has_border: list[bool] = dataclasses.field(default_factory=list[bool])
    is_fixed: list[bool] = dataclasses.field(default_factory=list[bool])
    rank: list[int] = dataclasses.field(default_factory=list[int])
    tops: list[list[int]] = dataclasses.field(default_factory=list[list[int]])
    bottoms: list[list[int]] = dataclasses.field(default_factory=list[list[int]])
    port_vertex: list[int] = dataclasses.field(default_factory=list[int])
    port_offset: list[int] = dataclasses.field(default_factory=list[int])
    nets: list[Net] = dataclasses.field(default_factory=list[Net])
    ghosts: set[int] = dataclasses.field(default_factory=set[int])
    layers: list[list[int]] = dataclasses.field(default_factory=list[list[int]])
    links: list[list[tuple[int, int]]] = dataclasses.field(
        default_factory=list[list[tuple[int, int]]]
    )
    place: list[int] = dataclasses.field(default_factory=list[int])

    def vertex(
        self,
        kind: int,
        name: str,
        size: tuple[int, int],
        rank: int,
        *,
        has_border: bool = False,
        is_fixed: bool = True,
    ) -> int:
        """Add a vertex of some extent across and along."""
        self.kind.append(kind)
        self.names.append(name)
        self.across.append(size[0])
        self.along.append(size[1])
        self.has_border.append(has_border)
        self.is_fixed.append(is_fixed)
        self.rank.append(rank)
        self.tops.append([])
        self.bottoms.append([])
        return len(self.kind) - 1

    def top(self, vertex: int, offset: int) -> int:
        """Add a port towards lower ranks."""
        return self._port(self.tops, vertex, offset)

    def bottom(self, vertex: int, offset: int) -> int:
        """Add a port towards higher ranks."""
        return self._port(self.bottoms, vertex, offset)

    def _port(self, side: list[list[int]], vertex: int, offset: int) -> int:
        port = len(self.port_vertex)
        self.port_vertex.append(vertex)
        self.port_offset.append(offset)
        side[vertex].append(port)
        return port

    def column(self, port: int) -> int:
        """Return the cell across of a port, once vertices have places."""
        return self.place[self.port_vertex[port]] + self.port_offset[port]

    @property
    def shape(self) -> Hashable:
        """All of it that has to do with where things go, before it is joined."""
        return (
            tuple(self.kind),
            tuple(self.across),
            tuple(self.along),
            tuple(self.has_border),
            tuple(self.is_fixed),
            tuple(self.rank),
            tuple(map(tuple, self.tops)),
            tuple(map(tuple, self.bottoms)),
            tuple(self.port_vertex),
            tuple(self.port_offset),
            tuple([(net.start, *[port for port, _ in net.ends]) for net in self.nets]),
            tuple(sorted(self.ghosts)),
        )

    def close_ranks(self) -> None:
        """Number the ranks anew so that none is empty."""
        used = sorted(set(self.rank))
        number = {rank: i for i, rank in enumerate(used)}
        self.rank = [number[rank] for rank in self.rank]

    def joined(self) -> Network:
        """Return a copy with `layers` and `links`, and a bend where a net passes a rank."""
        found = dataclasses.replace(
            self,
            kind=list(self.kind),
            names=list(self.names),
            across=list(self.across),
            along=list(self.along),
            has_border=list(self.has_border),
            is_fixed=list(self.is_fixed),
            rank=list(self.rank),
            tops=list(map(list, self.tops)),
            bottoms=list(map(list, self.bottoms)),
            port_vertex=list(self.port_vertex),
            port_offset=list(self.port_offset),
        )
        found.join()
        return found

    def join(self) -> None:
        """Fill `layers` and `links`, with a bend wherever a net passes a rank."""
        n_ranks = max(self.rank, default=-1) + 1
        self.links = [[] for _ in range(max(n_ranks - 1, 0))]
        for net in self.nets:
            start = self.rank[self.port_vertex[net.start]]
            by_rank: dict[int, list[int]] = {}
            for port, _ in net.ends:
                by_rank.setdefault(self.rank[self.port_vertex[port]], []).append(port)
            upper, last = net.start, max(by_rank, default=start)
            for rank in range(start + 1, last + 1):
                links = self.links[rank - 1]
                for port in by_rank.get(rank, ()):
                    links.append((upper, port))
                if rank < last:
                    bend = self.vertex(BEND, "", (1, 0), rank)
                    port = self.top(bend, 0)
                    self.bottoms[bend].append(port)
                    links.append((upper, port))
                    upper = port
        self.layers = [[] for _ in range(n_ranks)]
        for vertex, rank in enumerate(self.rank):
            self.layers[rank].append(vertex)
