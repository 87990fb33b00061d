"""Every action has a key, a command and a mouse way, and says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import pytest
from textual.pilot import Pilot

import graphstep as gs
from graphstep.tui.actions import ACTIONS, BY_NAME
from graphstep.tui.app import StepApp
from graphstep.tui.arrangement import PANES
from graphstep.tui.commands import COMMANDS, WRITTEN
from graphstep.tui.commands_actions import command_of
from graphstep.tui.footer import bar_actions
from graphstep.tui.help_lines import help_lines, narrowed, sheet
from graphstep.tui.help_screen import HelpScreen, HelpSheet
from graphstep.tui.orders import ActionAsked, PromptAsked
from graphstep.tui.palette import palette
from graphstep.tui.text_screen import TextScreen
from graphstep.tui.view import View
from tests.tui.pilots import app_of, press, screen_text, until, walk

LINES = help_lines(ACTIONS, WRITTEN, can_walk=True)


def net(x: jax.Array) -> jax.Array:
    return jnp.sum(jnp.tanh(x) ** 2)


X = jnp.arange(3.0)


def actions_of_lines() -> Iterator[str]:
    return (x.message.name for x in LINES if isinstance(x.message, ActionAsked))


def test_every_action_has_a_line_that_does_it() -> None:
    """A click on a line of help is the mouse's way to any action."""
    assert sorted(actions_of_lines()) == sorted(a.name for a in ACTIONS)


def test_every_action_shows_how_the_keyboard_does_it() -> None:
    """Help names its key; an action without one shows the command to type."""
    for line in LINES:
        if isinstance(line.message, ActionAsked):
            action = BY_NAME[line.message.name]
            assert line.left == (action.shown or f":{command_of(action).name}")
            assert action.keys or not action.shown or action.shown == "Enter"


def test_every_command_has_a_line_that_begins_it() -> None:
    """A click on a command opens the prompt with it."""
    asked = [x.message for x in LINES if isinstance(x.message, PromptAsked)]

    assert [a.text.strip() for a in asked] == [c.name for c in WRITTEN]
    assert {c.action for c in COMMANDS} >= {a.name for a in ACTIONS}


@pytest.mark.parametrize("width", [30, 74, 110, 190, 300])
def test_every_line_can_be_clicked_where_it_stands(width: int) -> None:
    """In one column or several, each line is at some cell, and fits its column."""
    laid_out = sheet(LINES, width)
    found = {
        id(laid_out.at(x, y))
        for y in range(laid_out.height)
        for x in range(0, width, laid_out.width)
    }

    assert {id(line) for line in LINES} <= found
    for y in range(laid_out.height):
        strip = laid_out.strip(y, palette(is_dark=True), None)
        assert strip.cell_length <= width


def test_wide_screens_have_columns_of_about_one_height() -> None:
    """No group is torn apart, and no column is left almost empty."""
    columns = sheet(LINES, 180).columns

    assert len(columns) == 2
    assert min(map(len, columns)) > max(map(len, columns)) / 2
    groups = [{line.group for line in column if line.left} for column in columns]
    assert not groups[0] & groups[1]


def test_words_narrow_the_lines() -> None:
    """All words must be in a line: its keys, its text, its names or its heading."""
    found = narrowed(LINES, "loop first")

    assert found
    assert all("first" in f"{x.left} {x.right} {x.words}".lower() for x in found)
    assert narrowed(LINES, "frobnicate") == ()


async def test_the_palette_offers_every_action() -> None:
    """Ctrl-P lists them all, with what they do."""
    async with walk(net, X) as pilot:
        app = app_of(pilot)
        offered = {c.help for c in app.get_system_commands(app.screen)}

        assert offered >= {action.help for action in ACTIONS}


async def click_line(pilot: Pilot[int], action: str) -> None:
    """Click the line of an action on the help screen."""
    shown = pilot.app.screen.query_one(HelpSheet)
    laid_out = shown._sheet
    for column in laid_out.columns:
        for y, line in enumerate(column):
            if isinstance(line.message, ActionAsked) and line.message.name == action:
                x = laid_out.columns.index(column) * laid_out.width + 3
                shown.scroll_to(y=y, animate=False, immediate=True)
                await pilot.pause()
                top = int(shown.scroll_offset.y)
                await pilot.click("#help-lines", offset=(x, y - top))
                return


async def test_a_click_in_help_does_the_action() -> None:
    """The screen closes, and what the line said is done."""
    async with walk(net, X, size=(190, 40)) as pilot:
        app = app_of(pilot)
        await press(pilot, "question_mark")
        await click_line(pilot, "last")
        await until(pilot, lambda: app.state.cursor.at_end)
        await press(pilot, "question_mark")
        await click_line(pilot, "maximise")
        await until(pilot, lambda: app.state.arrangement.is_maximised)

        assert not isinstance(app.screen, HelpScreen)


