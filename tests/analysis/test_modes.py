"""What each way to differentiate a function costs, and which one to use."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.analysis import (
    MODES,
    Choice,
    Timing,
    advice,
    crossover,
    measure,
    measured,
    modes,
    predicted,
    trial,
)
from graphstep.analysis._cost import operations
from graphstep.analysis._modes import arguments, derived
from graphstep.errors import CancelledError, ModesError


def count(fn: Callable[..., Any], *args: Any) -> int:
    return operations(jax.make_jaxpr(fn)(*args).jaxpr).count


def flops(fn: Callable[..., Any], *args: Any) -> float:
    """Return what XLA counts in the program before it optimises it."""
    found: Any = jax.jit(fn).lower(*args).cost_analysis()
    return found["flops"] + found.get("transcendentals", 0)


def network(x: jax.Array, w: jax.Array) -> jax.Array:
    return jnp.tanh(w @ jnp.sin(w @ x))


X, W = jnp.linspace(-1.0, 1.0, 4), jnp.linspace(0.0, 1.0, 16).reshape(4, 4)


@pytest.mark.parametrize(
    "fn",
    [
        lambda x, w: w @ x,
        lambda x, w: jnp.tanh(w @ x) * x + 1.0,
        lambda x, w: jnp.sum(jnp.exp(w) - x) / 2.0,
        lambda x, w: jnp.einsum("ij,kj,k->i", w, w, x),
        jax.grad(lambda x, w: jnp.sum(jnp.sin(w @ x))),
    ],
)
def test_operations_are_those_that_xla_counts(fn: Callable[..., Any]) -> None:
    """Products, sums and elementwise functions count as they do for XLA."""
    expected = flops(fn, X, W)

    actual = count(fn, X, W)

    # A sum of n numbers takes n − 1 additions, which are counted as n here.
    assert expected <= actual <= expected + W.size + X.size


def test_a_scan_counts_every_trip() -> None:
    """A loop of known length costs so many times its body."""

    def looped(x: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, 7, lambda _, c: jnp.sin(c) * c, x)

    body = count(lambda x: jnp.sin(x) * x, X)

    # The loop counts its own trips too.
    assert count(looped, X) == 7 * (body + 1)


def test_what_is_not_known_is_said() -> None:
    """A loop of unknown length, and a primitive without a rule, make a count a least."""

    def fn(x: jax.Array) -> jax.Array:
        x = jax.lax.while_loop(lambda c: jnp.sum(c) < 9.0, lambda c: c * 2.0, x)
        return jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    found = operations(jax.make_jaxpr(fn)(X).jaxpr)

    assert found.loops
    assert found.unknown == ("pure_callback",)
    assert found.is_least


def at_w(x: jax.Array) -> jax.Array:
    return jnp.tanh(W @ x)


def _hessian(x: jax.Array, _v: jax.Array, _u: jax.Array) -> jax.Array:
    return jax.hessian(at_w)(x)


ORACLES: dict[str, Callable[..., Any]] = {
    "jvp": lambda x, v, u: (at_w(x), jax.jacobian(at_w)(x) @ v),
    "vjp": lambda x, v, u: (at_w(x), u @ jax.jacobian(at_w)(x)),
    "jacfwd": lambda x, v, u: jax.jacrev(at_w)(x),
    "jacrev": lambda x, v, u: jax.jacfwd(at_w)(x),
    "hvp": lambda x, v, u: jnp.einsum("i,ijk,k->j", u, _hessian(x, v, u), v),
}


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_modes_compute_what_they_are_called(mode: Any) -> None:
    """Each derived function returns what JAX's transformation of the function does."""
    found = modes(gs.trace(at_w, X).graph, names=())
    given = [
        [jnp.ones(shape.shape, shape.dtype) for shape in shapes]
        for shapes in arguments(found.function, mode)[1:]
    ]

    actual = jax.jit(derived(found.function, mode))([], [X], *given)

    ones = jnp.ones(4)
    expected = jax.jit(ORACLES.get(mode.name, _hessian))(X, ones, ones)
    for a, b in zip(jax.tree.leaves(actual), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_passes_are_counted_in_inputs_and_outputs() -> None:
    """Forward mode takes n passes, reverse mode m, nested ones their products."""
    n, m = 5, 3
    found = modes(
        gs.trace(lambda x, w: w @ x, jnp.ones(n), jnp.ones((m, n)), argnums=0).graph
    )

    passes = {each.mode.name: each.passes for each in found.estimates}

    assert (found.function.n, found.function.m) == (n, m)
    assert passes == {
        "jvp": 1,
        "vjp": 1,
        "hvp": 1,
        "jacfwd": n,
        "jacrev": m,
        "jacfwd(jacfwd)": n * n,
        "jacfwd(jacrev)": n * m,
        "jacrev(jacfwd)": n * (m * n),
        "jacrev(jacrev)": m * (m * n),
    }


def test_products_cost_a_few_evaluations() -> None:
    """A JVP and a VJP cost a few times what the function does, whatever its size.

    Griewank and Walther, Evaluating Derivatives, chapter 4: a small number that does
    not depend on n and m, and about ten for a product with a second derivative.
    """
    found = modes(gs.trace(network, X, W).graph)

    ratio = {
        each.mode.name: each.operations.count / found.value.operations.count
        for each in found.estimates
    }

    assert 1 < ratio["jvp"] <= 4
    assert 1 < ratio["vjp"] <= 4
    assert 1 < ratio["hvp"] <= 12


@pytest.mark.parametrize(
    ("n", "m", "name", "said"),
    [
        (1000, 1, "jacrev", "reverse mode (jax.grad or jax.jacrev), one pass instead"),
        (1000, 10, "jacrev", "reverse mode (jax.jacrev), 10 passes instead of 1000"),
        (10, 1000, "jacfwd", "forward mode (jax.jacfwd), 10 passes instead of 1000"),
        (1000, 1000, "jacfwd", "because it stores no residuals"),
    ],
)
def test_the_advice_follows_the_shape(n: int, m: int, name: str, said: str) -> None:
    """Few outputs want reverse mode, few inputs forward mode, and a tie is called one."""
    shapes = [jax.ShapeDtypeStruct(shape, jnp.float32) for shape in ((n,), (m, n))]
    found = modes(gs.trace(lambda x, w: jnp.sin(w @ x), *shapes, argnums=0).graph)

    choice = predicted(found)

    assert choice.name == name
    assert choice.is_tie == (n == m)
    assert said in advice(found)


def test_a_measurement_that_contradicts_is_told() -> None:
    """Where the clock disagrees with the prediction the advice says so."""
    found = modes(gs.trace(network, X, W, argnums=0).graph)
    timings = (Timing("jacfwd", 3.0, 9), Timing("jacrev", 1.0, 9))

    assert "Measured, jacrev was faster, 3 times." in advice(found, timings)


def test_what_jax_refuses_is_said_of_the_mode() -> None:
    """Reverse mode through a `while` loop has a reason in place of numbers."""

    def fn(x: jax.Array) -> jax.Array:
        return jax.lax.while_loop(lambda c: jnp.sum(c) < 9.0, lambda c: c * c + 1.0, x)

    found = modes(gs.trace(fn, X).graph)

    problems = {each.mode.name for each in found.estimates if each.problem}
    assert problems == {
        "vjp",
        "jacrev",
        "hvp",
        "jacfwd(jacrev)",
        "jacrev(jacfwd)",
        "jacrev(jacrev)",
    }
    assert "while_loop" in found.estimate("jacrev").problem
    assert found.passes is None
    assert "JAX cannot do jacrev" in advice(found)


@pytest.mark.parametrize(
    ("fn", "arg", "said"),
    [
        (lambda k: k * 2, jnp.arange(3), "no input that is differentiated of floats"),
        (lambda x: x > 0, jnp.ones(3), "no output of floats (there is: bool)"),
    ],
)
def test_functions_without_derivative_are_refused(
    fn: Callable[..., Any], arg: Any, said: str
) -> None:
    """Integers in, or only booleans out: there is nothing to choose a mode for."""
    graph = gs.trace(fn, arg).graph

    with pytest.raises(ModesError) as caught:
        modes(graph)

    assert said in str(caught.value)


def test_every_mode_is_timed() -> None:
    """Each mode that can be run is, and its median is of several runs."""
    trace = gs.trace(network, X, W, argnums=0)
    found = modes(trace.graph, names=("vjp", "jacfwd(jacrev)"))

    timings = measure(found, trace.program.in_leaves, seconds=120.0)

    assert [each.mode for each in timings] == ["f", "vjp", "jacfwd(jacrev)"]
    assert all(each.seconds and each.runs > 1 for each in timings)


def test_what_is_too_large_is_not_run() -> None:
    """A mode that needs more memory than is allowed says how much that would be."""
    trace = gs.trace(network, X, W, argnums=0)
    found = modes(trace.graph, names=("jacfwd",))

    (timing,) = measure(found, trace.program.in_leaves, budget=10, names=("jacfwd",))

    assert timing.seconds is None
    needed = found.estimate("jacfwd").peak / 1e6
    assert timing.skipped.startswith(f"too large: {needed:.3g} MB alive")


def test_what_would_take_too_long_is_not_run() -> None:
    """Where no time is left nothing but the function itself is run."""
    trace = gs.trace(network, X, W, argnums=0)
    found = modes(trace.graph, names=("jvp",))

    value, product = measure(found, trace.program.in_leaves, seconds=0.0)

    assert value.seconds
    assert "too slow" in product.skipped


def test_effects_are_not_repeated() -> None:
    """A program that prints is not run again and again to be timed."""

    def fn(x: jax.Array) -> jax.Array:
        jax.debug.print("{}", x)
        return jnp.sin(x)

    trace = gs.trace(fn, X)
    found = modes(trace.graph, names=("jvp",))

    timings = measure(found, trace.program.in_leaves)

    assert all("effects" in each.skipped for each in timings)


def test_measuring_can_be_cancelled() -> None:
    """Between two steps the caller may stop it."""
    trace = gs.trace(network, X, W, argnums=0)
    found = modes(trace.graph, names=("jvp",))

    with pytest.raises(CancelledError):
        measure(found, trace.program.in_leaves, progress=lambda _: False)


@pytest.mark.parametrize(("n", "m"), [(400, 1), (1, 400)])
def test_the_experiment_finds_the_predicted_winner(n: int, m: int) -> None:
    """Where one mode needs hundreds of passes and the other one, the clock agrees."""
    found = trial(n, m, seconds=120.0)

    assert found.predicted.name == ("jacrev" if m < n else "jacfwd")
    assert found.measured.agrees(found.predicted)
    assert measured(found.timings) == found.measured


def test_the_crossover_lies_between_two_maps() -> None:
    """Where the ratio passes 1 is found by logarithms; nowhere if it does not."""

    class At:
        def __init__(self, m: int) -> None:
            self.m = m

    trials: Any = [At(m) for m in (10, 100, 1000)]

    assert crossover(trials, lambda t: 1000.0 / t.m) == pytest.approx(1000.0)
    assert crossover(trials, lambda t: 50.0 / t.m) == pytest.approx(50.0)
    assert crossover(trials, lambda t: 5000.0 / t.m) is None


def test_choices_agree_if_both_are_ties() -> None:
    """A tie is the same answer whichever way the noise falls."""
    assert Choice("jacfwd", 1.1).agrees(Choice("jacfwd", 0.9))
    assert Choice("jacrev", 1.3).agrees(Choice("jacrev", math.inf))
    assert not Choice("jacrev", 1.3).agrees(Choice("jacfwd", 0.5))
