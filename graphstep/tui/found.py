"""What a search has found, and why."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


# Without slots, because the set of items is made once, for the painting of every line.
@dataclasses.dataclass(frozen=True)
class Found:
    """The hits of one search.

    Attributes:
        query: What was asked.
        items: Ids of nodes, and of regions without a node of their own, in program
            order.
        notes: What is so about some of them.
    """

    query: str = ""
    items: tuple[str, ...] = ()
    notes: Mapping[str, str] = dataclasses.field(
        default_factory=lambda: _NOTHING, hash=False
    )

    @functools.cached_property
    def all(self) -> frozenset[str]:
        """The items, to ask whether one is among them."""
        return frozenset(self.items)
