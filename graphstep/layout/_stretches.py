"""Cut a network where all of it passes one vertex: no part changes another's drawing."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Sequence
from typing import NamedTuple

from graphstep.layout._level import Level, Net
from graphstep.layout._network import Port, Shape, Vertex


class Seam(NamedTuple):
    """A rank that lines pass through one item only.

    Attributes:
        item: Its number in the region.
        vertex: What is drawn of it.
        is_above: Whether the rest of the rank hangs from above, so that the item is
            drawn with what is above; else with what is below.
    """

    item: int
    vertex: Vertex
    is_above: bool


@dataclasses.dataclass(frozen=True, slots=True)
class StretchKey:
    """All of a stretch that has to do with where things go.

    Its hash is worked out once: that takes as long as to find out what else is known.
    """

    shape: Shape
    top: int
    bottom: int
    _hash: int = dataclasses.field(init=False, compare=False)

    def __post_init__(self) -> None:
        found = hash((self.shape, self.top, self.bottom))
        object.__setattr__(self, "_hash", found)

    def __hash__(self) -> int:
        return self._hash


@dataclasses.dataclass(frozen=True, eq=False)
class Stretch:
    """Some ranks of a network, from one cut to the next.

    Attributes:
        shape: Of these ranks alone. A vertex at a cut is in both stretches: as itself
            where something else is in its rank, as a ghost in the other one.
        vertices: Per vertex, its number in the whole network.
        nets: What the lines are.
        top: The vertex at the cut before, or -1.
        bottom: The vertex at the cut after, or -1.
        level: The network that it is part of.
        above: The cut before, if there is one.
        below: The cut after, if there is one.
    """

    shape: Shape
    vertices: Sequence[int]
    nets: Sequence[Net]
    top: int
    bottom: int
    level: Level
    above: Seam | None
    below: Seam | None

    @functools.cached_property
    def key(self) -> StretchKey:
        """All of it that has to do with where things go."""
        return StretchKey(self.shape, self.top, self.bottom)


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


def stretches(
    level: Level, above: Seam | None = None, below: Seam | None = None
) -> list[Stretch]:
    """Return the stretches of a network, the first ranks first.

    Args:
        level: The network.
        above: The cut that it begins with, where it is only part of one.
        below: The cut that it ends with.
    """
    cuts = _cuts(level)
    firsts = [0, *[cut.rank for cut in cuts]]
    members: list[list[int]] = [[] for _ in firsts]
    # Per vertex: the stretch that lines come from it in, and its number there; its
    # number where lines come to it.
    place, starts, ends = _numbered(level, cuts, members)
    nets: list[list[Net]] = [[] for _ in firsts]
    lines: list[list[tuple[Port, ...]]] = [[] for _ in firsts]
    for net in level.nets:
        vertex, offset = net.ports[0]
        ports = [(ends[v], distance) for v, distance in net.ports]
        ports[0] = (starts[vertex], offset)
        nets[place[vertex]].append(net)
        lines[place[vertex]].append(tuple(ports))
    vertices, ranks, items = level.vertices, level.ranks, level.items
    seams = [
        above,
        *[Seam(items[cut.vertex], vertices[cut.vertex], cut.is_above) for cut in cuts],
        below,
    ]
    first_top = -1 if above is None else starts[items.index(above.item)]
    last_bottom = -1 if below is None else ends[items.index(below.item)]
    tops = [first_top, *[starts[cut.vertex] for cut in cuts]]
    bottoms = [*[ends[cut.vertex] for cut in cuts], last_bottom]
    found: list[Stretch] = []
    for i, (first, inside) in enumerate(zip(firsts, members, strict=True)):
        before, after = seams[i : i + 2]
        ghosts: list[int] = []
        if before is not None and before.is_above:
            ghosts.append(tops[i])
        if after is not None and not after.is_above:
            ghosts.append(bottoms[i])
        shape = Shape(
            tuple([vertices[v] for v in inside]),
            tuple([ranks[v] - first for v in inside]),
            tuple(lines[i]),
            tuple(ghosts),
        )
        found.append(
            Stretch(shape, inside, nets[i], tops[i], bottoms[i], level, before, after)
        )
    return found


def _numbered(
    level: Level, cuts: Sequence[_Cut], members: Sequence[list[int]]
) -> tuple[list[int], list[int], list[int]]:
    """Share vertices out to stretches; return what `stretches` says."""
    n_ranks = max(level.ranks, default=0) + 1
    home = [0] * n_ranks
    for cut in cuts:
        home[cut.rank] += not cut.is_above
        if cut.rank + 1 < n_ranks:
            home[cut.rank + 1] += cut.is_above
    home = list(itertools.accumulate(home))
    place = [home[rank] for rank in level.ranks]
    starts = [0] * len(place)
    ends = list(starts)
    shared = {cut.vertex: i for i, cut in enumerate(cuts)}
    for vertex, number in enumerate(place):
        above = shared.get(vertex, number)
        ends[vertex] = starts[vertex] = len(members[above])
        members[above].append(vertex)
        if vertex in shared:
            place[vertex] = above + 1
            starts[vertex] = len(members[above + 1])
            members[above + 1].append(vertex)
    return place, starts, ends


def _cuts(level: Level) -> list[_Cut]:
    """Return where a network can be cut."""
    rank, vertices = level.ranks, level.vertices
    last = max(rank, default=0)
    # Where lines pass a rank beside all that is in it: one more from there, one less.
    passing = [0] * (last + 2)
    for net in level.nets:
        (start, _), *goals = net.ports
        first = rank[start]
        end = max([rank[vertex] for vertex, _ in goals])
        if end > first + 1:
            passing[first + 1] += 1
            passing[end] -= 1
    is_passed = list(itertools.accumulate(passing))
    members: list[list[int]] = [[] for _ in range(last + 1)]
    through: list[list[int]] = [[] for _ in range(last + 1)]
    for vertex, (number, is_met, is_used) in enumerate(
        zip(rank, level.n_tops, level.n_bottoms, strict=True)
    ):
        (through if is_met and is_used else members)[number].append(vertex)
    found: list[_Cut] = []
    for number in range(1, last):
        if is_passed[number] or len(through[number]) != 1:
            continue
        vertex, others = through[number][0], members[number]
        hang = {level.n_tops[v] > 0 for v in others}
        along = vertices[vertex].along
        is_tallest = all(vertices[v].along <= along for v in others)
        if len(hang) < 2 and is_tallest:
            found.append(_Cut(number, vertex, is_above=hang != {False}))
    return found
