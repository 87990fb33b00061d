"""Changing something and recording again, and what is then shown."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

import graphstep as gs
from graphstep.tui.app import StepApp
from graphstep.tui.edit_screen import EditScreen
from graphstep.tui.failure_screen import FailureScreen
from graphstep.tui.palette import palette
from graphstep.tui.progress import Progress
from graphstep.tui.runs_state import Run, Runs
from graphstep.tui.values import ValueKey
from tests.tui.pilots import app_of, press, screen_text, settle, until


def fn(x: jax.Array, w: jax.Array) -> jax.Array:
    h = jnp.tanh(x * w)
    return jnp.sum(h * h)


X, W = jnp.array([0.5, -1.0, 2.0]), jnp.array([1.0, 2.0, 3.0])


@contextlib.asynccontextmanager
async def recorded(
    function: Callable[..., Any], *args: Any, **options: Any
) -> AsyncIterator[tuple[StepApp, Pilot[int]]]:
    """Open a walk that records in the background, and wait until that is done."""
    trace = gs.trace(function, *args)
    app = StepApp(trace.graph, trace=trace, **options)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.state.cursor is not None)
        await settle(pilot)
        yield app, pilot


async def change(pilot: Pilot[int], key: str, text: str) -> None:
    """Type an edit into its dialog, and wait for the recording."""
    app = app_of(pilot)
    last = app.state.runs.last
    await press(pilot, key)
    app.screen.query_one(Input).value = text
    await press(pilot, "enter")
    await until(pilot, lambda: app.state.runs.last > last)
    await settle(pilot)


def gradient(app: StepApp) -> Any:
    assert app.recording is not None
    return app.recording.in_cotangents


async def test_an_edited_input_is_recorded_at_the_same_step() -> None:
    """Values and cotangents are those at the new input; the cursor stays."""
    async with recorded(fn, X, W) as (app, pilot):
        await press(pilot, "n", "n", "n")
        step = app.state.cursor.step
        await change(pilot, "equals_sign", "x[1] = 0.25")

        expected = jax.grad(fn, (0, 1))(X.at[1].set(0.25), W)
        for mine, theirs in zip(gradient(app), expected, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-6)
        assert app.state.cursor.step == step
        assert app.state.cursor.recording is app.recording
        assert "x[1] = 0.25" in screen_text(pilot)


async def test_what_changed_is_known_and_what_did_not_as_well() -> None:
    """The comparison with the recording before tells old and new values apart."""
    async with recorded(fn, X, W) as (app, pilot):
        await change(pilot, "equals_sign", "x[1] = 0.25")
        comparison = app.comparison
        x, w = (ValueKey("primal", node, 0, ()) for node in app.state.graph.inputs)
        before = float(np.linalg.norm(X))

        changed = comparison.change(x)
        assert f"{before:.3g}" in changed.old.text
        assert changed.old.text != changed.new.text
        assert comparison.change(w) is None
        await press(pilot, "tilde")
        assert app.comparison is None
        # The first one has none before it, but one after it.
        await press(pilot, "ctrl+left", "tilde")
        assert (app.state.runs.current, app.state.runs.compared) == (1, 2)


async def test_a_one_hot_seed_gives_a_row_of_the_jacobian() -> None:
    """`out[1]` seeds one element; the default seed comes back with `ones`."""

    def square(x: jax.Array) -> jax.Array:
        return jnp.sin(x) * x[0]

    jacobian = jax.jacobian(square)(X)

    async with recorded(square, X) as (app, pilot):
        await change(pilot, "percent_sign", "out[1]")
        np.testing.assert_allclose(gradient(app)[0], jacobian[1], rtol=1e-6)
        await change(pilot, "percent_sign", "ones")
        np.testing.assert_allclose(gradient(app)[0], jacobian.sum(0), rtol=1e-6)
        assert app.recording.seed_is_default


async def test_other_argnums_are_differentiated() -> None:
    """Afterwards only the chosen argument has a cotangent."""
    async with recorded(fn, X, W) as (app, pilot):
        await change(pilot, "ampersand", "w")

        np.testing.assert_allclose(gradient(app), jax.grad(fn, 1)(X, W), rtol=1e-6)
        assert app.state.graph is app.recording.graph
        await press(pilot, "G")
        assert app.state.cursor.step.node == app.state.graph.inputs[1]


async def test_a_wrong_edit_keeps_the_dialog_open() -> None:
    """It says what is wrong, and nothing is recorded until it is right."""
    async with recorded(fn, X, W) as (app, pilot):
        await press(pilot, "equals_sign")
        app.screen.query_one(Input).value = "x = [1, 2]"
        await press(pilot, "enter")

        assert isinstance(app.screen, EditScreen)
        assert "shape [2], but `x` has [3]" in screen_text(pilot)
        await press(pilot, "escape")
        assert app.state.runs.last == 1


async def test_recordings_are_switched_and_forgotten() -> None:
    """Ctrl-← goes back to the values before; Del forgets the selected one."""
    async with recorded(fn, X, W) as (app, pilot):
        first = app.recording
        await change(pilot, "equals_sign", "x = 0")
        second = app.recording
        await press(pilot, "ctrl+left")
        assert app.recording is first
        await press(pilot, "ctrl+right")
        assert app.recording is second
        await press(pilot, "9", "up", "delete")

        assert [run.number for run in app.state.runs.items] == [2]
        assert app.recording is second


async def test_fewer_iterations_leave_the_cursor_at_the_last() -> None:
    """Where the trip count fell, the nearest iteration is shown."""

    def count(x: jax.Array) -> jax.Array:
        return jax.lax.while_loop(lambda c: c < 10.0, lambda c: c * 2.0, x)

    async with recorded(count, 1.0) as (app, pilot):
        start = app.state.cursor
        inside = next(n for n in app.state.graph.order if n.endswith("/0"))
        body = [
            n
            for n in app.state.graph.order
            if app.state.graph.loops(n) and app.state.graph.node(n).primitive == "mul"
        ]
        app.change(app.state.moved(start.to((body or [inside])[0], 3)))
        await settle(pilot)
        await change(pilot, "equals_sign", "x = 4")

        assert app.state.cursor.step.node == (body or [inside])[0]
        assert app.state.cursor.step.iteration == (1,)


async def test_a_failing_run_shows_the_line_and_keeps_the_recording() -> None:
    """The dialog names the user's line; the recording before stays."""

    def check(x: np.ndarray) -> np.ndarray:
        if x > 1:
            raise ValueError("x is too large")
        return x

    def checked(x: jax.Array) -> jax.Array:
        return jax.pure_callback(check, jax.ShapeDtypeStruct((), x.dtype), x)

    async with recorded(checked, 0.5) as (app, pilot):
        first = app.recording
        await press(pilot, "equals_sign")
        app.screen.query_one(Input).value = "x = 2"
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, FailureScreen))
        await pilot.pause()
        text = screen_text(pilot)
        await press(pilot, "enter")

        assert "x is too large" in text
        assert "test_runs.py:" in text
        assert "raise ValueError" in text
        assert app.recording is first
        assert app.state.runs.last == 1


