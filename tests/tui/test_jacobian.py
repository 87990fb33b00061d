"""The Jacobian fills in its window, pass by pass, and can be stopped."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array
from textual.pilot import Pilot
from textual.widgets import Static

import graphstep as gs
from graphstep.analysis import Coordinate, basis_tangents
from graphstep.errors import EditError
from graphstep.tui import jacobian_job
from graphstep.tui.app import StepApp
from graphstep.tui.jacobian_choice import read_choice
from graphstep.tui.jacobian_screen import JacobianScreen
from graphstep.tui.prompt import Prompt
from tests.tui.pilots import app_of, press, settle, until

X = jnp.array([0.5, -1.0, 2.0])
W = jnp.arange(6.0).reshape(2, 3) / 4.0


def layer(x: Array, w: Array) -> Array:
    return jnp.tanh(w @ x)


@contextlib.asynccontextmanager
async def opened(
    fn: Callable[..., Any], *args: Any, command: str = "jacobian", **options: Any
) -> AsyncIterator[Pilot[int]]:
    trace = gs.trace(fn, *args)
    app = StepApp(
        trace.graph, trace=trace, recording=trace.record(verify=False), **options
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "colon")
        app.query_one(Prompt).value = command
        await press(pilot, "enter")
        yield pilot


def window_of(pilot: Pilot[int]) -> JacobianScreen:
    screen = pilot.app.screen
    assert isinstance(screen, JacobianScreen)
    return screen


def text_of(pilot: Pilot[int]) -> str:
    shown = window_of(pilot).query_one("#jacobian-text", Static)
    return str(shown.render())


async def run(pilot: Pilot[int], *keys: str) -> None:
    """Press keys, each once the passes of the one before are done."""
    for key in keys:
        await press(pilot, key)
        await until(pilot, lambda: not window_of(pilot).is_at_work)
        await settle(pilot)


async def test_columns_and_rows_fill_and_agree() -> None:
    """The numbers that are written are those of `jax.jacfwd`."""
    async with opened(layer, X, W) as pilot:
        assert "2 × 9" in text_of(pilot)
        await run(pilot, "c", "r")
        found = window_of(pilot).found
        assert (found.has_column.sum(), found.has_row.sum()) == (1, 1)
        assert "in 1 entry that both gave" in text_of(pilot)
        await run(pilot, "C", "R")

        found = window_of(pilot).found
        by_x, by_w = jax.jacfwd(layer, argnums=(0, 1))(X, W)
        expected = np.hstack([by_x, np.reshape(by_w, (2, 6))])
        np.testing.assert_allclose(found.forward, expected, rtol=1e-6)
        np.testing.assert_allclose(found.reverse, expected, rtol=1e-5, atol=1e-7)
        shown = text_of(pilot)
        assert f"{expected[1, 8]:.3g}" in shown
        assert "differ by" in shown
        await run(pilot, "c")
        assert "all columns are filled" in text_of(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, JacobianScreen)


async def test_what_was_filled_is_there_again() -> None:
    """Of the same inputs; other inputs have a Jacobian of their own."""
    async with opened(layer, X, W) as pilot:
        await run(pilot, "C")
        await press(pilot, "escape", "asterisk")
        assert window_of(pilot).found.has_column.all()
        await press(pilot, "escape", "colon")
        app = app_of(pilot)
        app.query_one(Prompt).value = "let x = 0"
        await press(pilot, "enter")
        await until(pilot, lambda: not app.is_recording)
        await settle(pilot)
        await press(pilot, "asterisk")
        assert not window_of(pilot).found.has_column.any()
        await run(pilot, "C")
        by_x = jax.jacfwd(layer)(jnp.zeros(3), W)
        np.testing.assert_allclose(window_of(pilot).found.forward[:, :3], by_x)


async def test_a_part_can_be_chosen_and_is_drawn_as_heat() -> None:
    """More columns than there is room for numbers are cells."""

    def fn(x: Array) -> Array:
        return jnp.cumsum(x)

    x = jnp.arange(100.0)
    async with opened(fn, x, command="jacobian x[:40], out[::5]") as pilot:
        await run(pilot, "C")
        found = window_of(pilot).found
        np.testing.assert_array_equal(
            found.entries, np.tril(np.ones((100, 100)))[::5, :40]
        )
        assert "20 of 100 rows and 40 of 100 columns" in text_of(pilot)
        assert "▀" in text_of(pilot)


async def test_without_colours_there_are_signs_and_shades() -> None:
    """In ASCII every entry is a sign and a mark."""
    x = jnp.arange(1.0, 16.0)
    async with opened(lambda x: -x * x, x, ascii=True) as pilot:
        await run(pilot, "C")

        assert "−@" in text_of(pilot)
        assert "▀" not in text_of(pilot)


async def test_passes_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Escape ends the present one; the columns before it stay."""
    is_told = threading.Event()

    def waiting(program: gs.Trace, column: Coordinate) -> Any:
        assert column.index[0] < 4 or is_told.wait(timeout=60)
        return basis_tangents(program, column)

    monkeypatch.setattr(jacobian_job, "basis_tangents", waiting)
    async with opened(jnp.sin, jnp.arange(60.0)) as pilot:
        window = window_of(pilot)
        window.action_columns()
        await until(pilot, lambda: int(window.found.has_column.sum()) == 4)
        window.action_close()
        await until(pilot, lambda: "stopping" in text_of(pilot))
        is_told.set()
        await until(pilot, lambda: not window.is_at_work)
        await settle(pilot)

        assert window.found.has_column.sum() == 4
        assert "stopped" in text_of(pilot)


