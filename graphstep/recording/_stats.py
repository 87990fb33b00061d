"""Statistics of arrays: what they hold, in a few numbers."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

# Elements that are looked at together: as doubles, they stay in the cache.
_PIECE = 1 << 15
# Exponents of magnitudes whose squares, even of a whole piece, neither vanish nor
# overflow in double precision.
_TAME = 400
_LEAST_EXPONENT, _GREATEST_EXPONENT = -1022, 1023
_COUNTS = ("size", "neg_inf", "negative", "zero", "positive", "pos_inf", "nan")


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


def stats_from_array(array: Any) -> Stats:
    """Return the statistics of an array of numbers, in double precision.

    Takes little memory beside the array, whatever its layout and type.
    """
    x = np.asarray(array)
    flags = ("external_loop", "buffered", "zerosize_ok")
    pieces = np.nditer(x, flags, order="K", buffersize=_PIECE)
    # NumPy complains of comparisons with NaN in some types and not in others.
    with np.errstate(invalid="ignore", over="ignore"):
        return combine_stats([_stats_of_piece(piece) for piece in pieces])


def _stats_of_piece(piece: Any) -> Stats:
    magnitudes = np.abs(piece) if piece.dtype.kind == "c" else piece
    x = magnitudes.astype(np.float64)
    # Half of the memory to go through where that is enough to tell.
    plain = magnitudes if magnitudes.dtype == np.float32 else x
    size, nan, neg_inf, pos_inf = x.size, 0, 0, 0
    low, high = _ends(plain)
    if not (math.isfinite(low) and math.isfinite(high)):
        nan = int(np.count_nonzero(np.isnan(x)))
        neg_inf = int(np.count_nonzero(x == -np.inf))
        pos_inf = int(np.count_nonzero(x == np.inf))
        plain = x = x[np.isfinite(x)]
        low, high = _ends(x)
    negative = int(np.count_nonzero(plain < 0)) if low < 0 else 0
    zero = int(np.count_nonzero(plain == 0))
    absmax = max(abs(low), abs(high)) if x.size else 0.0
    exponent = _exponent(absmax)
    if abs(exponent) > _TAME:
        x = x * math.ldexp(1.0, -exponent)
    else:
        exponent = 0
    mean = math.nan
    if x.size:
        mean = within(unscaled(float(x.sum()) / x.size, exponent), low, high)
    # A scalar product would start threads, which wait for each other on a busy machine.
    squares = float(np.square(x, out=x).sum())
    return Stats(
        size=size,
        neg_inf=neg_inf,
        negative=negative,
        zero=zero,
        positive=x.size - negative - zero,
        pos_inf=pos_inf,
        nan=nan,
        min=low,
        max=high,
        mean=mean,
        absmax=absmax,
        l2=unscaled(math.sqrt(squares), exponent),
    )


def _ends(x: np.ndarray) -> tuple[float, float]:
    """Return the least and the greatest element; NaN if there is none."""
    return (float(x.min()), float(x.max())) if x.size else (math.nan, math.nan)


def _exponent(magnitude: float) -> int:
    """Return for which `n` `magnitude` is about 2ⁿ, such that 2⁻ⁿ can be written."""
    n = math.frexp(magnitude)[1]
    return min(max(n, -_GREATEST_EXPONENT), -_LEAST_EXPONENT)


def unscaled(x: float, exponent: int) -> float:
    """Return `x` · 2^`exponent`, which may be more than can be written."""
    try:
        return math.ldexp(x, exponent)
    except OverflowError:
        return math.inf


def within(mean: float, low: float, high: float) -> float:
    """Return a mean that rounding has not put beyond what it is the mean of."""
    return min(max(mean, low), high)


def repeated_stats(stats: Stats, times: int) -> Stats:
    """Return the statistics of an array whose every element is repeated."""
    if times == 1:
        return stats
    counts = {name: times * getattr(stats, name) for name in _COUNTS}
    return dataclasses.replace(stats, **counts, l2=stats.l2 * math.sqrt(times))


def combine_stats(parts: Sequence[Stats]) -> Stats:
    """Return the statistics of several arrays taken together."""
    if len(parts) == 1:
        return parts[0]
    counts = {name: sum(getattr(part, name) for part in parts) for name in _COUNTS}
    finite = [p for p in parts if p.negative + p.zero + p.positive]
    low = min((p.min for p in finite), default=math.nan)
    high = max((p.max for p in finite), default=math.nan)
    absmax = max((p.absmax for p in finite), default=0.0)
    return Stats(
        **counts,
        min=low,
        max=high,
        mean=_common_mean(finite, low, high) if finite else math.nan,
        absmax=absmax,
        l2=math.hypot(*(p.l2 for p in finite)),
    )


def _common_mean(parts: Sequence[Stats], low: float, high: float) -> float:
    """Return the mean of the finite elements of parts that each have some."""
    exponent = _exponent(max(abs(low), abs(high)))
    sizes = [p.negative + p.zero + p.positive for p in parts]
    scaled = [math.ldexp(p.mean, -exponent) for p in parts]
    total = math.fsum(x * n for x, n in zip(scaled, sizes, strict=True))
    return within(unscaled(total / sum(sizes), exponent), low, high)
