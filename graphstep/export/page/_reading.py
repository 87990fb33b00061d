"""Read each array of a recording about once, however many panels show it."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphstep.analysis import INF, NAN, OK, norm_of
from graphstep.graph import Edge
from graphstep.recording import Recording, Stats, stats_from_array

Iteration = tuple[int, ...]
# Bytes of arrays that are kept at hand.
_ROOM = 256_000_000


class ReadOnce:
    """A recording that keeps the arrays which were asked for last, and all statistics.

    It has all else that the recording has.

    Args:
        recording: Where the arrays come from.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._arrays: dict[Any, Any] = {}
        self._n_bytes = 0
        # Of arrays that are at hand: what they are, by their identity.
        self._keys: dict[int, Any] = {}
        self._stats: dict[Any, Stats] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recording, name)

    def primal(self, node: str, out: int = 0, iteration: Any = None) -> Any:
        """Return a forward value."""
        return self._read("primal", node, out, iteration)

    def cotangent(self, node: str, out: int = 0, iteration: Any = None) -> Any:
        """Return the cotangent of a value."""
        return self._read("cotangent", node, out, iteration)

    def tangent(self, node: str, out: int = 0, iteration: Any = None) -> Any:
        """Return the tangent of a value."""
        return self._read("tangent", node, out, iteration)

    def contribution(self, edge: Edge, iteration: Any = None) -> Any:
        """Return what one use sends back; of a value with one use, its cotangent."""
        node, user, key = edge
        source = dict(self.graph.columns.operands[self.graph.position(user)]).get(key)
        if isinstance(source, tuple) and len(self.graph.uses(node, source[1])) == 1:
            sent = self._recording.contribution(edge, iteration)
            whole = self.cotangent(node, source[1], iteration)
            return whole if _is_same(sent, whole) else sent
        return self._read("contribution", edge, iteration)

    def _read(self, of: str, *place: Any) -> Any:
        key = (of, *place)
        if key in self._arrays:
            # What was asked for last goes last.
            found = self._arrays[key] = self._arrays.pop(key)
            return found
        found = getattr(self._recording, of)(*place)
        if isinstance(found, np.ndarray):
            self._keep(key, found)
        return found

    def _keep(self, key: Any, array: np.ndarray) -> None:
        self._arrays[key] = array
        self._keys[id(array)] = key
        self._n_bytes += array.nbytes
        while self._n_bytes > _ROOM and len(self._arrays) > 1:
            oldest = self._arrays.pop(next(iter(self._arrays)))
            self._keys.pop(id(oldest), None)
            self._n_bytes -= oldest.nbytes

    def stats_of(self, array: Any) -> Stats:
        """Return the statistics of an array."""
        key = self._keys.get(id(array))
        if key is None:
            return stats_from_array(array)
        if key not in self._stats:
            self._stats[key] = stats_from_array(array)
        return self._stats[key]

    def norm(self, array: Any) -> tuple[float, int]:
        """Return what `norm_of` returns."""
        if id(array) not in self._keys:
            return norm_of(array)
        stats = self.stats_of(array)
        mark = NAN if stats.nan else OK if stats.is_finite else INF
        return stats.l2, mark


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two arrays are the same bytes of memory."""
    return (
        isinstance(one, np.ndarray)
        and isinstance(other, np.ndarray)
        and one.__array_interface__["data"] == other.__array_interface__["data"]
        and (one.shape, one.strides, one.dtype)
        == (other.shape, other.strides, other.dtype)
    )
