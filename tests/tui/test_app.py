"""Keys, panels, sizes."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import pytest
from rich.text import Text

from graphstep.tui.actions import ACTIONS
from graphstep.tui.app import StepApp
from graphstep.tui.arrangement import Arrangement
from graphstep.tui.help_screen import HelpScreen
from graphstep.tui.inspector import Inspector
from graphstep.tui.view import View
from tests.tui.pilots import (
    app_of,
    fold_all,
    line_with,
    press,
    screen_text,
    settle,
    until,
    walk,
)


@jax.jit
def squash(x: jax.Array) -> jax.Array:
    return jnp.exp(x) / reduce_all(x)


@jax.jit
def reduce_all(x: jax.Array) -> jax.Array:
    return jnp.sum(jnp.exp(x)) + jnp.max(x)


def nested(x: jax.Array) -> jax.Array:
    y = squash(jnp.tanh(x))
    return jnp.sum(y * y)


X = jnp.arange(4.0)
OUTLINE = ("outline",)
BOTH = ("outline", "inspector")


def test_every_action_has_a_method() -> None:
    """Each line of the table of actions is something the application can do."""
    missing = [a.name for a in ACTIONS if not hasattr(StepApp, f"action_{a.name}")]

    assert missing == []


def test_no_key_has_two_actions() -> None:
    """A key does one thing, and Ctrl-P stays the palette's."""
    keys = [key for action in ACTIONS for key in action.keys]

    assert len(keys) == len(set(keys))
    assert "ctrl+p" not in keys


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_keys_that_quit(key: str) -> None:
    """Each of these leaves with status 0."""
    async with walk(nested, X) as pilot:
        await pilot.press(key)
    assert app_of(pilot).return_value == 0


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 60)])
async def test_the_step_is_on_screen_at_every_size(size: tuple[int, int]) -> None:
    """Position and cursor are visible from 40 by 12 cells on."""
    async with walk(nested, X, size=size, panes=OUTLINE) as pilot:
        await press(pilot, "n", "n")

        assert "forward 3/" in screen_text(pilot)
        assert "▶" in line_with(pilot, "│ ▶", "outline")


