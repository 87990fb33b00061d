"""The windows on modes, on derived programs and on transformations."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import pytest
from textual.pilot import Pilot

import graphstep as gs
from graphstep.tui.app import StepApp
from graphstep.tui.modes_actions import Opening
from graphstep.tui.modes_opening import run_opening
from graphstep.tui.modes_screen import LinkedScreen
from graphstep.tui.modes_sheet import LinkedSheet
from tests.tui.pilots import app_of, press, screen_text, settle, until

X, W = jnp.ones(3), jnp.ones((2, 3))


def fn(x: jax.Array, w: jax.Array) -> jax.Array:
    h = jnp.tanh(w @ x)
    return jnp.sum(h * jnp.sin(h))


@pytest.fixture(scope="module")
def recorded() -> tuple[gs.Trace, gs.Recording]:
    trace = gs.trace(fn, X, W)
    return trace, trace.record()


def app_with(recorded: tuple[gs.Trace, gs.Recording]) -> StepApp:
    trace, recording = recorded
    return StepApp(recording.graph, trace=trace, recording=recording)


def sheet_of(pilot: Pilot[int]) -> LinkedSheet:
    screen = app_of(pilot).screen
    assert isinstance(screen, LinkedScreen)
    return screen.query_one(LinkedSheet)


async def test_the_window_shows_what_the_command_prints(
    recorded: tuple[gs.Trace, gs.Recording],
) -> None:
    """Advice, table, residuals and the memory along the passes are there."""
    async with app_with(recorded).run_test(size=(120, 50)) as pilot:
        await settle(pilot)

        await press(pilot, "vertical_line")

        text = sheet_of(pilot).text
    assert "m = 1 output, n = 9 inputs: reverse mode" in text
    assert "jacrev(jacfwd)" in text
    assert "h, from tanh" in text
    assert "backward" in text.splitlines()[-1]


async def test_enter_on_a_residual_selects_its_node(
    recorded: tuple[gs.Trace, gs.Recording],
) -> None:
    """The window closes, and the node that made the residual is inspected."""
    async with app_with(recorded).run_test(size=(120, 50)) as pilot:
        await settle(pilot)
        await press(pilot, "vertical_line")
        for _ in range(3):
            await press(pilot, "down")
        node = sheet_of(pilot).chosen

        await press(pilot, "enter")

        app = app_of(pilot)
        assert not isinstance(app.screen, LinkedScreen)
        assert app.state.inspected == node == "1"
        assert app.state.graph.node(node).primitive == "tanh"


async def test_enter_on_a_call_selects_its_region() -> None:
    """A line that comes from a jit-compiled function as a whole leads to its box."""
    trace = gs.trace(lambda x: jnp.sum(jax.jit(jnp.sinc)(x)), X)
    app = StepApp(trace.graph, trace=trace, recording=trace.record())
    async with app.run_test(size=(150, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "number_sign")
        await press(pilot, "down")

        assert sheet_of(pilot).chosen == "0"
        await press(pilot, "enter")

        region = app.state.selected_region
        assert region is not None
        assert region.id == "0"


async def test_a_click_on_a_residual_selects_its_node(
    recorded: tuple[gs.Trace, gs.Recording],
) -> None:
    """The mouse does what Enter does."""
    async with app_with(recorded).run_test(size=(120, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "vertical_line")
        sheet = sheet_of(pilot)
        lines = sheet.text.splitlines()
        row = next(i for i, line in enumerate(lines) if "h, from tanh" in line)

        await pilot.click(sheet, offset=(3, row - int(sheet.scroll_offset.y)))
        await settle(pilot)

        assert app_of(pilot).state.inspected == "1"


async def test_times_are_measured_on_demand(
    recorded: tuple[gs.Trace, gs.Recording],
) -> None:
    """`t` runs every mode, and the table has the columns that it had not."""
    async with app_with(recorded).run_test(size=(120, 50)) as pilot:
        await settle(pilot)
        await press(pilot, "vertical_line")
        assert "measured 1" not in sheet_of(pilot).text

        await press(pilot, "t")
        await until(pilot, lambda: not app_of(pilot).is_working)
        await settle(pilot)

        heading = next(x for x in sheet_of(pilot).text.splitlines() if "passes" in x)
        assert heading.split()[-2:] == ["measured", "time"]


async def test_escape_stops_measuring_and_then_closes(
    recorded: tuple[gs.Trace, gs.Recording],
) -> None:
    """What is going on is given up first; the window stays for another key."""
    async with app_with(recorded).run_test(size=(120, 50)) as pilot:
        await settle(pilot)
        await press(pilot, "vertical_line")
        app = app_of(pilot)
        screen = app.screen
        assert isinstance(screen, LinkedScreen)
        screen.action_measure()
        await until(pilot, lambda: screen._is_measuring)

        screen.action_leave_lines()
        await until(pilot, lambda: not screen._is_measuring)

        assert app.screen is screen
        assert not app.is_working
        await press(pilot, "escape")
        assert app.screen is not screen


async def test_corresponding_equations_are_marked_together(
    recorded: tuple[gs.Trace, gs.Recording],
) -> None:
    """On one equation, those that JAX made of it are underlined in all programs."""
    async with app_with(recorded).run_test(size=(150, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "number_sign")
        sheet = sheet_of(pilot)
        await press(pilot, "down")
        while sheet.chosen != "2":
            await press(pilot, "down")

        marked = [
            segment.text
            for y in range(sheet.size.height)
            for segment in sheet.render_line(y)
            if segment.style and (segment.style.underline or segment.style.bold)
        ]

    text = " ".join(marked)
    assert "sin" in text
    assert "cos" in text
    assert "tanh" not in text


async def test_a_transformation_leaves_for_a_graph_of_its_own(
    recorded: tuple[gs.Trace, gs.Recording],
) -> None:
    """`:transform grad` traces the gradient's program, and asks for it to be opened."""
    app = app_with(recorded)
    app.can_open = True
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)

        await press(pilot, "colon", *"transform grad", "enter")
        await until(pilot, lambda: app._exit)

    assert app.opens is not None
    assert app.opens.recording is recorded[1]
    graph = app.opens.other.graph
    assert graph is not app.state.graph
    shapes = {
        name: graph.aval(node).shape
        for name, node in zip(graph.trace.out_names, graph.outputs, strict=True)
    }
    assert sorted(shapes.values()) == sorted([X.shape, W.shape])


def test_whoever_leaves_a_program_comes_back(
    recorded: tuple[gs.Trace, gs.Recording],
) -> None:
    """A program that was opened from another is left for that one."""
    trace, recording = recorded
    other = trace.transformed("grad")
    shown: list[tuple[str, bool]] = []

    def run(app: Any) -> int:
        shown.append((app.state.graph.trace.fn_name, app.recording is not None))
        if len(shown) == 1:
            app.opens = Opening(trace, recording, other)
        return 0

    def make(trace: Any, recording: Any) -> StepApp:
        graph = trace.graph if recording is None else recording.graph
        return StepApp(graph, trace=trace, recording=recording)

    assert run_opening(app_with(recorded), make, run) == 0
    assert shown == [("fn", True), ("grad(fn)", False), ("fn", True)]


async def test_what_is_no_transformation_is_said(
    recorded: tuple[gs.Trace, gs.Recording],
) -> None:
    """A wrong name leaves everything as it was, and says which there are."""
    async with app_with(recorded).run_test(size=(120, 40)) as pilot:
        await settle(pilot)

        await press(pilot, "colon", *"transform pmap", "enter")

        app = app_of(pilot)
        assert "There are: grad" in app.state.notice
        assert "There are: grad" in screen_text(pilot)
