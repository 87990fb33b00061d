"""What is asked wrongly from Python gets an error that names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array, lax

import graphstep as gs
from graphstep.errors import (
    ArgumentError,
    GraphstepError,
    IterationError,
    NodeNotFoundError,
    RecordingError,
    RegionNotFoundError,
    SeedMismatchError,
    ShapeMismatchError,
    SteppingError,
)

# What is asked here is wrongly typed on purpose.
TRACE: Any = gs.trace
X = jnp.arange(1.0, 4.0)


def _product(x: Array, y: Array) -> Array:
    return x * y


def _power(x: Array, *, mode: str = "square") -> Array:
    return x**2 if mode == "square" else x


def _scanned(xs: Array) -> Array:
    return lax.scan(lambda c, x: (c * x, jnp.sin(c)), jnp.float32(1.0), xs)[0]


RECORDING: Any = gs.record(_scanned, X, verify=False)


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: TRACE(_product, X, X, argnums="x"), ArgumentError, "argnums"),
        (
            lambda: TRACE(_product, X, X, argnums=1.0),
            ArgumentError,
            "argnums is 1.0",
        ),
        (lambda: gs.trace(_product, X, 2, static_argnums=7), ArgumentError, "7"),
        (lambda: gs.trace(_power, X, static_argnames="mdoe"), ArgumentError, "`mdoe`"),
        (lambda: gs.record(_product, X, X, seed=(1,)), SeedMismatchError, "structure"),
        (lambda: gs.record(jnp.sum, X, seed=1j), SeedMismatchError, "seed cotangent"),
        (lambda: gs.trace(jnp.sin, 1.0).record(1j), ShapeMismatchError, "c64"),
        (lambda: gs.record(jnp.sum, X, budget=-1), RecordingError, "budget is -1"),
        (lambda: gs.record(jnp.sum, X, budget="1GB"), RecordingError, "budget"),
        (lambda: gs.record(jnp.sum, X, budget=float("nan")), RecordingError, "nan"),
        (lambda: RECORDING.primal("0", out="a"), RecordingError, "no output 'a'"),
        (lambda: RECORDING.primal("0/0", iteration="a"), IterationError, "'a'"),
        (lambda: RECORDING.primal("0/0", iteration=1.5), IterationError, "1.5"),
        (lambda: RECORDING.contribution(("in0", "0")), RecordingError, "triples"),
        (lambda: RECORDING.contribution(None), RecordingError, "triples"),
        (lambda: RECORDING.stats("0", of="norm"), RecordingError, "primal"),
        (lambda: RECORDING.cursor().seek("a"), SteppingError, "'a' is no step"),
        (lambda: RECORDING.why("nothing"), NodeNotFoundError, "no node `nothing`"),
        (lambda: RECORDING.why("0", out=7), RecordingError, "no output 7"),
        (
            lambda: gs.record(jnp.sin, X, tangents=(X,), verify=False).why("in0"),
            RecordingError,
            "tangents instead of cotangents",
        ),
        (
            lambda: gs.trace(jnp.argmax, X).jacobian(),
            RecordingError,
            "no output that can be differentiated",
        ),
        (lambda: RECORDING.to_dot(at=2.5), SteppingError, "2.5 is no step"),
        (lambda: RECORDING.graph.view(1.5), RegionNotFoundError, "1.5 opens nothing"),
    ],
)
def test_the_error_names_what_was_wrong(
    ask: Callable[[], Any], error: type[GraphstepError], words: str
) -> None:
    """A wrong argument gets an error of graphstep's own, which quotes it."""
    with pytest.raises(error, match=words) as caught:
        ask()

    assert "\n" not in str(caught.value)


def test_positions_may_be_integers_of_numpy() -> None:
    """Whatever Python takes as an index names an argument."""
    recording = gs.record(_product, X, X, argnums=np.int64(1))

    np.testing.assert_array_equal(recording.in_cotangents, X)


def test_an_argument_that_is_left_to_its_default_may_be_static() -> None:
    """A position that exists is not refused although no argument was given there."""
    trace = gs.trace(lambda x, n=2: x**n, X, static_argnums=1)

    assert trace.record(verify=False).outputs.shape == X.shape
