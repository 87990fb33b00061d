"""Loops of unknown length, and branches: while, fori, cond, switch, map."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from tests.programs._registry import Array, Call, normal, program, uniform


@program("while_reverse")
def while_dynamic() -> Call:
    def fn(x: Array) -> Array:
        y = jnp.sin(x)
        z = lax.while_loop(lambda v: jnp.sum(v) < 10.0, lambda v: v * 1.5, x)
        return jnp.sum(z + y)

    return fn, uniform(3)


@program("while_reverse")
def while_zero_trips() -> Call:
    return lambda x: lax.while_loop(
        lambda v: v > 100.0, lambda v: v * 2.0, x
    ), jnp.float32(1.0)


@program()
def while_of_stopped_values() -> Call:
    def fn(x: Array) -> Array:
        n = lax.while_loop(
            lambda v: v < 10.0, lambda v: v + 3.0, lax.stop_gradient(x * x)
        )
        return jnp.sin(x) * n

    return fn, jnp.float32(0.5)


@program()
def while_over_integers() -> Call:
    def fn(x: Array, n: Array) -> Array:
        i, _ = lax.while_loop(
            lambda s: s[1] > 1, lambda s: (s[0] + 1, s[1] // 2), (jnp.int32(0), n)
        )
        return x * i

    return fn, jnp.float32(0.5), jnp.int32(37)


@program("while_reverse")
def while_with_constants() -> Call:
    def fn(x: Array, limit: Array, step: Array) -> Array:
        return lax.while_loop(lambda v: v < limit, lambda v: v + step * v, x)

    return fn, jnp.float32(0.5), jnp.float32(4.0), jnp.float32(0.7)


@program("while_reverse")
def while_newton() -> Call:
    def fn(a: Array) -> Array:
        def step(s: tuple) -> tuple:
            x, _ = s
            new = 0.5 * (x + a / x)
            return new, jnp.abs(new - x)

        return lax.while_loop(lambda s: s[1] > 1e-4, step, (a, a))[0]

    return fn, jnp.float32(2.0)


@program("while_reverse")
def while_in_scan() -> Call:
    def fn(x: Array, limits: Array) -> Array:
        def step(c: Array, limit: Array) -> tuple[Array, Array]:
            c = lax.while_loop(lambda v: v < limit, lambda v: v * 1.7, c)
            return c * 0.5, c

        return lax.scan(step, x, limits)[1].sum()

    return fn, jnp.float32(0.5), jnp.array([1.0, 0.1, 7.0])


@program("while_reverse")
def scan_in_while() -> Call:
    def fn(x: Array) -> Array:
        def body(v: Array) -> Array:
            return v + lax.scan(lambda c, x: (c + x, x * v), v, jnp.ones(2))[1].sum()

        return lax.while_loop(lambda v: v < 20.0, body, x)

    return fn, jnp.float32(0.5)


@program("while_reverse")
def while_in_while() -> Call:
    def fn(x: Array) -> Array:
        def body(v: Array) -> Array:
            return 1.0 + lax.while_loop(lambda u: u < v + 3.0, lambda u: u + 1.3, v)

        return lax.while_loop(lambda v: v < 12.0, body, x)

    return fn, jnp.float32(0.5)


@program("while_reverse")
def vmap_of_while() -> Call:
    def fn(x: Array) -> Array:
        return lax.while_loop(lambda v: v < 10.0, lambda v: v * 2.0 + 1.0, x)

    return jax.vmap(fn), jnp.array([0.5, 3.0, 20.0])


@program("smooth")
def fori_static() -> Call:
    return lambda x: lax.fori_loop(
        0, 4, lambda i, v: jnp.sin(v) * (i + 1), x
    ).sum(), normal(2)


@program("while_reverse")
def fori_dynamic() -> Call:
    return (
        lambda x, n: lax.fori_loop(0, n, lambda i, v: v + jnp.sin(v) * i, x),
        jnp.float32(0.5),
        jnp.int32(4),
    )


@program()
def fori_scatter() -> Call:
    def fn(x: Array) -> Array:
        return lax.fori_loop(0, 3, lambda i, v: v.at[i].mul(v[i + 1]), x).sum()

    return fn, normal(4)


@program("smooth")
def cond_differentiated() -> Call:
    def fn(x: Array, y: Array) -> Array:
        return lax.cond(
            x.sum() > 0, lambda x, y: jnp.sin(x) * y, lambda x, y: x + y**2, x, y
        ).sum()

    return fn, normal(3), normal(3, seed=1)


@program()
def cond_unused_operands() -> Call:
    def fn(x: Array, y: Array) -> Array:
        return lax.cond(y > 0, lambda x, y: x * 2.0, lambda x, y: y + 0.0 * x, x, y)

    return fn, jnp.float32(0.3), jnp.float32(0.7)


@program()
def cond_constant_branch() -> Call:
    def fn(x: Array, flag: Array) -> Array:
        return lax.cond(flag, lambda x: jnp.float32(3.0), jnp.sin, x) + x

    return fn, jnp.float32(0.3), jnp.array(True)


@program("smooth")
def switch_three() -> Call:
    branches = (jnp.sin, lambda x: x * x, lambda x: jax.jit(jnp.exp)(x) - 1.0)
    return lambda i, x: lax.switch(i, branches, x).sum(), jnp.int32(2), normal(3)


@program()
def switch_clamped_index() -> Call:
    branches = (jnp.sin, jnp.cos)
    return lambda i, x: lax.switch(i, branches, x), jnp.int32(9), normal(3)


@program("smooth")
def cond_in_cond() -> Call:
    def fn(x: Array) -> Array:
        def inner(x: Array) -> Array:
            return lax.cond(x > 2.0, jnp.cos, lambda x: jnp.sin(x) * x, x)

        return lax.cond(x > 0.0, inner, jnp.exp, x)

    return fn, jnp.float32(0.5)


@program()
def vmap_of_cond() -> Call:
    def fn(p: Array, x: Array) -> Array:
        return lax.cond(p, jnp.sin, jnp.cos, x)

    return jax.vmap(fn), jnp.array([True, False]), normal(2)


@program("smooth")
def cond_of_scan() -> Call:
    def fn(x: Array, xs: Array) -> Array:
        def loop(x: Array) -> Array:
            return lax.scan(lambda c, x: (jnp.sin(c) + x, None), x, xs)[0]

        return lax.cond(x < 1.0, loop, jnp.cos, x)

    return fn, jnp.float32(0.5), normal(3)


@program()
def lax_map() -> Call:
    return lambda xs: lax.map(lambda x: jnp.sin(x).sum(), xs), normal(3, 2)


@program()
def lax_map_batched() -> Call:
    return lambda xs: lax.map(lambda x: x * jnp.cos(x), xs, batch_size=2), normal(5)


@program("smooth")
def associative_scan() -> Call:
    return lambda xs: lax.associative_scan(jnp.multiply, xs).sum(), uniform(5)
