"""The models that are measured: plain JAX, parameters first, float32 or wider."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tests.bench.transformer import transformer_model

Kind = Literal["dense", "scan", "while"]
Build = Callable[[], tuple[Callable[..., Any], tuple[Any, ...]]]


@dataclasses.dataclass(frozen=True)
class Model:
    """A function to measure, with its arguments.

    Attributes:
        name: What `--only` calls it.
        kind: Which budgets apply; `scan` is one of tiny steps.
        build: Returns the function and its arguments, parameters first.
        rounds: Least number of interleaved rounds.
        has_gradient: Whether JAX can differentiate it in reverse.
        is_large: Whether it takes minutes to compile; `--quick` leaves it out.
    """

    name: str
    kind: Kind
    build: Build
    rounds: int = 9
    has_gradient: bool = True
    is_large: bool = False


def normals(*shapes: tuple[int, ...], scale: float | None = None) -> list[jax.Array]:
    """Return standard normals over the root of their fan-in, the same every time."""
    rng = np.random.default_rng(0)
    return [
        jnp.asarray(
            rng.standard_normal(shape) * (scale or 1 / max(shape[0], 1) ** 0.5),
            jnp.float32,
        )
        for shape in shapes
    ]


def cross_entropy(logits: jax.Array, labels: jax.Array) -> jax.Array:
    """Return the mean cross entropy of integer labels."""
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[..., None], -1)
    return -jnp.mean(chosen)


def _labels(*shape: int, below: int = 10) -> jax.Array:
    return jnp.asarray(np.random.default_rng(1).integers(0, below, shape))


def mlp(sizes: tuple[int, ...] = (784, 512, 512, 10), batch: int = 128) -> Any:
    """Return a classifier of two hidden layers and a batch for it."""
    shapes = list(itertools.pairwise(sizes))
    weights = normals(*shapes)
    params = [(w, jnp.zeros(w.shape[1])) for w in weights]
    (x,) = normals((batch, sizes[0]), scale=1.0)

    def loss(params: Any, x: jax.Array, labels: jax.Array) -> jax.Array:
        h = x
        for w, b in params[:-1]:
            h = jax.nn.relu(h @ w + b)
        w, b = params[-1]
        return cross_entropy(h @ w + b, labels)

    return loss, (params, x, _labels(batch, below=sizes[-1]))


def conv() -> Any:
    """Return a small convolutional net over 28 x 28 images, batch 32."""
    k1, k2, w1, w2 = normals((3, 3, 1, 32), (3, 3, 32, 64), (3136, 128), (128, 10))
    params = {"k1": k1, "k2": k2 / 4, "w1": w1, "w2": w2, "b": jnp.zeros(128)}
    (x,) = normals((32, 28, 28, 1), scale=1.0)

    def pool(h: jax.Array) -> jax.Array:
        return lax.reduce_window(
            h, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "SAME"
        )

    def convolve(h: jax.Array, kernel: jax.Array) -> jax.Array:
        names = ("NHWC", "HWIO", "NHWC")
        return lax.conv_general_dilated(
            h, kernel, (1, 1), "SAME", dimension_numbers=names
        )

    def loss(params: Any, x: jax.Array, labels: jax.Array) -> jax.Array:
        h = pool(jax.nn.relu(convolve(x, params["k1"])))
        h = pool(jax.nn.relu(convolve(h, params["k2"])))
        h = jax.nn.relu(h.reshape(h.shape[0], -1) @ params["w1"] + params["b"])
        return cross_entropy(h @ params["w2"], labels)

    return loss, (params, x, _labels(32))


def lstm(steps: int = 200, hidden: int = 128, batch: int = 32) -> Any:
    """Return an LSTM that scans a sequence."""
    wx, wh, wo = normals((hidden, 4 * hidden), (hidden, 4 * hidden), (hidden, 10))
    params = {"wx": wx, "wh": wh, "wo": wo, "b": jnp.zeros(4 * hidden)}
    (xs,) = normals((steps, batch, hidden), scale=1.0)

    def loss(params: Any, xs: jax.Array, labels: jax.Array) -> jax.Array:
        def step(carry: Any, x: jax.Array) -> Any:
            h, c = carry
            gates = x @ params["wx"] + h @ params["wh"] + params["b"]
            i, f, g, o = jnp.split(gates, 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), None

        zero = jnp.zeros((batch, hidden), xs.dtype)
        (h, _), _ = lax.scan(step, (zero, zero), xs)
        return cross_entropy(h @ params["wo"], labels)

    return loss, (params, xs, _labels(batch))


def runge_kutta() -> Any:
    """Return a neural ODE that a `while` integrates in 120 steps of RK4."""
    (w,) = normals((256, 256))
    (y,) = normals((64, 256), scale=1.0)

    def loss(w: jax.Array, y: jax.Array, end: jax.Array) -> jax.Array:
        dt = end / 120

        def step(state: Any) -> Any:
            t, y = state
            k1 = jnp.tanh(y @ w)
            k2 = jnp.tanh((y + dt / 2 * k1) @ w)
            k3 = jnp.tanh((y + dt / 2 * k2) @ w)
            k4 = jnp.tanh((y + dt * k3) @ w)
            return t + dt, y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

        zero = jnp.zeros((), y.dtype)
        _, y = lax.while_loop(lambda state: state[0] < end - dt / 2, step, (zero, y))
        return jnp.mean(jnp.square(y))

    return loss, (w, y, jnp.float32(3.0))


MODELS = {
    model.name: model
    for model in (
        Model("mlp", "dense", mlp),
        Model("conv", "dense", conv),
        Model("lstm", "scan", lstm),
        Model("while", "while", runge_kutta, has_gradient=False),
        Model("gpt2", "dense", lambda: transformer_model(2), rounds=7),
        Model("gpt12", "dense", lambda: transformer_model(12), 5, is_large=True),
        Model(
            "gpt12_scan",
            "dense",
            lambda: transformer_model(12, is_scanned=True),
            5,
            is_large=True,
        ),
    )
}
