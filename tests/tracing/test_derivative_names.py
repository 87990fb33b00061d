"""Test that derivatives do not take the names of forward values."""

# A name that is returned at once is just what most of these functions are about.
# ruff: noqa: RET504

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from graphstep.tracing._assignment import assigned_names
from tests.tracing.naming import (
    X,
    layer,
    named_sine,
    names,
    pairs,
    sin_and_cos,
)


def network(x: Any, w: Any) -> Any:
    h = layer(x, w)
    for _ in range(2):
        h = jnp.tanh(h) * h
    for _ in range(2):
        h = jnp.sin(h)
    s, c = sin_and_cos(h)
    first = s[0] * c[0]
    a, b = first
    loss = a * b
    return loss


NETWORK = ["z", "h", "h", "h", "h", "h", "s", "c", "first", "a", "b", "loss"]


@pytest.mark.parametrize(
    "transform",
    [
        lambda f: f,
        jax.grad,
        jax.value_and_grad,
        lambda f: functools.partial(jax.vjp, f),
        lambda f: lambda x, w: jax.jvp(f, (x, w), (x, w)),
        lambda f: lambda x, w: jax.linearize(f, x, w)[0],
    ],
)
def test_derivatives_do_not_steal_names(transform: Any) -> None:
    """Tangents, residuals and cotangents stay without names; primals keep theirs."""

    def primal(x: Any, w: Any) -> Any:
        result = transform(network)(x, w)
        return jax.tree.leaves(result, is_leaf=callable)[:1]

    found = pairs(primal, X, X)

    assert [name for _, name in found] == NETWORK
    assert [kind for kind, name in found if name == "h"] == [
        "tanh",
        "mul",
        "mul",
        "sin",
        "sin",
    ]


def test_gradient_is_not_named_after_the_forward_value() -> None:
    """In `g = jax.grad(f)(x)` the value of `f` is not `g`."""

    def square(x: Any) -> Any:
        return jnp.sum(x**2)

    def fn(x: Any) -> Any:
        g = jax.grad(square)(x)
        value, grad = jax.value_and_grad(square)(g)
        y, tangent = jax.jvp(square, (grad,), (x,))
        return value, y, tangent

    assert names(fn) == ["value", "y"]


def test_jacobian_is_named_where_it_is_finished() -> None:
    """Neither the function's value nor the basis it is pushed along takes the name."""

    def fn(x: Any) -> Any:
        j = jax.jacfwd(jnp.cumsum)(x)
        return j

    jaxpr = jax.make_jaxpr(fn)(X[0]).jaxpr

    assert [i for i, named in enumerate(assigned_names(jaxpr)) if any(named)] == [
        len(jaxpr.eqns) - 1
    ]


def test_custom_rule_returns_the_primal_first() -> None:
    """In a rule's `return primal, tangent` the primal is the caller's value."""

    @jax.custom_jvp
    def f(x: Any) -> Any:
        return jnp.sin(x) * 2

    @f.defjvp
    def _rule(primals: Any, tangents: Any) -> Any:
        return jnp.sin(primals[0]) * 2, tangents[0] * 3

    @jax.custom_vjp
    def g(x: Any) -> Any:
        return jnp.cos(x)

    def forward(x: Any) -> Any:
        return jnp.cos(x), jnp.sin(x)

    g.defvjp(forward, lambda residual, ct: (residual * ct,))

    def fn(x: Any) -> Any:
        a = f(x)
        b = g(a)
        return b.sum()

    assert pairs(jax.grad(fn)) == [("mul", "a"), ("cos", "b")]


def test_name_stack_around_a_jaxpr_marks_derivatives() -> None:
    """A body carries no name stack of its own: its caller's tells what it is."""
    jaxpr = jax.make_jaxpr(named_sine)(1.0).jaxpr

    assert assigned_names(jaxpr) == [("h",)]
    assert assigned_names(jaxpr, name_stack="jvp()") == [("h",)]
    assert assigned_names(jaxpr, name_stack="a/transpose(jvp(b))") == [(None,)]
    assert assigned_names(jaxpr, name_stack="my_transpose") == [("h",)]
