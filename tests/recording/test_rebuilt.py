"""What is not recorded but done again has the bits that the program computes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import hypothesis
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from jax import lax

import graphstep as gs
from graphstep.recording._forward_values import ALL
from graphstep.recording._values import Values
from tests import programs, strategies
from tests.bench.models import lstm, mlp
from tests.bench.transformer import transformer_model

X = jnp.linspace(-2.0, 2.0, 37)
W = jnp.cos(X) + 1.25

# Models, small, and animals of the zoo in which much is rebuilt.
_MODELS = {
    "lstm": lambda: lstm(steps=5, hidden=8, batch=3),
    "mlp": lambda: mlp((20, 16, 10), batch=7),
    # Neither width is a power of two, so that a mean is not exact.
    "transformer": lambda: transformer_model(2, width=24, length=7, batch=2, heads=2),
    "transformer, scanned": lambda: transformer_model(
        2, is_scanned=True, width=24, length=7, batch=2, heads=2
    ),
}
_ANIMALS = (
    "grad_of_grad",
    "keys_through_scan",
    "scan_nested",
    "scan_of_custom_vjp",
    "remat_policy_dots",
    "f64_linear_solve_in_scan",
)


def _everything(trace: gs.Trace) -> gs.Recording:
    """Record what could be rebuilt, too."""
    vars(trace.recorder.planner)["rebuilt"] = frozenset()
    return trace.record(verify=False)


def _is_same(mine: np.ndarray, theirs: np.ndarray) -> bool:
    if (mine.shape, mine.dtype) != (theirs.shape, theirs.dtype):
        return False
    if mine.dtype.kind != "f":
        return np.array_equal(mine, theirs)
    has_same_sign = np.isnan(mine) | (np.signbit(mine) == np.signbit(theirs))
    return bool(has_same_sign.all()) and np.array_equal(mine, theirs, equal_nan=True)


def _different(rec: gs.Recording) -> Iterator[str]:
    """Name the values that come out differently when they are rebuilt."""
    planner, columns = rec.planner, rec.planner.columns
    rebuilt = planner.origins.rebuilt & rec.plan.records
    less = dataclasses.replace(rec.plan, records=rec.plan.records - rebuilt)
    values = Values(planner, less, rec.run)
    for position, out in sorted(rebuilt):
        node = columns.ids[position]
        every = (ALL,) * len(planner.graph.loops(node))
        mine, theirs = (
            v.primal((position, out), every) for v in (values, rec.values)
        )  # fmt: skip
        if not _is_same(np.asarray(mine), np.asarray(theirs)):
            yield f"{node}: {rec.graph.node(node).primitive}"


def _n_rebuilt(rec: gs.Recording) -> int:
    return len(rec.planner.origins.rebuilt)


@pytest.mark.parametrize("name", _MODELS)
def test_models_are_rebuilt_bit_for_bit(name: str) -> None:
    """In models, every rebuilt value is that which the same program returns."""
    fn, args = _MODELS[name]()

    rec = _everything(gs.trace(fn, *args, argnums=0))

    assert _n_rebuilt(rec) > 5
    assert list(_different(rec)) == []


@pytest.mark.parametrize("name", _ANIMALS)
def test_the_zoo_is_rebuilt_bit_for_bit(name: str) -> None:
    """So it is where XLA regroups, splits operations up and nests loops."""
    program = programs.build(name)
    with program.context():
        made = gs.trace(program.fn, *program.args, **program.kwargs, **program.options)

        rec = _everything(made)

        assert list(_different(rec)) == []


@hypothesis.settings(max_examples=25)
@hypothesis.seed(0)
@given(strategies.programs(depth=2, size=4))
def test_random_programs_are_rebuilt_bit_for_bit(
    drawn: strategies.RandomProgram,
) -> None:
    """Whatever the program, what is rebuilt has the bits of what is recorded."""
    rec = _everything(gs.trace(drawn, *drawn.args))

    assert list(_different(rec)) == []


# What is rebuilt, and what is not -----------------------------------------------------


def _sum_of_products(x: jax.Array, w: jax.Array) -> jax.Array:
    return x * w + w * w


def _regrouped(x: jax.Array, w: jax.Array) -> jax.Array:
    return (x * 3.1) * 0.7 + 0 * w


def _added_zero(x: jax.Array, w: jax.Array) -> jax.Array:
    return (x + 0.0) * w


def _exponentials(x: jax.Array, w: jax.Array) -> jax.Array:
    return jnp.exp(x) * jnp.exp(w)


def _counter(x: jax.Array, w: jax.Array) -> jax.Array:
    return lax.fori_loop(0, 5, lambda i, c: (c + w).reshape(37), x)


def _branch(x: jax.Array, w: jax.Array) -> jax.Array:
    return lax.cond(x[0] > 0, lambda: x - w, lambda: w - x)


def _unrolled(x: jax.Array, w: jax.Array) -> jax.Array:
    return lax.scan(lambda c, _: (jnp.sin(c), c * w), x, length=4, unroll=2)[1]


@pytest.mark.parametrize(
    ("fn", "primitive", "is_rebuilt"),
    [
        (lambda x, w: x * w, "mul", [True]),
        (lambda x, w: x - jnp.tanh(w), "sub", [True]),
        (lambda x, w: jnp.where(x > w, x, -w), "select_n", [True]),
        (_sum_of_products, "add", [False]),
        (_sum_of_products, "mul", [True, True]),
        (_regrouped, "mul", [True, False, False]),
        (_added_zero, "add", [False]),
        (_exponentials, "mul", [False]),
        (_counter, "add", [False, False]),
        (_branch, "sub", [False, False]),
        (_unrolled, "mul", [False]),
        (lambda x, w: x.astype(jnp.bfloat16) * w.astype(jnp.bfloat16), "mul", [False]),
    ],
)
def test_only_what_cannot_come_out_otherwise_is_rebuilt(
    fn: Any, primitive: str, is_rebuilt: list[bool]
) -> None:
    """Sums that a product may fuse into, and what XLA regroups, are recorded."""
    rec = gs.record(fn, X, W)
    graph, rebuilt = rec.graph, rec.planner.rebuilt
    found = [n for n in graph.order if graph.node(n).primitive == primitive]

    assert [(graph.position(node), 0) in rebuilt for node in found] == is_rebuilt
    assert list(_different(_everything(gs.trace(fn, X, W)))) == []


def test_a_chain_is_not_rebuilt_all_the_way() -> None:
    """Looking at the end of a long chain takes no more than a few operations."""

    def fn(x: jax.Array) -> jax.Array:
        for _ in range(30):
            x = jnp.maximum(x - W, x)
        return x

    rec = gs.record(fn, X, argnums=())

    assert len(rec.plan.records) > 10
    assert len(rec.planner.rebuilt) > 30
    last = rec.graph.find("max")[-1]
    np.testing.assert_array_equal(rec.primal(last), rec.outputs)


def test_what_is_too_small_is_flushed_as_in_the_program() -> None:
    """Products and differences below the least normal number are what XLA makes of them."""
    x = jnp.asarray(np.array([1e-30, 3e-20, -2e-38, 1.5, 0.0, 1e-38], np.float32))
    w = jnp.asarray(np.array([1e-12, 1e-19, -1.9e-38, 1e-38, -1.0, 1.0], np.float32))

    def fn(x: jax.Array, w: jax.Array) -> tuple[jax.Array, jax.Array]:
        return x * w, x - w

    product, difference = jax.jit(fn)(x, w)
    rec = gs.record(fn, x, w)

    assert _n_rebuilt(rec) == 2
    for name, expected in (("mul", product), ("sub", difference)):
        (node,) = rec.graph.find(name)
        assert _is_same(rec.primal(node), np.asarray(expected))


@pytest.mark.parametrize("fn", [lax.max, lax.min])
def test_zeros_and_nans_are_those_of_the_program(fn: Any) -> None:
    """Of two zeros and beside a NaN, XLA's choice is made."""
    ends = np.array([0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf], np.float32)
    x, w = (jnp.asarray(a.ravel()) for a in np.meshgrid(ends, ends))

    rec = gs.record(fn, x, w)

    assert _n_rebuilt(rec) == 1
    (node,) = rec.graph.find("max|min")
    assert _is_same(rec.primal(node), np.asarray(jax.jit(fn)(x, w)))