async def test_typing_narrows_help_and_enter_does_the_first_line() -> None:
    """Words, then Enter: the whole of help is a way to find a key by what it does."""
    async with walk(net, X) as pilot:
        app = app_of(pilot)
        await press(pilot, "question_mark", *"last step")
        assert "first step" not in screen_text(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: app.state.cursor.at_end)


async def test_help_has_a_topic() -> None:
    """`:help watch` shows the lines about watches; Escape shows all, then closes."""
    async with walk(net, X) as pilot:
        await press(pilot, "colon", *"help watch", "enter")
        text = screen_text(pilot)
        assert "watch the inspected value" in text
        assert "step over" not in text
        await press(pilot, "escape")
        assert "step over" in screen_text(pilot)
        await press(pilot, "escape")

        assert not isinstance(pilot.app.screen, HelpScreen)


async def test_keys_in_the_footer_can_be_clicked() -> None:
    """The word `next` at the bottom is a button."""
    async with walk(net, X) as pilot:
        app = app_of(pilot)
        await pilot.click("#keys", offset=(2, 0))
        await until(pilot, lambda: app.state.cursor.index == 1)


async def test_the_footer_is_about_the_panel_that_has_the_keys() -> None:
    """What can be done in a panel stands there before the rest."""
    async with walk(net, X) as pilot:
        app = app_of(pilot)
        for pane, own in (("stops", "switch_stop"), ("graph", "fit")):
            assert pane in PANES
            view = View(app.state.focused(pane), app._values, app.palette)
            shown = {action.name for action in bar_actions(view, 118)}
            assert {"next", "previous", "help", "leave", own} <= shown
        narrow = {action.name for action in bar_actions(view, 40)}

        assert {"next", "previous", "help"} <= narrow


async def test_a_notice_leaves_keys_in_sight_until_the_next_key() -> None:
    """What was said about a key goes with the next one, and hides no key to press."""
    async with walk(net, X) as pilot:
        app = app_of(pilot)
        await press(pilot, "G", "n")
        said = app.state.notice

        assert said == "the last step; p goes back"
        keys = screen_text(pilot).splitlines()[-1]
        assert said in keys
        assert "? help" in keys
        await press(pilot, "M")
        assert not app.state.notice


async def test_a_notice_that_is_cut_can_be_read_in_a_window() -> None:
    """By the key that then stands after it, and by a click on that."""
    said = "what was searched for is " + "far " * 20 + "away"
    async with walk(net, X, size=(80, 24)) as pilot:
        app = app_of(pilot)
        app.change(app.state.say("before"))
        app.change(app.state.say(said))
        await until(pilot, lambda: "Ctrl-N" in screen_text(pilot))
        line = screen_text(pilot).splitlines()[-1]
        assert said[:40] in line
        assert said[-20:] not in line

        await pilot.click("#keys", offset=(line.index("Ctrl-N"), 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        words = " ".join(re.sub(r"[│╭╮╰╯─]", " ", screen_text(pilot)).split())
        assert f"{' '.join(said.split())} before" in words


async def test_the_command_palette_offers_nothing_twice() -> None:
    """Every action by what it does, and of Textual's own only what no action does."""
    async with walk(net, X) as pilot:
        commands = list(pilot.app.get_system_commands(pilot.app.screen))
        helps = [command.help for command in commands]

        assert {action.help for action in ACTIONS} < set(helps)
        assert len(helps) == len(set(helps)) == len(ACTIONS) + 1


async def test_a_key_that_needs_values_says_so() -> None:
    """Before there is a recording, no key of the walk is silent."""
    graph = gs.trace(net, X).graph
    async with StepApp(graph).run_test(size=(120, 40)) as pilot:
        await press(pilot, "n")

        assert "needs values" in app_of(pilot).state.notice


async def test_only_actions_with_a_key_stand_in_the_footer() -> None:
    """A word without a key says nothing about how to do it."""
    async with walk(net, X) as pilot:
        app = app_of(pilot)
        for pane in PANES:
            view = View(app.state.focused(pane), app._values, app.palette)

            assert all(action.shown for action in bar_actions(view, 400))


async def test_help_says_when_nothing_matches() -> None:
    """An empty screen would look broken."""
    async with walk(net, X) as pilot:
        await press(pilot, "question_mark", "x", "z", "x")

        assert "nothing with these words" in screen_text(pilot)
