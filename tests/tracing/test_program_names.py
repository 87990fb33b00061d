"""Test that names reach into the nested jaxprs of a program."""

# A name that is returned at once is just what most of these functions are about.

from __future__ import annotations

import functools
import sys
from typing import Any

import jax
import jax.numpy as jnp

from graphstep.tracing._program_names import program_names
from tests.tracing.naming import (
    X,
    layer,
    named_sine,
)


def test_names_reach_into_nested_jaxprs() -> None:
    """Ids are the graph's; a call's results take the caller's names."""
    compiled = jax.jit(layer)

    def fn(x: Any, w: Any) -> Any:
        y = compiled(x, w)
        z = compiled(y, w)

        def body(carry: Any, _: Any) -> Any:
            new = jnp.sin(carry)
            return new, new

        last, _ = jax.lax.scan(body, z, None, length=2)
        return last

    found = program_names(jax.make_jaxpr(fn)(X, X).jaxpr)

    assert found == {
        "0": ("y",),
        "0/0": ("z",),
        "0/1": ("y",),
        "1": ("z",),
        "1/0": ("z",),
        "1/1": ("z",),
        "2": ("last", None),
        "2/0": ("new",),
    }


def test_call_that_returns_a_constant_or_its_argument_has_names() -> None:
    """A literal among a body's results has no equation to take a name."""

    @jax.jit
    def inner(x: Any) -> Any:
        return 1.0, x, jnp.sin(x)

    def fn(x: Any) -> Any:
        one, same, s = inner(x)
        return one + same + s

    found = program_names(jax.make_jaxpr(fn)(X).jaxpr)

    assert found["0/0"] == ("s",)


def test_names_in_bodies_of_gradients_are_those_of_the_forward_pass() -> None:
    """The body of a transposed scan or call has no names."""

    @jax.jit
    def inner(x: Any) -> Any:
        cube = x**3
        return cube * 2

    def fn(x: Any) -> Any:
        def body(carry: Any, _: Any) -> Any:
            new = jnp.sin(carry)
            return new, None

        last, _ = jax.lax.scan(body, inner(x), None, length=2)
        return last.sum()

    jaxpr = jax.make_jaxpr(jax.grad(fn))(X).jaxpr
    found = program_names(jaxpr)

    flat = [name for named in found.values() for name in named if name]
    assert sorted(flat) == ["cube", "last", "new"]


def test_deep_nesting_is_not_recursed_into() -> None:
    """Hundreds of levels of nested calls are walked without recursion."""
    fn = named_sine
    for _ in range(200):
        fn = jax.jit(functools.partial(_call, fn))

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        jaxpr = jax.make_jaxpr(fn)(1.0).jaxpr
    finally:
        sys.setrecursionlimit(limit)

    assert program_names(jaxpr)["0/" * 200 + "0"] == ("h",)


def _call(fn: Any, x: Any) -> Any:
    return fn(x)
