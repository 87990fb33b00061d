"""What is in one open region: vertices in ranks, and the lines that join them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from graphstep.graph import Edge
from graphstep.layout._blocks import Source
from graphstep.layout._network import Port, Vertex

# A vertex that lines lead to, where on it, and the uses that pass there.
Goal = tuple[int, int, tuple[Edge, ...]]


@dataclasses.dataclass(slots=True)
class Net:
    """One value between the one place it comes from and those it goes to.

    Attributes:
        value: Position of the defining node, and which of its outputs.
        ports: Where it comes from, then those it goes to.
        uses: Per port that it goes to, the uses that pass there.
    """

    value: Source
    ports: list[Port]
    uses: list[tuple[Edge, ...]]


@dataclasses.dataclass(slots=True)
class Level:
    """The network of one open region, and how it meets what is around.

    Attributes:
        vertices: What is to be ordered, placed and joined by lines.
        names: Per vertex, id of the item, label of a text, or empty.
        ranks: Per vertex.
        n_tops: Per vertex, its ports towards lower ranks.
        n_bottoms: Per vertex, its ports towards higher ranks.
        nets: What the lines are.
        entries: Per value from outside, its vertex on the border.
        exits: Per value for outside, likewise.
        tagged: Per value from outside, the uses that stubs inside stand for.
        hidden: Values for outside that end in a stub inside.
        groups: Vertices that are closed groups.
        items: What the first vertices are: their numbers in the region.
        values: What was looked at; lines elsewhere carry others.
    """

    vertices: list[Vertex] = dataclasses.field(default_factory=list[Vertex])
    names: list[str] = dataclasses.field(default_factory=list[str])
    ranks: list[int] = dataclasses.field(default_factory=list[int])
    n_tops: list[int] = dataclasses.field(default_factory=list[int])
    n_bottoms: list[int] = dataclasses.field(default_factory=list[int])
    nets: list[Net] = dataclasses.field(default_factory=list[Net])
    entries: dict[Source, int] = dataclasses.field(default_factory=dict[Source, int])
    exits: dict[Source, int] = dataclasses.field(default_factory=dict[Source, int])
    tagged: dict[Source, tuple[Edge, ...]] = dataclasses.field(
        default_factory=dict[Source, tuple[Edge, ...]]
    )
    hidden: set[Source] = dataclasses.field(default_factory=set[Source])
    groups: set[int] = dataclasses.field(default_factory=set[int])
    items: Sequence[int] = ()
    values: Sequence[Source] = ()

    def vertex(self, vertex: Vertex, name: str, rank: int) -> int:
        """Add a vertex."""
        self.vertices.append(vertex)
        self.names.append(name)
        self.ranks.append(rank)
        self.n_tops.append(0)
        self.n_bottoms.append(0)
        return len(self.vertices) - 1

    def start(self, value: Source, vertex: int, offset: int = 0) -> Net:
        """Add the lines of a value that come from a vertex, so far to nowhere."""
        self.n_bottoms[vertex] += 1
        net = Net(value, [(vertex, offset)], [])
        self.nets.append(net)
        return net

    def lead(self, net: Net, goals: Iterable[Goal]) -> None:
        """Lead the lines of a value to more ports."""
        for vertex, offset, uses in goals:
            self.n_tops[vertex] += 1
            net.ports.append((vertex, offset))
            net.uses.append(uses)

    def close_ranks(self) -> None:
        """Number the ranks anew so that none is empty."""
        number = {rank: i for i, rank in enumerate(sorted(set(self.ranks)))}
        self.ranks = [number[rank] for rank in self.ranks]
