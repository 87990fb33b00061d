"""Test that equations are named after the variables the user assigned them to."""

# A name that is returned at once is just what most of these functions are about.
# ruff: noqa: RET504

from __future__ import annotations

from typing import Any

import equinox as eqx
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax

from tests.tracing.naming import (
    X,
    as_dict,
    layer,
    names,
    pairs,
    sin_and_cos,
)


def test_name_belongs_to_the_whole_value() -> None:
    """`h = jnp.tanh(x @ w)` names the `tanh`, and not the product in it."""

    def fn(x: Any, w: Any) -> Any:
        h = jnp.tanh(x @ w)
        return h + 1

    assert pairs(fn, X, X) == [("tanh", "h")]


def test_name_belongs_to_the_equation_that_makes_the_value() -> None:
    """A library function's earlier equations stay without the name."""

    def fn(x: Any) -> Any:
        first = x[0]
        m = jnp.mean(x)
        return first * m

    found = pairs(fn)

    assert [name for _, name in found] == ["first", "m"]
    assert dict((n, p) for p, n in found)["m"] == "div"  # noqa: C402


def test_value_that_nothing_uses_is_named() -> None:
    def fn(x: Any) -> Any:
        m = jnp.mean(x)
        del m
        return x

    assert pairs(fn) == [("div", "m")]


def test_helpers_result_is_named_by_its_caller() -> None:
    """What a helper returns without a name of its own gets its caller's."""

    def fn(x: Any, w: Any) -> Any:
        h = layer(x, w)
        y = layer(h, w)
        return y

    assert pairs(fn, X, X) == [
        ("dot_general", "z"),
        ("tanh", "h"),
        ("dot_general", "z"),
        ("tanh", "y"),
    ]


def test_helpers_own_name_comes_first() -> None:
    def inner(x: Any) -> Any:
        mine = jnp.sin(x)
        return mine

    def fn(x: Any) -> Any:
        theirs = inner(x)
        return theirs

    assert names(fn) == ["mine"]


def test_helpers_tuple_is_unpacked_by_its_caller() -> None:
    """`return a, b` and `s, c = f(x)` are matched element by element."""

    def fn(x: Any) -> Any:
        s, c = sin_and_cos(x)
        both = sin_and_cos(s + c)
        tree = as_dict(both[0])
        return tree, both

    assert names(fn) == [
        "s",
        "c",
        "both[0]",
        "both[1]",
        "tree['sin']",
        "tree['rest'][0]",
    ]


def test_each_iteration_of_a_loop_is_named() -> None:
    """A statement in a Python loop names one equation each time it runs."""

    def fn(x: Any, w: Any) -> Any:
        for _ in range(2):
            h = jnp.tanh(x @ w)
            x = x + h
        for _ in range(3):
            x = jnp.sin(x)
        for _ in range(2):
            x = layer(x, w)
        i = 0
        while i < 2:
            x = jnp.mean(x) * x
            i += 1
        return x

    assert pairs(fn, X, X) == [
        *[("tanh", "h"), ("add", "x")] * 2,
        *[("sin", "x")] * 3,
        *[("dot_general", "z"), ("tanh", "x")] * 2,
        *[("mul", "x")] * 2,
    ]


def test_library_loop_is_one_value() -> None:
    """The layers of a library's network have one result, also in the user's loop."""
    mlp = eqx.nn.MLP(2, 2, 2, 3, key=jax.random.key(0))

    def fn(x: Any) -> Any:
        y = mlp(x)
        return y * 2

    assert names(fn, X[0]) == ["y"]
    assert pairs(fn, X[0]) == [("add", "y")]


def test_flax_layers_are_named_by_the_module() -> None:
    class Net(nn.Module):
        @nn.compact
        def __call__(self, x: Any) -> Any:
            h = nn.Dense(3)(x)
            h = nn.relu(h)
            for _ in range(2):
                h = nn.LayerNorm()(h)
            return nn.Dense(1)(h)

    net = Net()
    params = net.init(jax.random.key(0), X)

    def loss(params: Any, x: Any) -> Any:
        logits = net.apply(params, x)
        error = optax.l2_loss(logits)
        return error.sum()

    assert names(loss, params, X) == ["h", "h", "h", "h", "logits", "error"]


