"""Test that every kind of assignment gives its name."""

# A name that is returned at once is just what most of these functions are about.
# ruff: noqa: RET504

from __future__ import annotations

import functools
import types
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from tests.tracing.naming import (
    X,
    helper,
    layer,
    names,
)


def assign_annotated(x: Any) -> Any:
    h: jax.Array = jnp.sin(x)
    return h


def assign_augmented(x: Any) -> Any:
    x += X
    x @= X
    return x


def assign_chained(x: Any) -> Any:
    a = b = jnp.sin(x)
    return a + b


def assign_attribute(x: Any) -> Any:
    state = types.SimpleNamespace()
    state.hidden = jnp.sin(x)
    return state.hidden


def assign_item(x: Any) -> Any:
    p: dict[str, Any] = {}
    p["w"] = jnp.sin(x)
    return p


def assign_walrus(x: Any) -> Any:
    return (y := jnp.sin(x)) + y


def assign_walrus_in_assignment(x: Any) -> Any:
    z = (y := jnp.sin(x))
    return z + y


def assign_tuple(x: Any) -> Any:
    a, b = jnp.sin(x), jnp.cos(x)
    return a + b


def assign_nested_tuple(x: Any) -> Any:
    (a, [b, c]), d = (jnp.sin(x), (jnp.cos(x), jnp.tan(x))), jnp.exp(x)
    return a + b + c + d


def assign_literal(x: Any) -> Any:
    out = [jnp.sin(x), {"k": jnp.cos(x)}]
    return out[0] + out[1]["k"]


def assign_conditional(x: Any) -> Any:
    y = jnp.sin(x) if x.ndim else jnp.cos(x)
    return y


def assign_unpacked(x: Any) -> Any:
    a, b = x
    return a * b


def assign_starred(x: Any) -> Any:
    a, *rest = jnp.split(x, 2)
    return a * rest[0]


def assign_in_with(x: Any) -> Any:
    with jax.named_scope("block"):
        h = jnp.sin(x)
    return h


def assign_over_lines(x: Any) -> Any:
    y = (
        x.reshape(-1)
        .sum()
        .astype(jnp.int32)
    )  # fmt: skip
    return y


def assign_parenthesised(x: Any) -> Any:
    y = (x * 2)  # fmt: skip
    return y


def assign_comparison(x: Any) -> Any:
    mask = x > 0
    return mask


def assign_negated(x: Any) -> Any:
    n = -x
    return n


def assign_multiple_targets(x: Any) -> Any:
    pair = a, b = jnp.sin(x), jnp.cos(x)
    return pair[0] + a + b


@pytest.mark.parametrize(
    ("fn", "expected"),
    [
        (assign_annotated, ["h"]),
        (assign_augmented, ["x", "x"]),
        (assign_chained, ["a"]),
        (assign_attribute, ["state.hidden"]),
        (assign_item, ["p['w']"]),
        (assign_walrus, ["y"]),
        (assign_walrus_in_assignment, ["y"]),
        (assign_tuple, ["a", "b"]),
        (assign_nested_tuple, ["a", "b", "c", "d"]),
        (assign_literal, ["out[0]", "out[1]['k']"]),
        (assign_conditional, ["y"]),
        (assign_unpacked, ["a", "b"]),
        (assign_starred, ["a", "rest[0]"]),
        (assign_in_with, ["h"]),
        (assign_over_lines, ["y"]),
        (assign_parenthesised, ["y"]),
        (assign_comparison, ["mask"]),
        (assign_negated, ["n"]),
        (assign_multiple_targets, ["pair[0]", "pair[1]"]),
    ],
)
def test_every_kind_of_assignment_names(fn: Any, expected: list[str]) -> None:
    """Each way to bind a name in Python names the equation as it is spelled."""
    assert names(fn) == expected


@pytest.mark.parametrize(
    "fn",
    [
        helper,
        lambda x: jnp.sin(x) + 1,
        lambda x: [jnp.sin(row) for row in x],
        lambda x: jnp.where(x > 0, jnp.sin(x), x),
    ],
)
def test_values_that_are_not_assigned_have_no_name(fn: Any) -> None:
    assert names(fn) == []


def test_lambda_does_not_name_its_body() -> None:
    """`f = lambda x: …` names the function, `h = f(x)` the value."""
    f = lambda x: jnp.sin(x)  # noqa: E731, PLW0108

    def fn(x: Any) -> Any:
        h = f(x)
        return f(h)

    assert names(fn) == ["h"]


def test_comprehension_does_not_name_its_elements() -> None:
    """Which element of the list an equation makes is not known."""

    def fn(x: Any) -> Any:
        rows = [jnp.sin(row) for row in x]
        return rows

    assert names(fn) == []


def test_walrus_in_comprehension_names() -> None:
    def fn(x: Any) -> Any:
        return [(y := jnp.sin(row)) + y for row in x]

    assert names(fn) == ["y", "y"]


def test_private_attributes_are_named() -> None:
    class Cell:
        def __call__(self, x: Any) -> Any:
            self.__hidden = jnp.sin(x)
            __local = jnp.cos(self.__hidden)
            return __local

    assert names(Cell()) == ["self.__hidden", "__local"]


def test_decorated_functions_have_names() -> None:
    @functools.wraps(layer)
    def decorate(fn: Any) -> Any:
        return fn

    @decorate
    @decorate
    def fn(x: Any) -> Any:
        h = jnp.sin(x)
        return h

    assert names(fn) == ["h"]
