"""Read each array of a recording about once, however many panels show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from graphstep.analysis import INF, NAN, OK, norm_of
from graphstep.export.chain import Index, leading_index
from graphstep.graph import Edge
from graphstep.recording import Recording, Stats, stats_from_array

Iteration = tuple[int, ...]
T = TypeVar("T")
# Bytes of arrays that are kept at hand, beside those that are the recording's own.
_ROOM = 256_000_000


class ReadOnce:
    """A recording that keeps what was asked for last, and all that it knows of arrays.

    It has all else that the recording has.

    Args:
        recording: Where the arrays come from.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._values: dict[Any, Any] = {}
        self._n_bytes = 0
        # Of values that are at hand: what they are, by their identity.
        self._keys: dict[int, Any] = {}
        # Where the elements of those lie, and which value was the first to lie there;
        # of every value, also of those no longer at hand, which one that was.
        self._places: dict[Any, Any] = {}
        self._first: dict[Any, Any] = {}
        self._facts: dict[Any, Any] = {}
        # Of the one use of a value: whether what it sends is at hand as a cotangent.
        self._is_whole: dict[Any, bool] = {}

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
        if not isinstance(source, tuple) or len(self.graph.uses(node, source[1])) > 1:
            return self._read("contribution", edge, iteration)
        place = (edge, iteration)
        if place not in self._is_whole:
            sent = self._recording.contribution(edge, iteration)
            whole = self.cotangent(node, source[1], iteration)
            self._is_whole[place] = _is_same(sent, whole)
        if self._is_whole[place]:
            return self.cotangent(node, source[1], iteration)
        return self._read("contribution", edge, iteration)

    def _read(self, of: str, *place: Any) -> Any:
        key = (of, *place)
        if key in self._values:
            # What was asked for last goes last.
            found = self._values[key] = self._values.pop(key)
            return found
        found = getattr(self._recording, of)(*place)
        self._keep(key, found)
        return found

    def _keep(self, key: Any, value: Any) -> None:
        self._values[key] = value
        self._keys[id(value)] = key
        self._first[key] = self._places.setdefault(_place(value), key)
        self._n_bytes += _n_bytes(value)
        while self._n_bytes > _ROOM and len(self._values) > 1:
            old = next(iter(self._values))
            oldest = self._values.pop(old)
            self._keys.pop(id(oldest), None)
            # Another array may come to lie there.
            if self._places.get(_place(oldest)) == old:
                del self._places[_place(oldest)]
            self._n_bytes -= _n_bytes(oldest)

    def stats_of(self, array: Any) -> Stats:
        """Return the statistics of an array."""
        return self.known("stats", lambda: stats_from_array(array), array)

    def leading_index(self, array: Any) -> Index:
        """Return what `leading_index` returns."""
        arranged = ("leading", np.shape(array), getattr(array, "strides", ()))
        return self.known(arranged, lambda: leading_index(array), array)

    def known(self, fact: Any, compute: Callable[[], T], array: Any) -> T:
        """Return a fact of an array's elements, which is computed once.

        Args:
            fact: What it is called. It is the same for all arrangements of the same
                elements in memory, unless its name tells them apart.
            compute: Returns it.
            array: The array.
        """
        key = self._keys.get(id(array))
        if key is None:
            return compute()
        known = (fact, self._first[key])
        if known not in self._facts:
            self._facts[known] = compute()
        return self._facts[known]

    def norm(self, array: Any) -> tuple[float, int]:
        """Return what `norm_of` returns."""
        if id(array) not in self._keys:
            return norm_of(array)
        stats = self.stats_of(array)
        mark = NAN if stats.nan else OK if stats.is_finite else INF
        return stats.l2, mark


def _place(value: Any) -> Any:
    """Return which bytes of memory an array takes, all of them between two ends."""
    if not isinstance(value, np.ndarray) or not value.size:
        return id(value)
    expected = value.itemsize
    for stride, n in sorted(zip(value.strides, value.shape, strict=True)):
        if n > 1 and stride != expected:
            return (_address(value), value.dtype, value.shape, value.strides)
        expected *= n
    return (_address(value), value.dtype, value.size)


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def _n_bytes(value: Any) -> int:
    """Return the memory that a value takes which the recording does not hold anyway."""
    if not isinstance(value, np.ndarray):
        return 0
    owner = value
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    return value.nbytes if owner.base is None else 0


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two arrays are the same bytes of memory."""
    return (
        isinstance(one, np.ndarray)
        and isinstance(other, np.ndarray)
        and one.__array_interface__["data"] == other.__array_interface__["data"]
        and (one.shape, one.strides, one.dtype)
        == (other.shape, other.strides, other.dtype)
    )
