"""Drive the application as a person would, and read what it shows."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import importlib.util
import sys
import unicodedata
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from textual import events
from textual.keys import (
    REPLACED_KEYS,
    _character_to_key,
    _get_unicode_name_from_key,
)
from textual.pilot import Pilot

import graphstep as gs
from graphstep.tui.app import StepApp
from graphstep.tui.arrangement import GRAPH, Arrangement
from graphstep.tui.canvas import Canvas

EXAMPLES = Path(__file__).parents[2] / "examples"


@contextlib.asynccontextmanager
async def walk(
    fn: Callable[..., Any],
    *args: Any,
    size: tuple[int, int] = (120, 40),
    panes: tuple[str, ...] = (),
    **options: Any,
) -> AsyncIterator[Pilot[int]]:
    """Open the walk through a recording of `fn` at `args`, with chosen panels."""
    rec = gs.record(fn, *args, **options)
    app = StepApp(rec.graph, recording=rec)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        if panes:
            await show(pilot, *panes)
        yield pilot


async def show(pilot: Pilot[int], *panes: str) -> None:
    """Show these panels beside a narrow graph, or one alone; the first has the keys."""
    app = app_of(pilot)
    arrangement = Arrangement(
        shown=tuple(pane for pane in panes if pane != GRAPH),
        share=20,
        is_maximised=len(panes) == 1,
    )
    state = app.state.focused(panes[0])
    app.change(dataclasses.replace(state, arrangement=arrangement))
    await settle(pilot)


async def fold_all(pilot: Pilot[int]) -> None:
    """Close every region."""
    app = app_of(pilot)
    app.change(app.state.with_open(frozenset()))
    await settle(pilot)


async def settle(pilot: Pilot[int]) -> None:
    """Wait until nothing is left to be shown, but for a recording that is being made."""
    app, pause = app_of(pilot), 0.002
    while app.is_running and not app._exit:
        # Nothing will come of an application that has failed.
        assert app._exception is None
        before = app.state
        # Whatever waited for somebody is handled, and what is seen is drawn; either may
        # bring up more.
        await pilot.pause(0)
        if app.state is before and not _has_more(app):
            return
        if app.is_running and not app.message_queue_size:
            # Threads are at work, or timers run: leave them the processor.
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.03)


def _has_more(app: StepApp) -> bool:
    if not app.is_running or app._exit:
        return False
    screen = app.screen
    if app.is_recording:
        pumps = (app, screen, *screen.walk_children())
        return app.is_stale or any(pump.message_queue_size for pump in pumps)
    is_to_be_drawn = screen._layout_required or bool(screen._dirty_widgets)
    return is_to_be_drawn or app.has_more_to_show


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Press keys, each once the effect of those before is shown, then wait for its own.

    Textual's own way waits in vain for a busy machine to come to rest.
    """
    for key in keys:
        send(pilot, key)
        await settle(pilot)
    if not keys:
        await settle(pilot)


def send(pilot: Pilot[int], key: str) -> None:
    """Press a key without waiting for anything."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    char = key if len(key) == 1 else _character_of(key)
    event = events.Key(name, char)
    event.set_sender(pilot.app)
    assert pilot.app._driver is not None
    pilot.app._driver.send_message(event)


def _character_of(key: str) -> str | None:
    name = _get_unicode_name_from_key(REPLACED_KEYS.get(key, key))
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return None


async def until(pilot: Pilot[int], claim: Callable[[], bool]) -> None:
    """Wait for a condition; the test's own time limit ends a vain wait."""
    while not claim():
        # Nothing will come of an application that has failed.
        assert pilot.app._exception is None
        await pilot.pause(0.001)


def app_of(pilot: Pilot[int]) -> StepApp:
    """Return the application that a pilot drives."""
    app = pilot.app
    assert isinstance(app, StepApp)
    return app


def canvas_of(pilot: Pilot[int]) -> Canvas:
    """Return the panel of the graph."""
    canvas = app_of(pilot).pane("graph")
    assert isinstance(canvas, Canvas)
    return canvas


def screen_text(pilot: Pilot[int], pane: str = "") -> str:
    """Return the characters on the screen, or those of one panel."""
    strips = pilot.app.screen._compositor.render_strips()
    if pane:
        place = app_of(pilot).pane(pane).region
        strips = [s.crop(place.x, place.right) for s in strips[place.y : place.bottom]]
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def line_with(pilot: Pilot[int], text: str, pane: str = "") -> str:
    """Return the first line of the screen, or of a panel, with `text` in it."""
    shown = screen_text(pilot, pane)
    found = [line for line in shown.splitlines() if text in line]
    assert found, f"{text!r} is not on the screen:\n{shown}"
    return found[0]


def number_after(text: str, mark: str) -> float:
    """Return the number that stands right after `mark`."""
    word = text.split(mark, 1)[1].split(maxsplit=1)[0]
    return float(word.replace("−", "-"))


def example(name: str) -> Any:
    """Import one of the examples."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their own module up.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
