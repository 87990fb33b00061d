"""Of a program too long to be laid out at once, a stretch is seen until all of it is."""

from __future__ import annotations

import functools
import queue
import threading
from typing import Any

import jax
import jax.numpy as jnp
import pytest

import graphstep as gs
from graphstep.graph import ProgramGraph
from graphstep.layout import Layout, lay_out
from graphstep.tui import canvas_layouts
from graphstep.tui.app import StepApp
from graphstep.tui.canvas_layouts import LayoutKey, Layouts
from graphstep.tui.state import UiState
from tests.tui.pilots import screen_text, settle, until
from tests.tui.test_canvas_sight import canvas_of, seen_at

_LENGTH = 1_500


@functools.cache
def long_graph() -> ProgramGraph:
    def fn(x: jax.Array) -> jax.Array:
        for _ in range(_LENGTH):
            x = jax.lax.sin(x)
        return x

    return gs.trace(fn, jnp.ones(())).graph


@pytest.fixture
def may_go_on(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Return what layouts of the whole wait for."""
    event = threading.Event()

    def slow(*args: Any, **options: Any) -> Layout:
        if options["near"] is None:
            event.wait()
        return lay_out(*args, **options)

    monkeypatch.setattr(canvas_layouts, "lay_out", slow)
    return event


def test_a_sketch_stands_in_until_all_is_laid_out(may_go_on: threading.Event) -> None:
    """The first answer is nothing, then a stretch around the place, then everything."""
    graph, told = long_graph(), queue.SimpleQueue[None]()
    layouts = Layouts(graph, lambda: told.put(None))
    key = LayoutKey.of(UiState.of(graph))

    def find() -> Layout | None:
        return layouts.find(key, len(graph), _LENGTH // 2)

    first = find()
    told.get()
    second = find()
    may_go_on.set()
    told.get()
    third = find()

    assert first is None
    assert second is not None
    assert second.is_sketch
    assert graph.order[_LENGTH // 2] in second.boxes
    assert third is not None
    assert not third.is_sketch
    assert len(third.boxes) == len(graph)


async def test_what_is_selected_stays_where_it_is_when_the_rest_comes(
    may_go_on: threading.Event,
) -> None:
    """The sketch says that more is to come, and gives way without a jump."""
    app = StepApp(long_graph())
    node = long_graph().order[_LENGTH // 2]
    app.state = app.state.select_node(node)
    async with app.run_test(size=(100, 40)) as pilot:
        await until(pilot, lambda: canvas_of(pilot).drawn is not None)
        canvas = canvas_of(pilot)
        await until(pilot, lambda: not app.is_stale)
        assert canvas.drawn is not None
        assert canvas.drawn.is_sketch
        assert not canvas.is_up_to_date
        assert canvas.minimap is None
        before = seen_at(canvas, node)
        drawn_early = "sin" in screen_text(pilot, "graph")
        may_go_on.set()
        await until(pilot, lambda: canvas.is_up_to_date)
        await settle(pilot)

        assert drawn_early
        assert not canvas.drawn.is_sketch
        assert seen_at(canvas, node) == before
        assert canvas.minimap is not None
