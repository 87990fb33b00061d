"""Side effects: prints, callbacks, checks, mutable references."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.experimental import checkify, io_callback

from tests.programs._registry import Array, Call, normal, program

EVENTS: list[tuple[str, float]] = []
"""What the callbacks below were called with; tests clear it first."""


def log(tag: str) -> object:
    """Return a callback that enters its number into `EVENTS`."""
    return lambda value: EVENTS.append((tag, float(np.sum(value))))


@program("effects")
def debug_print() -> Call:
    def fn(x: Array) -> Array:
        y = jnp.sin(x)
        jax.debug.print("sum={}", y.sum())
        return y * x

    return fn, normal(3)


@program("effects", "events")
def debug_callback() -> Call:
    def fn(x: Array) -> Array:
        y = jnp.sin(x)
        jax.debug.callback(log("debug"), y)
        return y * x

    return fn, normal(3)


@program("effects", "events")
def debug_callback_in_scan() -> Call:
    def fn(x: Array, xs: Array) -> Array:
        def step(c: Array, x: Array) -> tuple[Array, None]:
            jax.debug.callback(log("step"), c, ordered=True)
            return jnp.sin(c) * x, None

        return lax.scan(step, x, xs)[0]

    return fn, jnp.float32(0.5), normal(3)


@program("effects", "events")
def debug_callback_in_jit_and_cond() -> Call:
    def fn(x: Array) -> Array:
        def loud(x: Array) -> Array:
            jax.debug.callback(log("taken"), x)
            return x * 2.0

        def silent(x: Array) -> Array:
            jax.debug.callback(log("not taken"), x)
            return x * 3.0

        return jax.jit(lambda x: lax.cond(x > 0, loud, silent, x))(x)

    return fn, jnp.float32(0.5)


@program("effects", "events")
def debug_callback_in_while() -> Call:
    def fn(x: Array) -> Array:
        def body(v: Array) -> Array:
            jax.debug.callback(log("trip"), v)
            return v * 2.0

        n = lax.while_loop(lambda v: v < 5.0, body, lax.stop_gradient(x))
        return jnp.sin(x) * n

    return fn, jnp.float32(0.5)


@program("effects", "events")
def debug_callback_in_custom_jvp() -> Call:
    @jax.custom_jvp
    def f(x: Array) -> Array:
        jax.debug.callback(log("body"), x)
        return jnp.sin(x)

    f.defjvps(lambda t, _, x: t * jnp.cos(x))
    return lambda x: f(x) * 2.0, jnp.float32(0.5)


@program("effects", "events")
def debug_callback_in_remat() -> Call:
    @jax.checkpoint
    def f(x: Array) -> Array:
        jax.debug.callback(log("remat"), x)
        return jnp.sin(x)

    return lambda x: x + f(lax.stop_gradient(x)), jnp.float32(0.5)


@program()
def pure_callback() -> Call:
    def fn(x: Array) -> Array:
        shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
        host = jax.pure_callback(np.cos, shape, lax.stop_gradient(x))
        return host * x

    return fn, normal(3)


@program("effects", "events")
def io_callback_ordered() -> Call:
    def count(x: np.ndarray) -> np.ndarray:
        EVENTS.append(("io", float(x)))
        return np.float32(len(EVENTS) * 0 + 2.0)

    def fn(x: Array) -> Array:
        shape = jax.ShapeDtypeStruct((), jnp.float32)
        a = io_callback(count, shape, lax.stop_gradient(x), ordered=True)
        b = io_callback(count, shape, a + 1.0, ordered=True)
        return x * a + b

    return fn, jnp.float32(0.5)


@program("effects", "events")
def io_callback_in_scan() -> Call:
    def fn(x: Array) -> Array:
        def step(c: Array, i: Array) -> tuple[Array, None]:
            io_callback(log("scan"), None, i, ordered=True)
            return c * 0.5, None

        return lax.scan(step, x, jnp.arange(3))[0]

    return fn, jnp.float32(0.5)


@program("effects", "events")
def effects_only() -> Call:
    def fn(x: Array) -> None:
        jax.debug.callback(log("only"), x * 2.0)

    return fn, normal(2)


@program("effects", "events", "no_inputs")
def effects_only_without_inputs() -> Call:
    def fn() -> None:
        io_callback(log("alone"), None, jnp.arange(3).sum(), ordered=True)

    return (fn,)


@program()
def checkify_nan() -> Call:
    def fn(x: Array) -> Array:
        checkify.check(jnp.all(x > -100.0), "too small: {}", x.min())
        return jnp.log(jnp.abs(x)).sum()

    checked = checkify.checkify(fn, errors=checkify.user_checks)
    return lambda x: checked(x)[1], normal(3)


@program()
def checkify_errors_returned() -> Call:
    def fn(x: Array, i: Array) -> Array:
        return jnp.sin(x[i])

    # Tracing draws the error's code from a counter; jit keeps it to one trace.
    checked = jax.jit(checkify.checkify(fn, errors=checkify.index_checks))
    return checked, normal(3), jnp.int32(1)


@program("ref", "whole")
def mutable_reference() -> Call:
    def fn(x: Array) -> Array:
        ref = jax.new_ref(jnp.sin(x))
        ref[0] = x[1] * 2.0
        ref[...] *= 3.0
        return ref[...] + x

    return fn, normal(3)


@program("ref", "whole")
def mutable_reference_in_scan() -> Call:
    def fn(xs: Array) -> Array:
        ref = jax.new_ref(jnp.float32(0.0))

        def step(_: None, x: Array) -> tuple[None, Array]:
            ref[...] += jnp.sin(x)
            return None, ref[...]

        lax.scan(step, None, xs)
        return ref[...]

    return fn, normal(3)
