"""Small pictures of large arrays, and how their elements are spread."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphstep.export.page._reading import ReadOnce
from graphstep.recording import Stats

# A thumbnail has at most so many rows and columns.
_THUMBNAIL = 24
_BINS = 30
# Least and, turned over, greatest magnitude to count elements of without scaling them.
_SMALL = 1e-25
# Elements that are looked at together: they stay in the cache.
_PIECE = 1 << 15


def thumbnail(recording: ReadOnce, array: np.ndarray) -> dict[str, Any]:
    """Return a small picture of a large array, and how its elements are spread.

    A cell shows the element greatest in size of those that it stands for, from 0 (the
    greatest magnitude, negative) over 127 (zero) to 254; 255 stands for NaN or infinity.

    Args:
        recording: Knows the statistics of its arrays.
        array: One of them.
    """
    arranged = ("thumbnail", array.shape, array.strides)
    return recording.known(arranged, lambda: _drawn(recording, array), array)


def _drawn(recording: ReadOnce, array: np.ndarray) -> dict[str, Any]:
    stats = recording.stats_of(array)
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
        "spread": recording.known("spread", lambda: _spread(x, stats), array),
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
