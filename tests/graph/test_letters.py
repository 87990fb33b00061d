"""Letters are those of JAX's own printout."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax._src import core as _core  # noqa: TID251 -- the printer, as the oracle.

from graphstep._jaxcompat import letters
from tests import programs

NESTED = ("scan_of_jit_and_cond", "remat_in_jit_in_remat", "scan_of_custom_vjp")
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


class _Context:
    """A last result that keeps what the printer named before it."""

    aval = _core.ShapedArray((), np.dtype(np.float32))

    def __init__(self) -> None:
        self.names: dict[Any, str] = {}

    def pretty_print(self, context: Any, **_: Any) -> str:
        self.names = dict(context.var_names)
        return "_"


class _Whole:
    """A jaxpr with one more result."""

    def __init__(self, jaxpr: Any, last: _Context) -> None:
        self.constvars, self.invars = jaxpr.constvars, jaxpr.invars
        self.eqns, self.outvars = jaxpr.eqns, [*jaxpr.outvars, last]
        self.effects = ()


@pytest.mark.parametrize("name", NESTED)
def test_nested_letters_are_those_of_the_whole_printout(name: str) -> None:
    """Those of dropped variables too, though not every equation is printed for them."""
    program = programs.build(name)
    closed = jax.make_jaxpr(jax.value_and_grad(program.fn))(*program.args)
    last = _Context()
    _core.pp_toplevel_jaxpr(_Whole(closed.jaxpr, last))

    found = letters(closed)

    assert found == last.names
    assert len(set(found.values())) > len(closed.eqns) // 2
