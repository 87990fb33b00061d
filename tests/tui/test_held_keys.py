"""Keys that are held down: few frames, and in the end what is so at the last step."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import pytest
from textual import events
from textual.pilot import Pilot

from graphstep.recording import Stats
from graphstep.tui.app import StepApp
from graphstep.tui.chain_pane import ChainPane
from graphstep.tui.numbers import number
from graphstep.tui.values import SMALL, Values
from tests.tui.pilots import app_of, press, screen_text, until, walk

_HELD = 100
# A burst that was shown key by key would take as many frames as it has keys.
_FEW = _HELD // 4
_LARGE = jnp.linspace(-1.0, 1.0, 5 * SMALL)


def chain(x: jax.Array) -> jax.Array:
    """Do many small things."""
    for _ in range(_HELD):
        x = jnp.sin(x)
    return jnp.sum(x)


def broad(x: jax.Array) -> jax.Array:
    """Do a few things to many numbers."""
    for _ in range(6):
        x = jnp.sin(x)
    return jnp.sum(x)


async def burst(pilot: Pilot[int], key: str, times: int) -> None:
    """Send keys faster than any frame, and wait until nothing is left to be shown."""
    app = app_of(pilot)
    for _ in range(times):
        app.post_message(events.Key(key, key))
    await until(pilot, lambda: not app.has_more_to_show)
    await pilot.pause()
    await until(pilot, lambda: not app.has_more_to_show)


def count(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> list[Any]:
    """Return a list that grows by what a method is called with."""
    calls: list[Any] = []
    original = getattr(owner, name)

    def counted(self: Any, *args: Any) -> Any:
        calls.append(args)
        return original(self, *args)

    monkeypatch.setattr(owner, name, counted)
    return calls


def on_stale(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the step of every frame."""
    frames: list[int] = []
    original = StepApp.on_stale

    def counted(self: StepApp) -> None:
        if self.state.cursor is not None:
            frames.append(self.state.cursor.index)
        original(self)

    monkeypatch.setattr(StepApp, "on_stale", counted)
    return frames


async def test_a_hundred_keys_at_once_are_a_hundred_steps_in_a_few_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Keys that come faster than frames all count, and most are never drawn."""
    async with walk(chain, jnp.ones(3)) as pilot:
        frames = on_stale(monkeypatch)

        await burst(pilot, "n", _HELD)

        cursor = app_of(pilot).state.cursor
        assert cursor is not None
        assert cursor.index == _HELD
        assert frames[-1] == _HELD
        assert len(frames) < _FEW
        assert f"forward {_HELD + 1}/" in screen_text(pilot)


async def test_after_a_burst_the_inspector_shows_the_value_of_the_last_step() -> None:
    """What is said of a large array in the end is what the recording says of it."""
    async with walk(broad, _LARGE, panes=("inspector", "chain")) as pilot:
        await burst(pilot, "n", 5)

        app = app_of(pilot)
        assert app.state.cursor is not None
        assert app.recording is not None
        stats = app.recording.stats(app.state.cursor.step.node)
        assert isinstance(stats, Stats)
        shown = screen_text(pilot, "inspector")
        assert f"‖·‖ {number(stats.l2)}" in shown
        assert f"{stats.positive}" in shown
        assert "measuring" not in shown


async def test_after_a_burst_the_chain_rule_is_that_of_the_last_step() -> None:
    """Terms of large arrays are those of the step at which keys came to rest."""
    async with walk(broad, _LARGE, panes=("chain", "inspector")) as pilot:
        await press(pilot, "G")
        await burst(pilot, "p", 4)

        app = app_of(pilot)
        pane, cursor = app.pane("chain"), app.state.cursor
        assert isinstance(pane, ChainPane)
        assert cursor is not None
        assert app.recording is not None
        node = cursor.step.node
        stats = app.recording.stats(node, of="cotangent")
        assert isinstance(stats, Stats)
        assert "adding up" not in pane.plain
        assert number(stats.l2) in pane.plain


async def test_large_arrays_that_pass_by_are_not_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a burst, no more arrays are measured than were on the screen of a frame."""
    async with walk(broad, _LARGE, panes=("inspector",)) as pilot:
        await until(pilot, lambda: not app_of(pilot).has_more_to_show)
        frames = on_stale(monkeypatch)
        looks = count(monkeypatch, Values, "look_apart")

        await burst(pilot, "n", 6)

        cursor = app_of(pilot).state.cursor
        assert cursor is not None
        nodes = [key.node for (key,) in looks]
        shown = {cursor.timeline.step(index).node for index in frames}
        assert nodes
        assert set(nodes) <= shown
        assert nodes[-1] == cursor.step.node
        assert len(looks) == len(set(looks))


async def test_held_down_the_outline_goes_a_line_for_every_key() -> None:
    """No key is lost because the line before it has not been drawn yet."""
    async with walk(chain, jnp.ones(3), panes=("outline",)) as pilot:
        before = app_of(pilot).state.selected_row

        await burst(pilot, "down", 20)

        assert app_of(pilot).state.selected_row == before + 20
