"""The loop bar shows the iterations around the cursor and goes where it is told."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

import graphstep as gs
from graphstep.tui.app import StepApp
from graphstep.tui.loop_bar import LoopBar
from graphstep.tui.timeline_bar import TimelineBar
from tests.tui.pilots import (
    app_of,
    line_with,
    number_after,
    press,
    screen_text,
    settle,
    until,
    walk,
)


def fn(x: jax.Array) -> jax.Array:
    """Ten turns; the value becomes NaN in the seventh."""

    def step(carry: jax.Array, i: jax.Array) -> tuple[jax.Array, None]:
        y = jnp.sin(carry) * 0.9
        return jnp.where(i == 6, jnp.sqrt(y - 5.0), y), None

    return lax.scan(step, x, jnp.arange(10))[0].sum()


def node_of(app: object, primitive: str) -> str:
    graph = app.state.graph
    return next(n for n in graph.order if graph.node(n).primitive == primitive)


async def test_the_bar_is_there_only_inside_of_a_loop() -> None:
    """Outside of loops its room is the panels'."""
    async with walk(fn, jnp.ones(2)) as pilot:
        app, bar = app_of(pilot), pilot.app.query_one(LoopBar)
        assert not bar.display
        app.change(app.state.moved(app.state.cursor.to(node_of(app, "sin"), 3)))
        await settle(pilot)

        assert bar.display
        assert line_with(pilot, "scan iteration 3/10")


