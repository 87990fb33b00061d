"""The laws of the walk hold for what the keys, the bar and the state do."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import pytest

import graphstep as gs
from graphstep.stepping import BACKWARD, Cursor, cursor
from graphstep.tui.state import UiState
from graphstep.tui.timeline_bar import TimelineBar
from tests import programs
from tests.tui.pilots import app_of, canvas_of, example, press, walk

EXAMPLES = {"lstm_scan": "loss", "newton_while": "error"}
MOVES = {
    "n": Cursor.next,
    "p": Cursor.previous,
    "N": Cursor.over,
    "P": Cursor.reverse_over,
    "s": Cursor.into,
    "o": Cursor.out,
    "O": Cursor.reverse_out,
    "g": Cursor.first,
    "G": Cursor.last,
}
ZOO = [
    "cond_of_scan",
    "custom_jvp_in_jit",
    "named_scopes",
    "remat_in_jit_in_remat",
    "scan_nested",
    "scan_of_jit_and_cond",
    "scan_zero_length",
    "shard_map_with_scan",
    "switch_three",
    "while_of_stopped_values",
    "no_inputs",
    "same_value_twice",
]


def target(name: str) -> tuple[Any, tuple[Any, ...]]:
    module = example(name)
    args = module.example_args
    return getattr(module, EXAMPLES[name]), args() if callable(args) else args


@pytest.mark.parametrize("name", EXAMPLES)
async def test_keys_move_as_the_cursor_does(name: str) -> None:
    """From places all over the walk, every key leads where the cursor's method does."""
    fn, args = target(name)
    async with walk(fn, *args) as pilot:
        app = app_of(pilot)
        # What is drawn as one box is passed in one step; see below.
        for group in canvas_of(pilot).layouts.labels.groups:
            app.change(app.state.toggled_item(group))
        length = app.state.cursor.timeline.length
        for start in range(0, length, max(1, length // 3)):
            for key, move in MOVES.items():
                app.change(app.state.moved(app.state.cursor.seek(start)))
                expected = move(app.state.cursor).index
                await pilot.press(key)

                assert app.state.cursor.index == expected, (start, key)


async def test_a_closed_group_is_passed_in_one_step() -> None:
    """What is drawn as one box is one step over and one back; open, a leaf is."""
    params = {name: jnp.float32(1.0) for name in "abcd"}
    async with walk(lambda p, x: p["a"] * x + p["d"], params, 2.0) as pilot:
        app = app_of(pilot)
        (group,) = canvas_of(pilot).layouts.labels.groups

        def here() -> str:
            return app.state.graph.label(app.state.cursor.step.node)

        assert here() == "p['a']"
        await press(pilot, "N")
        assert here() == "x"
        await press(pilot, "P")
        assert here() == "p['a']"
        await press(pilot, "n", "n", "P")
        assert here() == "p['a']"
        await press(pilot, "G", "P", "P")
        assert app.state.cursor.pass_ == BACKWARD
        await press(pilot, "N", "N")
        assert app.state.cursor.at_end

        app.change(app.state.toggled_item(group))
        await press(pilot, "g", "N")
        assert here() == "p['b']"


@pytest.mark.parametrize("name", EXAMPLES)
async def test_next_and_previous_undo_each_other(name: str) -> None:
    """Wherever the walk is, a step on and a step back end where it was."""
    fn, args = target(name)
    async with walk(fn, *args) as pilot:
        app = app_of(pilot)
        length = app.state.cursor.timeline.length
        for start in range(1, length - 1, max(1, length // 4)):
            app.change(app.state.moved(app.state.cursor.seek(start)))
            await press(pilot, "n", "p")
            assert app.state.cursor.index == start
            await press(pilot, "p", "n")

            assert app.state.cursor.index == start


async def test_pointing_at_the_timeline_is_seeking() -> None:
    """A click goes to the step of that cell, which then shows the cursor."""
    fn, args = target("lstm_scan")
    async with walk(fn, *args) as pilot:
        app, bar = app_of(pilot), pilot.app.query_one(TimelineBar)
        scale = bar.scale
        for x in (0, 7, scale.forward.width + 2, scale.backward.x + 9, 117):
            await pilot.click(TimelineBar, offset=(x + 1, 1))
            await press(pilot)

            assert app.state.cursor.index == scale.index_at(x)
        assert app.state.cursor.at_end


async def test_the_timeline_is_dragged_along() -> None:
    """While the button is held, the cursor goes with the pointer; the wheel steps."""
    fn, args = target("lstm_scan")
    async with walk(fn, *args) as pilot:
        app, bar = app_of(pilot), pilot.app.query_one(TimelineBar)
        await pilot.mouse_down(TimelineBar, offset=(3, 1))
        await pilot.hover(TimelineBar, offset=(90, 1))
        await pilot.mouse_up(TimelineBar, offset=(90, 1))
        await press(pilot)
        assert app.state.cursor.index == bar.scale.index_at(89)
        await pilot.hover(TimelineBar, offset=(20, 1))

        assert app.state.cursor.index == bar.scale.index_at(89)


@pytest.mark.parametrize("name", ZOO)
def test_the_state_obeys_the_laws_of_the_walk(name: str) -> None:
    """Steps add up to a seek, undo each other, and the cursor's line is selected."""
    program = programs.build(name)
    with program.context():
        rec = gs.record(program.fn, *program.args, **program.options, **program.kwargs)
        state = UiState.of(rec.graph).begun(cursor(rec))
        length = state.cursor.timeline.length
        for step in range(min(length, 300)):
            assert state.cursor.index == step
            assert state.cursor.index == state.cursor.first().seek(step).index
            if len(rec.graph):
                assert state.selected_row == state.cursor_row
            there = state.moved(state.cursor.next())
            if not state.cursor.at_end:
                back = there.moved(there.cursor.previous())
                assert back.cursor == state.cursor
                assert back.inspected == state.inspected
            state = there
