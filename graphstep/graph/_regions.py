"""The tree of regions: nested jaxprs and name scopes, boxes that open and close."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any

from graphstep._jaxcompat import JaxprEqn
from graphstep.errors import RegionNotFoundError

ROOT_ID = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the program that is drawn as one box.

    Attributes:
        id: Path of the region; the root's is empty.
        kind: `root`, `call`, `scan`, `while`, `cond`, `branch`, `body`, `shard_map`
            or `scope`.
        name: What people call it: a function's name, a scope, a primitive.
        primitive: The equation's primitive, or the kind when there is no equation.
        parent: Id of the enclosing region; `None` for the root.
        children: Ids of the regions directly inside, in program order.
        start: Position of its first node in program order.
        stop: Position after its last node.
        eqn: The structured equation, if the region is one.
        length: Trip count of a scan.
        branches: Number of branches of a cond.
        is_opaque: Whether JAX differentiates it by a rule, not through its body.
        is_transparent: Whether inner equations connect straight to outer ones.
        depth: Number of regions around it.
        loops: Ids of the iterating regions around and including it, outermost first.
    """

    id: str
    kind: str
    name: str
    primitive: str
    parent: str | None
    children: tuple[str, ...]
    start: int
    stop: int
    eqn: JaxprEqn | None
    length: int | None
    branches: int | None
    is_opaque: bool
    is_transparent: bool
    depth: int
    loops: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of nodes inside, at every level."""
        return self.stop - self.start

    @property
    def is_loop(self) -> bool:
        """Whether the values inside have one axis of their own."""
        return bool(self.loops) and self.loops[-1] == self.id


class Regions(Mapping[str, Region]):
    """All regions by id, in program order of their first node, outer before inner."""

    def __init__(self, regions: dict[str, Region]) -> None:
        self._regions = regions

    @property
    def root(self) -> Region:
        """The region that holds everything."""
        return self._regions[ROOT_ID]

    def __getitem__(self, region_id: str) -> Region:
        try:
            return self._regions[region_id]
        except KeyError:
            msg = (
                f"There is no region `{region_id}` in this graph. Region ids are the "
                "keys of `graph.regions`."
            )
            raise RegionNotFoundError(msg) from None

    # `Mapping` takes only a KeyError for an absent key, whose message would be quoted.
    def get(self, key: str, default: Any = None) -> Any:
        """Return a region, or `default` if there is none of that id."""
        return self._regions.get(key, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._regions)

    def __len__(self) -> int:
        return len(self._regions)

    def __contains__(self, region_id: object) -> bool:
        return region_id in self._regions

    @functools.cached_property
    def by_node(self) -> tuple[str, ...]:
        """Per node position, the innermost region around that node."""
        innermost = [ROOT_ID] * self.root.stop
        for region in self._regions.values():
            innermost[region.start : region.stop] = [region.id] * region.size
        return tuple(innermost)

    def ancestors(self, region_id: str) -> tuple[Region, ...]:
        """Return the regions around `region_id` and itself, outermost first."""
        chain: list[Region] = []
        current: str | None = region_id
        while current is not None:
            chain.append(self[current])
            current = chain[-1].parent
        return tuple(reversed(chain))


@dataclasses.dataclass(slots=True)
class OpenRegion:
    """A region whose end has not been reached; becomes a `Region` when closed."""

    fields: dict[str, Any]
    children: list[str] = dataclasses.field(default_factory=list[str])

    def close(self, stop: int) -> Region:
        """Return the finished region, which ends before position `stop`."""
        return Region(**self.fields, children=tuple(self.children), stop=stop)