async def test_in_ascii_a_cotangent_is_not_taken_for_its_value() -> None:
    """Its bar over a letter cannot be drawn, so it is spelled out."""

    def loss(x: jax.Array) -> jax.Array:
        return lax.fori_loop(0, 9, lambda _, c: jnp.sin(c) * 0.5, x).sum()

    recording = gs.record(loss, jnp.array([0.3, 0.8]))
    app = StepApp(recording.graph, recording=recording, ascii=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        there = app.state.cursor.to(node_of(app, "sin"), 2)
        app.change(app.state.moved(there))
        await settle(pilot)
        name = recording.graph.label(there.step.node)
        line = line_with(pilot, "scan iteration 2/9")

        assert len(name) == 1
        assert f"|{name}| " in line
        assert f"|ct({name})| " in line
        assert screen_text(pilot).isascii()


async def test_the_norms_of_this_iteration_are_the_recordings() -> None:
    """Both norms are those of `rec.primal` and `rec.cotangent` in that iteration."""

    def loss(x: jax.Array) -> jax.Array:
        return lax.fori_loop(0, 9, lambda _, c: jnp.sin(c) * 0.5, x).sum()

    async with walk(loss, jnp.array([0.3, 0.8])) as pilot:
        app = app_of(pilot)
        node = node_of(app, "sin")
        name = app.state.graph.label(node)
        for turn in (0, 4, 8):
            app.change(app.state.moved(app.state.cursor.to(node, turn)))
            await settle(pilot)
            line = line_with(pilot, f"scan iteration {turn}/9")

            primal = np.linalg.norm(app.recording.primal(node, 0, turn))
            assert number_after(line, f"‖{name}‖ ") == pytest.approx(primal, rel=5e-3)
            cotangent = np.linalg.norm(app.recording.cotangent(node, 0, turn))
            rest = line.split(f"‖{name}‖ ")[1]
            assert number_after(rest, "‖ ") == pytest.approx(cotangent, rel=5e-3)


async def test_keys_go_along_the_iterations() -> None:
    """`[` `]` step, `{` `}` go to the ends, at the same equation."""
    async with walk(fn, jnp.ones(2)) as pilot:
        app = app_of(pilot)
        node = node_of(app, "sin")
        app.change(app.state.moved(app.state.cursor.to(node, 3)))
        for key, turn in (
            ("right_square_bracket", 4),
            ("left_square_bracket", 3),
            ("right_curly_bracket", 9),
            ("right_square_bracket", 9),
            ("left_curly_bracket", 0),
        ):
            await press(pilot, key)

            assert app.state.cursor.step.iteration == (turn,)
            assert app.state.cursor.step.node == node


async def test_the_bad_iteration_is_gone_to() -> None:
    """`I` leads to the first NaN, says so, and the plot has the letter there."""
    async with walk(fn, jnp.ones(2)) as pilot:
        app = app_of(pilot)
        app.change(app.state.moved(app.state.cursor.to(node_of(app, "sqrt"), 0)))
        await press(pilot, "I")

        assert app.state.cursor.step.iteration[0] == 0
        assert "first whose primal is NaN" in app.state.notice
        app.change(app.state.moved(app.state.cursor.to(node_of(app, "sin"), 0)))
        await press(pilot, "I")

        assert app.state.cursor.step.iteration == (7,)
        assert "iteration 7" in app.state.notice
        name = app.state.graph.label(node_of(app, "sin"))
        assert line_with(pilot, f" ‖{name}‖ █").count("N") == 3 * 6


async def test_pointing_at_the_plot_goes_to_that_iteration() -> None:
    """A click, a drag or the wheel over the plot scrubs along the loop."""
    async with walk(fn, jnp.ones(2)) as pilot:
        app, bar = app_of(pilot), pilot.app.query_one(LoopBar)
        node = node_of(app, "sin")
        app.change(app.state.moved(app.state.cursor.to(node, 3)))
        await settle(pilot)
        start = bar._label + 2
        await pilot.click(LoopBar, offset=(start + 6 * 5 + 1, 1))
        await press(pilot)
        assert app.state.cursor.step.iteration == (5,)
        await pilot.mouse_down(LoopBar, offset=(start, 1))
        await pilot.hover(LoopBar, offset=(start + 6 * 8, 2))
        await pilot.mouse_up(LoopBar, offset=(start + 6 * 8, 2))
        await press(pilot)

        assert app.state.cursor.step.iteration == (8,)
        assert app.state.cursor.step.node == node


async def test_a_selected_value_moves_along_the_loop_without_the_cursor() -> None:
    """Outside of the loop, the selection says which loop, and the cursor goes there."""
    async with walk(fn, jnp.ones(2)) as pilot:
        app = app_of(pilot)
        node = node_of(app, "sin")
        app.change(app.state.select_node(node))
        await settle(pilot)
        assert line_with(pilot, "scan iteration 0/10")
        await press(pilot, "right_curly_bracket")

        assert app.state.cursor.step.node == node
        assert app.state.cursor.step.iteration == (9,)


async def test_long_loops_are_measured_in_the_background() -> None:
    """The bar says that it is measuring, then shows the norms."""

    def loss(x: jax.Array) -> jax.Array:
        return lax.fori_loop(0, 3000, lambda _, c: jnp.sin(c), x).sum()

    async with walk(loss, jnp.ones(100), budget=10**9) as pilot:
        app, bar = app_of(pilot), pilot.app.query_one(LoopBar)
        app.change(app.state.moved(app.state.cursor.to(node_of(app, "sin"), 2999)))
        await settle(pilot)
        await until(pilot, lambda: bar.track("cotangent") is not None)
        await until(pilot, lambda: bar.track("primal") is not None)
        await settle(pilot)

        assert "measuring …" not in screen_text(pilot)
        assert line_with(pilot, "scan iteration 2999/3000")


async def test_breakpoints_are_marked_on_the_timeline() -> None:
    """Each visit at which a breakpoint may stop has a mark in its cell."""

    def loss(x: jax.Array) -> jax.Array:
        return jnp.tanh(jnp.sin(x) * x)

    async with walk(loss, 1.0) as pilot:
        app, bar = app_of(pilot), pilot.app.query_one(TimelineBar)
        node = node_of(app, "sin")
        app.change(app.state.select_node(node))
        await press(pilot, "B")
        await press(pilot, "g")
        timeline, scale = app.state.cursor.timeline, bar.scale
        line = line_with(pilot, "┊seed┊")

        marked = [i for i, cell in enumerate(line[1:]) if cell == "■"]
        visits = [timeline.index(p, node) for p in ("forward", "backward")]
        assert marked == [scale.cell_of(index) for index in visits]
