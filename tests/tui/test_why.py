"""Asking in the walk why a gradient is zero or missing."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array, lax
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Static

from graphstep.tui.prompt import Prompt
from graphstep.tui.text_screen import TextScreen
from tests.tui.pilots import app_of, press, screen_text, settle, show, walk

X = jnp.array([-1.0, 2.0, 0.5, -3.0])


def fn(x: Array, w: Array) -> Array:
    held = lax.stop_gradient(w)
    shifted = held + 5.0
    gate = jnp.maximum(x * 2.0, 0.0)
    return jnp.sum(gate * shifted)


async def ask(pilot: Pilot[int], command: str) -> str:
    """Type a command and return what the window says."""
    await press(pilot, "colon")
    pilot.app.query_one(Prompt).value = command
    await press(pilot, "enter")
    screen = pilot.app.screen
    assert isinstance(screen, TextScreen)
    return str(screen.query_one(Static).render())


async def test_the_cuts_are_said_and_marked() -> None:
    """The window names the equation, and the search keys go to it."""
    async with walk(fn, X, X) as pilot:
        await press(pilot, "exclamation_mark")
        shown = str(pilot.app.screen.query_one(Static).render())
        assert "is zero at 2 of 4 elements: [0], [3]" in shown
        assert "gate = max(" in shown
        assert "there" in shown
        assert "from −6 to −2" in shown
        assert "test_why.py" in shown

        await press(pilot, "escape")
        app = app_of(pilot)
        (node,) = app.state.graph.find("gate")
        assert app.state.found.items == (node,)
        await press(pilot, "full_stop")
        assert app.state.inspected == node


async def test_any_value_can_be_asked_about() -> None:
    """By its name, wherever the cursor is."""
    async with walk(fn, X, X) as pilot:
        shown = await ask(pilot, "why w")

        assert "The cotangent of `w`, f32[4], is zero, at all 4 elements." in shown
        assert "held = stop_gradient(w)" in shown
        assert "whatever the numbers: the program itself" in shown


async def test_the_chain_of_a_missing_cotangent_says_where_it_was_cut() -> None:
    """What comes after stop_gradient is led back to it."""
    async with walk(fn, X, X) as pilot:
        await show(pilot, "chain")
        await press(pilot, "G")
        app = app_of(pilot)
        (node,) = app.state.graph.find("shifted")
        app.change(app.state.select_node(node))
        await settle(pilot)

        shown = " ".join(screen_text(pilot, "chain").split())
        assert "none: stop_gradient" in shown
        assert "cut off: held = stop_gradient(w)" in shown


async def test_a_cotangent_of_zeros_offers_the_reason() -> None:
    """The key is said where the sum is."""

    def dead(x: Array) -> Array:
        return jnp.sum(jax.nn.relu(x - 10.0))

    async with walk(dead, X) as pilot:
        await show(pilot, "chain")
        await press(pilot, "G")

        assert "all of it is zero; ! says why" in screen_text(pilot, "chain")


async def test_nan_is_not_said_to_be_zero() -> None:
    """Where no element is finite, the norm of the finite ones is zero all the same."""
    async with walk(lambda x: jnp.sum(x * jnp.nan), X) as pilot:
        await show(pilot, "chain")
        await press(pilot, "G")

        shown = screen_text(pilot, "chain")
        assert "NaN" in shown
        assert "all of it is zero" not in shown


async def test_a_gradient_that_is_nan_is_said_to_be() -> None:
    """The window says where it is NaN, where that began, and whose rule made it."""

    def root(x: Array) -> Array:
        safe = jnp.where(x > 0.0, jnp.sqrt(x), 0.0)
        return jnp.sum(safe)

    async with walk(root, jnp.array([4.0, 0.0, 1.0])) as pilot:
        await press(pilot, "exclamation_mark")

        box = pilot.app.screen.query_one("#text")
        assert box.border_title == "why is the gradient of x NaN?"
        shown = " ".join(str(pilot.app.screen.query_one(Static).render()).split())
        assert "The cotangent of `x`, f32[3], is NaN at 1 of 3 elements: [1]." in shown
        assert "where F8 goes: `in0` (x): cotangent: 1 NaN of 3 elements" in shown
        assert "sqrt, which had received finite numbers alone." in shown


async def test_the_window_wraps_lines_at_its_width() -> None:
    """In 80 columns nothing of a reason is cut off."""
    async with walk(fn, X, X, size=(80, 24)) as pilot:
        await press(pilot, "exclamation_mark")

        static = pilot.app.screen.query_one(Static)
        lines = str(static.render()).splitlines()
        assert max(map(cell_len, lines)) <= static.size.width
        assert "from −6 to −2" in " ".join(" ".join(lines).split())


async def test_a_walk_in_forward_mode_has_no_gradients_to_explain() -> None:
    """That is the notice."""
    async with walk(lambda x: jnp.sin(x) * 2.0, X, tangents=(X,)) as pilot:
        await press(pilot, "exclamation_mark")

        assert "tangents instead of cotangents" in app_of(pilot).state.notice
