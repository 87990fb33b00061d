from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.layout import Direction, Layout, lay_out
from graphstep.stepping import BACKWARD, Breakpoint, Cursor
from graphstep.tui.breaks import Breaks
from graphstep.tui.canvas_glyphs import HEADS, HEADS_BACK
from graphstep.tui.canvas_marks import Marks
from graphstep.tui.canvas_paint import Painter
from graphstep.tui.canvas_text import Labels
from graphstep.tui.findings import Findings
from graphstep.tui.glyphs import ascii_glyph
from graphstep.tui.lines import BREAK_OFF, COMPLETE, STOP
from graphstep.tui.palette import palette
from graphstep.tui.state import UiState
from graphstep.tui.values import Values
from graphstep.tui.view import View
from tests.tui.pilots import example


def painted(
    cursor: Cursor,
    direction: Direction = "down",
    breaks: Breaks | None = None,
    zoom: int = 2,
    open_: frozenset[str] | None = None,
    findings: Findings | None = None,
) -> tuple[Layout, list[str]]:
    """Return a layout, and its rows as text, with the walk at a cursor."""
    graph = cursor.recording.graph
    state = UiState.of(graph).moved(cursor)
    state = state if open_ is None else state.with_open(open_)
    drawing = dataclasses.replace(state.drawing, direction=direction)
    state = dataclasses.replace(state, drawing=drawing, breaks=breaks or Breaks())
    labels = Labels(graph)
    size = labels.measure(zoom, state.open)
    layout = lay_out(graph, state.open, size, direction=direction, zoom=zoom)
    view = View(state, Values(cursor.recording), palette(is_dark=True))
    if findings is not None:
        view = dataclasses.replace(view, findings=findings)
    marks = Marks(view, layout, labels, None, zoom)
    painter = Painter(view, labels, marks, zoom)
    rows = [
        painter.row(y, 0, layout.width, layout.row(y)) for y in range(layout.height)
    ]
    return layout, [row.text for row in rows]


def heads(layout: Layout, rows: list[str], item: str) -> list[str]:
    """Return the heads of lines on the border of a box."""
    box = layout.boxes[item]
    wanted = {*HEADS.values(), *HEADS_BACK.values()}
    # The mark of the cursor looks like a head, and is inside.
    return [
        rows[y][x]
        for y in range(box.y, box.y + box.height)
        for x in range(box.x, box.x + box.width)
        if rows[y][x] in wanted and (y == box.y or x == box.x)
    ]


@pytest.mark.parametrize("zoom", [0, 1, 2, 3])
@pytest.mark.parametrize("direction", ["down", "right"])
def test_heads_point_back_at_every_zoom(zoom: int, direction: Direction) -> None:
    """As many as the current equation has operands; between dots there are no others."""
    start = gs.record(lambda x, y: jnp.sum(x * y), jnp.ones(3), jnp.ones(3)).cursor()

    _, rows = painted(start.to("0", (), BACKWARD), direction, zoom=zoom)

    text = "".join(rows)
    assert text.count(HEADS_BACK[direction]) == 2
    # The cursor's own mark looks like a head that points to the right.
    assert zoom or HEADS[direction] not in text


def picked(x: jax.Array, i: jax.Array) -> Any:
    return jnp.sum(jnp.tanh(x) * x[i])


@pytest.mark.parametrize("direction", ["down", "right"])
def test_heads_point_back_where_a_cotangent_is_sent(direction: Direction) -> None:
    """At the current equation of the backward pass, and nowhere else."""
    start = gs.record(lambda x, y: jnp.sum(x * y), jnp.ones(3), jnp.ones(3)).cursor()
    there = start.to("0", (), BACKWARD)

    layout, rows = painted(there, direction)

    assert heads(layout, rows, "0") == [HEADS_BACK[direction]] * 2
    assert heads(layout, rows, "1") == [HEADS[direction]]
    layout, rows = painted(there.counterpart(), direction)
    assert heads(layout, rows, "0") == [HEADS[direction]] * 2


