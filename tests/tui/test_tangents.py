"""Forward mode in the interface: a direction, tangents beside primals, sums of terms."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array, lax

import graphstep as gs
from graphstep.errors import EditError
from graphstep.export.chain import Facts, node_facts, tangent_name
from graphstep.tui.app import StepApp
from graphstep.tui.edit_recipe import Recipe
from graphstep.tui.prompt import Prompt
from graphstep.tui.tangent_edit import read_tangents
from tests.tui.pilots import app_of, line_with, press, screen_text, settle, show, until

X = jnp.array([0.5, -1.0, 2.0])


def product(x: Array, params: dict[str, Array], n: Array) -> Array:
    y = x * params["w"]
    return jnp.sum(jnp.sin(y) + n)


PARAMS = {"w": jnp.array([2.0, 3.0, 4.0]), "b": jnp.float32(1.0)}
TRACE = gs.trace(product, X, PARAMS, jnp.arange(3))


def facts_of(recording: gs.Recording) -> dict[str, Facts]:
    """Return what the pane says of each node when the walk is there for the last time."""
    cursor, found = recording.cursor(), dict[str, Facts]()
    while True:
        node = cursor.step.node
        found[node] = node_facts(recording, cursor, node, 0, None)
        if cursor.at_end:
            return found
        cursor = cursor.next()


# Directions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "x", "w"),
    [
        ("x[1]", [0, 1, 0], [0, 0, 0]),
        ("params['w'][2]", [0, 0, 0], [0, 0, 1]),
        ("ones", [1, 1, 1], [1, 1, 1]),
        ("x = [1, 0, 0.5]; params['w'][0] = -2", [1, 0, 0.5], [-2, 0, 0]),
    ],
)
def test_a_direction_is_a_basis_vector_ones_or_numbers(
    text: str, x: list[float], w: list[float]
) -> None:
    """It has the structure of the differentiated arguments."""
    found: Any = read_tangents(text, TRACE.program, None)

    np.testing.assert_array_equal(found[0], x)
    np.testing.assert_array_equal(found[1]["w"], w)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("y[0]", "neither `ones` nor a place in an input; the inputs are x, params"),
        ("x", r"`x` is f32\[3\]: say which element"),
        ("x[5]", "out of bounds"),
        ("n[0]", "neither"),
        ("0.5", "Say for which input"),
        ("x = [1, 2]", "shape"),
        ("", "Say in which direction"),
    ],
)
def test_a_wrong_direction_says_what_is_wrong(text: str, said: str) -> None:
    """Each mistake is one line."""
    with pytest.raises(EditError, match=said) as caught:
        read_tangents(text, TRACE.program, None)

    assert "\n" not in str(caught.value)


def test_a_direction_of_one_argument_is_a_pytree_alone() -> None:
    """With an int argnums, as `record` takes tangents."""
    trace = gs.trace(product, X, PARAMS, jnp.arange(3), argnums=0)

    found = read_tangents("x[0]", trace.program, None)

    np.testing.assert_array_equal(found, [1, 0, 0])
    assert trace.record(tangents=found, verify=False).has_tangents


def test_a_seed_and_a_direction_take_each_others_place() -> None:
    """There is one pass; and another direction of the same shape compiles nothing."""
    recipe = Recipe(TRACE, {"seed": None})
    forward = recipe.with_tangents(read_tangents("x[0]", TRACE.program, None))
    forward.record(lambda *_: True)
    other = recipe.with_tangents(read_tangents("x[1]", TRACE.program, None))
    stages: list[str] = []

    recording = other.record(lambda stage, _: stages.append(stage) or True)

    assert recording.has_tangents
    assert {"lower", "compile"}.isdisjoint(stages)
    assert not forward.with_seed(None).record(lambda *_: True).has_tangents
    assert not forward.with_argnums(0).record(lambda *_: True).has_tangents


# Sums --------------------------------------------------------------------------------


def test_each_term_is_a_partial_derivative_times_a_tangent() -> None:
    """For a product, one factor times the tangent of the other."""
    x, y = jnp.float32(3.0), jnp.float32(5.0)
    recording = gs.record(lambda x, y: x * y, x, y, tangents=(0.5, -2.0), verify=False)

    facts = facts_of(recording)["0"]

    assert facts.formula == "ċ = ∂c/∂x · ẋ + ∂c/∂y · ẏ"
    assert facts.tangent is not None
    assert [term.amount.element for term in facts.tangent.terms] == [2.5, -6.0]
    assert [term.total for term in facts.tangent.terms] == [2.5, -3.5]
    assert facts.tangent.total == -3.5


def _looped(x: Array) -> Array:
    def turn(carry: Array, row: Array) -> tuple[Array, Array]:
        carry = jnp.tanh(carry * row) + 0.1 * carry
        return carry, carry * 2.0

    last, rows = lax.scan(turn, x[0], x)
    return last + jnp.sum(rows)


def _branched(x: Array) -> Array:
    return lax.cond(x[0] > 0, lambda x: jnp.sum(x * x), lambda x: x[1], x)


def _ruled(x: Array) -> Array:
    return jnp.sum(jax.nn.relu(x) * jax.nn.softplus(x))


def _while(x: Array) -> Array:
    return lax.while_loop(lambda s: jnp.sum(s) < 50.0, lambda s: s * s + 1.0, x).sum()


@pytest.mark.parametrize("fn", [_looped, _branched, _ruled, _while])
def test_terms_add_up_to_the_tangent_of_jvp(fn: Any) -> None:
    """At every equation, in loops and branches too; and the output's is `jax.jvp`'s."""
    direction = jnp.array([1.0, -0.5, 0.25])
    recording = gs.record(fn, X, tangents=(direction,), verify=False)

    found = facts_of(recording)

    _, expected = jax.jvp(fn, (X,), (direction,))
    np.testing.assert_allclose(recording.tangent("out0"), expected, rtol=1e-5)
    sums = [f.tangent for f in found.values() if f.tangent and f.tangent.terms]
    assert sums
    for each in sums:
        np.testing.assert_allclose(each.terms[-1].total, each.total, rtol=1e-5)


def test_a_long_name_has_its_dot_in_front() -> None:
    """A dot combines with one letter alone."""
    assert tangent_name("x") == "ẋ"
    assert tangent_name("logits") == "dot(logits)"


# The interface -----------------------------------------------------------------------


async def test_a_direction_is_chosen_and_walked() -> None:
    """One pass, whose numbers are those of `jax.jvp`; a seed brings the other back."""
    app = StepApp(TRACE.graph, trace=TRACE, recording=TRACE.record(verify=False))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "circumflex_accent")
        assert "one column of the Jacobian" in screen_text(pilot)
        await press(pilot, "down", "up", "enter")
        await until(pilot, lambda: not app.is_recording)
        await settle(pilot)

        recording = app_of(pilot).recording
        assert recording is not None
        assert recording.has_tangents
        assert app.state.cursor is not None
        assert not app.state.cursor.timeline.has_backward
        assert "forward with tangents (JVP)" in screen_text(pilot)
        assert "forward mode" in line_with(pilot, "product")
        await show(pilot, "chain")
        await press(pilot, "G")
        zeros = jax.tree.map(jnp.zeros_like, PARAMS)
        _, expected = jax.jvp(
            lambda x, p: product(x, p, jnp.arange(3)),
            (X, PARAMS),
            (jnp.array([1.0, 0, 0]), zeros),
        )
        line = line_with(pilot, "dot(out) = ", "chain")
        assert f"{expected:.4g}" in line_with(pilot, f"{expected:.4g}", "chain"), line

        await press(pilot, "colon")
        app.query_one(Prompt).value = "seed ones"
        await press(pilot, "enter")
        await until(pilot, lambda: not app.is_recording)
        await settle(pilot)
        assert app.state.cursor.timeline.has_backward


async def test_values_of_a_loop_have_their_tangents_beside_them() -> None:
    """Outline and the norms along the iterations show tangents, not cotangents."""
    direction = (jnp.array([1.0, -0.5, 0.25]),)
    recording = gs.record(_looped, X, tangents=direction, verify=False)
    app = StepApp(recording.graph, recording=recording)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await show(pilot, "outline")
        for command in ("goto tanh @ 1", "print tangent carry0"):
            await press(pilot, "colon")
            app.query_one(Prompt).value = command
            await press(pilot, "enter")

        shown = screen_text(pilot)
        assert "tangent" in shown
        assert "cotangent" not in shown