def test_vmap_names_the_batched_value() -> None:
    """The result of a batched helper has the caller's name."""

    def fn(x: Any, w: Any) -> Any:
        h = jax.vmap(layer, in_axes=(0, None))(x, w)
        return h * 2

    assert names(fn, X, X)[-1] == "h"


def test_leaves_of_a_mapped_tree_are_not_named() -> None:
    """Which leaf an equation makes is not known, so none takes the tree's name."""

    def fn(x: Any) -> Any:
        tree = jax.tree.map(lambda leaf: leaf * 2, {"a": x, "b": x + 1})
        unused = jax.tree.map(lambda leaf: leaf * 3, tree)
        del unused
        for _ in range(2):
            tree = jax.tree.map(jnp.sin, tree)
        return tree

    assert names(fn) == []
    assert names(jax.vmap(fn)) == []
    assert names(lambda x: jax.jvp(fn, (x,), (x,))) == []


def test_outputs_of_one_equation_are_unpacked() -> None:
    def fn(x: Any) -> Any:
        a, b = jnp.split(x, 2)
        parts = jnp.split(x, 2)
        values, _ = jax.lax.top_k(a, 1)
        return a + b + parts[1] + parts[0] + values

    assert names(fn) == ["a", "b", "parts[0]", "parts[1]", "values"]


def test_results_of_loops_are_unpacked() -> None:
    """A scan's carry and ys, and the values of other loops, find their names."""

    def double(values: Any) -> Any:
        return jax.tree.map(lambda v: v * 2, values)

    def is_small(values: Any) -> Any:
        return values[0] < 3

    def fn(x: Any) -> Any:
        carry, ys = jax.lax.scan(lambda c, _: (c * 2, c), x, None, length=2)
        (a, b), zs = jax.lax.scan(lambda c, _: (double(c), c[0]), (x, x), None, 2)
        k = jax.lax.fori_loop(0, 3, lambda _, c: c * 2, x)
        n = jax.lax.fori_loop(0, jnp.int32(x.sum()), lambda _, c: c * 2, x)
        v, w = jax.lax.fori_loop(0, 3, lambda _, c: double(c), (x, k))
        i, q = jax.lax.while_loop(is_small, double, (1, x))
        state = jax.lax.while_loop(is_small, double, (1, x))
        whole = jax.lax.scan(lambda c, _: (c * 2, c), x, None, length=2)
        return carry, ys, a, b, zs, k, n, v, w, i, q, state, whole

    loops = [name for kind, name in pairs(fn) if kind in {"scan", "while"}]
    assert loops == [
        *["carry", "ys", "a", "b", "zs", "k", "n", "v", "w"],
        *["i", "q", "state[0]", "state[1]", "whole[0]", "whole[1]"],
    ]


def test_results_of_branches_are_named() -> None:
    def fn(x: Any) -> Any:
        y = jax.lax.cond(x.sum() > 0, jnp.sin, jnp.cos, x)
        return y

    assert pairs(fn) == [("cond", "y")]


def test_call_of_a_compiled_function_is_named() -> None:
    compiled = jax.jit(sin_and_cos)

    def fn(x: Any) -> Any:
        s, c = compiled(x)
        both = compiled(s * c)
        return both

    assert pairs(fn) == [
        ("jit", "s"),
        ("jit", "c"),
        ("jit", "both[0]"),
        ("jit", "both[1]"),
    ]


def test_twenty_thousand_equations_are_named() -> None:
    def fn(x: Any) -> Any:
        for _ in range(10_000):
            y = jnp.sin(x)
            x = x + y
        return x

    assert names(fn, 1.0) == ["y", "x"] * 10_000