def test_an_iteration_is_rebuilt_alone() -> None:
    """One iteration of a rebuilt value is a slice of all of them, also reversed."""

    def fn(x: jax.Array, w: jax.Array) -> jax.Array:
        def step(c: jax.Array, s: jax.Array) -> tuple[jax.Array, jax.Array]:
            return jnp.tanh(c), c.sum() * s

        return lax.scan(step, x, w, reverse=True)[1].sum()

    rec = gs.record(fn, X, W)
    node = next(n for n in rec.graph.find("mul"))
    stacked = rec.primal(node)

    assert (rec.graph.position(node), 0) in rec.planner.rebuilt
    for i in (0, 5, 36):
        np.testing.assert_array_equal(rec.primal(node, iteration=i), stacked[i])


def test_a_custom_rule_and_its_body_are_stored_once() -> None:
    """Where no derivative flows, what a call returns is its body's result."""
    relu = lambda x: jnp.sum(jax.nn.relu(jnp.sin(x)))  # noqa: E731
    planner = gs.trace(relu, X).recorder.planner
    (call,) = planner.graph.find("custom_jvp_call")
    key = (planner.graph.position(call), 0)

    assert key not in planner.plan("full", "none").records
    assert key in planner.plan("full", "reverse").records
    rec = gs.record(lambda x: jnp.argmax(jax.nn.relu(jnp.sin(x))), X)
    (call,) = rec.graph.find("custom_jvp_call")
    np.testing.assert_array_equal(rec.primal(call), jax.nn.relu(jnp.sin(X)))
