"""What is seen of the graph stays in place, and any program can be looked at."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Offset, Region
from textual.pilot import Pilot
from textual.strip import Strip

import graphstep as gs
from graphstep.layout import Box, Frame, Layout
from graphstep.tui import canvas as canvas_module
from graphstep.tui import canvas_layouts
from graphstep.tui.app import StepApp
from graphstep.tui.canvas import Canvas
from graphstep.tui.canvas_layouts import Layouts
from tests.tui.pilots import app_of, press, screen_text, settle, show, until, walk

X = jnp.array([1.0, -2.0, 0.5])


def chain(x: jax.Array) -> jax.Array:
    for _ in range(20):
        x = jnp.sin(x)
    return x.sum()


def looped(x: jax.Array) -> jax.Array:
    return jax.lax.fori_loop(0, 3, lambda _, y: jnp.sin(y) * x, x).sum()


def canvas_of(pilot: Pilot[int]) -> Canvas:
    canvas = app_of(pilot).pane("graph")
    assert isinstance(canvas, Canvas)
    return canvas


def seen_at(canvas: Canvas, item: str) -> tuple[int, int]:
    """Return where the middle of a box's upper border is, in cells of the panel."""
    assert canvas.drawn is not None
    shape: Box | Frame = canvas.drawn.boxes.get(item) or canvas.drawn.frames[item]
    x = shape.x + shape.width // 2 - int(canvas.scroll_offset.x) + canvas._pad
    return x, shape.y - int(canvas.scroll_offset.y)


async def wheel(pilot: Pilot[int], event: Any, x: int, y: int) -> None:
    """Turn the wheel over a cell of the drawing, with Ctrl held down."""
    canvas = canvas_of(pilot)
    place = canvas.content_region.offset - canvas.region.offset
    await pilot._post_mouse_events(
        [event], canvas, Offset(x + place.x, y + place.y), control=True
    )
    await settle(pilot)


async def test_the_wheel_zooms_at_the_pointer() -> None:
    """With Ctrl held down, the box under the pointer stays there."""
    async with walk(chain, X) as pilot:
        await show(pilot, "graph")
        app, canvas = app_of(pilot), canvas_of(pilot)
        for _ in range(3):
            await press(pilot, "pagedown")
        item = next(
            item for item in canvas.drawn.boxes if 8 < seen_at(canvas, item)[1] < 20
        )
        x, y = seen_at(canvas, item)
        zoom = app.state.drawing.zoom

        await wheel(pilot, MouseScrollUp, x, y + 1)

        assert app.state.drawing.zoom == zoom + 1
        assert seen_at(canvas, item)[1] == y
        assert abs(seen_at(canvas, item)[0] - x) <= 1

        await wheel(pilot, MouseScrollDown, x, y + 1)

        assert app.state.drawing.zoom == zoom
        assert seen_at(canvas, item)[1] == y


async def test_zooming_keeps_what_is_looked_at() -> None:
    """Far from what is selected, the box in the middle of the panel stays there."""
    async with walk(chain, X) as pilot:
        await show(pilot, "graph")
        canvas = canvas_of(pilot)
        for _ in range(3):
            await press(pilot, "pagedown")
        middle = canvas.content_region.height // 2
        item = min(
            canvas.drawn.boxes, key=lambda box: abs(seen_at(canvas, box)[1] - middle)
        )
        before = seen_at(canvas, item)[1]

        await press(pilot, "plus")

        assert abs(seen_at(canvas, item)[1] - before) <= 4


def stairs(x: jax.Array) -> jax.Array:
    """Several scopes, each drawn further to the right than the one before."""
    found = [x]
    for i in range(12):
        with jax.named_scope(f"scope{i}"):
            found.append(jnp.sin(found[-1]) * sum(found))
    return sum(found, jnp.zeros(3)).sum()


async def test_paging_never_shows_a_blank_part() -> None:
    """However wide the drawing, each page down has a box in it."""
    async with walk(stairs, X, size=(60, 20)) as pilot:
        await show(pilot, "graph")
        canvas = canvas_of(pilot)
        await press(pilot, "e")
        for _ in range(12):
            await press(pilot, "pagedown")

            x, y = (
                int(canvas.scroll_offset.x) - canvas._pad,
                int(canvas.scroll_offset.y),
            )
            room = canvas.content_region
            _, boxes = canvas.drawn.boxes_in(
                x, y, x + room.width - 1, y + room.height - 1
            )
            assert boxes, y


