"""What is said of an array at a glance: counts, extremes, spread, its leading element."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from graphstep.recording import Absence, Stats
from graphstep.tui.array_cut import Cut, blocks, part_of

# Divisible by every number of blocks that a histogram is drawn with.
BINS = 60
# Elements that are held in double precision at a time; they stay in the cache.
_CHUNK = 1 << 15


@dataclasses.dataclass(frozen=True, slots=True)
class Spread:
    """How many finite elements lie where between the least and the greatest.

    Of complex arrays, the magnitudes are described.

    Attributes:
        low: The least.
        high: The greatest.
        counts: Elements in each of `BINS` bins of equal width.
    """

    low: float
    high: float
    counts: tuple[int, ...]

    def merged(self, n_bins: int) -> tuple[int, ...]:
        """Return the counts in fewer bins; `n_bins` divides `BINS`."""
        return tuple(int(n) for n in np.reshape(self.counts, (n_bins, -1)).sum(axis=1))


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """What is said of one array.

    Attributes:
        stats: Counts, extremes, mean and norm.
        spread: A histogram; `None` if only statistics were kept, or all are equal.
        leading: Index of the first NaN, or else of the element greatest in size;
            `None` if only statistics were kept or there are no elements.
    """

    stats: Stats
    spread: Spread | None = None
    leading: tuple[int, ...] | None = None


def look_at(stats: Stats, array: Any) -> Look:
    """Return what is said of an array of which the statistics are known.

    Args:
        stats: The statistics.
        array: The array; what is none (an `Absence`, random keys) has statistics alone.
    """
    if isinstance(array, Absence | jax.Array) or not stats.size:
        return Look(stats)
    x = np.asarray(array)
    return Look(stats, _spread(stats, x), _leading(x))


def reals(x: np.ndarray) -> np.ndarray:
    """Return real numbers in double precision, of complex ones the magnitudes."""
    if x.dtype.kind == "c":
        with np.errstate(all="ignore"):
            x = np.abs(x)
    return x.astype(np.float64)


def chunks(x: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield `(start, elements)` of an array in order, so many at a time."""
    start = 0
    for parts in blocks(Cut.whole(x.shape).parts, _CHUNK):
        elements = part_of(x, parts).reshape(-1)
        yield start, elements
        start += elements.size


def _spread(stats: Stats, x: np.ndarray) -> Spread | None:
    if not stats.min < stats.max:
        return None
    # A range such as -1.7e308 to 1.7e308 would overflow.
    scale = max(abs(stats.min), abs(stats.max))
    ends = stats.min / scale, stats.max / scale
    if not ends[0] < ends[1]:
        return None
    low, width = ends[0], ends[1] - ends[0]
    counts = np.zeros(BINS, np.int64)
    for _, elements in chunks(x):
        found = reals(elements)
        if not stats.is_finite:
            found = found[np.isfinite(found)]
        found /= scale
        found -= low
        found *= BINS / width
        bins = found.astype(np.intp)
        # The last bin holds what lies on its upper end too.
        counts += np.bincount(np.clip(bins, 0, BINS - 1, out=bins), minlength=BINS)
    return Spread(stats.min, stats.max, tuple(counts.tolist()))


def _leading(x: np.ndarray) -> tuple[int, ...]:
    best, place = -1.0, 0
    for start, elements in chunks(x):
        at, size = _greatest(elements)
        if np.isnan(size):
            place = start + at
            break
        if size > best:
            best, place = size, start + at
    return tuple(int(i) for i in np.unravel_index(place, x.shape)) if x.shape else ()


def _greatest(x: np.ndarray) -> tuple[int, float]:
    """Return where the first NaN, or else the element greatest in size is, and it."""
    if x.dtype.kind != "f":
        sizes = np.abs(reals(x))
        # `argmax` takes a NaN for the greatest of all.
        at = int(np.argmax(sizes))
        return at, float(sizes[at])
    # Both ends without a copy; either call finds the first NaN.
    high, low = int(np.argmax(x)), int(np.argmin(x))
    sizes = abs(float(x[high])), abs(float(x[low]))
    at = (
        min(high, low) if sizes[0] == sizes[1] else high if sizes[0] > sizes[1] else low
    )
    return at, max(sizes)
