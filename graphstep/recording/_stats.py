"""Statistics of an array, in a compiled program and outside of one."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

# Counts are integers but travel as floats; each is split in two to stay exact.
_SPLIT_BITS = 20
_N_COUNTS = 5
SLOT_SIZE = 2 * _N_COUNTS + 6


@dataclasses.dataclass(frozen=True, slots=True)
class Stats:
    """What an array holds, in a few numbers.

    Of complex arrays, the magnitudes are described.

    Attributes:
        size: Number of elements.
        neg_inf: How many elements are −∞.
        negative: How many are negative and finite.
        zero: How many are zero.
        positive: How many are positive and finite.
        pos_inf: How many are +∞.
        nan: How many are not a number.
        min: Least finite element; NaN if there is none.
        max: Greatest finite element; NaN if there is none.
        mean: Mean of the finite elements; NaN if there is none.
        absmax: Greatest finite magnitude; 0 if there is none.
        l2: Euclidean norm of the finite elements.
    """

    size: int
    neg_inf: int
    negative: int
    zero: int
    positive: int
    pos_inf: int
    nan: int
    min: float
    max: float
    mean: float
    absmax: float
    l2: float

    @property
    def is_finite(self) -> bool:
        """Whether no element is infinite or NaN."""
        return not (self.neg_inf or self.pos_inf or self.nan)


@dataclasses.dataclass(frozen=True, slots=True)
class _Scales:
    """Ranges in which squares neither underflow nor overflow (Blue, 1978)."""

    small: float
    big: float
    up: float
    down: float


_SCALES = {
    np.dtype(np.float32): _Scales(2.0**-40, 2.0**40, 2.0**80, 2.0**-80),
    np.dtype(np.float64): _Scales(2.0**-300, 2.0**300, 2.0**600, 2.0**-600),
}


def slot_dtype(dtype: Any) -> np.dtype:
    """Return the dtype in which statistics of arrays of `dtype` are kept."""
    wide = dtype in (np.dtype(np.float64), np.dtype(np.complex128))
    return np.dtype(np.float64 if wide else np.float32)


@jax.jit
def slot_from_array(x: jax.Array) -> jax.Array:
    """Return the statistics of `x` as a vector of `SLOT_SIZE` floats.

    One variadic reduction reads `x` once. The sums of squares of tiny, ordinary and
    huge elements are kept apart, because a plain sum of squares underflows.
    """
    if jnp.iscomplexobj(x):
        x = jnp.abs(x)
    dtype = slot_dtype(x.dtype)
    x = jnp.atleast_1d(x).astype(dtype)
    scales = _SCALES[dtype]
    finite = jnp.isfinite(x)
    magnitude = jnp.where(finite, jnp.abs(x), 0)
    small, big = magnitude < scales.small, magnitude > scales.big
    counts = [
        x == -jnp.inf,
        finite & (x < 0),
        x == 0,
        finite & (x > 0),
        x == jnp.inf,
    ]
    ordinary = jnp.where(small | big, 0, magnitude)
    floats = [
        jnp.where(finite, x, jnp.inf),
        jnp.where(finite, x, -jnp.inf),
        jnp.where(finite, x, 0),
        jnp.square(jnp.where(small, magnitude, 0) * scales.up),
        jnp.square(ordinary),
        jnp.square(jnp.where(big, magnitude, 0) * scales.down),
    ]
    columns = [*(c.astype(jnp.int32) for c in counts), *floats]
    # First the minor axis, then the rest: sums in two stages round less.
    if x.ndim > 1:
        columns = _reduce(columns, dtype, (x.ndim - 1,))
    columns = _reduce(columns, dtype, tuple(range(columns[0].ndim)))
    split = [
        part.astype(dtype)
        for count in columns[:_N_COUNTS]
        for part in (count >> _SPLIT_BITS, count & ((1 << _SPLIT_BITS) - 1))
    ]
    return jnp.stack([*split, *columns[_N_COUNTS:]])


@jax.custom_jvp
def slot(x: jax.Array) -> jax.Array:
    """Return the statistics of `x`; its "tangent" is the statistics of the tangent."""
    return slot_from_array(x)


@slot.defjvp
def _slot_jvp(
    primals: tuple[jax.Array], tangents: tuple[Any]
) -> tuple[jax.Array, jax.Array]:
    (x,), (x_dot,) = primals, tangents
    y = slot_from_array(x)
    if x_dot.dtype == jax.dtypes.float0:
        return y, jnp.zeros_like(y)
    return y, slot_from_array(x_dot)


def _reduce(columns: list[Any], dtype: np.dtype, axes: tuple[int, ...]) -> list[Any]:
    inf = dtype.type(np.inf)
    zero = dtype.type(0)
    inits = [*[np.int32(0)] * _N_COUNTS, inf, -inf, *[zero] * 4]
    return list(lax.reduce(tuple(columns), tuple(inits), _combine, axes))


def _combine(left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[Any, ...]:
    n = _N_COUNTS
    sums = [a + b for a, b in zip(left, right, strict=True)]
    low, high = lax.min(left[n], right[n]), lax.max(left[n + 1], right[n + 1])
    return (*sums[:n], low, high, *sums[n + 2 :])


def stats_from_slot(slot: np.ndarray, size: int) -> Stats:
    """Return the statistics in one vector of `SLOT_SIZE` floats."""
    scales = _SCALES[slot.dtype]
    values = [float(v) for v in slot]
    pairs = values[: 2 * _N_COUNTS]
    counts = [
        (int(high) << _SPLIT_BITS) + int(low)
        for high, low in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    low, high, total, tiny, ordinary, huge = values[2 * _N_COUNTS :]
    n_finite = sum(counts[1:4])
    return Stats(
        size,
        *counts,
        nan=size - sum(counts),
        min=low if n_finite else math.nan,
        max=high if n_finite else math.nan,
        mean=total / n_finite if n_finite else math.nan,
        absmax=max(abs(low), abs(high)) if n_finite else 0.0,
        l2=math.hypot(
            math.sqrt(tiny) / scales.up,
            math.sqrt(ordinary),
            math.sqrt(huge) / scales.down,
        ),
    )


def stats_from_array(array: Any) -> Stats:
    """Return the statistics of an array of numbers, in double precision."""
    x = np.asarray(array)
    if x.dtype.kind == "c":
        x = np.abs(x)
    x = x.astype(np.float64).ravel()
    finite = x[np.isfinite(x)]
    absmax = float(np.max(np.abs(finite), initial=0.0))
    scaled = finite / absmax if absmax else finite
    return Stats(
        size=x.size,
        neg_inf=int(np.sum(x == -np.inf)),
        negative=int(np.sum(finite < 0)),
        zero=int(np.sum(finite == 0)),
        positive=int(np.sum(finite > 0)),
        pos_inf=int(np.sum(x == np.inf)),
        nan=int(np.sum(np.isnan(x))),
        min=float(finite.min()) if finite.size else math.nan,
        max=float(finite.max()) if finite.size else math.nan,
        mean=float(finite.mean()) if finite.size else math.nan,
        absmax=absmax,
        l2=float(np.linalg.norm(scaled)) * (absmax or 1.0),
    )


def repeated_stats(stats: Stats, times: int) -> Stats:
    """Return the statistics of an array whose every element is repeated."""
    if times == 1:
        return stats
    names = ("size", "neg_inf", "negative", "zero", "positive", "pos_inf", "nan")
    counts = {name: times * getattr(stats, name) for name in names}
    return dataclasses.replace(stats, **counts, l2=stats.l2 * math.sqrt(times))


def combine_stats(parts: list[Stats]) -> Stats:
    """Return the statistics of several arrays taken together."""
    counts = {
        name: sum(getattr(part, name) for part in parts)
        for name in ("size", "neg_inf", "negative", "zero", "positive", "pos_inf", "nan")
    }
    finite = [p for p in parts if p.negative + p.zero + p.positive]
    n_finite = [p.negative + p.zero + p.positive for p in finite]
    weighted = sum(p.mean * n for p, n in zip(finite, n_finite, strict=True))
    return Stats(
        **counts,
        min=min((p.min for p in finite), default=math.nan),
        max=max((p.max for p in finite), default=math.nan),
        mean=weighted / sum(n_finite) if n_finite else math.nan,
        absmax=max((p.absmax for p in finite), default=0.0),
        l2=functools.reduce(math.hypot, (p.l2 for p in finite), 0.0),
    )
