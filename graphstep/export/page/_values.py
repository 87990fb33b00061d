"""The values of a walk as bytes: arrays in full, or statistics and a thumbnail."""

from __future__ import annotations

import dataclasses
import math
import operator
from typing import Any

import jax
import numpy as np

from graphstep.export.page._reading import ReadOnce
from graphstep.graph import Edge
from graphstep.recording import Absence, Stats

Iteration = tuple[int, ...]
# Bytes that all arrays may take; beyond it, the largest ones are summed up.
BUDGET = 3_000_000
# A thumbnail has at most so many rows and columns.
_THUMBNAIL = 24
# Iterations up to which each one has a thumbnail.
_THUMBNAILS = 64
_BINS = 30
# Least and, turned over, greatest magnitude to count elements of without scaling them.
_SMALL = 1e-25
# Elements that are looked at together: they stay in the cache.
_PIECE = 1 << 15


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


class ValueWriter:
    """Writes what a recording knows of values.

    Args:
        recording: Where they come from.
        blob: Where their bytes go.
        max_elements: Elements up to which an array is written in full.
    """

    def __init__(self, recording: ReadOnce, blob: Blob, max_elements: int) -> None:
        self.recording, self.blob = recording, blob
        self.max_elements = max_elements

    def sent(
        self, edge: Edge, out: int, iterations: list[Iteration]
    ) -> dict[str, Any] | None:
        """Return what one use sends back, if that is written in full."""
        aval = self.recording.graph.aval(edge[0], out)
        if int(np.prod(aval.shape, dtype=np.int64)) > self.max_elements:
            return None
        rows = [self.recording.contribution(edge, i) for i in iterations]
        is_known = rows and not any(_reason(row) for row in rows)
        if not is_known or any(np.shape(row) != aval.shape for row in rows):
            return None
        plain = [_plain(np.asarray(row)) for row in rows]
        at = self.blob.add(b"".join(data for _, data in plain))
        return {"shape": list(aval.shape), "dtype": plain[0][0], "at": at}

    def entry(
        self, of: str, node: str, out: int, iterations: list[Iteration]
    ) -> dict[str, Any]:
        """Return what the page is told of a value, a row per iteration."""
        read = {
            "primal": self.recording.primal,
            "cotangent": self.recording.cotangent,
            "tangent": self.recording.tangent,
        }[of]
        rows = [read(node, out, iteration) for iteration in iterations]
        reasons = {i: _reason(row) for i, row in enumerate(rows)}
        missing = {i: reason for i, reason in reasons.items() if reason}
        if len(missing) == len(rows):
            kept = self._kept_stats(of, node, out, iterations)
            if kept is not None:
                return kept
            return {"why": missing[0] if missing else "Its loop took no turn."}
        arrays = [
            None if i in missing else np.asarray(row) for i, row in enumerate(rows)
        ]
        first = next(a for a in arrays if a is not None)
        found: dict[str, Any] = {"shape": list(first.shape)}
        if missing:
            found["missing"] = {str(i): reason for i, reason in missing.items()}
        if first.size <= self.max_elements:
            zeros = np.zeros_like(first)
            plain = [_plain(zeros if a is None else a) for a in arrays]
            found["dtype"] = plain[0][0]
            found["at"] = self.blob.add(b"".join(data for _, data in plain))
            return found
        stats = [None if a is None else self.recording.stats_of(a) for a in arrays]
        found["stats"] = [None if s is None else _facts(s) for s in stats]
        if len(arrays) <= _THUMBNAILS:
            found["thumbs"] = [
                None if a is None or s is None else _thumbnail(a, s)
                for a, s in zip(arrays, stats, strict=True)
            ]
        return found

    def _kept_stats(
        self, of: str, node: str, out: int, iterations: list[Iteration]
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
        real = np.float32 if size == 8 else np.float64
        return ("c4" if size == 8 else "c8"), array.view(real).astype(real).tobytes()
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


def _thumbnail(array: np.ndarray, stats: Stats) -> dict[str, Any]:
    """Return a small picture of a large array, and how its elements are spread.

    A cell shows the element greatest in size of those that it stands for, from 0 (the
    greatest magnitude, negative) over 127 (zero) to 254; 255 stands for NaN or infinity.
    """
    x = np.abs(array) if array.dtype.kind == "c" else array
    if x.dtype.name not in ("float32", "float64"):
        x = x.astype(np.float64)
    plane = x.reshape(-1, x.shape[-1]) if x.ndim > 1 else x.reshape(1, -1)
    cells = _pooled(_pooled(plane).T).T.astype(np.float64)
    finite = np.isfinite(cells)
    shares = np.where(finite, cells, 0.0) / (stats.absmax or 1.0)
    shades = np.where(finite, np.rint(shares * 127) + 127, 255).astype(int)
    return {
        "rows": len(shades),
        "cells": shades.ravel().tolist(),
        "spread": _spread(x, stats),
    }


def _pooled(plane: np.ndarray) -> np.ndarray:
    """Return at most so many rows, each the greatest in size of as many as it takes."""
    n, n_columns = plane.shape
    each = -(-n // _THUMBNAIL)
    if each <= 1:
        return plane
    whole = n // each
    parts = plane[: whole * each].reshape(whole, each, n_columns)
    pooled = _greatest(parts, 1)
    if whole * each == n:
        return pooled
    rest = _greatest(plane[None, whole * each :], 1)
    return np.concatenate([pooled, rest])


def _greatest(parts: np.ndarray, axis: int) -> np.ndarray:
    """Return the elements greatest in size along an axis, with their signs."""
    with np.errstate(invalid="ignore"):
        high, low = parts.max(axis=axis), parts.min(axis=axis)
        return np.where(-low > high, low, high)


def _spread(x: np.ndarray, stats: Stats) -> list[int]:
    """Return how many finite elements lie in each of some stretches of equal width."""
    if not stats.min < stats.max:
        return []
    kept = x.ravel() if stats.is_finite else x[np.isfinite(x)]
    # Of numbers so small or great that the width of a stretch, or how many of them
    # make one, could not be written: shares of the greatest.
    unit = 1.0 if _SMALL < stats.absmax < 1 / _SMALL else stats.absmax
    low, high = stats.min / unit, stats.max / unit
    scale = _BINS / (high - low)
    # One more, for what is just the greatest of all.
    found = np.zeros(_BINS + 1, np.int64)
    for start in range(0, kept.size, _PIECE):
        piece = kept[start : start + _PIECE]
        places = (piece if unit == 1.0 else piece / unit) - low
        places *= scale
        found += np.bincount(places.astype(np.int64), minlength=_BINS + 1)
    found[-2] += found[-1]
    return found[:-1].tolist()