def test_nothing_is_sent_to_integers() -> None:
    """The line of an index goes on pointing forward."""
    start = gs.record(picked, jnp.ones(3), jnp.int32(1)).cursor()
    graph = start.recording.graph
    node = next(
        n for n in graph.order if graph.node(n).primitive.startswith("dynamic_slice")
    )
    there = start.to(node, (), BACKWARD)

    found = heads(*painted(there), node)

    assert sorted(found) == sorted([HEADS_BACK["down"], HEADS["down"]])


def test_breakpoints_that_are_off_look_different() -> None:
    """Also in ASCII; one that is on goes first."""
    start = gs.record(lambda x: jnp.sin(jnp.cos(x)), 1.0).cursor()
    breaks = Breaks().add(Breakpoint(node="0")).add(Breakpoint(node="1"))
    breaks = breaks.enable([1], is_enabled=False)

    layout, rows = painted(start, breaks=breaks)

    tops = [rows[layout.boxes[item].y] for item in ("0", "1")]
    assert BREAK_OFF in tops[0]
    assert STOP in tops[1]
    assert ascii_glyph(BREAK_OFF) != ascii_glyph(STOP)
    both = breaks.add(Breakpoint(node="0"))
    layout, rows = painted(start, breaks=both)
    assert STOP in rows[layout.boxes["0"].y]


def test_what_a_while_cuts_off_is_not_marked_complete() -> None:
    """The input of Newton's method has no cotangent, and its box says so."""
    module = example("newton_while")
    recording = gs.record(module.error, *module.example_args)

    last = recording.cursor().last()

    layout, rows = painted(last)

    box = layout.boxes["in0"]
    assert COMPLETE not in rows[box.y]
    assert COMPLETE in rows[layout.boxes["1"].y]
    layout, rows = painted(last.previous())
    assert "· a" in rows[box.y + 1]
    assert "┄" in rows[box.y]


def shaky(xs: jax.Array) -> jax.Array:
    """Divide by zero in the third iteration alone, and in a call."""

    def turn(total: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        inverse = 1.0 / x
        return total + x, inverse * x * inverse

    _, inverses = jax.lax.scan(turn, 0.0, xs)
    return jnp.sum(jax.jit(lambda v: v - v)(inverses))


@pytest.mark.parametrize("zoom", [0, 1])
def test_small_boxes_carry_the_letters_of_trouble(zoom: int) -> None:
    """Once the walk was there; of a loop's values in the iteration that is meant."""
    xs = jnp.array([1.0, 2.0, 0.0, 4.0])
    first = gs.record(shaky, xs).cursor()
    graph, recording = first.recording.graph, first.recording
    (inverse,) = (n for n in graph.order if graph.node(n).primitive == "div")
    (call,) = (r for r in graph.regions.values() if r.kind == "call" and r.id)
    last = recording.cursor().to(graph.order[-1], ())

    findings = Findings()
    findings.health(recording)
    (asked,) = findings.take_wanted()
    findings.keep(asked, asked.answer(lambda: False))

    def marked(cursor: Cursor, item: str, open_: frozenset[str]) -> str:
        layout, rows = painted(cursor, zoom=zoom, open_=open_, findings=findings)
        box = layout.boxes[item]
        if zoom == 1:
            return rows[box.y][box.x + box.width - 1].strip()
        dot = rows[box.y][box.x + (box.width - 1) // 2]
        return dot if dot in "NI" else ""

    everything = frozenset(graph.regions)
    for turn, x in enumerate(np.asarray(xs)):
        there = first.to(inverse, (turn,))

        # Right there, too, where the walk has a mark of its own.
        for cursor in (there, there.next()):
            assert marked(cursor, inverse, everything) == ("" if x else "I")
    for cursor, expected in ((first, ""), (last, "N")):
        assert marked(cursor, call.id, everything - {call.id}) == expected