async def test_links_do_what_keys_do() -> None:
    """A click on the words runs a pass."""
    async with opened(layer, X, W) as pilot:
        await pilot.click("#jacobian-links", offset=(4, 0))
        await until(pilot, lambda: bool(window_of(pilot).found.has_column.any()))
        await until(pilot, lambda: not window_of(pilot).is_at_work)

        assert window_of(pilot).found.has_column.sum() == 1


async def test_what_jax_refuses_is_said_in_the_window() -> None:
    """There is no reverse mode through a while; columns are there all the same."""

    def fn(x: Array) -> Array:
        return jax.lax.while_loop(lambda s: s[0] < 9.0, lambda s: s * 2.0, x)

    async with opened(fn, jnp.array([1.0, 2.0])) as pilot:
        await run(pilot, "r")
        assert "No cotangent flows back" in " ".join(text_of(pilot).split())
        await run(pilot, "C")
        np.testing.assert_array_equal(window_of(pilot).found.entries, np.eye(2) * 16.0)


async def test_a_program_without_a_jacobian_opens_nothing() -> None:
    """The reason is the notice."""
    async with opened(jnp.argmax, X) as pilot:
        assert not isinstance(pilot.app.screen, JacobianScreen)
        assert "no output that can be differentiated" in app_of(pilot).state.notice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("y", "`y` is neither an input nor an output; there are x, w, out"),
        ("x[7]", "out of bounds"),
        ("x = 1", "names no inputs and outputs"),
        ("x[", "is not an edit"),
        ("x['a']", "is not a number"),
    ],
)
def test_a_wrong_choice_says_what_is_wrong(text: str, said: str) -> None:
    """Each mistake is one line."""
    with pytest.raises(EditError, match=said) as caught:
        read_choice(text, gs.trace(layer, X, W).program)

    assert "\n" not in str(caught.value)


def test_too_many_columns_are_not_chosen_by_hand() -> None:
    """What was meant would not be what is shown."""
    with pytest.raises(EditError, match="choose 64 at the most"):
        read_choice("x", gs.trace(lambda x: x.sum(), jnp.zeros(100)).program)
