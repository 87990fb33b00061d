"""Results that are kept while there is room for them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Found = TypeVar("Found")

# Vertices of all that one cache keeps: some tens of megabytes.
_ROOM = 200_000


class Kept(Generic[Found]):
    """Results by key; the oldest go when they become too many."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._size = 0
        self._kept: dict[Hashable, tuple[Found, int]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self._kept)

    def get(self, key: Hashable) -> Found | None:
        """Return what was kept under a key, if it is still there."""
        kept = self._kept.get(key)
        return None if kept is None else kept[0]

    def keep(self, key: Hashable, found: Found, size: int) -> None:
        """Keep a result, however large, and forget older ones that it leaves no room.

        Args:
            key: What it depends on.
            found: The result.
            size: How much of the room it takes.
        """
        self._size += size - self._kept.pop(key, (None, 0))[1]
        self._kept[key] = (found, size)
        while self._size > self._room and len(self._kept) > 1:
            self._size -= self._kept.pop(next(iter(self._kept)))[1]
