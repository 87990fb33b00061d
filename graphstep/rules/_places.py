"""Where the elements of a result come from: positions in the operand, in C order.

A position of −1 is outside of the operand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np


def taken(x: Any, places: Any, fill: Any = 0.0) -> Any:
    """Return the elements at places; `fill` for those outside."""
    flat = np.append(np.ravel(x), np.asarray(fill, np.asarray(x).dtype))
    return flat[places]


def put_add(y: Any, places: Any, shape: Sequence[int]) -> Any:
    """Return zeros to which each element was added at its place."""
    y = np.broadcast_to(y, places.shape)
    flat = np.zeros(math.prod(shape) + 1, y.dtype)
    np.add.at(flat, places, y)
    return flat[:-1].reshape(shape)


def updated(x: Any, places: Any, updates: Any, how: str) -> Any:
    """Return an array in which elements at places were changed by updates.

    Args:
        x: The array.
        places: Positions in it, one for each update.
        updates: What is combined with what is there.
        how: `set`, or a NumPy function of two numbers such as `add`.
    """
    dtype = np.result_type(x, updates)
    flat = np.append(np.ravel(x), 0).astype(dtype)
    updates = np.broadcast_to(updates, places.shape)
    if how == "set":
        flat[places] = updates
    else:
        getattr(np, how).at(flat, places, updates)
    return flat[:-1].reshape(np.shape(x))


def gathered_places(
    indices: Any, dims: Any, sizes: Sequence[int], shape: Sequence[int], clip: bool
) -> Any:
    """Return the positions that a gather takes, in the shape of its result.

    Args:
        indices: Start indices; the last axis runs over the components.
        dims: Dimension numbers, as `jax.lax.GatherDimensionNumbers`.
        sizes: Size of each slice.
        shape: Shape of the operand.
        clip: Whether a slice that would reach outside is moved inside.
    """
    indices = np.asarray(indices, np.int64)
    batch = indices.shape[:-1]
    starts = np.zeros((*batch, len(shape)), np.int64)
    for component, axis in enumerate(dims.start_index_map):
        starts[..., axis] = indices[..., component]
    for axis, of_indices in zip(
        dims.operand_batching_dims, dims.start_indices_batching_dims, strict=True
    ):
        ramp = [1] * len(batch)
        ramp[of_indices] = -1
        starts[..., axis] = np.arange(shape[axis]).reshape(ramp)
    room = np.asarray(shape, np.int64) - np.asarray(sizes, np.int64)
    if clip:
        starts = np.clip(starts, 0, room)
    inside = np.all((starts >= 0) & (starts <= room), -1)
    window = np.stack(
        np.meshgrid(*(np.arange(n) for n in sizes), indexing="ij"), -1
    ).reshape(*sizes, len(shape))
    within = starts[(..., *[None] * len(sizes), slice(None))] + window
    strides = [math.prod(shape[i + 1 :]) for i in range(len(shape))]
    flat = within @ np.asarray(strides, np.int64)
    flat = np.where(inside[(..., *[None] * len(sizes))], flat, -1)
    return _arranged(flat, len(batch), dims, sizes)


def _arranged(flat: Any, n_batch: int, dims: Any, sizes: Sequence[int]) -> Any:
    """Move the axes of the slices to where the result has them."""
    dropped = {*dims.collapsed_slice_dims, *dims.operand_batching_dims}
    index = (slice(None),) * n_batch + tuple(
        0 if axis in dropped else slice(None) for axis in range(len(sizes))
    )
    flat = flat[index]
    offsets = list(dims.offset_dims)
    return np.moveaxis(flat, range(n_batch, n_batch + len(offsets)), offsets)


def window_places(
    shape: Sequence[int],
    window: Sequence[int],
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    base_dilation: Sequence[int],
    window_dilation: Sequence[int],
) -> Any:
    """Return the positions in each window; the last axis runs over a window."""
    axes: list[Any] = []
    for n, w, s, (low, high), b, d in zip(
        shape, window, strides, padding, base_dilation, window_dilation, strict=True
    ):
        whole = (n - 1) * b + 1 if n else 0
        n_out = max(0, (whole + low + high - ((w - 1) * d + 1)) // s + 1)
        at = np.arange(n_out)[:, None] * s + np.arange(w)[None] * d - low
        is_there = (at >= 0) & (at < whole) & (at % b == 0)
        axes.append(np.where(is_there, at // b, -1))
    rank = len(shape)
    flat: Any = np.zeros((1,) * 2 * rank, np.int64)
    is_outside: Any = np.zeros((1,) * 2 * rank, bool)
    for axis, places in enumerate(axes):
        spread = [1] * 2 * rank
        spread[axis], spread[rank + axis] = places.shape
        places = places.reshape(spread)  # noqa: PLW2901 -- its place among all axes
        flat = flat * shape[axis] + places
        is_outside = is_outside | (places < 0)
    flat = np.where(is_outside, -1, flat)
    return flat.reshape(*flat.shape[:rank], -1)


def chosen_places(x: Any, places: Any, how: str) -> Any:
    """Return, for each window, the position of its largest or smallest element."""
    outside = -np.inf if how == "max" else np.inf
    values = taken(x, places, outside)
    at = getattr(np, f"arg{how}")(values, -1)
    return np.take_along_axis(places, at[..., None], -1)[..., 0]


def order_places(n_keys: int, axis: int, *operands: Any) -> Any:
    """Return where the elements of sorted arrays come from; ties keep their order."""
    keys = operands[:n_keys]
    order = np.lexsort(tuple(reversed(keys)), axis=axis)
    return along(order, axis, np.shape(keys[0]))


def largest_places(x: Any, k: int, axis: int) -> Any:
    """Return where the `k` largest elements are, largest first, along an axis."""
    order = np.argsort(-np.asarray(x), axis, kind="stable")
    first = np.take(order, np.arange(k), axis)
    return along(first, axis, np.shape(x))


def running_places(x: Any, axis: int, reverse: bool, how: str) -> Any:
    """Return where the largest or smallest element so far is, along an axis."""
    x = np.moveaxis(np.asarray(x), axis, 0)
    x = x[::-1] if reverse else x
    at = np.zeros(x.shape, np.int64)
    better = np.greater if how == "max" else np.less
    for i in range(1, len(x)):
        best = np.take_along_axis(x, at[i - 1 : i], 0)[0]
        at[i] = np.where(better(x[i], best), i, at[i - 1])
    if reverse:
        at = len(x) - 1 - at[::-1]
    at = np.moveaxis(at, 0, axis)
    return along(at, axis, at.shape)


def along(at: Any, axis: int, shape: Sequence[int]) -> Any:
    """Return positions of elements that are given by their index along one axis."""
    grid = list(np.indices(at.shape))
    grid[axis] = at
    return np.ravel_multi_index(tuple(grid), tuple(shape)) if at.size else at


def last_at_place(places: Any) -> Any:
    """Return 1 for each update that no later one overwrites, else 0."""
    flat = np.ravel(places)
    first_from_the_end = np.unique(flat[::-1], return_index=True)[1]
    is_last = np.zeros(flat.shape)
    is_last[flat.size - 1 - first_from_the_end] = 1.0
    return (is_last * (flat >= 0)).reshape(places.shape)
