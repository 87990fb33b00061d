"""The breakpoints that are set: numbered, on or off, counted."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection

from graphstep.errors import SteppingError
from graphstep.graph import ProgramGraph
from graphstep.stepping import Breakpoint


@dataclasses.dataclass(frozen=True, slots=True)
class Break:
    """One breakpoint that is set.

    Attributes:
        number: Its name to a person; it stays when others go.
        breakpoint: Where it stops, and on which condition.
        is_enabled: Whether it stops at all.
        is_temporary: Whether it goes once it has stopped the walk.
        stops: How often it has stopped the walk.
    """

    number: int
    breakpoint: Breakpoint
    is_enabled: bool = True
    is_temporary: bool = False
    stops: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Breaks:
    """All breakpoints that are set.

    Attributes:
        items: The breakpoints, in the order of their numbers.
        last: The last number that was given.
    """

    items: tuple[Break, ...] = ()
    last: int = 0

    @property
    def enabled(self) -> tuple[Breakpoint, ...]:
        """Those that stop the walk."""
        return tuple(each.breakpoint for each in self.items if each.is_enabled)

    def get(self, number: int) -> Break | None:
        """Return the breakpoint of that number."""
        return next((each for each in self.items if each.number == number), None)

    def add(self, breakpoint_: Breakpoint, *, is_temporary: bool = False) -> Breaks:
        """Set one more."""
        made = Break(self.last + 1, breakpoint_, is_temporary=is_temporary)
        return Breaks((*self.items, made), self.last + 1)

    def without(self, numbers: Collection[int]) -> Breaks:
        """Delete some."""
        kept = tuple(each for each in self.items if each.number not in numbers)
        return dataclasses.replace(self, items=kept)

    def with_break(self, changed: Break) -> Breaks:
        """Put another in the place of the one with the same number."""
        items = tuple(
            changed if each.number == changed.number else each for each in self.items
        )
        return dataclasses.replace(self, items=items)

    def enable(self, numbers: Collection[int], *, is_enabled: bool) -> Breaks:
        """Turn some on or off."""
        items = tuple(
            dataclasses.replace(each, is_enabled=is_enabled)
            if each.number in numbers
            else each
            for each in self.items
        )
        return dataclasses.replace(self, items=items)

    def stopped_by(self, breakpoint_: Breakpoint) -> Breaks:
        """Count a stop, and delete what is temporary."""
        items: list[Break] = []
        for each in self.items:
            if each.breakpoint != breakpoint_ or not each.is_enabled:
                items.append(each)
            elif not each.is_temporary:
                items.append(dataclasses.replace(each, stops=each.stops + 1))
        return dataclasses.replace(self, items=tuple(items))


@functools.lru_cache(maxsize=256)
def nodes_of(graph: ProgramGraph, breakpoint_: Breakpoint) -> frozenset[str]:
    """Return the nodes to mark for a breakpoint; one without a place marks none."""
    places = (
        breakpoint_.node,
        breakpoint_.primitive,
        breakpoint_.name,
        breakpoint_.line,
        breakpoint_.query,
    )
    if not any(places):
        return frozenset()
    if breakpoint_.region(graph) is not None:
        return frozenset({breakpoint_.node or breakpoint_.query or ""})
    try:
        return frozenset(breakpoint_.nodes(graph))
    except SteppingError:
        # Another graph of the same program may lack the place.
        return frozenset()


def mark_at(graph: ProgramGraph, breaks: Breaks, item: str) -> Break | None:
    """Return the breakpoint to mark a node or region with; one that is on goes first."""
    found = [b for b in breaks.items if item in nodes_of(graph, b.breakpoint)]
    return min(found, key=lambda b: not b.is_enabled, default=None)
