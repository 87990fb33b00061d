"""What a recording is made of: modes, seeds, tangents, stages and what is not there."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.errors import (
    CancelledError,
    IterationError,
    RecordingError,
    SeedMismatchError,
    ShapeMismatchError,
)
from graphstep.recording import Absence
from graphstep.recording._verify import compare

X = np.linspace(-1.0, 1.0, 2000, dtype=np.float32)
W = np.linspace(0.5, 1.5, 2000, dtype=np.float32)
FIELDS = ("size", "negative", "zero", "positive", "nan", "min", "max", "absmax", "l2")


def wide(x: jax.Array, w: jax.Array) -> jax.Array:
    h = jnp.tanh(x * w)
    return jnp.sum(h * h + jnp.exp(h)[:, None] * jnp.ones((1, 3)).sum())


def recurrent(x: jax.Array, w: jax.Array) -> jax.Array:
    def step(c: jax.Array, t: jax.Array) -> tuple[jax.Array, jax.Array]:
        c = jnp.sin(c * w) + t
        return c, c * 2.0

    c, ys = jax.lax.scan(step, x, jnp.arange(4.0))
    return c.sum() + ys.sum()


def growing(x: jax.Array) -> jax.Array:
    out = jax.lax.while_loop(
        lambda s: s[0].sum() < 100.0, lambda s: (s[0] * 1.5, s[1] + 1), (x, 0)
    )
    return out[0].sum() + (x * x).sum()


def every_output(rec: gs.Recording) -> list[tuple[str, int]]:
    graph = rec.graph
    return [(n, out) for n in graph.order for out in range(len(graph.node(n).avals))]


@pytest.mark.parametrize("fn", [wide, recurrent])
def test_a_summary_has_the_statistics_of_the_arrays(fn: Any) -> None:
    """Statistics computed by the program are those of the arrays of a full recording."""
    full = gs.record(fn, X, W, verify=False)

    summary = gs.record(fn, X, W, verify=False, budget=0)

    assert summary.mode == "summary"
    compared = 0
    for node, out in every_output(full):
        for of in ("primal", "cotangent"):
            expected, actual = full.stats(node, out, of), summary.stats(node, out, of)
            if isinstance(expected, Absence) or isinstance(actual, Absence):
                continue
            compared += 1
            for name in FIELDS:
                np.testing.assert_allclose(
                    getattr(actual, name), getattr(expected, name), rtol=1e-4, atol=1e-6
                )
    assert compared > len(full.graph.order)


def test_what_a_summary_did_not_capture_is_said_and_zoomed_in_on() -> None:
    """An array that a summary does not hold is there after zooming in on its node."""
    full = gs.record(wide, X, W, verify=False)
    (tanh,) = full.graph.find("tanh")
    summary = gs.record(wide, X, W, verify=False, budget=0)
    before = summary.primal(tanh), summary.cotangent(tanh)

    summary.zoom(tanh)

    assert [b.kind for b in before] == ["not_captured"] * 2
    np.testing.assert_array_equal(summary.primal(tanh), full.primal(tanh))
    np.testing.assert_allclose(summary.cotangent(tanh), full.cotangent(tanh), rtol=1e-6)


@pytest.mark.parametrize("fn", [wide, recurrent])
def test_tangents_are_those_of_jax_jvp(fn: Any) -> None:
    """The tangent at the output is that of `jax.jvp`."""
    directions = (jnp.ones_like(X), jnp.sin(W))
    _, expected = jax.jvp(fn, (X, W), directions)

    rec = gs.record(fn, X, W, tangents=directions)

    np.testing.assert_allclose(rec.tangent("out0"), expected, rtol=1e-5)
    with pytest.raises(RecordingError, match="in_cotangents"):
        _ = rec.in_cotangents


def test_tangents_pass_through_a_while() -> None:
    """Forward mode goes through a while, whose trips have a tangent each."""
    x = jnp.array([0.5, 2.0, 3.0])
    _, expected = jax.jvp(growing, (x,), (jnp.ones_like(x),))

    rec = gs.record(growing, x, tangents=(jnp.ones_like(x),))

    np.testing.assert_allclose(rec.tangent("out0"), expected, rtol=1e-6)
    inside = next(n for n in rec.graph.find("mul") if n.startswith("0:body"))
    assert rec.tangent(inside).shape == (rec.trips("0"), 3)


def test_reverse_stops_at_a_while_and_nowhere_else() -> None:
    """What does not reach the output through a while keeps its cotangent."""
    x = jnp.array([0.5, 2.0, 3.0])

    rec = gs.record(growing, x)

    assert rec.in_cotangents == (None,)
    assert rec.cotangent("in0").kind == "while"
    squares = rec.graph.operands("out0")[0].source
    assert squares is not None
    np.testing.assert_array_equal(rec.cotangent(squares[0]), 1.0)
    around = [e for e in rec.graph.uses("in0") if not e[1].startswith("0")]
    np.testing.assert_allclose(sum(rec.contribution(e) for e in around), 2 * x)


def test_the_seed_is_what_flows_back() -> None:
    """With a seed, in-cotangents are those of `jax.vjp` for that seed."""

    def fn(x: jax.Array) -> dict[str, jax.Array]:
        return {"a": jnp.sin(x), "b": x.sum()}

    x = jnp.arange(3.0)
    seed = {"a": jnp.array([1.0, -2.0, 0.5]), "b": jnp.float32(3.0)}
    expected = jax.vjp(fn, x)[1](seed)

    rec = gs.record(fn, x, seed=seed)

    np.testing.assert_array_equal(rec.in_cotangents[0], expected[0])
    assert not rec.seed_is_default


@pytest.mark.parametrize(
    "seed", [jnp.ones(3), {"a": 1.0}, "ones", jnp.ones((), jnp.int32)]
)
def test_a_seed_that_does_not_fit_is_refused(seed: Any) -> None:
    """A seed of another structure, shape or dtype than the output is refused."""
    with pytest.raises(SeedMismatchError, match="seed"):
        gs.record(jnp.sum, jnp.ones(3), seed=seed)


def test_new_arguments_of_the_same_types_compile_nothing() -> None:
    """A second recording of the same types has no stages lower and compile."""
    trace = gs.trace(wide, X, W)
    trace.record()

    again = trace.record(X * 2.0, W)

    assert {stage for stage, _ in again.timings} <= {"trace", "run", "verify"}
    np.testing.assert_allclose(again.outputs, wide(X * 2.0, W), rtol=1e-5)


@pytest.mark.parametrize("args", [(X[:3], W), (X.astype(np.int32), W), ((X,), W)])
def test_arguments_of_other_types_are_refused(args: tuple[Any, ...]) -> None:
    """Arguments that the trace was not made for are refused by name or structure."""
    trace = gs.trace(wide, X, W)

    with pytest.raises(ShapeMismatchError):
        trace.record(*args)


def test_a_trace_of_shapes_has_a_graph_and_no_values() -> None:
    """Shapes are enough for a graph; recording asks for values."""
    trace = gs.trace(wide, jax.ShapeDtypeStruct((4,), np.float32), W[:4])

    assert trace.graph.outputs == ("out0",)
    with pytest.raises(RecordingError, match="shapes only"):
        trace.record()


def test_progress_names_the_stages_and_can_cancel() -> None:
    """The callback is told every stage and stops the recording by returning False."""
    seen: list[str] = []

    def watch(stage: str, _seconds: float) -> bool:
        seen.append(stage)
        return stage != "compile"

    with pytest.raises(CancelledError, match="compile"):
        gs.record(wide, X, W, progress=watch)
    assert seen == ["trace", "lower", "compile"]


def test_one_iteration_is_a_slice_of_all() -> None:
    """With an iteration index a value is one slice of the stacked array."""
    rec = gs.record(recurrent, X, W)
    node = next(n for n in rec.graph.find("sin"))

    stacked = rec.cotangent(node)

    assert stacked.shape == (4, 2000)
    for i in range(4):
        np.testing.assert_array_equal(rec.cotangent(node, iteration=i), stacked[i])
    with pytest.raises(IterationError, match="4 iterations"):
        rec.primal(node, iteration=4)


def test_an_argnums_of_one_gives_its_pytree_alone() -> None:
    """`argnums=1` gives one pytree, and the other argument says why it has none."""
    rec = gs.record(wide, X, W, argnums=1)

    np.testing.assert_allclose(rec.in_cotangents, jax.grad(wide, 1)(X, W), rtol=1e-5)
    assert rec.cotangent("in0").kind == "not_differentiated"


def test_auxiliary_output_is_returned_and_sends_nothing_back() -> None:
    """With has_aux the outputs are the pair, and the gradient is of the first."""

    def fn(x: jax.Array) -> tuple[jax.Array, jax.Array]:
        return jnp.sum(x**2), jnp.sin(x)

    x = jnp.arange(3.0)

    rec = gs.record(fn, x, has_aux=True)

    np.testing.assert_allclose(rec.outputs[1], jnp.sin(x))
    np.testing.assert_allclose(rec.in_cotangents[0], 2 * x)
    assert rec.cotangent("out1").kind == "not_differentiated"


def test_a_program_with_effects_runs_once_and_says_so() -> None:
    """A callback is called once per recording, and nothing is compared."""
    calls: list[float] = []

    def fn(x: jax.Array) -> jax.Array:
        jax.debug.callback(lambda v: calls.append(float(v)), x)
        return jnp.sin(x)

    rec = gs.record(fn, 1.0)

    assert calls == [1.0]
    assert rec.verification is None
    assert any("effects" in note for note in rec.notes)


def test_a_while_in_the_way_is_named_as_people_know_it() -> None:
    """Its result's name and the line stand in the note and in what `rec` answers."""

    def fn(x: jax.Array) -> jax.Array:
        root = jax.lax.while_loop(lambda v: v < 5.0, lambda v: v + 1.0, x)
        return root * 2.0

    rec = gs.record(fn, 1.0)

    assert len(rec.notes) == 1
    for text in (rec.notes[0], str(rec.cotangent("in0"))):
        assert "the while `root` (test_recorder.py:" in text


