"""Letters are those of JAX's own printout."""

from __future__ import annotations

import re
from collections.abc import Callable

import jax
import jax.numpy as jnp
import pytest

from graphstep._jaxcompat import letters

X = jnp.linspace(0.5, 2.0, 4)


def chain(x: jax.Array) -> jax.Array:
    # More than 26 variables, so that letters come in pairs.
    for _ in range(20):
        x = jnp.sin(x) * 1.5
    return x


def half_used(x: jax.Array) -> jax.Array:
    # Several equations, so that each has a line of its own.
    return jnp.exp(jax.lax.top_k(jnp.sin(x * 2.0), 2)[0]) * 1.5 + 0.25


def captured(x: jax.Array) -> jax.Array:
    return x * jnp.asarray([1.0, 2.0, 3.0, 4.0]) + X


def nested(x: jax.Array) -> jax.Array:
    y = jax.jit(jnp.cos)(jnp.sin(x))
    return jax.lax.scan(lambda c, e: (c * e, c), 1.0, y)[1]


@pytest.mark.parametrize("fn", [chain, half_used, captured, nested])
def test_letters_are_those_of_the_printout(fn: Callable[..., jax.Array]) -> None:
    closed = jax.make_jaxpr(fn)(X)
    found = letters(closed)
    printed = re.findall(
        r"^ {4}((?:\w+:\S+ )*)= (?=\w)", str(closed), flags=re.MULTILINE
    )
    if fn is nested:
        # Equations of inner programs are printed further to the right.
        assert len(printed) == len(closed.eqns)
    for eqn, text in zip(closed.eqns, printed, strict=True):
        names = [word.partition(":")[0] for word in text.split()]
        assert names == [found.get(v, "_") for v in eqn.outvars]
    head = re.match(r"\{ lambda ([^;]*); ([^.]*)\.", str(closed))
    assert head is not None
    binders = [*closed.jaxpr.constvars, *closed.jaxpr.invars]
    words = [w.partition(":")[0] for part in head.groups() for w in part.split()]
    assert words == [found[v] for v in binders]
