"""How much of each box is shown when a walk begins."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import pytest

import graphstep as gs
from graphstep.tui.app import StepApp
from graphstep.tui.drawing_state import VALUES
from graphstep.tui.settings import Settings
from tests.tui.pilots import app_of, canvas_of, settle, walk

A = jnp.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])


def residuals(x: jax.Array) -> jax.Array:
    r = A @ x - 1.0
    return jnp.sum(r * r)


def long(x: jax.Array) -> jax.Array:
    for _ in range(12):
        x = jnp.sin(x)
    return x


@pytest.mark.parametrize(
    ("fn", "size", "has_values"),
    [
        (residuals, (200, 60), True),
        (residuals, (120, 40), False),
        (residuals, (80, 24), False),
        (long, (200, 60), False),
    ],
)
async def test_values_are_shown_at_once_where_all_boxes_have_room(
    fn: Any, size: tuple[int, int], *, has_values: bool
) -> None:
    """Nothing is out of sight then; elsewhere boxes stay smaller."""
    async with walk(fn, jnp.ones(2), size=size) as pilot:
        canvas = canvas_of(pilot)
        assert canvas.drawn is not None
        room = canvas.scrollable_content_region.size
        fits = canvas.drawn.width <= room.width and canvas.drawn.height <= room.height

        assert (app_of(pilot).state.drawing.zoom == VALUES) == has_values
        assert fits or not has_values


async def test_a_zoom_that_was_set_is_kept() -> None:
    """Who wants names alone gets these, however much room there is."""
    rec = gs.record(residuals, jnp.ones(2))
    settings = dataclasses.replace(Settings(), zoom=1)
    app = StepApp(rec.graph, recording=rec, settings=settings)

    async with app.run_test(size=(200, 60)) as pilot:
        await settle(pilot)

        assert app.state.drawing.zoom == 1
