"""Statistics and stacked arrays, where some iterations do not run a node."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array, lax

import graphstep as gs
from graphstep.recording import Stats
from tests import programs


def _grown(x: Array) -> Array:
    return lax.while_loop(lambda v: v < 2.0, lambda v: v * 1.7, x)


def _ragged(xs: Array) -> Array:
    """Run a while 4, 2, 1 and 0 times."""
    return lax.map(_grown, xs)


def _branching(xs: Array) -> Array:
    return lax.map(lambda x: lax.cond(x > 1.0, jnp.sin, lambda x: x * 2.0, x), xs)


XS = jnp.array([0.3, 1.0, 1.9, 3.0])


def _stats(
    recording: gs.Recording, node: str, of: str = "primal", out: int = 0
) -> Stats:
    found = recording.stats(node, out, of)
    assert isinstance(found, Stats)
    return found


@pytest.mark.parametrize("budget", [None, 1])
def test_statistics_are_of_the_iterations_that_ran(budget: int | None) -> None:
    """Loops of 4, 2, 1 and 0 trips hold seven values, none of them zero."""
    recording = gs.record(_ragged, XS, budget=budget)

    for node in ("0/0/carry0", "0/0:body/0"):
        stats = _stats(recording, node)
        assert (stats.size, stats.zero) == (7, 0)
    assert _stats(recording, "0/0:cond/0").size == 11


@pytest.mark.parametrize("budget", [None, 1])
def test_statistics_are_of_the_iterations_that_took_a_branch(
    budget: int | None,
) -> None:
    """A branch taken in two iterations of four has two values, and two cotangents."""
    recording = gs.record(_branching, XS, budget=budget)

    for of in ("primal", "cotangent"):
        stats = _stats(recording, "0/2:1/0", of)
        assert (stats.size, stats.zero) == (2, 0)
    assert _stats(recording, "0/2:0/in0").max == 1.0


def test_a_small_part_of_a_summarised_value_is_there_in_full() -> None:
    """A summary keeps small arrays in full, also those split off a great one."""

    def fn(xs: Array) -> Array:
        return lax.map(lambda x: sum(jnp.split(jnp.sin(x), 4)), xs)

    xs = jnp.linspace(-1.0, 1.0, 3 * 96).reshape(3, 96)
    recording = gs.record(fn, xs, budget=1)

    for part, expected in enumerate(jnp.split(jnp.sin(xs), 4, axis=1)):
        found = recording.primal("0/1", part)
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        norm = float(np.linalg.norm(np.float64(found)))
        assert _stats(recording, "0/1", out=part).l2 == pytest.approx(norm)


@pytest.mark.parametrize("budget", [None, 1])
def test_zeros_stand_where_a_node_did_not_run(budget: int | None) -> None:
    """What a loop carries is stacked up to its own last iteration, and no farther."""
    recording = gs.record(_ragged, XS, budget=budget)

    carried = recording.primal("0/0/carry0")

    np.testing.assert_array_equal(np.count_nonzero(carried, axis=1), [4, 2, 1, 0])


@jax.custom_jvp
def _repeated(n: Any, x: Array, _: Any) -> Array:
    return lax.fori_loop(0, n, lambda _, v: jnp.sin(v), x)


@_repeated.defjvp
def _repeated_jvp(primals: Any, tangents: Any) -> tuple[Array, Array]:
    return _repeated(*primals), tangents[1]


def test_a_literal_into_a_custom_call_in_a_while_needs_no_record() -> None:
    """A summary has the statistics of what a rule's body is handed as a literal."""

    def fn(x: Array) -> Array:
        def step(c: Any) -> Any:
            return c[0] + 1, _repeated(3, c[1], True)

        return lax.while_loop(lambda c: c[0] < 2, step, (0, x))[1]

    recording = gs.record(fn, jnp.float32(0.3), budget=1)

    stats = _stats(recording, "0:body/1/in0")
    assert (stats.size, stats.min, stats.max) == (2, 3.0, 3.0)


_LOOPED = (
    "cond_in_cond",
    "cond_of_scan",
    "diffrax_ode",
    "fori_dynamic",
    "keys_through_scan",
    "scan_in_while",
    "scan_nested",
    "scan_of_custom_vjp",
    "scan_of_jit_and_cond",
    "shard_map_with_scan",
    "vmap_of_cond",
    "vmap_of_while",
    "while_in_scan",
    "while_in_while",
    "while_zero_trips",
)


@pytest.mark.parametrize("name", _LOOPED)
def test_a_summary_has_the_statistics_of_the_arrays(name: str) -> None:
    """Whether kept as arrays or not, a value has the same statistics."""
    program = programs.build(name)
    with program.context():
        trace = gs.trace(program.fn, *program.args, **program.kwargs, **program.options)
        full = trace.record(verify=False)
        summary = trace.record(verify=False, budget=1)
        graph = trace.graph
        pairs = [
            (full.stats(node, out, of), summary.stats(node, out, of))
            for node in graph.order
            for out in range(len(graph.node(node).avals))
            for of in ("primal", "cotangent")
        ]

    both = [
        (expected, actual)
        for expected, actual in pairs
        if isinstance(expected, Stats) and isinstance(actual, Stats)
    ]
    assert summary.mode == "summary"
    assert [actual.size for _, actual in both] == [
        expected.size for expected, _ in both
    ]
    for field in ("absmax", "l2"):
        np.testing.assert_allclose(
            [getattr(actual, field) for _, actual in both],
            [getattr(expected, field) for expected, _ in both],
            rtol=1e-4,
            atol=1e-5,
        )
