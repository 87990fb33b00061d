"""The finished drawing of one region: what the cache keeps."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import numpy as np

from graphstep.graph import Edge
from graphstep.layout._blocks import Source
from graphstep.layout._level import Level
from graphstep.layout._network import ENTRY, EXIT, NODE, STUB, TAG
from graphstep.layout._plan import PartPlan, Plan
from graphstep.layout._shapes import Kind
from graphstep.layout._stretches import Stretch


@dataclasses.dataclass(frozen=True, eq=False)
class Part:
    """One stretch of an open region, drawn: a plan, and what its parts are.

    Attributes:
        id: Of the region or group.
        plan: Where everything is.
        level: What is in all of the region.
        stretch: Which part of that this is.
        inner: Open blocks directly inside, in the order of the plan's frames.
    """

    id: str
    plan: PartPlan
    level: Level
    stretch: Stretch
    inner: tuple[Piece, ...]

    @functools.cached_property
    def names(self) -> list[str]:
        """Per vertex, id of the item or label of the text."""
        names = self.level.names
        return [names[vertex] for vertex in self.stretch.vertices]

    @functools.cached_property
    def values(self) -> list[Source]:
        """Per net, what it carries."""
        return [net.value for net in self.stretch.nets]

    @functools.cached_property
    def value_numbers(self) -> np.ndarray:
        """Per net, a number that stands for what it carries in every part."""
        positions, outs = np.array(self.values, np.int64).reshape(-1, 2).T
        return positions << 32 | outs

    def vertices(self, net: int) -> tuple[int, ...]:
        """Return the vertex that a net starts from and those it ends at."""
        return tuple([vertex for vertex, _ in self.stretch.shape.nets[net]])

    def uses(self, net: int) -> Sequence[tuple[Edge, ...]]:
        """Return the uses that pass each end of a net."""
        return self.stretch.nets[net].uses

    @functools.cached_property
    def box_names(self) -> list[str]:
        """Id of each box of the plan."""
        names, vertices = self.level.names, self.stretch.vertices
        return [names[vertices[here]] for here in self.plan.box_vertices]

    @functools.cached_property
    def boxes(self) -> list[tuple[str, Kind]]:
        """Id and kind of each box of the plan."""
        numbered = zip(self.box_names, self.plan.box_vertices, strict=True)
        return [(name, self._kind(here)) for name, here in numbered]

    def _kind(self, here: int) -> Kind:
        if self.stretch.shape.vertices[here].kind == NODE:
            return "node"
        is_group = self.stretch.vertices[here] in self.level.groups
        return "group" if is_group else "region"

    @functools.cached_property
    def box_numbers(self) -> dict[str, int]:
        """Numbers of boxes of the plan by id."""
        return {name: number for number, name in enumerate(self.box_names)}

    @functools.cached_property
    def nets_of_value(self) -> Mapping[Source, list[int]]:
        """Numbers of nets by the value that they carry."""
        found: dict[Source, list[int]] = {}
        for number, value in enumerate(self.values):
            found.setdefault(value, []).append(number)
        return found

    @functools.cached_property
    def nets_of_item(self) -> Mapping[str, list[int]]:
        """Numbers of nets by the items, texts left out, that they start or end at."""
        found: dict[str, list[int]] = {}
        for number in range(len(self.stretch.nets)):
            for name in dict.fromkeys(map(self.item, self.vertices(number))):
                if name:
                    found.setdefault(name, []).append(number)
        return found

    def item(self, vertex: int) -> str:
        """Return the id of the item that a vertex stands for; empty for a text."""
        kind = self.stretch.shape.vertices[vertex].kind
        if kind in (ENTRY, EXIT):
            return self.id
        return "" if kind in (TAG, STUB) else self.names[vertex]

    def text(self, stub: tuple[int, int, int, int, int]) -> str:
        """Return what one of the plan's stubs says."""
        net, end, *_ = stub
        return self.names[self.vertices(net)[end]]

    def is_tag(self, vertex: int) -> bool:
        """Return whether a vertex is a text before what uses a value."""
        return self.stretch.shape.vertices[vertex].kind == TAG


@dataclasses.dataclass(frozen=True, eq=False)
class Piece:
    """One open region, drawn.

    A piece is equal to itself only, so that it can be part of a key.

    Attributes:
        id: Of the region or group.
        kind: Which of them.
        plan: Where everything is.
        parts: Its stretches, the first ranks first.
        entries: Per value from outside that comes through the border, the place of its
            port across.
        exits: Per value for outside that leaves through the border, likewise.
        tagged: Per value from outside, the uses that stubs inside stand for.
        hidden: Values for outside that end in a stub inside.
    """

    id: str
    kind: Kind
    plan: Plan
    parts: tuple[Part, ...]
    entries: Mapping[Source, int]
    exits: Mapping[Source, int]
    tagged: Mapping[Source, tuple[Edge, ...]]
    hidden: frozenset[Source]

    @property
    def size(self) -> tuple[int, int]:
        """Extent across and along, border included."""
        return self.plan.size

    @property
    def boxes(self) -> list[tuple[str, Kind]]:
        """Id and kind of each box of the plan."""
        return [box for part in self.parts for box in part.boxes]

    @property
    def inner(self) -> list[Piece]:
        """Open blocks directly inside, in the order of the plan's frames."""
        return [piece for part in self.parts for piece in part.inner]

    @property
    def values(self) -> list[Source]:
        """Per net, what it carries."""
        return [value for part in self.parts for value in part.values]

    @property
    def uses(self) -> list[tuple[tuple[Edge, ...], ...]]:
        """Per net, the uses that pass each of its ends."""
        return [tuple(net.uses) for part in self.parts for net in part.stretch.nets]

    @property
    def texts(self) -> list[str]:
        """What each stub of the plan says."""
        return [part.text(stub) for part in self.parts for stub in part.plan.stubs]
