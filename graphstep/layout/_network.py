"""One region as a network: vertices in ranks, ports, and nets that join them."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

NODE, CLOSED, FRAME, TAG, STUB, ENTRY, EXIT, BEND = range(8)
# From here on a vertex is a cell of a line, not a thing with text in it.
LINE = ENTRY


# A vertex, and a distance from its first cell.
Port = tuple[int, int]


class Vertex(NamedTuple):
    """What is drawn in one place.

    Attributes:
        kind: `NODE` to `BEND`.
        across: Its extent within its rank.
        along: Its extent in the direction of the ranks.
        has_border: Whether lines end on its border.
        is_fixed: Whether its ports may not move.
    """

    kind: int
    across: int
    along: int
    has_border: bool
    is_fixed: bool


_BEND = Vertex(BEND, 1, 0, has_border=False, is_fixed=True)


class Shape(NamedTuple):
    """All of a network that has to do with where things go.

    Attributes:
        vertices: What is in it.
        ranks: Per vertex.
        nets: Per value, the port it comes from and those it goes to.
        ghosts: Vertices that another stretch of the same region draws.
    """

    vertices: tuple[Vertex, ...]
    ranks: tuple[int, ...]
    nets: tuple[tuple[Port, ...], ...]
    ghosts: tuple[int, ...]


@dataclasses.dataclass(slots=True)
class Network:
    """Vertices and ports as parallel lists; later stages fill in `place`.

    Attributes:
        kind: Per vertex, `NODE` to `BEND`.
        across: Per vertex, its extent within its rank.
        along: Per vertex, its extent in the direction of the ranks.
        has_border: Per vertex, whether lines end on its border.
        is_fixed: Per vertex, whether its ports may not move.
        rank: Per vertex.
        tops: Per vertex, its ports towards lower ranks.
        bottoms: Per vertex, its ports towards higher ranks.
        port_vertex: Per port.
        port_offset: Per port, distance from its vertex's first cell.
        nets: Per value, the port it leaves from and those it goes to.
        ghosts: Vertices that another stretch of the same region draws.
        layers: Per rank, its vertices in order.
        links: Per pair of ranks, `(upper port, lower port)` of the lines between them.
        place: Per vertex, its first cell across.
    """

    kind: list[int] = dataclasses.field(default_factory=list[int])
    across: list[int] = dataclasses.field(default_factory=list[int])
    along: list[int] = dataclasses.field(default_factory=list[int])
    has_border: list[bool] = dataclasses.field(default_factory=list[bool])
    is_fixed: list[bool] = dataclasses.field(default_factory=list[bool])
    rank: list[int] = dataclasses.field(default_factory=list[int])
    tops: list[list[int]] = dataclasses.field(default_factory=list[list[int]])
    bottoms: list[list[int]] = dataclasses.field(default_factory=list[list[int]])
    port_vertex: list[int] = dataclasses.field(default_factory=list[int])
    port_offset: list[int] = dataclasses.field(default_factory=list[int])
    nets: list[list[int]] = dataclasses.field(default_factory=list[list[int]])
    ghosts: set[int] = dataclasses.field(default_factory=set[int])
    layers: list[list[int]] = dataclasses.field(default_factory=list[list[int]])
    links: list[list[tuple[int, int]]] = dataclasses.field(
        default_factory=list[list[tuple[int, int]]]
    )
    place: list[int] = dataclasses.field(default_factory=list[int])

    @classmethod
    def of(cls, shape: Shape) -> Network:
        """Return the network of a shape, with a bend wherever a net passes a rank."""
        found = cls()
        for vertex, rank in zip(shape.vertices, shape.ranks, strict=True):
            found.vertex(vertex, rank)
        found.ghosts.update(shape.ghosts)
        for start, *ends in shape.nets:
            leaves_from = found.port(found.bottoms, start)
            goes_to = [found.port(found.tops, end) for end in ends]
            found.nets.append([leaves_from, *goes_to])
        found.join()
        return found

    def vertex(self, vertex: Vertex, rank: int) -> int:
        """Add a vertex."""
        kind, across, along, has_border, is_fixed = vertex
        self.kind.append(kind)
        self.across.append(across)
        self.along.append(along)
        self.has_border.append(has_border)
        self.is_fixed.append(is_fixed)
        self.rank.append(rank)
        self.tops.append([])
        self.bottoms.append([])
        return len(self.kind) - 1

    def port(self, side: list[list[int]], port: Port) -> int:
        """Add a port to one side, `tops` or `bottoms`, of a vertex."""
        number, (vertex, offset) = len(self.port_vertex), port
        self.port_vertex.append(vertex)
        self.port_offset.append(offset)
        side[vertex].append(number)
        return number

    def column(self, port: int) -> int:
        """Return the cell across of a port, once vertices have places."""
        return self.place[self.port_vertex[port]] + self.port_offset[port]

    def join(self) -> None:
        """Fill `layers` and `links`, with a bend wherever a net passes a rank."""
        n_ranks = max(self.rank, default=-1) + 1
        self.links = [[] for _ in range(max(n_ranks - 1, 0))]
        for upper, *ends in self.nets:
            start = self.rank[self.port_vertex[upper]]
            by_rank: dict[int, list[int]] = {}
            for port in ends:
                by_rank.setdefault(self.rank[self.port_vertex[port]], []).append(port)
            last = max(by_rank, default=start)
            for rank in range(start + 1, last + 1):
                links = self.links[rank - 1]
                for port in by_rank.get(rank, ()):
                    links.append((upper, port))
                if rank < last:
                    bend = self.vertex(_BEND, rank)
                    port = self.port(self.tops, (bend, 0))
                    self.bottoms[bend].append(port)
                    links.append((upper, port))
                    upper = port  # noqa: PLW2901 -- from here on.
        self.layers = [[] for _ in range(n_ranks)]
        for vertex, rank in enumerate(self.rank):
            self.layers[rank].append(vertex)
