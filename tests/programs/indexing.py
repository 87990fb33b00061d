"""Indexing, shapes, order: gather, scatter, slices, sort, pad, concatenate."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from tests.programs._registry import Array, Call, normal, program, uniform


@program()
def sort_values() -> Call:
    return lambda x: jnp.sort(x) * jnp.arange(5.0), normal(5)


@program()
def sort_by_key() -> Call:
    def fn(k: Array, v: Array) -> Array:
        keys, values = lax.sort((k, v), num_keys=1)
        return keys[0] + (values * jnp.arange(4.0)).sum()

    return fn, normal(4), normal(4, seed=1)


@program()
def argsort_take() -> Call:
    return lambda x, y: jnp.take(y, jnp.argsort(x))[:2], normal(4), normal(4, seed=1)


@program()
def top_k() -> Call:
    return lambda x: lax.top_k(x, 2), normal(2, 5)


@program()
def top_k_values_only() -> Call:
    return lambda x: lax.top_k(jnp.sin(x), 3)[0].sum(), normal(6)


@program()
def argmax_gather() -> Call:
    return lambda x: x[jnp.argmax(x)] * 2.0, normal(4)


@program()
def at_set() -> Call:
    return (
        lambda x, v: x.at[jnp.array([0, 2])].set(v).sum() + x[0],
        normal(4),
        normal(2, seed=1),
    )


@program()
def at_add_repeated() -> Call:
    return (
        lambda x, v: jnp.sin(x.at[jnp.array([1, 1, 3])].add(v)),
        normal(4),
        normal(3, seed=1),
    )


@program()
def at_mul() -> Call:
    return lambda x, v: x.at[1:3].mul(v), normal(4), normal(2, seed=1)


@program()
def at_min_max() -> Call:
    def fn(x: Array, v: Array) -> Array:
        return x.at[0].min(v[0]) + x.at[1].max(v[1])

    return fn, normal(3), normal(2, seed=1)


@program()
def at_apply() -> Call:
    def fn(x: Array, n: Array) -> Array:
        return x * n.at[jnp.array([0, 2])].apply(lambda i: i * i)

    return fn, normal(3), jnp.arange(3) + 2


@program()
def gather_rows() -> Call:
    return lambda x, i: x[i].sum(0), normal(4, 2), jnp.array([3, 0, 3])


@program()
def gather_fill_out_of_bounds() -> Call:
    return lambda x: x.at[jnp.array([0, 9])].get(mode="fill", fill_value=1.5), normal(3)


@program()
def take_along_axis() -> Call:
    def fn(x: Array, i: Array) -> Array:
        return jnp.take_along_axis(x, i, axis=1)

    return fn, normal(2, 3), jnp.array([[2, 0], [1, 1]])


@program()
def boolean_mask_where() -> Call:
    return lambda x: jnp.where(x > 0, x * 2.0, 0.0).sum() + x[::2].sum(), normal(5)


@program()
def embedding_lookup() -> Call:
    return (
        lambda table, i: jnp.tanh(table[i]).mean(),
        normal(5, 3),
        jnp.array([[0, 4], [4, 2]]),
    )


@program()
def dynamic_slice() -> Call:
    return lambda x, i: lax.dynamic_slice(x, (i, 1), (2, 2)), normal(4, 3), jnp.int32(1)


@program()
def dynamic_update_slice() -> Call:
    def fn(x: Array, v: Array, i: Array) -> Array:
        return jnp.sin(lax.dynamic_update_slice(x, v, (i,)))

    return fn, normal(5), normal(2, seed=1), jnp.int32(2)


@program()
def dynamic_index_in_dim() -> Call:
    def fn(x: Array, i: Array) -> Array:
        row = lax.dynamic_index_in_dim(x, i, 0, keepdims=False)
        return lax.dynamic_update_index_in_dim(x, row * 2.0, 0, 0)

    return fn, normal(3, 2), jnp.int32(-1)


@program()
def strided_slices() -> Call:
    return lambda x: lax.slice(x, (1, 0), (4, 3), (2, 1)) * x[:2], normal(5, 3)


@program()
def pad_modes() -> Call:
    def fn(x: Array) -> Array:
        return jnp.pad(x, 2, mode="reflect") * jnp.pad(x, 2, mode="edge")

    return fn, normal(4)


@program()
def pad_interior_and_negative() -> Call:
    return lambda x, v: lax.pad(x, v, [(2, -1, 1)]), normal(4), jnp.float32(0.5)


@program()
def concatenate_and_split() -> Call:
    def fn(x: Array, y: Array) -> list[Array]:
        return jnp.split(jnp.concatenate([x, y, x]) * 2.0, 3)

    return fn, normal(2), normal(2, seed=1)


@program("smooth")
def stack_and_unstack() -> Call:
    def fn(x: Array, y: Array) -> Array:
        a, b = jnp.unstack(jnp.stack([x, y, x + y], axis=1)[:, :2], axis=1)
        return (a * jnp.cos(b)).sum()

    return fn, normal(3), normal(3, seed=1)


@program()
def tile_and_repeat() -> Call:
    return lambda x: jnp.tile(x, 2) * jnp.repeat(x, 2), normal(3)


@program()
def roll_and_flip() -> Call:
    return lambda x: jnp.roll(x, 1) * jnp.flip(x), normal(4)


@program()
def reshape_transpose() -> Call:
    def fn(x: Array) -> Array:
        return jnp.transpose(x.reshape(3, 2, 2), (2, 0, 1)).ravel() * jnp.arange(12.0)

    return fn, normal(2, 6)


@program()
def squeeze_expand_broadcast() -> Call:
    def fn(x: Array, y: Array) -> Array:
        return jnp.squeeze(x, 0) + jnp.broadcast_to(y[:, None], (3, 2)).T

    return fn, normal(1, 2, 3), normal(3, seed=1)


@program("smooth")
def cumulative() -> Call:
    return lambda x: jnp.cumsum(x) @ jnp.cumprod(x), uniform(4)


@program()
def cumulative_extremes() -> Call:
    return lambda x: lax.cummax(x) + lax.cummin(x, reverse=True), normal(5)


@program("smooth")
def cumulative_logsumexp() -> Call:
    return lambda x: lax.cumlogsumexp(x).sum(), normal(4)


@program()
def diff_and_ediff() -> Call:
    return lambda x: jnp.diff(x, n=2) * jnp.ediff1d(x)[1:], normal(5)


@program()
def searchsorted() -> Call:
    return lambda a, x: a[jnp.searchsorted(a, x)] * x, jnp.arange(5.0), uniform(3)


@program()
def segment_sum() -> Call:
    def fn(x: Array) -> Array:
        return jax.ops.segment_sum(x, jnp.array([0, 1, 0, 2]), num_segments=3)

    return fn, normal(4, 2)


@program()
def one_hot_product() -> Call:
    return lambda i, w: jax.nn.one_hot(i, 3) @ w, jnp.array([0, 2]), normal(3, 2)


@program()
def diagonal_matrices() -> Call:
    return (
        lambda x: jnp.diag(x) @ jnp.tril(jnp.ones((3, 3))) + jnp.triu(jnp.outer(x, x)),
        normal(3),
    )


@program()
def reduce_window_max() -> Call:
    def fn(x: Array) -> Array:
        return lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID")

    return fn, normal(4, 4)


@program("smooth")
def reduce_window_average() -> Call:
    def fn(x: Array) -> Array:
        return (lax.reduce_window(x, 0.0, lax.add, (3,), (2,), "SAME") ** 2).sum()

    return fn, normal(7)


@program()
def reduce_custom() -> Call:
    def fn(x: Array) -> Array:
        smooth_or = lax.reduce(x, 1.0, lambda a, b: a * b, (0,))
        return jnp.sin(smooth_or).sum()

    return fn, uniform(3, 2)


@program()
def reductions() -> Call:
    def fn(x: Array) -> Array:
        return x.max(0) + x.min(0) + x.prod(0) + x.mean(0) + x.std(0) + jnp.ptp(x, 0)

    return fn, uniform(3, 2)


@program()
def median_and_quantile() -> Call:
    return lambda x: jnp.median(x) + jnp.quantile(x, 0.3), normal(5)


@program()
def meshgrid_distance() -> Call:
    def fn(x: Array, y: Array) -> Array:
        a, b = jnp.meshgrid(x, y)
        return jnp.hypot(a, b).sum()

    return fn, uniform(2), uniform(3, seed=1)


@program()
def select_and_switch_arrays() -> Call:
    def fn(i: Array, x: Array) -> Array:
        return lax.select_n(i, x, x * 2.0, x * x) + jnp.select(
            [x > 1.0, x > 0.0], [x, -x], 0.5
        )

    return fn, jnp.array([0, 2, 1]), normal(3)
