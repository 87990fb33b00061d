"""Long chains compile to programs as long as the chain, not as its square."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array

import graphstep as gs
from graphstep.recording._fences import find_fences
from graphstep.recording._plan import Planner


def _chain(n: int) -> Any:
    def fn(x: Array) -> Array:
        for _ in range(n):
            x = jnp.sin(x) * 1.5 + 0.1
        return x.sum()

    return fn


def _compiled_text(n: int) -> str:
    trace = gs.trace(_chain(n), jnp.linspace(0.0, 1.0, 7))
    trace.record()
    texts = [
        compiled.as_text() for compiled in trace.recorder.programs.compiled.values()
    ]
    return max(texts, key=len)


def test_a_program_grows_as_its_chain() -> None:
    """Without fences, one four times as long is more than eight times as large."""
    short, long = _compiled_text(10), _compiled_text(40)

    assert "inlineable" in long
    assert len(long) < 6 * len(short)


def test_numbers_are_those_of_jax_beyond_every_fence() -> None:
    """A fence is an identity, for what flows either way."""
    x = jnp.linspace(0.0, 1.0, 7)
    fn = _chain(60)
    recording = gs.record(fn, x)

    np.testing.assert_allclose(recording.outputs, fn(x), rtol=1e-6)
    np.testing.assert_allclose(
        recording.in_cotangents[0], jax.grad(fn)(x), rtol=2e-5, atol=1e-7
    )


@pytest.mark.parametrize(
    ("fn", "n_primals", "n_cotangents"),
    [
        (_chain(3), 0, 0),
        (lambda x: jax.lax.fori_loop(0, 50, lambda _, x: x * 1.5, x), 0, 0),
        (_chain(40), 4, 1),
    ],
)
def test_only_long_chains_are_fenced(
    fn: Any, n_primals: int, n_cotangents: int
) -> None:
    """What does not come near the limit is fused as ever."""
    planner = Planner(gs.trace(fn, jnp.ones(3)).graph)

    fences = find_fences(planner.origins, planner.recorded, planner.tapped)

    assert len(fences.primals) >= n_primals
    assert bool(fences.primals) == bool(n_primals)
    assert len(fences.cotangents) >= n_cotangents


@pytest.mark.parametrize("mode", ["tangents", "summary"])
def test_other_modes_are_fenced_too(mode: str) -> None:
    """Tangents follow the primals; statistics are made of what is fenced."""
    x = jnp.linspace(0.0, 1.0, 2000)
    fn = _chain(30)
    if mode == "tangents":
        recording = gs.record(fn, x, tangents=(jnp.ones_like(x),))
        _, expected = jax.jvp(fn, (x,), (jnp.ones_like(x),))
        node = recording.graph.outputs[0]
        np.testing.assert_allclose(recording.tangent(node), expected, rtol=1e-4)
    else:
        recording = gs.record(fn, x, budget=1)
        assert recording.mode == "summary"
        np.testing.assert_allclose(
            recording.in_cotangents[0], jax.grad(fn)(x), rtol=1e-4, atol=1e-6
        )


def test_every_value_of_a_summary_is_fenced() -> None:
    """Its statistics and its users read it where it is kept."""
    planner = Planner(gs.trace(_chain(3), jnp.ones(3)).graph)
    origins, records, taps = planner.origins, planner.summarised, planner.summary_taps

    fences = find_fences(origins, records, taps, is_summary=True)

    assert fences.primals == records
    assert fences.cotangents == {key for key in taps if key[1] >= 0}
