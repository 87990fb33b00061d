"""The values of a walk as bytes: arrays in full, or statistics and a thumbnail."""

from __future__ import annotations

import dataclasses
import math
import operator
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from graphstep.export.page._reading import ReadOnce
from graphstep.export.page._thumbnails import thumbnail
from graphstep.graph import Edge
from graphstep.recording import Absence, Stats
from graphstep.stepping import BACKWARD, FORWARD, SEED, Step

Iteration = tuple[int, ...]
# Bytes that all arrays may take; beyond it, the largest ones are summed up.
BUDGET = 3_000_000
# Iterations up to which each one has a thumbnail.
_THUMBNAILS = 64
_BACK = ("cotangent",)
# What is seen of a node at a step of each pass.
_PASSES = {FORWARD: ("primal", "tangent"), SEED: (), BACKWARD: _BACK}


@dataclasses.dataclass
class Blob:
    """Bytes that values are put into, one after the other, each at a multiple of 8."""

    parts: list[bytes] = dataclasses.field(default_factory=list[bytes])
    size: int = 0

    def add(self, data: bytes) -> int:
        """Append bytes and return where they begin."""
        start = self.size
        padded = data + bytes(-len(data) % 8)
        self.parts.append(padded)
        self.size += len(padded)
        return start


def array_entry(blob: Blob, array: np.ndarray) -> dict[str, Any]:
    """Append one array and return what the page is told of it."""
    dtype, data = _plain(array)
    return {"shape": list(array.shape), "dtype": dtype, "at": blob.add(data)}


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    """What a page is told of one array: why there is none, or all of it, or a summary.

    Attributes:
        reason: Why there is none.
        shape: Its shape.
        dtype: The name of a type that a browser knows, where it is in full.
        data: Its bytes, where it is in full.
        facts: Its statistics, where it is not.
        thumbnail: A small picture, if there is one.
    """

    reason: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    data: bytes = b""
    facts: list[Any] | None = None
    thumbnail: dict[str, Any] | None = None


class ValueWriter:
    """Writes what a recording knows of values.

    Args:
        recording: Where they come from.
        blob: Where their bytes go.
        max_elements: Elements up to which an array is written in full.
        visits: By position, the iterations in which each node is seen.
    """

    def __init__(
        self,
        recording: ReadOnce,
        blob: Blob,
        max_elements: int,
        visits: Sequence[Sequence[Iteration]],
    ) -> None:
        self.recording, self.blob = recording, blob
        self.max_elements, self.visits = max_elements, visits
        self._rows: dict[tuple[str, str, int, Iteration], _Row] = {}

    def look(self, step: Step) -> None:
        """Take note of the values of a step, while they are at hand."""
        passes = _PASSES[step.pass_]
        if not step.node or (passes == _BACK and not self.recording.has_cotangents):
            return
        position = self.recording.graph.position(step.node)
        for out in range(len(self.recording.graph.columns.avals[position])):
            for of in passes:
                if of != "tangent" or self.recording.has_tangents:
                    self._row(of, step.node, out, step.iteration)

    def sent(self, edge: Edge, out: int) -> dict[str, Any] | None:
        """Return what one use sends back, if that is written in full."""
        graph = self.recording.graph
        aval = graph.aval(edge[0], out)
        if int(np.prod(aval.shape, dtype=np.int64)) > self.max_elements:
            return None
        iterations = self.visits[graph.position(edge[0])]
        rows = [self.recording.contribution(edge, i) for i in iterations]
        is_known = rows and not any(_reason(row) for row in rows)
        if not is_known or any(np.shape(row) != aval.shape for row in rows):
            return None
        plain = [_plain(np.asarray(row)) for row in rows]
        at = self.blob.add(b"".join(data for _, data in plain))
        return {"shape": list(aval.shape), "dtype": plain[0][0], "at": at}

    def entry(self, of: str, node: str, out: int) -> dict[str, Any]:
        """Return what the page is told of a value, a row per iteration."""
        iterations = self.visits[self.recording.graph.position(node)]
        rows = [self._row(of, node, out, iteration) for iteration in iterations]
        missing = {i: row.reason for i, row in enumerate(rows) if row.reason}
        if len(missing) == len(rows):
            kept = self._kept_stats(of, node, out, iterations)
            if kept is not None:
                return kept
            return {"why": missing[0] if missing else "Its loop took no turn."}
        first = next(row for row in rows if not row.reason)
        found: dict[str, Any] = {"shape": list(first.shape)}
        if missing:
            found["missing"] = {str(i): reason for i, reason in missing.items()}
        if first.facts is None:
            found["dtype"] = first.dtype
            zeros = bytes(len(first.data))
            found["at"] = self.blob.add(
                b"".join(zeros if row.reason else row.data for row in rows)
            )
            return found
        found["stats"] = [row.facts for row in rows]
        if len(rows) <= _THUMBNAILS:
            found["thumbs"] = [row.thumbnail for row in rows]
        return found

    def _row(self, of: str, node: str, out: int, iteration: Iteration) -> _Row:
        key = (of, node, out, iteration)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = self._read_row(of, node, out, iteration)
        return row

    def _read_row(self, of: str, node: str, out: int, iteration: Iteration) -> _Row:
        read = {
            "primal": self.recording.primal,
            "cotangent": self.recording.cotangent,
            "tangent": self.recording.tangent,
        }[of]
        value = read(node, out, iteration)
        reason = _reason(value)
        if reason:
            return _Row(reason)
        array = np.asarray(value)
        if array.size <= self.max_elements:
            dtype, data = _plain(array)
            return _Row("", array.shape, dtype, data)
        facts = _facts(self.recording.stats_of(array))
        n_turns = len(self.visits[self.recording.graph.position(node)])
        if n_turns > _THUMBNAILS:
            return _Row("", array.shape, facts=facts)
        return _Row(
            "", array.shape, facts=facts, thumbnail=thumbnail(self.recording, array)
        )

    def _kept_stats(
        self, of: str, node: str, out: int, iterations: Sequence[Iteration]
    ) -> dict[str, Any] | None:
        if self.recording.mode != "summary" or not iterations:
            return None
        rows = [self.recording.stats(node, out, of, i) for i in iterations]
        if isinstance(rows[0], Absence):
            return None
        shape = self.recording.graph.aval(node, out).shape
        stats = [None if isinstance(r, Absence) else _facts(r) for r in rows]
        return {"shape": list(shape), "stats": stats, "summary": True}


