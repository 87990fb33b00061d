"""Statistics of arrays, whatever their type, size and layout."""

from __future__ import annotations

import dataclasses
import math
import tracemalloc
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstep.recording import Stats, stats_from_array
from graphstep.recording._stats import combine_stats

# More than are looked at together.
MANY = 40_001
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -2.5, 1e30, -1e-30)
GREATEST, LEAST = np.finfo(np.float64).max, 5e-324


def exact(array: Any) -> Stats:
    """Return the statistics, element by element, sums without rounding."""
    x = np.abs(array) if np.iscomplexobj(array) else array
    all_of = [float(v) for v in np.asarray(x).astype(np.float64).ravel()]
    finite = [v for v in all_of if math.isfinite(v)]
    absmax = max(map(abs, finite), default=0.0)
    scaled = math.fsum(v / (absmax or 1.0) for v in finite)
    return Stats(
        size=len(all_of),
        neg_inf=all_of.count(-math.inf),
        negative=sum(v < 0 for v in finite),
        zero=finite.count(0.0),
        positive=sum(v > 0 for v in finite),
        pos_inf=all_of.count(math.inf),
        nan=sum(map(math.isnan, all_of)),
        min=min(finite, default=math.nan),
        max=max(finite, default=math.nan),
        mean=scaled / len(finite) * absmax if finite else math.nan,
        absmax=absmax,
        l2=math.hypot(*finite),
    )


def assert_alike(found: Stats, wanted: Stats) -> None:
    """Compare: counts and extremes are exact, the rest is rounded."""
    sums = ("mean", "l2")
    for name, value in dataclasses.asdict(wanted).items():
        mine = getattr(found, name)
        if name in sums and math.isfinite(value):
            # A mean near zero is what is left of elements that cancel.
            slack = 1e-12 * (wanted.absmax if name == "mean" else value) + LEAST
            assert abs(mine - value) <= slack, (name, mine, value)
        else:
            assert mine == value or (math.isnan(mine) and math.isnan(value)), name


@pytest.mark.parametrize(
    "dtype",
    [
        "float64", "float32", "float16", "bfloat16", "complex64", "complex128", "bool",
        "int8", "int32", "int64", "uint32", "float8_e4m3fn", "int4",
    ],
)  # fmt: skip
def test_every_type(dtype: str) -> None:
    """Counts are exact, and means and norms as good as exact, in several pieces."""
    x = np.random.default_rng(0).standard_normal(MANY) * 3
    if dtype in ("float64", "float32", "float16", "bfloat16", "complex64"):
        x[5:40_001:4_000] = [*SPECIAL[:5], *SPECIAL[:5]]
    if dtype.startswith("uint"):
        x = np.abs(x)
    array = x.astype(jnp.dtype(dtype))
    if dtype.startswith("complex"):
        array = array * array.dtype.type(1 + 2j)

    assert_alike(stats_from_array(array), exact(array))


@pytest.mark.parametrize(
    "values",
    [
        [],
        [0.0],
        [-0.0, 0.0],
        [np.nan],
        [np.inf, -np.inf],
        [LEAST],
        [LEAST, -LEAST, 3 * LEAST],
        [1e-200, -1e-200, 2e-200],
        [1e200, 1e200, -1e200],
        [GREATEST] * 7,
        [GREATEST, -GREATEST, GREATEST],
        [GREATEST, LEAST],
        [1e300, 1e-300],
    ],
)
def test_nothing_overflows_or_vanishes(values: list[float]) -> None:
    """A plain sum of squares would be infinite, or zero."""
    array = np.array(values, np.float64)

    assert_alike(stats_from_array(array), exact(array))


@given(st.lists(st.floats(), max_size=12), st.lists(st.floats(), max_size=12))
def test_parts_are_taken_together(left: list[float], right: list[float]) -> None:
    """Statistics of two arrays give those of both."""
    parts = [stats_from_array(np.array(x, np.float64)) for x in (left, right)]

    assert_alike(combine_stats(parts), exact(np.array(left + right, np.float64)))


@pytest.mark.parametrize(
    "layout", ["transposed", "every other", "reversed", "broadcast", "scalar"]
)
def test_every_layout(layout: str) -> None:
    """Views are read where they are."""
    x = np.random.default_rng(1).standard_normal((150, 301)).astype(np.float32)
    array = {
        "transposed": x.T,
        "every other": x[::2, 1::3],
        "reversed": x[::-1, ::-1],
        "broadcast": np.broadcast_to(x[0], (200, 301)),
        "scalar": x[3, 4],
    }[layout]

    assert_alike(stats_from_array(array), exact(array))


@pytest.mark.parametrize("is_contiguous", [True, False])
def test_large_arrays_are_not_copied(*, is_contiguous: bool) -> None:
    """What is allocated does not grow with the array."""
    x = np.ones((2_000_000, 2), np.float32)
    array = x if is_contiguous else x[:, 0]
    tracemalloc.start()
    try:
        found = stats_from_array(array)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (found.positive, found.mean) == (array.size, 1.0)
    assert most < array.nbytes / 4
