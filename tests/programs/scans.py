"""Scans: nested, reversed, empty, long, with every shape of carry."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from tests.programs._registry import Array, Call, normal, program


@program("smooth")
def scan_rnn() -> Call:
    def fn(w: Array, h: Array, xs: Array) -> Array:
        def step(h: Array, x: Array) -> tuple[Array, Array]:
            h = jnp.tanh(w @ h + x)
            return h, h.sum()

        h, ys = lax.scan(step, h, xs)
        return h.sum() + (ys**2).sum()

    return fn, normal(2, 2), normal(2, seed=1), normal(4, 2, seed=2)


@program("smooth")
def scan_nested() -> Call:
    def fn(x: Array, rows: Array) -> Array:
        def outer(c: Array, row: Array) -> tuple[Array, Array]:
            c, ys = lax.scan(lambda a, b: (jnp.sin(a * b), a + b), c, row)
            return c * 0.5, ys.sum()

        c, ys = lax.scan(outer, x, rows)
        return c + ys.sum()

    return fn, jnp.float32(0.3), normal(2, 3)


@program("smooth")
def scan_reverse() -> Call:
    def fn(x: Array, xs: Array) -> Array:
        c, ys = lax.scan(lambda c, x: (c * 0.5 + x, c * x), x, xs, reverse=True)
        return c + jnp.dot(ys, jnp.arange(4.0))

    return fn, jnp.float32(0.5), normal(4)


@program()
def scan_unroll() -> Call:
    def fn(x: Array, xs: Array) -> Array:
        return lax.scan(lambda c, x: (jnp.cos(c) * x, None), x, xs, unroll=2)[0]

    return fn, jnp.float32(0.5), normal(5)


@program()
def scan_zero_length() -> Call:
    def fn(x: Array, xs: Array) -> tuple[Array, Array]:
        c, ys = lax.scan(lambda c, x: (c * x, jnp.sin(c) + x), x, xs)
        return c, ys.sum()

    return fn, jnp.float32(0.5), jnp.zeros((0,))


@program()
def scan_no_carry() -> Call:
    def fn(k: Array, xs: Array) -> Array:
        return lax.scan(lambda _, x: (None, jnp.sin(x) * k), None, xs)[1]

    return fn, jnp.float32(2.0), normal(3, 2)


@program()
def scan_no_xs() -> Call:
    def fn(x: Array) -> Array:
        return lax.scan(lambda c, _: (jnp.sin(c), c), x, None, length=3)[1].sum()

    return fn, normal(2)


@program()
def scan_length_65() -> Call:
    def fn(x: Array) -> Array:
        c, ys = lax.scan(lambda c, _: (jnp.sin(c) * 1.1, c), x, None, length=65)
        return c + ys.sum()

    return fn, jnp.float32(0.7)


@program("slow")
def scan_length_10000() -> Call:
    def fn(x: Array, a: Array) -> Array:
        return lax.scan(lambda c, _: (jnp.sin(c) + a, None), x, None, length=10_000)[0]

    return fn, jnp.float32(0.7), jnp.float32(0.4)


@program("smooth")
def scan_int_carry() -> Call:
    def fn(x: Array, xs: Array) -> Array:
        def step(carry: tuple, x: Array) -> tuple:
            i, c = carry
            return (i + 1, c * 0.9 + x * i.astype(x.dtype)), (i, c)

        (n, c), (_, cs) = lax.scan(step, (0, x), xs)
        return c * n + cs.sum()

    return fn, jnp.float32(0.3), normal(3)


@program()
def scan_forwards_values() -> Call:
    def fn(k: Array, x: Array, xs: Array) -> tuple:
        def step(carry: tuple, x: Array) -> tuple:
            a, b = carry
            return (b, a), (x, k, a)

        return lax.scan(step, (x, x * 2.0), xs)

    return fn, jnp.float32(3.0), jnp.float32(0.3), normal(3)


@program()
def scan_carry_active_late() -> Call:
    def fn(xs: Array) -> Array:
        def step(carry: tuple, x: Array) -> tuple:
            a, b = carry
            return (b * 2.0, jnp.sin(x)), a

        (a, b), ys = lax.scan(step, (jnp.float32(1.0), jnp.float32(2.0)), xs)
        return a * b + ys.sum()

    return fn, normal(3)


@program()
def scan_unused_results() -> Call:
    def fn(x: Array, xs: Array) -> Array:
        _, (ys, _) = lax.scan(lambda c, x: (c * x, (c + x, c - x)), x, xs)
        return ys[-1]

    return fn, jnp.float32(0.5), normal(3)


@program("smooth")
def scan_of_jit_and_cond() -> Call:
    def fn(x: Array, xs: Array) -> Array:
        def step(c: Array, x: Array) -> tuple[Array, Array]:
            y = jax.jit(jnp.sin)(c)
            c = lax.cond(x > 0, lambda c: c * 2.0, lambda c: c * y, c)
            return c, y

        c, ys = lax.scan(step, x, xs)
        return c + ys.sum()

    return fn, jnp.float32(0.4), normal(4)


@program()
def scan_of_custom_vjp() -> Call:
    @jax.custom_vjp
    def f(x: Array) -> Array:
        return jnp.sin(x)

    f.defvjp(lambda x: (jnp.sin(x), x), lambda x, g: (g * jnp.cos(x) * 0.5,))

    def fn(x: Array, xs: Array) -> Array:
        return lax.scan(lambda c, x: (f(c) + x, f(x)), x, xs)[0]

    return fn, jnp.float32(0.4), normal(3)


@program()
def scan_of_remat() -> Call:
    @jax.checkpoint
    def step(c: Array, x: Array) -> tuple[Array, None]:
        return jnp.sin(c * x), None

    return lambda x, xs: lax.scan(step, x, xs)[0], jnp.float32(0.4), normal(3)


@program()
def vmap_of_scan() -> Call:
    def fn(c: Array, xs: Array) -> Array:
        return lax.scan(lambda c, x: (jnp.sin(c) * x, c), c, xs)[0]

    return jax.vmap(fn, in_axes=(0, 1)), normal(2), normal(3, 2)


@program("smooth")
def grad_of_scan() -> Call:
    def fn(x: Array, xs: Array) -> Array:
        return lax.scan(lambda c, x: (jnp.sin(c) * x, None), x, xs)[0]

    return jax.grad(fn), jnp.float32(0.4), normal(3)
