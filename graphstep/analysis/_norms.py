"""Euclidean norms of arrays, row by row, and where they hold NaN or infinities."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

# Elements that are held in double precision at a time; they stay in the cache.
_CHUNK = 1 << 15
# Sums of squares from here on have lost nothing to underflow that could be seen.
_LEAST_SQUARES = 1e-200
OK, NAN, INF, UNKEPT, UNWALKED = range(5)


def norms_of_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the norm of each row of a matrix, and what is wrong with it.

    Args:
        rows: Numbers of any dtype, one value per row.

    Returns:
        Norms of the finite elements in double precision, which neither underflow nor
        overflow; and per row `OK`, `NAN` or, if there is no NaN, `INF`.
    """
    n_rows, n_columns = rows.shape
    norms, marks = np.zeros(n_rows), np.zeros(n_rows, np.uint8)
    chunk = max(1, _CHUNK // max(1, n_columns))
    for start in range(0, n_rows, chunk):
        part = slice(start, start + chunk)
        norms[part], marks[part] = _norms(rows[part])
    return norms, marks


def norm_of(array: Any) -> tuple[float, int]:
    """Return the norm of one array's finite elements, and what is wrong with it."""
    rows = np.reshape(array, (1, -1))
    if rows.size <= _CHUNK:
        norms, marks = _norms(rows)
        return float(norms[0]), int(marks[0])
    # A row too long for one chunk is cut, and its parts are added up.
    flat, total, mark = rows[0], 0.0, OK
    for start in range(0, flat.size, _CHUNK):
        norms, marks = _norms(flat[None, start : start + _CHUNK])
        total = float(np.hypot(total, norms[0]))
        mark = _worse(mark, int(marks[0]))
    return total, mark


def _worse(one: int, other: int) -> int:
    return NAN if NAN in (one, other) else max(one, other)


def _norms(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = rows
    if x.dtype == jax.dtypes.float0:
        # Tangents of integers, which have no bytes; they count as zeros.
        x = np.zeros(x.shape)
    if x.dtype.kind == "c":
        with np.errstate(all="ignore"):
            x = np.abs(x)
    # JAX's small floats are of kind V, of which NumPy knows little.
    x = x.astype(np.float64)
    marks = np.zeros(len(x), np.uint8)
    with np.errstate(all="ignore"):
        squares = np.square(x).sum(axis=1)
        # Of what is neither tiny nor huge nor NaN, that is all.
        if np.all((squares > _LEAST_SQUARES) & (squares < np.inf)):
            return np.sqrt(squares), marks
    if not np.isfinite(x).all():
        is_nan = np.isnan(x)
        marks[np.isinf(x).any(axis=1)] = INF
        marks[is_nan.any(axis=1)] = NAN
        x = np.where(np.isfinite(x), x, 0.0)
    top = np.max(np.abs(x), axis=1, initial=0.0)
    scale = np.where(top > 0, top, 1.0)
    with np.errstate(under="ignore"):
        return np.sqrt(np.square(x / scale[:, None]).sum(axis=1)) * scale, marks
