"""A program that takes, computes and returns nothing can be opened all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

import graphstep as gs
from graphstep.tui.app import StepApp
from tests.tui.pilots import app_of, press, screen_text, settle, until, walk

NO_STEPS = "has no steps"


def nothing() -> None:
    """Take nothing, compute nothing."""


def same(x: float) -> float:
    return x


async def test_a_walk_without_steps_opens_and_says_so() -> None:
    """Keys that need a place in the walk say why there is none; others work."""
    async with walk(nothing) as pilot:
        app = app_of(pilot)
        assert app.state.cursor is None
        assert "nothing" in screen_text(pilot)
        for key in ("n", "p", "c", "b", "w", "s", "enter", "}", "S"):
            await press(pilot, key)
        await press(pilot, "n")
        assert NO_STEPS in app.state.notice
        await press(pilot, ":", *"next", "enter")
        assert NO_STEPS in app.state.notice
        await press(pilot, "v", "+", "-", "F", "D", "Z", "?", "escape")
        await press(pilot, "q")
    assert app.return_value == 0


async def test_a_walk_without_steps_is_recorded_and_recorded_again(
    tmp_path: Path,
) -> None:
    """It is there in the list of recordings, and saved."""
    trace = gs.trace(nothing)
    app = StepApp(trace.graph, trace=trace, save=tmp_path / "run.gstep")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.state.runs.current == 1)
        assert NO_STEPS in app.state.notice
        await settle(pilot)
        await press(pilot, "R")
        await until(pilot, lambda: app.state.runs.current == 2)
    assert len(gs.load(tmp_path / "run.gstep").graph) == 0


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_walk_of_inputs_and_outputs_alone(size: tuple[int, int]) -> None:
    """A function that returns its input has a step for each, and one for the seed."""
    async with walk(same, 1.5, size=size) as pilot:
        app = app_of(pilot)
        for _ in range(6):
            await press(pilot, "n")
        assert app.state.cursor is not None
        assert app.state.cursor.at_end
        await press(pilot, "p", "c")
        assert app.state.cursor.at_end