async def test_nothing_is_written_before_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first frame shows lines of the width that a panel then has."""
    widths: list[int] = []
    write = Inspector.write

    def noted(self: Inspector, view: View, width: int) -> tuple[str, Text]:
        widths.append(width)
        return write(self, view, width)

    monkeypatch.setattr(Inspector, "write", noted)
    async with walk(nested, X, size=(200, 60)) as pilot:
        assert set(widths) == {app_of(pilot).pane("inspector").text_width}


async def test_a_tiny_terminal_gets_one_readable_text() -> None:
    """Below 40 by 12 the position and the keys remain, and resizing brings all back."""
    async with walk(nested, X, size=(30, 8), panes=OUTLINE) as pilot:
        await press(pilot, "n")

        assert "forward 2/" in screen_text(pilot)
        assert "40×12" in screen_text(pilot)
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert "outline" in screen_text(pilot)


async def test_the_cursor_opens_the_regions_it_enters() -> None:
    """Stepping into a call shows its inside; closing it shows the cursor in it."""
    async with walk(nested, X, panes=OUTLINE) as pilot:
        await fold_all(pilot)
        assert "[+] jit squash" in screen_text(pilot)
        closed = len(app_of(pilot).state.rows)
        while not app_of(pilot).state.open:
            await press(pilot, "n")

        assert len(app_of(pilot).state.rows) > closed
        assert "[-]" in screen_text(pilot)
        await press(pilot, "home", "down", "down", "left")
        assert len(app_of(pilot).state.rows) == closed


async def test_enter_opens_and_closes_the_selected_region() -> None:
    """Enter on a heading shows and hides what is inside."""
    async with walk(nested, X, panes=OUTLINE) as pilot:
        await fold_all(pilot)
        state = app_of(pilot).state
        row = next(r for r in range(len(state.rows)) if state.rows.region(r))
        await press(pilot, *["down"] * row, "enter")
        opened = len(app_of(pilot).state.rows)
        await press(pilot, "space")

        assert opened > len(state.rows)
        assert len(app_of(pilot).state.rows) == len(state.rows)


@pytest.mark.parametrize(
    "shown", [("outline", "inspector", "chain"), ("source", "jaxpr", "stops", "array")]
)
async def test_nothing_but_the_graph_and_the_outline_shows_what_is_open(
    shown: tuple[str, ...],
) -> None:
    """Panels that are not written anew when a region opens would say the same."""
    async with walk(nested, X, size=(200, 60)) as pilot:
        app = app_of(pilot)
        app.change(dataclasses.replace(app.state, arrangement=Arrangement(shown)))
        await press(pilot, "n", "n")
        assert {pane.pane_id for pane in app.panes_box.visible_panes} >= set(shown)
        for opened in (frozenset[str](), frozenset(app.state.graph.regions) - {""}):
            app.change(app.state.with_open(opened))
            await settle(pilot)
            before = app.screen._compositor.render_strips()
            app.mark_stale()
            await settle(pilot)
            assert before == app.screen._compositor.render_strips()


async def test_selecting_does_not_move_the_cursor() -> None:
    """Any node can be looked at while the cursor stays, and w goes back to it."""
    async with walk(nested, X, panes=OUTLINE) as pilot:
        await press(pilot, "n", "end")
        state = app_of(pilot).state

        assert state.cursor.index == 1
        assert state.inspected == "out0"
        assert "»" in screen_text(pilot)
        await press(pilot, "w")
        assert app_of(pilot).state.inspected == state.cursor.step.node


async def test_run_to_the_selected_node() -> None:
    """`t` puts the cursor at the selected line."""
    async with walk(nested, X, panes=OUTLINE) as pilot:
        await press(pilot, "end", "t")

        assert app_of(pilot).state.cursor.step.node == "out0"


async def test_search_goes_from_hit_to_hit() -> None:
    """`/` finds, `.` and `,` go on and back, opening what hides a hit."""
    async with walk(nested, X, panes=OUTLINE) as pilot:
        await press(pilot, "slash", *"reduce_", "enter")
        first = app_of(pilot).state.selected
        await press(pilot, "full_stop")
        second = app_of(pilot).state.selected
        await press(pilot, "comma")

        assert first != second
        assert app_of(pilot).state.selected == first


async def test_a_vain_search_says_so() -> None:
    """Nothing found, or a malformed expression, is a notice and not a crash."""
    async with walk(nested, X, panes=OUTLINE) as pilot:
        await press(pilot, "slash", *"zzz", "enter")
        assert "nothing is like `zzz`" in screen_text(pilot)
        await press(pilot, "slash", "(", "enter")
        assert app_of(pilot).state.is_alarming


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("goto nowhere", "There is no node"),
        ("break h if", "no"),
        ("break", "there are no breakpoints"),
        ("delete 3", "Expected `all`"),
        ("iter 2", "in a loop"),
        ("pass sideways", "not a pass"),
        ("frobnicate", "is none of"),
    ],
)
async def test_a_wrong_command_says_what_is_wrong(command: str, said: str) -> None:
    """Each mistake is one line at the bottom."""
    async with walk(nested, X, size=(160, 30)) as pilot:
        await press(pilot, "colon")
        app_of(pilot).screen.query_one("#prompt").value = command
        await press(pilot, "enter")

        assert said in screen_text(pilot)


async def test_a_breakpoint_is_marked_and_stops() -> None:
    """`B` marks the selected line, `c` runs to it, `B` clears it."""
    async with walk(nested, X, panes=OUTLINE) as pilot:
        await press(pilot, "end", "B", "c")
        await until(pilot, lambda: app_of(pilot).state.cursor.step.node == "out0")
        await settle(pilot)

        assert "■" in screen_text(pilot)
        await press(pilot, "B")
        assert "■" not in screen_text(pilot)


async def test_help_lists_every_action() -> None:
    """The help screen is the table of actions."""
    async with walk(nested, X, size=(120, 250)) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        text = screen_text(pilot)
        await press(pilot, "escape")

        assert all(action.help in text for action in ACTIONS)
        assert not isinstance(pilot.app.screen, HelpScreen)


async def test_tab_switches_to_the_inspector_in_a_small_terminal() -> None:
    """Where there is room for one panel only, Tab shows the other."""
    async with walk(nested, X, size=(60, 14), panes=BOTH) as pilot:
        assert "outline" in screen_text(pilot)
        # The graph comes between them.
        await press(pilot, "tab", "tab")

        assert "outline" not in screen_text(pilot)
        assert "primal" in screen_text(pilot)


async def test_stepping_over_a_loop_leaves_it_closed() -> None:
    """A loop passed in one step shows as one line, with its trip count."""

    def fn(x: jax.Array) -> jax.Array:
        return jax.lax.scan(lambda c, _: (jnp.sin(c), None), x, None, length=7)[0]

    async with walk(fn, 0.5, panes=OUTLINE) as pilot:
        await fold_all(pilot)
        await press(pilot, "N")

        assert "[+] scan ×7" in line_with(pilot, "│ ▶", "outline")
        await press(pilot, "s")
        assert app_of(pilot).state.cursor.step.node == "out0"


async def test_hostile_names_are_shown_as_text() -> None:
    """Markup, escape sequences and line breaks in names stay text."""

    def fn(tree: dict[str, jax.Array]) -> jax.Array:
        return sum(jnp.sum(leaf) for leaf in tree.values())

    names = {"[bold red]x[/]": 1.0, "\x1b[31mred": 2.0, "a\nb": 3.0, "x" * 5000: 4.0}
    async with walk(fn, names, size=(160, 40), panes=BOTH) as pilot:
        for _ in range(len(names)):
            await press(pilot, "n")
        text = screen_text(pilot)

        assert "[bold red]x[/]" in text
        assert "\x1b" not in text


async def test_a_large_array_is_measured_in_the_background() -> None:
    """The statistics of a large array come without the panel waiting for them."""
    x = jnp.ones((600, 600))
    async with walk(lambda x: jnp.sum(x * 2), x, panes=BOTH) as pilot:
        await until(pilot, lambda: "mean 1" in screen_text(pilot))

        assert "+ 360000" in screen_text(pilot)


async def test_integers_say_why_they_have_no_cotangent() -> None:
    """The reason stands in the inspector."""

    def fn(x: jax.Array, n: jax.Array) -> jax.Array:
        return x * n

    async with walk(fn, 2.0, 3, panes=BOTH) as pilot:
        await press(pilot, "n")

        assert "none: Integers and booleans" in screen_text(pilot)


async def test_without_colour_every_state_can_be_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Under NO_COLOR done, current and pending differ in their marks."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with walk(nested, X, panes=OUTLINE) as pilot:
        await press(pilot, "n")
        text = screen_text(pilot)

        assert pilot.app.no_color
        assert {"●", "▶", "○"} <= set(text)
