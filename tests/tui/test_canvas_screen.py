"""The drawing on the screen: what keys do to it, and to it alone."""

from __future__ import annotations

import dataclasses
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from textual.geometry import Offset
from textual.pilot import Pilot

from graphstep.tui.canvas_glyphs import DOUBLE, HEAVY
from graphstep.tui.canvas_layouts import LayoutKey
from graphstep.tui.canvas_marks import Marks
from graphstep.tui.canvas_moves import stubs_of
from graphstep.tui.drawing_state import ZOOM_WORDS, ZOOMS
from graphstep.tui.strips import cells_of, glyphs_of
from tests.tui.pilots import app_of, canvas_of, press, screen_text, settle, until, walk

X = jnp.array([1.0, -2.0, 0.5])


@jax.jit
def squash(x: jax.Array) -> jax.Array:
    return jnp.exp(x) / jnp.sum(jnp.exp(x))


def nested(x: jax.Array) -> jax.Array:
    h = squash(jnp.tanh(x))
    return jnp.sum(h * h)


def many(params: dict[str, jax.Array]) -> jax.Array:
    return sum((jnp.sum(p * p) for p in params.values()), jnp.float32(0))


def on_screen(pilot: Pilot[int], item: str) -> tuple[int, int]:
    """Return the cell of the screen where the upper left corner of a box is."""
    canvas = canvas_of(pilot)
    assert canvas.drawn is not None
    shape = canvas.drawn.boxes.get(item) or canvas.drawn.frames[item]
    place = canvas.content_region.offset
    x = shape.x - int(canvas.scroll_offset.x) + canvas._pad + place.x
    return x, shape.y - int(canvas.scroll_offset.y) + place.y


def char_at(pilot: Pilot[int], x: int, y: int) -> str:
    return screen_text(pilot).splitlines()[y][x]


async def test_the_cursor_has_a_double_border_wherever_it_is() -> None:
    """At every step of the walk the current box is in sight and marked."""
    async with walk(nested, X) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        for _ in range(len(app.state.cursor.timeline)):
            node = app.state.cursor.step.node or app.state.graph.outputs[-1]
            item = canvas.drawn.shown(node)
            if item in canvas.drawn.boxes:
                x, y = on_screen(pilot, item)
                assert char_at(pilot, x, y) == DOUBLE[0], (node, item)
            await press(pilot, "n")


async def test_selecting_another_box_marks_it_heavily() -> None:
    """A click selects; the cursor stays where it is."""
    async with walk(nested, X) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        (node,) = (n for n in app.state.graph.order if n == "0")
        x, y = on_screen(pilot, node)
        place = canvas.region.offset

        await pilot.click(canvas, offset=Offset(x - place.x + 3, y - place.y + 1))
        await settle(pilot)

        assert app.state.selected_node == node
        assert char_at(pilot, x, y) == HEAVY[0]
        assert app.state.cursor.at_start


async def test_opening_a_region_leaves_it_where_it_was() -> None:
    """The heading of a region does not move on the screen when it is opened."""
    async with walk(nested, X) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        region = next(r for r in app.state.graph.regions if r)
        await press(pilot, "E")
        x, y = on_screen(pilot, region)
        place = canvas.region.offset
        at = Offset(x - place.x + 3, y - place.y + 1)

        await pilot.click(canvas, offset=at, times=2)
        await settle(pilot)

        assert region in app.state.open
        assert region in canvas.drawn.frames
        assert on_screen(pilot, region)[1] == y