async def test_only_lines_that_look_different_are_drawn_again() -> None:
    """A step within sight has part of the panel drawn."""
    async with walk(chain, X) as pilot:
        await show(pilot, "graph")
        canvas = canvas_of(pilot)
        await press(pilot, "n")
        drawn: list[Strip] = []
        join = canvas._join
        canvas._join = lambda line: (drawn.append(line), join(line))[1]

        await press(pilot, "n")

        assert 0 < len(drawn) < canvas.content_region.height


def deep(x: jax.Array) -> jax.Array:
    """100 scopes, one in the other."""

    def inside(depth: int) -> jax.Array:
        if not depth:
            return jnp.sin(x)
        with jax.named_scope(f"s{depth}"):
            return inside(depth - 1)

    return inside(100).sum()


def wide(x: jax.Array) -> jax.Array:
    return sum((jnp.sin(x * i) for i in range(100)), jnp.zeros(3)).sum()


def nothing() -> tuple[()]:
    return ()


@pytest.mark.parametrize("size", [(40, 12), (200, 60)])
@pytest.mark.parametrize(
    ("fn", "args"), [(deep, (X,)), (wide, (X,)), (nothing, ()), (lambda x: x, (X,))]
)
async def test_any_program_can_be_looked_at(
    fn: Any, args: tuple[Any, ...], size: tuple[int, int]
) -> None:
    """Every key of the graph works in deep, wide and empty programs."""
    app = StepApp(gs.trace(fn, *args).graph)

    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, *"eJKHLFD++---+d'EM", "enter", "backspace", "pagedown", "w")

        canvas = canvas_of(pilot)
        layout = canvas.drawn
        assert layout is not None
        assert len(layout.boxes) > 0 or not len(app.state.graph)
        assert "graph" in screen_text(pilot)


async def test_the_first_layout_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """While there is nothing to be seen yet, the panel says what is being done."""
    monkeypatch.setattr(Layouts, "find", lambda *_: None)
    graph = gs.trace(chain, X).graph

    async with StepApp(graph).run_test(size=(80, 24)) as pilot:
        words = f"laying out {len(graph)} nodes …"

        await until(pilot, lambda: words in screen_text(pilot))


async def test_a_drawing_that_is_soon_there_is_painted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between a key and its drawing nothing is painted; then all that it changes is."""
    monkeypatch.setattr(canvas_layouts, "_SMALL", 0)
    monkeypatch.setattr(canvas_module, "_PATIENCE", 60.0)
    painted: list[tuple[Layout | None, bool]] = []
    render_lines = Canvas.render_lines

    def noted(self: Canvas, crop: Region) -> list[Strip]:
        painted.append((self.drawn, self.is_up_to_date))
        return render_lines(self, crop)

    async with walk(looped, X) as pilot:
        await show(pilot, "graph")
        app, canvas = app_of(pilot), canvas_of(pilot)
        before = canvas.drawn
        monkeypatch.setattr(Canvas, "render_lines", noted)
        app.change(app.state.with_open(frozenset()))
        await until(pilot, lambda: canvas.is_up_to_date)
        await settle(pilot)

        assert canvas.drawn is not before
        assert painted
        assert all(drawn is canvas.drawn for drawn, _ in painted)
        assert "laying out" not in screen_text(pilot)


async def test_a_drawing_that_is_late_is_waited_for_with_the_old_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a moment the old drawing shows the new state and says what is being done."""
    async with walk(looped, X) as pilot:
        await show(pilot, "graph")
        app, canvas, find = app_of(pilot), canvas_of(pilot), Layouts.find
        before = canvas.drawn
        monkeypatch.setattr(Layouts, "find", lambda *_: None)
        app.change(app.state.with_open(frozenset()))
        await until(pilot, lambda: "laying out …" in screen_text(pilot))

        assert canvas.drawn is before
        assert canvas._painter is not None
        assert canvas._painter.view.state is app.state

        monkeypatch.setattr(Layouts, "find", find)
        app.mark_stale()
        await until(pilot, lambda: canvas.is_up_to_date)
        await until(pilot, lambda: "laying out" not in screen_text(pilot))
