"""Examples of operations that move, sum and sort elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from graphstep.rules._examples import Example, Operand, real, whole

_X = real(3, 4)


def _of(fn: Callable[..., Any], *operands: Operand) -> Example:
    return Example(fn, operands or (_X,))


def _tied(*shape: int) -> Operand:
    return Operand(shape, made=np.round)


_PICTURE = real(5, 6)


def _pooled(how: str) -> tuple[Example, ...]:
    return (
        _of(lambda x: _window(how, x, (2, 3), (1, 2), "SAME"), _PICTURE),
        _of(lambda x: _window(how, x, (2, 2), (2, 1), ((1, 0), (0, 2))), _PICTURE),
    )


def _window(how: str, x: Any, size: Any, strides: Any, padding: Any) -> Any:
    start = {"add": 0.0, "max": -jnp.inf, "min": jnp.inf}[how]
    return lax.reduce_window(x, start, getattr(lax, how), size, strides, padding)


def _pool_transposed(s: Any, x: Any) -> Any:
    """Return what the transpose of max pooling gives."""
    return jax.vjp(lambda x: _window("max", x, (2, 2), (1, 2), "SAME"), x)[1](s)[0]


def _pool_moved(t: Any, x: Any) -> Any:
    """Return how max pooling moves along a tangent."""
    pool = lambda x: _window("max", x, (2, 2), (1, 2), "SAME")  # noqa: E731
    return jax.jvp(pool, (x,), (t,))[1]


def _running(fn: Callable[..., Any], low: float = -2.0) -> tuple[Example, ...]:
    return (
        _of(lambda x: fn(x, axis=0), real(3, 4, low=low)),
        _of(lambda x: fn(x, axis=1, reverse=True), real(3, 4, low=low)),
    )


def _scattered(how: str, **options: Any) -> tuple[Example, ...]:
    def fn(x: Any, i: Any, u: Any) -> Any:
        return getattr(x.at[i], how)(u, **options)

    return (
        _of(fn, _tied(5, 3), whole(4, high=5), _tied(4, 3)),
        _of(
            lambda x, i, u: getattr(x.at[:, i], how)(u, mode="clip", **options),
            _tied(3, 5),
            whole(2, high=5),
            _tied(3, 2),
        ),
    )


def _distinct(x: Any, u: Any) -> Any:
    return x.at[jnp.array([0, 3, 4])].multiply(u, unique_indices=True)


EXAMPLES_OF_ARRAYS: dict[str, tuple[Example, ...]] = {
    "argmax": (_of(lambda x: lax.argmax(x, 1, np.int32)),),
    "argmin": (_of(lambda x: lax.argmin(x, 0, np.int32)),),
    "broadcast_in_dim": (
        _of(lambda x: lax.broadcast_in_dim(x, (2, 3, 4), (1, 2))),
        _of(lambda x: lax.broadcast_in_dim(x, (3, 2, 4), (0, 2)), real(3, 1)),
        _of(lambda x: lax.broadcast_in_dim(x, (3,), ()), real()),
    ),
    "concatenate": (
        _of(lambda x, y: lax.concatenate([x, y], 1), _X, real(3, 2)),
        _of(lambda x, y, w: lax.concatenate([x, y, w], 0), *[real(2)] * 3),
    ),
    "cumlogsumexp": _running(lax.cumlogsumexp),
    "cummax": _running(lax.cummax),
    "cummin": _running(lax.cummin),
    "cumprod": _running(lax.cumprod, 0.5),
    "cumsum": _running(lax.cumsum),
    "dynamic_slice": (
        _of(
            lambda x, i, j: lax.dynamic_slice(x, (i, j), (2, 2)),
            _X,
            whole(high=5),
            whole(),
        ),
    ),
    "dynamic_update_slice": (
        _of(
            lambda x, u, i, j: lax.dynamic_update_slice(x, u, (i, j)),
            _X,
            real(2, 2),
            whole(high=5),
            whole(),
        ),
    ),
    "gather": (
        _of(lambda x, i: x[i], real(5, 3), whole(4, high=5)),
        _of(lambda x, i: x.at[:, i].get(mode="fill"), real(3, 5), whole(2, 2, high=8)),
        _of(lambda x, i: jnp.take_along_axis(x, i, 1), _X, whole(3, 2, high=4)),
    ),
    "pad": (
        _of(lambda x, p: lax.pad(x, p, ((1, 0, 0), (0, 2, 1))), _X, real()),
        _of(lambda x, p: lax.pad(x, p, ((-1, 0, 1), (2, -1, 0))), _X, real()),
    ),
    "reduce_max": (
        _of(lambda x: jnp.max(x, 1), _tied(3, 4)),
        _of(jnp.max, _tied(3, 4)),
    ),
    "reduce_min": (
        _of(lambda x: jnp.min(x, 0), _tied(3, 4)),
        _of(jnp.min, _tied(3, 4)),
    ),
    "reduce_prod": (
        _of(lambda x: jnp.prod(x, 1)),
        _of(lambda x: jnp.prod(x, (0, 2)), _tied(2, 3, 2)),
    ),
    "reduce_sum": (
        _of(lambda x: jnp.sum(x, 0)),
        _of(lambda x: jnp.sum(x, (0, 2)), real(2, 3, 2)),
    ),
    "reduce_window_max": _pooled("max"),
    "reduce_window_min": _pooled("min"),
    "reduce_window_sum": _pooled("add"),
    "reshape": (_of(lambda x: lax.reshape(x, (2, 6))),),
    "rev": (_of(lambda x: lax.rev(x, (1,))),),
    "scatter": _scattered("set"),
    "scatter-add": _scattered("add"),
    "scatter-max": _scattered("max"),
    "scatter-min": _scattered("min"),
    "scatter-mul": (_of(_distinct, real(5, 3), real(3, 3)),),
    "scatter-sub": _scattered("subtract"),
    "select_and_gather_add": (_of(_pool_moved, _PICTURE, _PICTURE),),
    "select_and_scatter_add": (_of(_pool_transposed, real(5, 3), _PICTURE),),
    "slice": (
        _of(lambda x: lax.slice(x, (1, 0), (3, 2))),
        _of(lambda x: lax.slice(x, (0, 1), (3, 4), (2, 2))),
    ),
    "sort": (
        _of(lambda x: lax.sort(x, dimension=0)),
        _of(lambda x, y: lax.sort((x, y), num_keys=1), _tied(3, 4), _X),
        _of(
            lambda x, y, w: lax.sort((x, y, w), dimension=0, num_keys=2),
            _tied(6, 2),
            _tied(6, 2),
            real(6, 2),
        ),
    ),
    "split": (_of(lambda x: lax.split(x, (1, 3), 1)),),
    "squeeze": (_of(lambda x: lax.squeeze(x, (1,)), real(3, 1, 4)),),
    "stack": (_of(lambda x, y: jnp.stack([x, y], 1), _X, _X),),
    "tile": (_of(lambda x: jnp.tile(x, (2, 3))),),
    "top_k": (_of(lambda x: lax.top_k(x, 2)),),
    "transpose": (
        _of(lambda x: lax.transpose(x, (1, 0))),
        _of(lambda x: lax.transpose(x, (2, 0, 1)), real(2, 3, 4)),
    ),
    "unstack": (_of(lambda x: jnp.unstack(x, axis=1)),),
}
