"""The graph on the screen: what is painted is what the layout says, marked by the walk."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import pytest
from rich.cells import cell_len

import graphstep as gs
from graphstep.layout import Layout, lay_out
from graphstep.tui.canvas_marks import Marks
from graphstep.tui.canvas_moves import neighbour
from graphstep.tui.canvas_paint import Painter
from graphstep.tui.canvas_text import Labels
from graphstep.tui.minimap import Minimap
from graphstep.tui.palette import palette
from graphstep.tui.state import UiState
from graphstep.tui.view import View

X = jnp.array([1.0, -2.0, 0.5])


@jax.jit
def squash(x: jax.Array) -> jax.Array:
    return jnp.exp(x) / jnp.sum(jnp.exp(x))


def nested(x: jax.Array) -> jax.Array:
    h = squash(jnp.tanh(x))
    return jnp.sum(h * h)


def scanned(x: jax.Array) -> jax.Array:
    def body(carry: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        carry = jnp.sin(carry) * x
        return carry, carry.sum()

    return jax.lax.scan(body, x, None, length=4)[1].sum()


def many(params: dict[str, jax.Array]) -> jax.Array:
    return sum((jnp.sum(p * p) for p in params.values()), jnp.float32(0))


PROGRAMS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "nested": (nested, (X,)),
    "scanned": (scanned, (X,)),
    "many": (many, ({f"w{i}": X for i in range(12)},)),
    "gradient": (jax.grad(nested), (X,)),
}


def painted(
    graph: gs.ProgramGraph, zoom: int, direction: Any = "down"
) -> tuple[Layout, list[str]]:
    """Return a layout with everything open, and its rows as text."""
    state = UiState.of(graph)
    state = state.with_open(frozenset(r for r in graph.regions if r))
    labels = Labels(graph)
    layout = lay_out(
        graph,
        state.open,
        labels.measure(zoom, state.open),
        direction=direction,
        title=lambda item: labels.title_width(item, zoom),
    )
    view = View(state, None, palette(is_dark=True))
    marks = Marks(view, layout, labels, None, zoom)
    painter = Painter(view, labels, marks, zoom)
    rows = [
        painter.row(y, 0, layout.width, layout.row(y)).text
        for y in range(layout.height)
    ]
    return layout, rows


@pytest.mark.parametrize("direction", ["down", "right"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_every_box_has_its_border_and_its_name(name: str, direction: Any) -> None:
    """Corners are where the layout puts them, and the label is inside."""
    fn, args = PROGRAMS[name]
    graph = gs.trace(fn, *args).graph

    layout, rows = painted(graph, 2, direction)

    labels = Labels(graph)
    is_open = frozenset(r for r in graph.regions if r)
    for box in layout.boxes.values():
        top, bottom = rows[box.y], rows[box.y + box.height - 1]
        corners = top[box.x] + top[box.x + box.width - 1] + bottom[box.x]
        assert corners in ("╭╮╰", "┌┐└", "┏┓┗"), (box, corners)
        text = labels.text(box.id, 2, is_open=box.id in is_open)
        inside = rows[box.y + 1][box.x + 1 : box.x + box.width - 1]
        assert text.lines[0][:20] in inside


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_row_has_the_width_of_the_drawing(name: str) -> None:
    """No text spills over, at any zoom."""
    fn, args = PROGRAMS[name]
    graph = gs.trace(fn, *args).graph

    for zoom in range(4):
        layout, rows = painted(graph, zoom)
        assert {len(row) for row in rows} == {layout.width}


@pytest.mark.parametrize("name", PROGRAMS)
def test_lines_are_painted_where_they_run(name: str) -> None:
    """Each cell of a line shows a line, an arrow or a border that it passes."""
    fn, args = PROGRAMS[name]

    layout, rows = painted(gs.trace(fn, *args).graph, 2)

    titles = {
        (frame.y, x)
        for frame in layout.frames.values()
        for x in range(frame.title_x, frame.title_x + frame.title_width)
    }
    for y in range(layout.height):
        for cell in layout.row(y).cells:
            if (y, cell.x) in titles:
                continue
            char = rows[y][cell.x]
            expected = "▼" if cell.is_arrow else "─" if cell.is_crossing else None
            assert char == expected or (
                expected is None and char in "╵╶╰╷│╭├╴╯─┴╮┤┬┼┷┯┠┨━┃"
            ), (y, cell, char)


def test_open_regions_have_a_title() -> None:
    """The frame of a loop says what it is and how often it runs."""
    _, rows = painted(gs.trace(scanned, X).graph, 2)

    assert any("scan ×4" in row for row in rows)


def painter_of(graph: gs.ProgramGraph) -> Painter:
    state, labels = UiState.of(graph), Labels(graph)
    layout = lay_out(
        graph,
        state.open,
        labels.measure(2, state.open),
        title=lambda item: labels.title_width(item, 2),
    )
    view = View(state, None, palette(is_dark=True))
    return Painter(view, labels, Marks(view, layout, labels, None, 2), 2)


def test_a_part_of_a_row_is_that_part() -> None:
    """Painting from a column on gives the same cells as painting all, but titles."""
    painter = painter_of(gs.trace(nested, X).graph)
    layout = painter.marks.layout
    titled = {frame.y for frame in layout.frames.values()}

    for y in set(range(layout.height)) - titled:
        content = layout.row(y)
        whole = painter.row(y, 0, layout.width, content).text
        for x0 in (-3, 5, 11):
            part = painter.row(y, x0, 16, content).text
            padded = "   " + whole + " " * 20
            assert part == padded[x0 + 3 : x0 + 19]


@pytest.mark.parametrize("name", ["nested", "scanned"])
@pytest.mark.parametrize("width", [12, 25])
def test_a_title_is_written_where_its_frame_is_in_sight(name: str, width: int) -> None:
    """Whatever part of a frame is seen says what it is, if it has room for that."""
    fn, args = PROGRAMS[name]
    painter = painter_of(gs.trace(fn, *args).graph)
    layout = painter.marks.layout
    n_moved = 0

    for frame in layout.frames.values():
        content = layout.row(frame.y)
        lines = {cell.x for cell in content.cells}
        border = range(frame.x + 1, frame.x + frame.width - 1)
        for x0 in range(frame.x - width, frame.x + frame.width):
            text = painter.row(frame.y, x0, width, content).text
            free = [x in border and x not in lines for x in range(x0, x0 + width)]
            runs = "".join(" x"[each] for each in free).split()
            has_room = max(map(len, runs), default=0) >= 6
            is_usual = x0 <= frame.title_x and "⊟" in text
            n_moved += has_room and not is_usual

            assert not has_room or "⊟" in text, (x0, text)
            assert all(text[x - x0] == "┼" for x in lines if 0 <= x - x0 < width)

    assert n_moved > 5


def test_the_end_of_a_long_path_is_what_a_box_says() -> None:
    """The beginning is the same for all leaves of a model."""
    params = {"block_0": {"a_long_name_of_a_layer": {"kernel": X, "bias": X}}}
    graph = gs.trace(
        lambda variables: jax.tree.reduce(jnp.add, variables), params
    ).graph
    labels = Labels(graph)

    for node, leaf in zip(graph.inputs, ("bias", "kernel"), strict=True):
        for zoom in (1, 2, 3):
            name, *_ = labels.text(node, zoom).lines
            assert name.endswith(f"a_long_name_of_a_layer.{leaf}"[-29:])
            assert cell_len(name) <= 30


def test_what_a_loop_is_handed_says_as_what() -> None:
    """The same value may be a carry and a constant: their boxes say which is which."""
    graph = gs.trace(scanned, X).graph
    labels = Labels(graph)
    texts = {
        node.rpartition("/")[2]: labels.text(node, 2).lines
        for node in graph.order
        if graph.node(node).role == "binder"
    }

    assert texts == {
        "const0": ("x", "f32[3] const0"),
        "carry0": ("x", "f32[3] carry0"),
    }


def test_wide_characters_keep_borders_aligned() -> None:
    """A name of wide characters takes the cells that it is measured in."""

    def fn(数値: jax.Array) -> jax.Array:  # noqa: PLC2401 -- that is the point.
        return jnp.sin(数値)

    graph = gs.trace(fn, X).graph
    state, labels = UiState.of(graph), Labels(graph)
    layout = lay_out(graph, state.open, labels.measure(2, state.open))
    view = View(state, None, palette(is_dark=True))
    painter = Painter(view, labels, Marks(view, layout, labels, None, 2), 2)

    for y in range(layout.height):
        strip = painter.row(y, 0, layout.width, layout.row(y))
        assert sum(segment.cell_length for segment in strip) == layout.width


def test_neighbours_follow_the_data() -> None:
    """Up from a box is one of its operands, down one of its users."""
    graph = gs.trace(nested, X).graph
    layout = lay_out(graph, graph.regions, lambda _: (12, 4))
    (tanh,) = (n for n in graph.order if graph.node(n).primitive == "tanh")

    up = neighbour(layout, tanh, "up", is_down=True)
    down = neighbour(layout, tanh, "down", is_down=True)

    assert up == "in0"
    assert down in {target for _, target, _ in graph.uses(tanh)}


def test_the_minimap_has_a_dot_for_every_box() -> None:
    """The small picture is blank only where the drawing is."""
    graph = gs.trace(nested, X).graph
    layout = lay_out(graph, graph.regions, lambda _: (12, 4))

    small = Minimap.of(layout)

    columns, n_rows = len(small.rows[0]), len(small.rows)
    for box in layout.boxes.values():
        x, y = box.x * columns // layout.width, box.y * n_rows // layout.height
        assert small.rows[y][x] != "⠀"
    corner = small.place(1, 1)
    assert corner[0] < layout.width / columns
    assert corner[1] < layout.height / n_rows
