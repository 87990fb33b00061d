"""Arrays that a summary did not keep are fetched when somebody looks at them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from graphstep.errors import RecordingError
from graphstep.recording import Absence, Recording, Stats
from graphstep.tui import examining
from graphstep.tui.zooming import nodes_to_fetch
from tests.tui.pilots import app_of, press, screen_text, send, until, walk

# A summary keeps small arrays all the same.
X = jnp.linspace(-2.0, 3.0, 6_000)
# Bytes: too few for arrays.
NONE = 64


def loss(x: jax.Array) -> jax.Array:
    return jnp.sum(jnp.tanh(jnp.sin(x)) * x)


def primal(recording: Recording | None, node: str) -> Any:
    assert recording is not None
    return recording.primal(node)


async def test_statistics_are_there_without_arrays() -> None:
    """The inspector of a summary shows what was kept, and says what was not."""
    async with walk(loss, X, panes=("inspector",), budget=NONE) as pilot:
        await press(pilot, "n")
        app = app_of(pilot)
        assert app.recording is not None
        assert app.recording.mode == "summary"
        stats = app.recording.stats("0")
        assert isinstance(stats, Stats)

        text = screen_text(pilot, "inspector")
        assert f"− {stats.negative}" in text
        assert "Only statistics were kept. Enter runs again" in text


async def test_enter_fetches_the_array() -> None:
    """After that the spread is drawn, and the elements are there."""
    async with walk(loss, X, panes=("inspector",), budget=NONE) as pilot:
        app = app_of(pilot)
        await press(pilot, "n", "enter")
        await until(pilot, lambda: "ran again" in app.state.notice)
        await press(pilot)

        np.testing.assert_allclose(primal(app.recording, "0"), np.sin(X), rtol=1e-6)
        assert "Only statistics" not in screen_text(pilot, "inspector")


async def test_the_array_panel_fetches_by_itself_what_takes_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stepping on where nothing was kept brings the elements along."""
    monkeypatch.setattr(examining, "_QUICK", 1e9)
    async with walk(loss, X, panes=("array",), budget=NONE) as pilot:
        app = app_of(pilot)
        await press(pilot, "n")
        await until(pilot, lambda: "+0" in screen_text(pilot, "array"))

        assert not isinstance(primal(app.recording, "0"), Absence)


async def test_what_takes_long_is_fetched_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A slow program is not run again by itself; the panel says how long it takes."""
    monkeypatch.setattr(examining, "_QUICK", 0.0)
    async with walk(loss, X, panes=("array",), budget=NONE) as pilot:
        app = app_of(pilot)
        await press(pilot, "n")

        assert "Enter runs the program again to fetch it" in screen_text(pilot, "array")
        assert isinstance(primal(app.recording, "0"), Absence)


async def test_fetching_is_reported_and_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What takes long is spoken of, and Escape lets it be."""
    monkeypatch.setattr(examining, "_QUICK", 0.0)
    waiting = threading.Event()

    def zoom(_: Recording, __: Sequence[str]) -> None:
        waiting.wait(20)

    monkeypatch.setattr(Recording, "zoom", zoom)
    async with walk(loss, X, panes=("array",), budget=NONE) as pilot:
        app = app_of(pilot)
        await press(pilot, "n")
        send(pilot, "enter")
        await until(pilot, lambda: "Esc cancels" in app.state.notice)
        assert "running again" in app.state.notice
        await press(pilot, "escape")
        waiting.set()

        assert app.state.notice == "cancelled"
        assert not app.is_working


async def test_what_cannot_be_fetched_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording from a file has no program to run; that is said once."""
    monkeypatch.setattr(examining, "_QUICK", 1e9)

    def zoom(_: Recording, __: Sequence[str]) -> None:
        msg = "This recording cannot be zoomed."
        raise RecordingError(msg)

    monkeypatch.setattr(Recording, "zoom", zoom)
    async with walk(loss, X, panes=("array",), budget=NONE) as pilot:
        app = app_of(pilot)
        await press(pilot, "n")
        await until(pilot, lambda: "cannot be zoomed" in app.state.notice)
        await press(pilot, "n")

        assert not app.is_working
        assert app.state.notice == ""
        assert "This recording cannot be zoomed." in screen_text(pilot, "array")
        assert "Enter runs" not in screen_text(pilot, "array")


async def test_whoever_steps_on_finds_the_next_arrays_there() -> None:
    """Nodes are fetched in the direction of the walk, as many as fit."""
    async with walk(loss, X, panes=("inspector",), budget=NONE) as pilot:
        cursor = app_of(pilot).state.cursor
        assert cursor is not None

        assert nodes_to_fetch(cursor.next(), "0") == ("0", "1", "2", "3", "out0")
        back = nodes_to_fetch(cursor.last(), "2")
        assert back == ("2", "1", "0", "in0")
