"""Cut a network where all of it passes one vertex: no part changes another's drawing."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
from collections.abc import Hashable

from graphstep.layout._network import ENTRY, EXIT, Net, Network


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """Some ranks of a network, from one cut to the next.

    Attributes:
        network: Of these ranks alone. A vertex at a cut is in both stretches: as itself
            where something else is in its rank, as a ghost in the other one.
        vertices: Per vertex, its number in the whole network.
        top: The vertex at the cut before, or -1.
        bottom: The vertex at the cut after, or -1.
    """

    network: Network
    vertices: list[int]
    top: int
    bottom: int

    @property
    def shape(self) -> Hashable:
        """All of it that has to do with where things go."""
        return self.network.shape, self.top, self.bottom


@dataclasses.dataclass(frozen=True, slots=True)
class _Cut:
    """A rank that lines pass through one vertex only.

    Attributes:
        rank: Which one.
        vertex: The vertex.
        is_above: Whether the rest of the rank hangs from above, so that the vertex
            is drawn with what is above; else with what is below.
    """

    rank: int
    vertex: int
    is_above: bool


def stretches(network: Network) -> list[Stretch]:
    """Return the stretches of a network, the first ranks first."""
    cuts = _cuts(network)
    if not cuts:
        return [Stretch(network, list(range(len(network.kind))), -1, -1)]
    ranks = [cut.rank for cut in cuts]
    firsts = [0, *ranks]
    found = [Stretch(Network(), [], -1, -1) for _ in firsts]
    number = [0] * len(network.kind)
    ghost: dict[int, int] = {}
    shared = {cut.vertex: (i, cut.is_above) for i, cut in enumerate(cuts)}

    def add(vertex: int, place: int) -> int:
        part = found[place]
        part.vertices.append(vertex)
        return part.network.vertex(
            network.kind[vertex],
            network.names[vertex],
            (network.across[vertex], network.along[vertex]),
            network.rank[vertex] - firsts[place],
            has_border=network.has_border[vertex],
            is_fixed=network.is_fixed[vertex],
        )

    for vertex, rank in enumerate(network.rank):
        if vertex in shared:
            i, is_above = shared[vertex]
            upper, lower = add(vertex, i), add(vertex, i + 1)
            number[vertex], ghost[vertex] = upper, lower
            drawn_apart = (i + 1, lower) if is_above else (i, upper)
            found[drawn_apart[0]].network.ghosts.add(drawn_apart[1])
            found[i] = dataclasses.replace(found[i], bottom=upper)
            found[i + 1] = dataclasses.replace(found[i + 1], top=lower)
        else:
            place = bisect.bisect_left(ranks, rank)
            if place < len(cuts) and rank == ranks[place]:
                place += not cuts[place].is_above
            number[vertex] = add(vertex, place)
    _share_ports(network, found, ranks, number, ghost)
    return found


def _share_ports(
    network: Network,
    found: list[Stretch],
    ranks: list[int],
    number: list[int],
    ghost: dict[int, int],
) -> None:
    """Give every stretch its nets, and the ports that these meet."""
    vertex_of, offset = network.port_vertex, network.port_offset
    for net in network.nets:
        vertex = vertex_of[net.start]
        part = found[bisect.bisect_right(ranks, network.rank[vertex])].network
        start = part.bottom(ghost.get(vertex, number[vertex]), offset[net.start])
        ends = [
            (part.top(number[vertex_of[port]], offset[port]), uses)
            for port, uses in net.ends
        ]
        part.nets.append(Net(net.value, start, ends))


def _cuts(network: Network) -> list[_Cut]:
    """Return where a network can be cut."""
    rank, kind = network.rank, network.kind
    last = max(rank, default=0)
    # Where lines pass a rank beside all that is in it: one more from there, one less.
    passing = [0] * (last + 2)
    for net in network.nets:
        first = rank[network.port_vertex[net.start]]
        end = max([rank[network.port_vertex[port]] for port, _ in net.ends])
        if end > first + 1:
            passing[first + 1] += 1
            passing[end] -= 1
    is_passed = list(itertools.accumulate(passing))
    members: list[list[int]] = [[] for _ in range(last + 1)]
    for vertex, number in enumerate(rank):
        if not is_passed[number]:
            members[number].append(vertex)
    found: list[_Cut] = []
    for number in range(1, last):
        through = [v for v in members[number] if network.tops[v] and network.bottoms[v]]
        if len(through) != 1 or kind[through[0]] in (ENTRY, EXIT):
            continue
        vertex = through[0]
        others = [v for v in members[number] if v != vertex]
        hang = {bool(network.tops[v]) for v in others}
        is_tallest = all(network.along[v] <= network.along[vertex] for v in others)
        if len(hang) < 2 and is_tallest:
            found.append(_Cut(number, vertex, is_above=hang != {False}))
    return found