async def test_a_large_region_that_opens_shows_what_is_in_it() -> None:
    """Even where its heading was at the lower edge, and its middle is a void."""

    @jax.jit
    def large(x: jax.Array) -> jax.Array:
        for _ in range(4):
            x = sum((jnp.sin(x + n) * n for n in range(8)), x)
        return x

    def program(x: jax.Array) -> jax.Array:
        for _ in range(5):
            x = jnp.cos(x)
        return large(x)

    async with walk(program, X, size=(80, 40)) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        region = next(r for r in app.state.graph.regions if r)
        assert region not in app.state.open
        app.change(app.state.select_region(region))
        await settle(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: region in canvas.drawn.frames)
        frame, room = canvas.drawn.frames[region], canvas._room
        left, top = canvas.scroll_offset
        _, boxes = canvas.drawn.boxes_in(
            int(left),
            max(int(top), frame.y),
            int(left) + room.width - 1,
            int(top) + room.height - 1,
        )

        assert top <= frame.y <= top + room.height // 3 + 1
        assert len(boxes) >= 3


async def test_a_large_region_that_opens_has_no_void_above_it() -> None:
    """Where nothing else is in sight, its heading goes to the top."""

    @jax.jit
    def wide(x: jax.Array) -> jax.Array:
        xs = [x * n for n in range(14)]
        for _ in range(3):
            xs = [jnp.sin(x) + n for n, x in enumerate(xs)]
        return sum(xs, jnp.float32(0))

    def program(x: jax.Array) -> jax.Array:
        for _ in range(4):
            x = jnp.cos(x)
        return wide(x)

    async with walk(program, jnp.float32(1), size=(50, 24)) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        region = next(r for r in app.state.graph.regions if r)
        app.change(app.state.with_open(frozenset()).select_region(region))
        await settle(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: region in canvas.drawn.frames)
        frame, room = canvas.drawn.frames[region], canvas._room
        y, moved = frame.y - room.height // 3, set[bool]()
        for x in range(frame.x, frame.x + frame.width - room.width, 7):
            last = x + room.width - 1
            _, above = canvas.drawn.boxes_in(x, max(y, 0), last, frame.y - 1)
            found = canvas._below_void(frame, x, y)

            assert found == (y if above else frame.y - 1)
            moved.add(found != y)
        assert frame.height > room.height
        assert moved == {True, False}


async def test_the_first_screen_shows_most_of_what_is_above() -> None:
    """Of a drawing wider than the panel, no other part has more boxes at first."""

    def wide(x: jax.Array, *others: jax.Array) -> jax.Array:
        return sum((jnp.sin(x * each) for each in others), x)

    async with walk(wide, *[X] * 9, size=(60, 40)) as pilot:
        canvas = canvas_of(pilot)
        room, top = canvas._room, canvas.scroll_offset
        boxes = [b for b in canvas.drawn.boxes.values() if b.y < room.height]

        def seen(left: float) -> int:
            return sum(
                left <= b.x and b.x + b.width <= left + room.width for b in boxes
            )

        first, widest = canvas.focus_shape, canvas.drawn.width - room.width
        assert widest > 0
        assert top.x + 4 <= first.x
        assert first.x + first.width + 4 <= top.x + room.width
        others = range(
            max(0, first.x + first.width + 4 - room.width),
            min(first.x - 4, widest) + 1,
        )
        assert seen(top.x) == max(map(seen, others))


async def test_groups_of_inputs_open_and_close() -> None:
    """Enter on a leaf inside a closed group opens it, and closes it again."""
    params = {f"w{i}": X for i in range(12)}

    async with walk(many, params) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        assert "inputs:params" in canvas.drawn.boxes

        await press(pilot, "enter")
        assert "inputs:params" in canvas.drawn.frames
        assert "in0" in canvas.drawn.boxes

        await press(pilot, "enter")
        assert "inputs:params" in canvas.drawn.boxes
        assert app.state.drawing.open_groups == frozenset()


async def test_zoom_shows_more_and_less() -> None:
    """Values at the nearest zoom, primitives alone further out, then dots."""
    async with walk(nested, X) as pilot:
        await press(pilot, "G", "plus")
        near = screen_text(pilot)
        await press(pilot, "minus", "minus")
        far = screen_text(pilot)
        await press(pilot, "minus")
        dots = screen_text(pilot)

    gradient = jax.grad(nested)(X)
    strip = "".join(g for g, _ in glyphs_of(cells_of(gradient, 3), is_ascii=False))
    value = f"∂ {strip} +‖·‖ {float(np.linalg.norm(gradient)):.3g}"
    assert re.search(value, near)
    assert "tanh" in far
    assert not re.search(value, far)
    assert "◉" in dots


