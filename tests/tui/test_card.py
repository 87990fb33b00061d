"""The card of the local Jacobian shows what JAX's own Jacobian of the equation is."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from textual.pilot import Pilot

import graphstep as gs
from graphstep.analysis import NAN, OK
from graphstep.export.chain import Card, cards_of, number, path_of
from graphstep.stepping import cursor
from graphstep.tui.prompt import Prompt
from tests.tui.pilots import app_of, press, screen_text, walk

X = jnp.array([0.5, -1.0, 2.0])
W = jnp.array([[1.0, 2.0, 3.0], [0.5, -0.5, 4.0]])


def program(w: jax.Array, x: jax.Array) -> jax.Array:
    h = w @ x
    y = jnp.sin(h)
    return jnp.sum(y * y)


async def test_card_of_the_selected_equation_is_shown() -> None:
    async with walk(program, W, X, size=(160, 50), panes=("card",)) as pilot:
        await press(pilot, "colon")
        pilot.app.query_one(Prompt).value = "goto h"
        await press(pilot, "enter")
        (card,) = [
            card for card in _cards(pilot) if card.name.endswith("/∂x") and card.matrix
        ]
        text = screen_text(pilot)
        assert "local Jacobian · h" in text
        for line in card.matrix:
            assert any(
                all(entry in shown for entry in line) for shown in text.splitlines()
            )
        assert card.counts in text
        assert f"‖Jᵀu‖/‖u‖ = {number(card.gain)}" in text
        assert "gain along the path" in text


def _cards(pilot: Pilot[int]) -> tuple[Card, ...]:
    app = app_of(pilot)
    assert app.recording is not None
    assert app.state.cursor is not None
    assert app.state.inspected is not None
    return cards_of(app.recording, app.state.cursor, app.state.inspected)


def test_matrix_is_jax_jacobian_and_gain_that_of_the_walk() -> None:
    trace = gs.trace(program, W, X)
    recording = trace.record()
    cursor = recording.cursor().last()
    (node,) = [n for n in trace.graph.order if trace.graph.name(n) == "h"]
    by_w, by_x = cards_of(recording, cursor, node)
    expected = jax.jacrev(lambda x: W @ x)(X)
    assert by_x.matrix == tuple(
        tuple(number(float(e)) for e in row) for row in expected
    )
    assert by_w.shape == (2, 6)
    h = W @ X
    cotangent = 2 * np.sin(h) * np.cos(h)
    gain = np.linalg.norm(W.T @ cotangent) / np.linalg.norm(cotangent)
    np.testing.assert_allclose(by_x.gain, gain, rtol=1e-5)


def test_path_leads_from_the_output_and_multiplies_to_the_norm() -> None:
    trace = gs.trace(program, W, X)
    recording = trace.record()
    cursor = recording.cursor().last()
    path = path_of(recording, cursor, trace.graph.inputs[1])
    assert path[-1].node == trace.graph.inputs[1]
    product = path[0].norm * np.prod([step.gain for step in path[1:]])
    gradient = jax.grad(program, 1)(W, X)
    np.testing.assert_allclose(product, np.linalg.norm(gradient), rtol=1e-5)


def test_a_path_through_nan_has_no_gain() -> None:
    """Its finite elements alone would say that it shrinks or grows."""
    rec = gs.record(lambda x: jnp.sum(jnp.sqrt(x) * 2.0), jnp.array([4.0, -1.0]))

    path = path_of(rec, cursor(rec).last(), "in0")

    assert path[-1].norm == np.float32(0.5)
    assert path[-1].mark == NAN
    assert math.isnan(path[-1].gain or 0.0)
    assert path[-2].mark == OK


def test_zeros_beside_negative_numbers_have_no_sign() -> None:
    """A derivative that is not there is `0`, whatever it was multiplied by."""
    recording = gs.record(lambda x: jnp.sum(x * x), -X)
    (node,) = [n for n in recording.graph.order if recording.graph.letter(n) == "b"]

    card, _ = cards_of(recording, recording.cursor().last(), node)

    assert np.array(card.matrix).tolist() == [
        ["−0.5", "0", "0"],
        ["0", "1", "0"],
        ["0", "0", "−2"],
    ]