def test_a_callback_that_raises_is_one_clear_error() -> None:
    """An exception in the user's callback becomes a RecordingError."""

    def fail(_value: Any) -> Any:
        msg = "no such file"
        raise OSError(msg)

    def fn(x: jax.Array) -> jax.Array:
        return jax.pure_callback(fail, jax.ShapeDtypeStruct((), np.float32), x)

    with pytest.raises(RecordingError, match=r"failed: .*OSError: no such file$"):
        gs.record(fn, jnp.float32(1.0), verify=False)


def test_verification_reports_no_difference_to_the_compiled_function() -> None:
    """Outputs and in-cotangents are within a few ULP of the compiled function's."""
    rec = gs.record(wide, X, W)

    assert rec.verification is not None
    assert {c.what for c in rec.verification.comparisons} == {"output", "in_cotangent"}
    worst = rec.verification.worst
    assert worst is not None
    assert worst.norm_relative < 1e-6


def test_rounding_alone_is_no_difference_worth_a_word() -> None:
    """A derivative that is zero but for rounding is measured by the others."""
    zero, one = jnp.float32(4e-8), jnp.float32(7.0)

    by_zero, by_one = compare("in_cotangent", "ab", [2 * zero, one], [zero, one])
    wrong, _ = compare("in_cotangent", "ab", [zero, one], [one / 1e5, one])
    output, _ = compare("output", "ab", [2 * zero, one], [zero, one])

    assert by_zero.norm_relative < 1e-4
    assert by_one.norm_relative == 0
    assert wrong.norm_relative > 1e-2
    assert output.norm_relative == pytest.approx(1.0)


