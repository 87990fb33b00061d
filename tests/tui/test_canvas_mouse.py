"""The drawing under the mouse: clicked, dragged, pointed at."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from textual.geometry import Offset

from tests.tui.pilots import app_of, canvas_of, press, settle, until, walk

X = jnp.array([1.0, -2.0, 0.5])


def squares(x: jax.Array) -> jax.Array:
    h = jnp.tanh(x)
    return jnp.sum(h * h)


async def test_a_click_moves_nothing_away_from_under_the_pointer() -> None:
    """The border of an open loop stands for where it is left, far below."""

    def loop(x: jax.Array) -> jax.Array:
        def body(c: jax.Array, _: None) -> tuple[jax.Array, None]:
            for _ in range(12):
                c = jnp.sin(c)
            return c, None

        return jax.lax.scan(body, x, None, length=3)[0]

    async with walk(loop, X) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        (frame,) = canvas.drawn.frames.values()
        # Beside the drawing is the border of the panel.
        at = Offset(frame.x + canvas._pad + 1, frame.y + 1)
        before = canvas.scroll_offset

        await pilot.click(canvas, offset=at)
        await settle(pilot)

        assert app.state.selected_node == frame.id
        assert canvas.scroll_offset == before

        await press(pilot, "n")
        await pilot.click(canvas, offset=at, times=2)
        await settle(pilot)

        assert frame.id not in app.state.open


async def test_dragging_pans_and_selects_nothing() -> None:
    """The drawing follows the pointer."""

    def chain(x: jax.Array) -> jax.Array:
        for _ in range(40):
            x = jnp.sin(x)
        return x

    async with walk(chain, X) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        await until(pilot, lambda: canvas.drawn is not None)
        await press(pilot, "end")
        before, selected = canvas.scroll_offset, app.state.selected

        await pilot.mouse_down(canvas, offset=Offset(10, 10))
        await pilot.hover(canvas, offset=Offset(10, 15))
        await pilot.mouse_up(canvas, offset=Offset(10, 15))
        await settle(pilot)

        assert canvas.scroll_offset.y == before.y - 5
        assert app.state.selected == selected


async def test_the_pointer_lights_a_value() -> None:
    """Hovering over a line says whose it is."""
    async with walk(squares, X) as pilot:
        canvas = canvas_of(pilot)
        trunk = canvas.drawn.trunks[0]
        end = trunk.segments[0]
        place = canvas.content_region.offset - canvas.region.offset
        at = Offset(
            end[0] + canvas._pad - int(canvas.scroll_offset.x) + place.x,
            end[1] - int(canvas.scroll_offset.y) + place.y + 1,
        )

        await pilot.hover(canvas, offset=at)
        await settle(pilot)

        label = app_of(pilot).state.graph.label(*trunk.value)
        assert label in str(canvas.border_subtitle)
