"""Calls: jit, custom derivative rules, remat, and functions given by equations."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax.ad_checkpoint import checkpoint_name

from tests.programs._registry import (
    Array,
    Call,
    normal,
    program,
    uniform,
    well_conditioned,
)


@program("smooth")
def jit_root() -> Call:
    return jax.jit(lambda x: jnp.sum(jnp.sin(x) * x)), normal(3)


@program("smooth")
def jit_nested() -> Call:
    inner = jax.jit(lambda x, y: jnp.tanh(x @ y))
    outer = jax.jit(lambda x, y: inner(x, y) + inner(x, y.T * 0.5))
    return lambda x, y: outer(x, y).sum(), normal(2, 2), normal(2, 2, seed=1)


@program("smooth")
def jit_shared_body() -> Call:
    layer = jax.jit(lambda x: jnp.sin(x) * 2.0)
    return lambda x: jnp.sum(layer(layer(x)) + layer(x)), normal(3)


@program()
def jit_donated() -> Call:
    step = jax.jit(lambda x, y: (x + y, x * y), donate_argnums=0)

    def fn(x: Array, y: Array) -> Array:
        total, product = step(x * 1.0, y)
        return jnp.sum(total * product)

    return jax.jit(fn), normal(3), normal(3, seed=1)


@program()
def jit_inline() -> Call:
    inline = jax.jit(lambda x: jnp.exp(-x), inline=True)
    return lambda x: inline(x) + inline(2.0 * x), normal(3)


@program()
def jit_static_argument() -> Call:
    power = jax.jit(lambda x, n: x**n, static_argnums=1)
    return lambda x: power(x, 2) + power(x, 3), normal(3)


@program(static_argnums=(1,))
def static_argument() -> Call:
    return lambda x, n: jnp.sum(x) * n, normal(3), 3


@program(static_argnums=(0, 2))
def static_strings() -> Call:
    def fn(how: str, x: Array, axis: int) -> Array:
        return getattr(jnp, how)(x, axis=axis)

    return fn, "mean", normal(2, 3), 1


@program()
def jit_forwards_its_input() -> Call:
    swap = jax.jit(lambda x, y: (y, x, x))

    def fn(x: Array, y: Array) -> tuple[Array, Array]:
        first, second, third = swap(x, y)
        return first * third, second

    return fn, normal(3), normal(3, seed=1)


@program()
def jit_unused_input() -> Call:
    ignore = jax.jit(lambda x, y: jnp.cos(x))
    return lambda x, y: ignore(x, y).sum(), normal(3), normal(3, seed=1)


@program()
def jit_literal_operand() -> Call:
    scale = jax.jit(lambda x, k: (x * k, k))

    def fn(x: Array) -> Array:
        y, k = scale(x, 3.0)
        return y + k

    return fn, normal(3)


@program("smooth")
def custom_jvp_scalar() -> Call:
    @jax.custom_jvp
    def softplus(x: Array) -> Array:
        return jnp.log1p(jnp.exp(x))

    softplus.defjvps(lambda t, _, x: t * jax.nn.sigmoid(x))
    return lambda x: softplus(x * 2.0).sum(), normal(3)


@program("rule_is_not_the_derivative")
def custom_jvp_wrong_on_purpose() -> Call:
    @jax.custom_jvp
    def f(x: Array, y: Array) -> Array:
        return jnp.sin(x) * y

    f.defjvp(lambda p, t: (f(*p), t[0] * 10.0 + t[1] * 100.0))
    return lambda x, y: f(x, y) * x, normal(3), normal(3, seed=1)


@program("smooth")
def custom_jvp_in_jit() -> Call:
    @jax.custom_jvp
    def f(x: Array) -> Array:
        return x**3

    f.defjvps(lambda t, _, x: 3.0 * x**2 * t)
    return lambda x: jax.jit(lambda y: f(y) + f(y + 1.0))(x).sum(), normal(2)


@program("rule_is_not_the_derivative")
def custom_vjp_clip_gradient() -> Call:
    @jax.custom_vjp
    def clip(x: Array) -> Array:
        return x

    clip.defvjp(lambda x: (x, None), lambda _, g: (jnp.clip(g, -0.1, 0.1),))
    return lambda x: jnp.sum(clip(x) ** 2), normal(4)


@program("rule_is_not_the_derivative")
def custom_vjp_nondiff_argnums() -> Call:
    @functools.partial(jax.custom_vjp, nondiff_argnums=(0, 2))
    def scaled(f: object, x: Array, scale: float) -> Array:
        return f(x) * scale  # type: ignore[operator]

    def forward(f: object, x: Array, scale: float) -> tuple[Array, Array]:
        return scaled(f, x, scale), x

    def backward(_: object, scale: float, x: Array, g: Array) -> tuple[Array]:
        return (g * scale * jnp.cos(x) * 0.5,)

    scaled.defvjp(forward, backward)
    return lambda x: scaled(jnp.sin, x, 3.0).sum(), normal(3)


@program("whole")
def custom_vjp_closed_over_tracer() -> Call:
    def fn(x: Array, y: Array) -> Array:
        stopped = jax.lax.stop_gradient(y)

        @jax.custom_vjp
        def shift(v: Array) -> Array:
            return v + stopped

        shift.defvjp(lambda v: (shift(v), None), lambda _, g: (2.0 * g,))
        return jnp.sum(shift(x * y))

    return fn, normal(3), normal(3, seed=1)


@program("whole")
def custom_vjp_closed_over_tracer_and_array() -> Call:
    table = np.arange(3.0, dtype=np.float32)

    def fn(x: Array, y: Array) -> Array:
        stopped = jax.lax.stop_gradient(y)

        @jax.custom_vjp
        def shift(v: Array) -> Array:
            return v + stopped

        shift.defvjp(lambda v: (shift(v), None), lambda _, g: (g * stopped + table,))
        return jnp.sum(shift(x * y))

    return fn, normal(3), normal(3, seed=1)


@program("whole")
def custom_jvp_closed_over_tracer_and_array() -> Call:
    table = np.arange(3.0, dtype=np.float32)

    def fn(x: Array, y: Array) -> Array:
        stopped = jax.lax.stop_gradient(y)

        @jax.custom_jvp
        def shift(v: Array) -> Array:
            return v + stopped

        shift.defjvps(lambda t, _, v: t * stopped * table)
        return jnp.sum(shift(x * y))

    return fn, normal(3), normal(3, seed=1)


@program()
def erfcx() -> Call:
    return jax.scipy.special.erfcx, uniform(3)


@program()
def custom_vjp_symbolic_zeros() -> Call:
    @jax.custom_vjp
    def product(x: Array, y: Array) -> tuple[Array, Array]:
        return x * y, x + y

    def forward(x: object, y: object) -> tuple[object, object]:
        return product(x.value, y.value), (x.value, y.value)  # type: ignore[attr-defined]

    def backward(residuals: tuple[Array, Array], gs: tuple[object, ...]) -> object:
        x, y = residuals
        g, h = gs
        if isinstance(h, jax.custom_derivatives.SymbolicZero):
            return g * y, g * x
        return g * y + h, g * x + h

    product.defvjp(forward, backward, symbolic_zeros=True)
    return lambda x: product(x, jnp.arange(3.0))[0].sum(), normal(3)


@program()
def custom_vjp_integer_operand() -> Call:
    @jax.custom_vjp
    def take(x: Array, i: Array) -> Array:
        return x[i]

    def backward(i: Array, g: Array) -> tuple[Array, None]:
        return jnp.zeros(4).at[i].add(g), None

    take.defvjp(lambda x, i: (x[i], i), backward)
    return lambda x, i: take(x, i).sum(), normal(4), jnp.array([0, 2, 2])


@program("smooth")
def remat_plain() -> Call:
    layer = jax.checkpoint(lambda x, w: jnp.tanh(x @ w))
    return lambda x, w: layer(layer(x, w), w).sum(), normal(2, 2), normal(2, 2, seed=1)


@program("smooth")
def remat_policy_dots() -> Call:
    policy = jax.checkpoint_policies.dots_with_no_batch_dims_saveable
    layer = jax.checkpoint(lambda x, w: jnp.sin(jnp.sin(x @ w)), policy=policy)
    return lambda x, w: layer(x, w).sum(), normal(2, 3), normal(3, 2, seed=1)


@program("smooth")
def remat_saved_names() -> Call:
    policy = jax.checkpoint_policies.save_only_these_names("hidden")

    @functools.partial(jax.checkpoint, policy=policy)
    def layer(x: Array) -> Array:
        return jnp.cos(checkpoint_name(jnp.sin(x), "hidden") ** 2)

    return lambda x: layer(x).sum(), normal(3)


@program()
def remat_in_jit_in_remat() -> Call:
    block = jax.checkpoint(jax.jit(jax.checkpoint(lambda x: jnp.sin(x) * x)))
    return lambda x: block(block(x)).sum(), normal(3)


@program()
def checkpoint_name_alone() -> Call:
    return lambda x: checkpoint_name(x * 2.0, "doubled") + x, normal(3)


@program("smooth")
def custom_linear_solve() -> Call:
    def fn(a: Array, b: Array) -> Array:
        return jax.lax.custom_linear_solve(
            lambda x: a @ x,
            b,
            lambda matvec, y: jnp.linalg.solve(jax.jacobian(matvec)(y), y),
            symmetric=True,
        ).sum()

    return fn, well_conditioned(3), normal(3)


@program()
def custom_root() -> Call:
    def fn(a: Array) -> Array:
        def newton(f: object, x: Array) -> Array:
            def step(_: int, x: Array) -> Array:
                return x - f(x) / (2.0 * x)  # type: ignore[operator]

            return jax.lax.fori_loop(0, 8, step, x)

        def tangent_solve(g: object, y: Array) -> Array:
            return y / g(jnp.ones_like(y))  # type: ignore[operator]

        return jax.lax.custom_root(
            lambda x: x**2 - a, jnp.float32(1.0), newton, tangent_solve
        )

    return fn, jnp.float32(3.0)


@program()
def closure_convert() -> Call:
    def fn(x: Array, scale: Array) -> Array:
        converted, consts = jax.closure_convert(lambda v: jnp.sin(v) * scale, x)
        return converted(x, *consts).sum()

    return fn, normal(3), jnp.float32(2.0)


@program()
def captured_arrays() -> Call:
    ours = np.linspace(0.0, 1.0, 6, dtype=np.float32).reshape(2, 3)
    theirs = normal(3)
    return lambda x: jnp.tanh(ours @ x + ours.sum()) * theirs[:2], normal(3)


@program()
def captured_array_in_jit() -> Call:
    weights = normal(3, 3, seed=5)
    layer = jax.jit(lambda x: jnp.sin(weights @ x))
    return lambda x: layer(layer(x)).sum(), normal(3)


@program()
def named_scopes() -> Call:
    def fn(x: Array) -> Array:
        with jax.named_scope("encoder"):
            x = jnp.sin(x)
            with jax.named_scope("attention"):
                x = x * 2.0
        y = jnp.cos(x)
        with jax.named_scope("encoder"):
            return x + y

    return fn, uniform(3)


@program()
def ten_calls_deep() -> Call:
    def fn(x: Array) -> Array:
        call = jnp.sin
        for _ in range(10):
            call = jax.jit(call)
        return call(x)

    return fn, normal(2)