def test_a_carry_that_is_only_handed_on_has_its_cotangent() -> None:
    """Carries that a scan exchanges or keeps get the cotangent of the iteration after."""

    def fn(x: jax.Array, y: jax.Array) -> jax.Array:
        def swap(c: Any, _: None) -> tuple[Any, None]:
            a, b, kept = c
            return (b, a, kept), None

        (a, b, kept), _ = jax.lax.scan(swap, (x, y, x * y), None, length=3)
        return jnp.sum(2.0 * a + 3.0 * b + kept)

    rec = gs.record(fn, X[:3], W[:3])

    carry = next(n for n in rec.graph.order if n.endswith("/carry0"))
    np.testing.assert_array_equal(
        rec.cotangent(carry)[:, 0], np.array([3.0, 2.0, 3.0], np.float32)
    )


def test_a_ref_written_in_a_branch_comes_with_a_cure() -> None:
    """JAX's own words on it name neither the Ref nor what to do."""

    def fn(x: jax.Array) -> jax.Array:
        ref = jax.new_ref(jnp.zeros(3))

        def body(carry: jax.Array, _: None) -> tuple[jax.Array, None]:
            def write() -> None:
                ref[...] = carry

            jax.lax.cond(carry[0] > 0, write, lambda: None)
            return carry, None

        jax.lax.scan(body, x, None, length=2)
        return jnp.sum(ref[...])

    rec = gs.record(fn, jnp.ones(3))

    assert rec.refusal is not None
    assert "Return the new value from the cond" in rec.refusal
    assert rec.outputs == 3.0


@pytest.mark.parametrize("length", [0, 1, 3])
def test_a_loop_that_forgets_its_carry_still_has_the_cotangent_of_it(
    length: int,
) -> None:
    """Without iterations it hands on what it was handed; JAX sends zeros otherwise."""

    def fn(x: jax.Array) -> jax.Array:
        rows = jnp.arange(float(length))
        last, _ = jax.lax.scan(lambda c, _: (jnp.full_like(c, 0.25), None), x, rows)
        return jnp.sum(0.5 * last)

    rec = gs.record(fn, jnp.ones(3))

    scan = next(n for n in rec.graph.order if rec.graph.node(n).primitive == "scan")
    np.testing.assert_array_equal(rec.cotangent(scan), np.full(3, 0.5))
    expected = jax.grad(fn)(jnp.ones(3))
    np.testing.assert_array_equal(rec.cotangent("in0"), expected)
    np.testing.assert_array_equal(rec.in_cotangents[0], expected)