async def test_keys_that_change_nothing_say_why() -> None:
    """At the ends of the zoom, and where all is open or closed already."""
    async with walk(nested, X) as pilot:
        app = app_of(pilot)
        for key, words in (
            ("plus", "no more to show"),
            ("minus", "no less to show"),
            ("e", "everything is open already"),
            ("E", "nothing is open but what is around the cursor"),
        ):
            await press(pilot, *[key] * (len(ZOOMS) + 1))
            assert words in app.state.notice
        assert not app.state.open


async def test_the_direction_turns() -> None:
    """Left to right, the drawing of a chain is wider than it is high."""

    def chain(x: jax.Array) -> jax.Array:
        return jnp.sum(jnp.exp(jnp.sin(jnp.cos(x))))

    async with walk(chain, X) as pilot:
        down = canvas_of(pilot).drawn
        await press(pilot, "D")
        right = canvas_of(pilot).drawn

    assert down.height > right.height
    assert right.width > down.width


async def test_a_spotlight_dims_the_rest() -> None:
    """With the ancestors lit, a box that is none is faint."""

    def fn(x: jax.Array, y: jax.Array) -> jax.Array:
        return jnp.sum(jnp.sin(x)) + jnp.sum(jnp.cos(y))

    async with walk(fn, X, X) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        (sine,) = (
            n
            for n in app.state.graph.order
            if app.state.graph.node(n).primitive == "sin"
        )
        app.change(app.state.select_node(sine))
        await press(pilot, "d")
        marks = Marks(canvas.view, canvas.drawn, canvas.layouts.labels, None, 2)
        text = canvas.layouts.labels.text

        assert app.state.drawing.spotlight == "ancestors"
        lit = marks.look("in0", text("in0", 2))
        dimmed = marks.look("in1", text("in1", 2))
        assert dimmed.border_style == app.palette.faint
        assert lit.border_style != app.palette.faint


async def test_stubs_lead_there_and_back() -> None:
    """A quote jumps to the other end of a long edge, backspace returns."""

    def long(x: jax.Array) -> jax.Array:
        y = x
        for _ in range(30):
            y = jnp.sin(y)
        return jnp.sum(x * y)

    async with walk(long, X) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        (stub,) = stubs_of(canvas.drawn, "in0")

        await press(pilot, "apostrophe")
        assert app.state.selected_node == stub.use[1]

        await press(pilot, "backspace")
        assert app.state.selected_node == "in0"


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (80, 24), (40, 14)])
async def test_fit_finds_the_closest_zoom_at_which_all_is_seen(
    size: tuple[int, int],
) -> None:
    """Also of a drawing that is laid out in a thread; the zoom is said."""
    async with walk(nested, X, size=size) as pilot:
        app, canvas = app_of(pilot), canvas_of(pilot)
        await press(pilot, "x", "E", "F")
        await until(pilot, lambda: not app.has_more_to_show)
        await settle(pilot)

        zoom, room = app.state.drawing.zoom, canvas.scrollable_content_region
        layouts = canvas.layouts
        assert layouts is not None
        sizes: list[tuple[int, int]] = []
        for each in ZOOMS:
            key = dataclasses.replace(LayoutKey.of(app.state), zoom=each)
            found = layouts.find(key, 0)
            assert found is not None
            sizes.append((found.width, found.height))
        fits = [w <= room.width and h <= room.height for w, h in sizes]
        expected = max((z for z in ZOOMS if fits[z]), default=0)
        assert zoom == expected
        words = ZOOM_WORDS[zoom] if any(fits) else "even as dots"
        assert words in screen_text(pilot)
