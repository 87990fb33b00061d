"""Recording in the background: stages, Escape, leaving, failure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Never

import jax
import jax.numpy as jnp

import graphstep as gs
from graphstep.tui.app import StepApp
from graphstep.tui.failure_screen import FailureScreen
from graphstep.tui.job import is_working
from tests.tui.pilots import (
    press,
    screen_text,
    settle,
    show,
    until,
)


def nested(x: jax.Array) -> jax.Array:
    y = jnp.tanh(x)
    return jnp.sum(y * y)


X = jnp.arange(4.0)
OUTLINE = ("outline",)


class Held:
    """A trace whose recording waits for the test between two stages."""

    def __init__(self, trace: gs.Trace) -> None:
        self.graph = trace.graph
        self.trace = trace
        self.reached = threading.Event()
        self.may_go = threading.Event()

    def record(
        self, *, progress: Callable[[str, float], bool | None], **options: Any
    ) -> Any:
        def waiting(stage: str, seconds: float) -> bool | None:
            answer = progress(stage, seconds)
            if stage == "compile":
                self.reached.set()
                self.may_go.wait()
                answer = progress(stage, seconds)
            return answer

        return self.trace.record(progress=waiting, **options)


class Failing:
    """A trace whose recording raises."""

    def __init__(self, trace: gs.Trace, error: Exception) -> None:
        self.graph = trace.graph
        self.error = error

    def record(self, **_: Any) -> Never:
        raise self.error


async def test_the_graph_can_be_explored_while_it_compiles() -> None:
    """Keys work, and the stage is shown, before there is a recording."""
    held = Held(gs.trace(nested, X))
    app = StepApp(held.graph, trace=held)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, held.reached.is_set)
        await show(pilot, *OUTLINE)
        await press(pilot, "down", "down")
        await until(pilot, lambda: app.state.selected_row == 2)
        await until(pilot, lambda: "compile" in screen_text(pilot))

        assert "Esc cancels" in screen_text(pilot)
        held.may_go.set()
        await until(pilot, lambda: app.state.cursor is not None)
        await settle(pilot)
        assert "forward 1/" in screen_text(pilot)
        assert app.state.selected_row == 2
        await pilot.press("q")
    assert app.return_value == 0


async def test_escape_cancels_between_stages() -> None:
    """Escape ends the recording; the graph stays, and R records again."""
    held = Held(gs.trace(nested, X))
    app = StepApp(held.graph, trace=held)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, held.reached.is_set)
        await pilot.press("escape")
        await until(pilot, lambda: "cancelling" in screen_text(pilot))
        held.may_go.set()
        await until(pilot, lambda: "cancelled" in app.state.notice)
        await press(pilot)

        assert "R records again" in screen_text(pilot)
        await pilot.press("R")
        await until(pilot, lambda: app.state.cursor is not None)


async def test_quitting_does_not_wait_for_the_compiler() -> None:
    """`q` leaves at once; what is still being compiled is known to be."""
    held = Held(gs.trace(nested, X))
    app = StepApp(held.graph, trace=held)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, held.reached.is_set)
        await pilot.press("q")
    assert app.return_value == 0
    assert is_working()

    held.may_go.set()
    app._job._thread.join()
    assert not is_working()


async def test_the_palette_quits_with_the_same_status() -> None:
    """Its own word for quitting ends the application as the key does."""
    failing = Failing(gs.trace(nested, X), RuntimeError("no such device"))
    app = StepApp(failing.graph, trace=failing)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FailureScreen))
        await app.run_action("quit")
    assert app.return_value == 1


async def test_a_failed_recording_is_one_line_in_a_dialog() -> None:
    """A failure is shown in one line, the graph stays, and the exit status is 1."""
    error = RuntimeError("no such device\nand many more lines")
    failing = Failing(gs.trace(nested, X), error)
    app = StepApp(failing.graph, trace=failing)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FailureScreen))
        await pilot.pause()

        assert "RuntimeError: no such device" in screen_text(pilot)
        assert "many more" not in screen_text(pilot)
        await press(pilot, "enter")
        await show(pilot, *OUTLINE)
        await press(pilot, "down")
        assert app.state.selected_row == 1
        await pilot.press("q")
    assert app.return_value == 1