async def test_a_saved_recording_is_walked_but_not_edited(tmp_path: Path) -> None:
    """`save` writes what `gs.load` reads; without the program edits say why not."""
    async with recorded(fn, X, W, save=tmp_path / "run.gstep") as (app, pilot):
        assert "saved to" in app.state.notice
    loaded = gs.load(tmp_path / "run.gstep")

    app = StepApp(loaded.graph, recording=loaded)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "equals_sign")

        assert "holds no program to run again" in app.state.notice
        app.save_recording(str(tmp_path / "no" / "such" / "folder"))
        await until(pilot, lambda: app.state.is_alarming)
        assert not (tmp_path / "no").exists()


async def test_a_recording_that_cannot_be_saved_is_walked(tmp_path: Path) -> None:
    """What took long to make is kept; that there is no file is said, by the status too."""
    nowhere = tmp_path / "no" / "such" / "run.gstep"
    async with recorded(fn, X, W, save=nowhere) as (app, pilot):
        assert app.state.cursor is not None
        assert app.state.is_alarming
        assert "cannot be written" in app.state.notice
        await press(pilot, "n", "q")

    assert app.return_value == 1


def test_old_recordings_let_go_of_their_values() -> None:
    """Beyond the limit the oldest go first, never the new one or its origin."""
    values: Any = object()
    runs = Runs()
    for number in range(1, 5):
        run = Run(number, base=number - 1, values=values, nbytes=10)
        runs = runs.added(run, 20)

    kept = [run.number for run in runs.items if run.values is not None]
    assert kept == [3, 4]
    assert runs.nbytes == 20
    assert (runs.current, runs.compared) == (4, 3)


@pytest.mark.parametrize(("number", "by", "there"), [(1, -1, 1), (1, 1, 3), (3, 1, 3)])
def test_the_list_has_ends(number: int, by: int, there: int) -> None:
    """Beyond the last recording there is none."""
    runs = Runs((Run(1), Run(3)), current=1)

    assert runs.beside(number, by) == there


def test_there_is_progress_before_the_first_stage() -> None:
    """While inputs are copied the bar stands at the first stage."""
    text = Progress(began=0.0).text(palette(is_dark=True), 80, now=0.2).plain

    assert "recording" in text
    assert "✓" not in text
