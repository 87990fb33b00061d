"""Elementwise mathematics and layers of neural networks, written by hand."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy import special

from tests.programs._registry import Array, Call, normal, program, uniform


@program("smooth")
def arithmetic() -> Call:
    return (
        lambda x, y: ((x + y) * x / (2.0 + y**2) - y).sum(),
        normal(3),
        normal(3, seed=1),
    )


@program("smooth")
def powers_and_roots() -> Call:
    return lambda x: (
        x**3 + x**0.5 + jnp.cbrt(x) + lax.rsqrt(x) + 2.0**x + x**x
    ).sum(), uniform(3)


@program("smooth")
def trigonometry() -> Call:
    def fn(x: Array) -> Array:
        return (jnp.sin(x) * jnp.cos(x) + jnp.tan(x) + jnp.arctan2(x, 2.0)).sum()

    return fn, uniform(3)


@program("smooth")
def inverse_trigonometry() -> Call:
    def fn(x: Array) -> Array:
        x = 0.5 * x
        return (jnp.arcsin(x) + jnp.arccos(x) * jnp.arctan(x)).sum()

    return fn, uniform(3)


@program("smooth")
def hyperbolic() -> Call:
    def fn(x: Array) -> Array:
        return (
            jnp.sinh(x)
            + jnp.cosh(x) * jnp.tanh(x)
            + jnp.arcsinh(x)
            + jnp.arctanh(x / 2)
        ).sum()

    return fn, uniform(3)


@program("smooth")
def exponentials() -> Call:
    return lambda x: (
        jnp.exp(x) + jnp.log(x) + jnp.expm1(x) * jnp.log1p(x) + jnp.exp2(x)
    ).sum(), uniform(3)


@program("smooth")
def error_functions() -> Call:
    return lambda x: (lax.erf(x) + lax.erfc(x) * lax.erf_inv(x / 2.0)).sum(), uniform(3)


@program("smooth")
def gamma_functions() -> Call:
    return lambda x: (lax.lgamma(x) + lax.digamma(x)).sum(), uniform(3)


@program("smooth")
def bessel_functions() -> Call:
    return lambda x: (lax.bessel_i0e(x) + lax.bessel_i1e(x)).sum(), uniform(3)


@program()
def incomplete_functions() -> Call:
    return (
        lambda a, x: special.gammainc(a, x) + special.betaln(a, x),
        uniform(2),
        uniform(2, seed=1),
    )


@program()
def entropy_functions() -> Call:
    return lambda p: special.entr(p) + special.xlogy(p, p) + special.logit(p / 2), (
        uniform(3)
    )


@program()
def piecewise_constant() -> Call:
    def fn(x: Array) -> Array:
        return jnp.sign(x) * x + jnp.floor(x) + jnp.round(x) + jnp.ceil(x) * x

    return fn, normal(4) * 3.0


@program()
def absolute_and_clip() -> Call:
    return lambda x: jnp.abs(x) + jnp.clip(x, -0.5, 0.5) + jnp.maximum(x, 0.1), normal(
        4
    )


@program()
def ties_in_maximum() -> Call:
    return lambda x: jnp.maximum(x, x) + jnp.max(jnp.stack([x, x])), normal(3)


@program()
def remainders() -> Call:
    return (
        lambda x, y: jnp.mod(x, y) + jnp.fmod(x, y) + x // y,
        normal(3) * 3.0,
        uniform(3),
    )


@program()
def nextafter_and_reduce_precision() -> Call:
    def fn(x: Array) -> Array:
        return lax.reduce_precision(x, 5, 10) * jnp.nextafter(lax.stop_gradient(x), 1.0)

    return fn, normal(3)


@program()
def stop_gradient_in_product() -> Call:
    def fn(x: Array, y: Array) -> Array:
        stopped = lax.stop_gradient(jnp.sin(x))
        return stopped * y + x

    return fn, normal(3), normal(3, seed=1)


@program()
def all_stopped() -> Call:
    return lambda x: lax.stop_gradient(x * 2.0) + 1.0, normal(3)


@program()
def straight_through() -> Call:
    def fn(x: Array) -> Array:
        return (x + lax.stop_gradient(jnp.round(x) - x)) ** 2

    return fn, normal(3)


@program("smooth")
def logsumexp() -> Call:
    return lambda x: jax.nn.logsumexp(x, axis=1).sum(), normal(2, 3)


@program("smooth")
def softmax_cross_entropy() -> Call:
    def fn(w: Array, x: Array) -> Array:
        return -(
            jax.nn.log_softmax(x @ w) * jax.nn.one_hot(jnp.array([0, 2]), 3)
        ).mean()

    return fn, normal(4, 3), normal(2, 4, seed=1)


@program("smooth")
def softmax_weighted() -> Call:
    return lambda x: jax.nn.softmax(x) @ jnp.arange(4.0), normal(4)


@program("smooth")
def gelu_and_silu() -> Call:
    return lambda x: (
        jax.nn.gelu(x) + jax.nn.gelu(x, approximate=False) + jax.nn.silu(x)
    ).sum(), normal(3)


@program()
def relu_family() -> Call:
    return (
        lambda x: (
            jax.nn.relu(x)
            + jax.nn.relu6(3.0 * x)
            + jax.nn.leaky_relu(x)
            + jax.nn.elu(x)
            + jax.nn.selu(x)
        ),
        normal(4),
    )


@program("smooth")
def sigmoid_family() -> Call:
    return lambda x: (
        jax.nn.sigmoid(x) + jax.nn.softplus(x) + jax.nn.log_sigmoid(x)
    ).sum(), normal(3)


@program("smooth")
def layer_norm() -> Call:
    def fn(x: Array, g: Array, b: Array) -> Array:
        mean = x.mean(-1, keepdims=True)
        var = jnp.var(x, -1, keepdims=True)
        return jnp.tanh((x - mean) * lax.rsqrt(var + 1e-3) * g + b).sum()

    return fn, normal(2, 4), normal(4, seed=1), normal(4, seed=2)


@program("smooth")
def attention() -> Call:
    def fn(q: Array, k: Array, v: Array) -> Array:
        scores = jnp.einsum("qhd,khd->hqk", q, k) / jnp.sqrt(2.0)
        mask = jnp.tril(jnp.ones((3, 3), bool))
        weights = jax.nn.softmax(jnp.where(mask, scores, -1e9), axis=-1)
        return jnp.sin(jnp.einsum("hqk,khd->qhd", weights, v)).sum()

    return fn, normal(3, 2, 2), normal(3, 2, 2, seed=1), normal(3, 2, 2, seed=2)


@program()
def dot_product_attention() -> Call:
    def fn(q: Array, k: Array, v: Array) -> Array:
        return jax.nn.dot_product_attention(q, k, v, is_causal=True).sum()

    return fn, *(normal(1, 3, 2, 4, seed=i) for i in range(3))


@program("smooth")
def mlp_loss() -> Call:
    def fn(params: dict, x: Array, y: Array) -> Array:
        for layer in params["layers"]:
            x = jnp.tanh(x @ layer["w"] + layer["b"])
        return jnp.mean((x - y) ** 2)

    layers = [
        {"w": normal(3, 4), "b": normal(4, seed=1)},
        {"w": normal(4, 2, seed=2), "b": normal(2, seed=3)},
    ]
    return fn, {"layers": layers}, normal(5, 3, seed=4), normal(5, 2, seed=5)


@program()
def max_pool_network() -> Call:
    def fn(k: Array, x: Array) -> Array:
        h = jax.nn.relu(lax.conv(x, k, (1, 1), "SAME"))
        h = lax.reduce_window(h, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        return h.mean()

    return fn, normal(2, 1, 3, 3), normal(1, 1, 4, 4, seed=1)


@program("smooth")
def lstm_cell() -> Call:
    def fn(w: Array, xs: Array) -> Array:
        def step(state: tuple, x: Array) -> tuple:
            h, c = state
            i, f, g, o = jnp.split(w @ jnp.concatenate([x, h]), 4)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), None

        (h, _), _ = lax.scan(step, (jnp.zeros(2), jnp.zeros(2)), xs)
        return h.sum()

    return fn, normal(8, 5) * 0.5, normal(3, 3, seed=1)


@program("smooth")
def long_elementwise_chain() -> Call:
    def fn(x: Array, y: Array) -> Array:
        for i in range(30):
            x = jnp.sin(x) * 1.25 + 0.1 * y
            y = y * x if i % 10 == 0 else y - x
        return (x * y).sum()

    return fn, normal(3), normal(3, seed=1)


@program("smooth")
def long_elementwise_chain_in_scan() -> Call:
    def fn(x: Array, ys: Array) -> Array:
        def step(x: Array, y: Array) -> tuple[Array, Array]:
            for _ in range(12):
                x = jnp.tanh(x + y) * 0.9
            return x, x * y

        x, products = lax.scan(step, x, ys)
        return (x + products).sum()

    return fn, normal(2), normal(3, 2, seed=1)


@program()
def gradient_of_sqrt_at_zero() -> Call:
    def fn(x: Array) -> Array:
        safe = jnp.where(x > 0, x, 1.0)
        return jnp.where(x > 0, jnp.sqrt(safe), 0.0).sum()

    return fn, jnp.array([0.0, 4.0])


@program("nonfinite")
def sqrt_where_nan() -> Call:
    return lambda x: jnp.where(x > 0, jnp.sqrt(x), 0.0).sum(), jnp.array(
        [0.0, -1.0, 4.0]
    )


@program("nonfinite")
def division_by_zero() -> Call:
    return lambda x, y: x / y, jnp.array([1.0, 0.0]), jnp.array([0.0, 0.0])


@program("smooth")
def huber_and_norm() -> Call:
    def fn(x: Array) -> Array:
        return jnp.sqrt(1.0 + x**2).sum() + jnp.linalg.norm(x)

    return fn, normal(3)


@program("smooth")
def shared_many_times() -> Call:
    def fn(x: Array) -> Array:
        y = jnp.sin(x)
        return (y * y * y + y / (1.0 + y * y) + jnp.dot(y, y)).sum()

    return fn, normal(3)
