"""Both modes fill the Jacobian that JAX gives, and compile once."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array

import graphstep as gs
from graphstep.analysis import (
    LIMIT,
    Accumulated,
    accumulated,
    basis_seed,
    basis_tangents,
    jacobian,
)
from graphstep.errors import RecordingError

X = jnp.linspace(-1.0, 1.0, 3)
PARAMS = {"b": jnp.float32(0.5), "w": jnp.arange(12.0).reshape(3, 4) / 10}


def layer(x: Array, params: dict[str, Array], n: Array) -> Any:
    h = jnp.tanh(x @ params["w"] + params["b"]) * n[0]
    return {"count": jnp.arange(3), "h": h * jnp.sum(h), "last": h[-1]}


ARGS = (X, PARAMS, jnp.arange(1, 3))


def floats(x: Array, params: dict[str, Array]) -> list[Array]:
    found = layer(x, params, ARGS[2])
    return [found["h"], found["last"]]


@functools.cache
def of_jax(transform: Any) -> np.ndarray:
    """Return the Jacobian of all float outputs by all float inputs as a matrix."""
    rows = transform(floats, argnums=(0, 1))(X, PARAMS)
    blocks = [
        [np.reshape(np.asarray(leaf), (size, -1)) for leaf in jax.tree.leaves(row)]
        for row, size in zip(rows, (4, 1), strict=True)
    ]
    return np.block(blocks)


def test_columns_are_those_of_jacfwd_and_rows_those_of_jacrev() -> None:
    """Pytrees are laid out leaf after leaf; integers are neither rows nor columns."""
    trace = gs.trace(layer, *ARGS)

    by_columns, by_rows = trace.jacobian(), trace.jacobian(reverse=True)

    assert by_columns.shape == (5, 16)
    assert [str(c) for c in by_columns.columns[:5]] == [
        "x[0]",
        "x[1]",
        "x[2]",
        "params['b']",
        "params['w'][0,0]",
    ]
    np.testing.assert_allclose(by_columns.entries, of_jax(jax.jacfwd), rtol=2e-6)
    np.testing.assert_allclose(by_rows.entries, of_jax(jax.jacrev), rtol=2e-6)
    assert by_columns.filled.all()
    assert by_rows.filled.all()


def test_both_modes_are_compared_where_they_cross() -> None:
    """One column and one row have one entry in common."""
    trace = gs.trace(layer, *ARGS)
    program = trace.graph.trace
    found = accumulated(program)
    column, row = found.columns[3], found.rows[2]

    assert found.difference is None
    found = found.with_column(
        3, trace.record(tangents=basis_tangents(program, column), verify=False)
    )
    assert found.difference is None
    found = found.with_row(2, trace.record(seed=basis_seed(program, row), verify=False))

    expected = of_jax(jax.jacfwd)
    assert found.filled.sum() == 5 + 16 - 1
    np.testing.assert_allclose(found.entries[:, 3], expected[:, 3], rtol=2e-6)
    np.testing.assert_allclose(found.entries[2], expected[2], rtol=2e-6)
    assert found.difference is not None
    assert found.difference <= 1e-6
    assert (found.next_column(), found.next_row()) == (0, 0)


def test_a_wrong_pass_is_seen_in_the_difference() -> None:
    """What is compared is what the passes gave, not one of them twice."""
    trace = gs.trace(jnp.sin, X)
    program = trace.graph.trace
    found = accumulated(program)
    right = trace.record(tangents=(jnp.array([1.0, 0, 0]),), verify=False)
    doubled = trace.record(seed=jnp.array([2.0, 0, 0]), verify=False)

    found = found.with_column(0, right).with_row(0, doubled)

    assert found.difference == pytest.approx(float(jnp.cos(X[0])), rel=1e-6)


def test_passes_run_what_was_compiled_once() -> None:
    """Only the first pass of each mode lowers and compiles."""
    trace = gs.trace(lambda x: jnp.cos(x) * x[0], X)
    program = trace.graph.trace
    found = accumulated(program)
    stages: list[str] = []

    for column in found.columns:
        trace.record(
            tangents=basis_tangents(program, column),
            verify=False,
            progress=lambda stage, _: stages.append(stage) or True,
        )

    assert stages.count("run") == 3
    assert stages.count("compile") == 1


def test_of_large_arrays_some_elements_are_chosen_evenly() -> None:
    """The whole shape is known all the same."""
    found = accumulated(gs.trace(lambda x: x[:70] * 2.0, jnp.zeros(300)).program)

    assert found.shape == (70, 300)
    assert len(found.rows) == len(found.columns) == LIMIT
    assert found.columns[1].index == (300 // LIMIT,)
    assert len({c.index for c in found.columns}) == LIMIT


def test_an_output_that_depends_on_nothing_is_a_row_of_zeros() -> None:
    """So it is in JAX."""
    trace = gs.trace(lambda x: (x[0] * 3.0, jnp.float32(2.0)), X)

    for found in (jacobian(trace), jacobian(trace, reverse=True)):
        np.testing.assert_array_equal(found.entries, [[3, 0, 0], [0, 0, 0]])


def _printing(x: Array) -> Array:
    jax.debug.print("{}", x)
    return x


@pytest.mark.parametrize(
    ("fn", "x", "said"),
    [
        (jnp.argmax, X, "no output that can be differentiated"),
        (lambda x: x * 2.0, jnp.arange(3), "no argument that can be differentiated"),
        (lambda x: x * 1j, X, "`out` is complex"),
        (_printing, X, "does more than compute its outputs"),
    ],
)
def test_what_has_no_jacobian_says_so(fn: Any, x: Array, said: str) -> None:
    """Each in one line."""
    with pytest.raises(RecordingError, match=said) as caught:
        accumulated(gs.trace(fn, x).program)

    assert "\n" not in str(caught.value)


def test_without_reverse_mode_there_are_columns_only() -> None:
    """JAX goes forward through a while, and not back."""

    def fn(x: Array) -> Array:
        return jax.lax.while_loop(lambda s: s[0] < 9.0, lambda s: s * 2.0, x)

    trace = gs.trace(fn, jnp.array([1.0, 2.0]))

    found: Accumulated = jacobian(trace)

    np.testing.assert_array_equal(found.entries, np.eye(2) * 16.0)
    with pytest.raises(RecordingError, match="No cotangent flows back"):
        jacobian(trace, reverse=True)