def fitting(sizes: list[tuple[int, int]], max_elements: int, budget: int) -> int:
    """Return up to how many elements arrays can be written in full within a budget.

    Args:
        sizes: Elements and bytes, of all iterations, per value.
        max_elements: The greatest such number that is wanted.
        budget: Bytes that all of them may take.
    """
    by_size: dict[int, int] = {}
    for elements, n_bytes in sizes:
        by_size[elements] = by_size.get(elements, 0) + n_bytes
    total, most = 0, 0
    for elements in sorted(by_size):
        total += by_size[elements]
        if elements > max_elements:
            break
        if total > budget:
            return most
        most = elements
    return max_elements


def _reason(value: Any) -> str:
    if isinstance(value, Absence):
        return str(value)
    if isinstance(value, jax.Array):
        return "A random key." if value.ndim == 0 else f"{value.size} random keys."
    if np.asarray(value).dtype == jax.dtypes.float0:
        return "float0, the tangent of what is no float."
    return ""


def _plain(array: np.ndarray) -> tuple[str, bytes]:
    """Return the name of a type that a browser knows, and the array in it, exactly."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "b":
        return "b", array.astype(np.uint8).tobytes()
    if kind == "c":
        return ("c4" if size == 8 else "c8"), np.ascontiguousarray(array).tobytes()
    if kind in "iu" and array.dtype.name in _INTEGERS:
        return f"{kind}{size}", np.ascontiguousarray(array).tobytes()
    if kind == "f" and size == 8:
        return "f8", np.ascontiguousarray(array).tobytes()
    if "int" in array.dtype.name:
        return "i4", array.astype(np.int32).tobytes()
    # Every float of less than 32 bits is one of 32 bits too.
    return "f4", array.astype(np.float32).tobytes()


_INTEGERS = frozenset(f"{u}int{n}" for u in ("", "u") for n in (8, 16, 32, 64))


_FIELDS = operator.attrgetter(*(f.name for f in dataclasses.fields(Stats)))


def _facts(stats: Stats) -> list[Any]:
    """Return statistics in the order of their fields; `None` for NaN."""
    return [
        None if isinstance(value, float) and not math.isfinite(value) else value
        for value in _FIELDS(stats)
    ]
