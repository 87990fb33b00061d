"""Keys that come faster than the line they are for all arrive there, in their order."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

import graphstep as gs
from graphstep.tui.app import StepApp
from graphstep.tui.edit_screen import EditScreen
from graphstep.tui.prompt import Prompt
from tests.tui.pilots import app_of, press, screen_text, send, settle, walk

X = jnp.arange(6.0).reshape(2, 3)


def chain(x: jax.Array) -> jax.Array:
    for _ in range(6):
        x = jnp.sin(x)
    return jnp.sum(x * x)


async def type_at_once(pilot: Pilot[int], *keys: str) -> None:
    """Send keys without waiting for the effect of any, then for that of all."""
    for key in keys:
        send(pilot, key)
    await settle(pilot)


async def test_a_search_and_a_command_may_be_typed_at_once() -> None:
    """What follows Enter is a key again."""
    async with walk(chain, X) as pilot:
        app = app_of(pilot)
        await type_at_once(pilot, *"/mul", "enter", *"nn:goto 4", "enter", *"n")

        assert app.state.found.query == "mul"
        assert [app.state.graph.node(n).primitive for n in app.state.hits] == ["mul"]
        assert app.state.cursor is not None
        assert app.state.cursor.step.node == "5"
        assert not app.query_one(Prompt).is_open


async def test_given_up_at_once() -> None:
    """What follows Escape is a key again, too."""
    async with walk(chain, X) as pilot:
        app = app_of(pilot)
        await type_at_once(pilot, *":quit", "escape", *"nn")

        assert app.state.cursor.index == 2


@pytest.mark.parametrize(("keys", "typed"), [("S1", "slice 1"), ("@1", "element 1")])
async def test_what_asks_for_a_command_is_typed_into(keys: str, typed: str) -> None:
    """The prompt stands there with a word in it, before what is typed."""
    async with walk(chain, X, panes=("array",)) as pilot:
        await type_at_once(pilot, *keys)

        assert app_of(pilot).query_one(Prompt).value == typed


async def test_windows_are_typed_into() -> None:
    """Help is narrowed at once, and a change is written at once."""
    trace = gs.trace(chain, X)
    app = StepApp(trace.graph, trace=trace, recording=trace.record())
    async with app.run_test() as pilot:
        await type_at_once(pilot, *"?watch")
        assert app.screen.query_one(Input).value == "watch"
        await press(pilot, "escape", "escape")
        await type_at_once(pilot, "equals_sign", *"[0]")

        assert isinstance(app.screen, EditScreen)
        assert app.screen.query_one(Input).value.endswith("[0]")


async def test_where_nothing_is_asked_nothing_waits() -> None:
    """Without a loop there is no iteration to be asked for, and keys go on."""
    async with walk(chain, X) as pilot:
        await type_at_once(pilot, *"inn")

        assert app_of(pilot).state.cursor.index == 2
        assert "forward 3/" in screen_text(pilot)
