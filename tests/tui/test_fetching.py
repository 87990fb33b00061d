"""Arrays that a summary did not keep are fetched when somebody looks at them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from graphstep.errors import RecordingError
from graphstep.recording import Absence, Progress, Recording, Stats
from graphstep.tui import fetching, resting
from graphstep.tui.job import Job
from graphstep.tui.progress import ProgressBar
from graphstep.tui.zooming import nodes_to_fetch
from tests.tui.pilots import (
    app_of,
    line_with,
    press,
    screen_text,
    send,
    settle,
    show,
    until,
    walk,
)

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
        await until(pilot, lambda: not isinstance(primal(app.recording, "0"), Absence))
        await press(pilot)

        np.testing.assert_allclose(primal(app.recording, "0"), np.sin(X), rtol=1e-6)
        assert "Only statistics" not in screen_text(pilot, "inspector")


async def test_the_array_panel_fetches_by_itself_what_takes_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stepping on where nothing was kept brings the elements along."""
    monkeypatch.setattr(fetching, "_QUICK", 1e9)
    async with walk(loss, X, panes=("array",), budget=NONE) as pilot:
        app = app_of(pilot)
        await press(pilot, "n")
        await until(pilot, lambda: "+0" in screen_text(pilot, "array"))

        assert not isinstance(primal(app.recording, "0"), Absence)


async def test_what_only_passes_by_is_not_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each fetch may compile a program, so it waits until keys rest."""
    monkeypatch.setattr(fetching, "_QUICK", 1e9)
    fetched: list[str | None] = []
    async with walk(loss, X, panes=("inspector",), budget=NONE) as pilot:
        app = app_of(pilot)
        monkeypatch.setattr(
            app, "_fetch", lambda _: fetched.append(app.state.inspected)
        )
        await show(pilot, "array")
        fetched.clear()
        monkeypatch.setattr(resting, "_REST", 3600.0)
        send(pilot, "n")
        await until(pilot, lambda: app.state.cursor.index == 1 and not app.is_stale)
        assert fetched == []
        app._fetching._come()

        assert fetched == [app.state.inspected]


async def test_what_takes_long_is_fetched_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A slow program is not run again by itself; the panel says how long it takes."""
    monkeypatch.setattr(fetching, "_QUICK", 0.0)
    async with walk(loss, X, panes=("array",), budget=NONE) as pilot:
        app = app_of(pilot)
        await press(pilot, "n")

        assert "Enter runs the program again to fetch it" in screen_text(pilot, "array")
        assert isinstance(primal(app.recording, "0"), Absence)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Hold fetches up before their stage `compile` until an event is set."""
    monkeypatch.setattr(fetching, "_QUICK", 0.0)
    monkeypatch.setattr(fetching, "_PATIENCE", 0.001)
    go_on = threading.Event()
    zoom = Recording.zoom

    def slow(self: Recording, nodes: Sequence[str], *, progress: Progress) -> Recording:
        def report(stage: str, seconds: float) -> bool | None:
            wanted = progress(stage, seconds)
            if stage == "compile":
                go_on.wait(60)
            return wanted

        return zoom(self, nodes, progress=report)

    monkeypatch.setattr(Recording, "zoom", slow)
    yield go_on
    go_on.set()


async def test_fetching_shows_its_stages(held: threading.Event) -> None:
    """The bar says what is going on, since when, and what ends it."""
    async with walk(loss, X, panes=("array",), budget=NONE) as pilot:
        await press(pilot, "n")
        send(pilot, "enter")
        bar = pilot.app.screen_stack[0].query_one(ProgressBar)
        await until(pilot, lambda: "Esc cancels" in screen_text(pilot))
        await until(pilot, lambda: "✓ lower" in screen_text(pilot))

        assert "running again for 5 nodes · compile · " in line_with(pilot, "running")
        held.set()
        await until(pilot, lambda: "ran again in" in app_of(pilot).state.notice)
        assert bar.progress is None
        assert "+0" in screen_text(pilot, "array")


async def test_escape_ends_the_wait_for_arrays(held: threading.Event) -> None:
    """What XLA still brings is dropped; until then no second fetch begins."""
    async with walk(loss, X, panes=("array",), budget=NONE) as pilot:
        app = app_of(pilot)
        await press(pilot, "n")
        send(pilot, "enter")
        await until(pilot, lambda: "· compile ·" in screen_text(pilot))
        job = app._job
        await press(pilot, "escape")

        assert "dropped" in app.state.notice
        assert "running again" not in screen_text(pilot)
        await press(pilot, "enter")
        assert app._job is job
        assert "has not come to an end yet" in app.state.notice

        held.set()
        assert isinstance(job, Job)
        await until(pilot, lambda: not job.is_alive)
        await settle(pilot)
        assert isinstance(primal(app.recording, "0"), Absence)
        await press(pilot, "enter")
        await until(pilot, lambda: not isinstance(primal(app.recording, "0"), Absence))


async def test_arrays_that_come_after_escape_are_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also if Escape came when nothing was left to be stopped."""
    monkeypatch.setattr(fetching, "_QUICK", 0.0)
    go_on, zoom = threading.Event(), Recording.zoom
    begun = threading.Event()

    def slow(self: Recording, nodes: Sequence[str], *, progress: Progress) -> Recording:
        zoomed = zoom(self, nodes, progress=progress)
        begun.set()
        go_on.wait(60)
        return zoomed

    monkeypatch.setattr(Recording, "zoom", slow)
    async with walk(loss, X, panes=("array",), budget=NONE) as pilot:
        app = app_of(pilot)
        await press(pilot, "n")
        send(pilot, "enter")
        await until(pilot, begun.is_set)
        job = app._job
        await press(pilot, "escape")
        go_on.set()
        assert isinstance(job, Job)
        await until(pilot, lambda: not job.is_alive)
        await settle(pilot)

        assert app.recording is not None
        assert app.recording.zoomed == []


async def test_what_cannot_be_fetched_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording from a file has no program to run; that is said once."""
    monkeypatch.setattr(fetching, "_QUICK", 1e9)

    def zoom(_: Recording, __: Sequence[str], *, progress: Progress) -> None:
        del progress
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
