"""Kept rows are those a new painting gives; titles, names and layouts made apart."""

from __future__ import annotations

import threading
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

import graphstep as gs
from graphstep.errors import LayoutCancelledError
from graphstep.layout import Layout, lay_out
from graphstep.stepping import cursor
from graphstep.tui import canvas_layouts
from graphstep.tui.canvas_layouts import LayoutKey, Layouts
from graphstep.tui.canvas_marks import Marks, muted
from graphstep.tui.canvas_paint import Painter
from graphstep.tui.canvas_rows import PaintedRows
from graphstep.tui.canvas_text import Labels
from graphstep.tui.leaf_path import short_path
from graphstep.tui.palette import palette
from graphstep.tui.state import UiState
from graphstep.tui.values import Values
from graphstep.tui.view import View

PALETTE = palette(is_dark=True)
BASE = Style(bgcolor="#101010")


@jax.jit
def squash(x: jax.Array) -> jax.Array:
    return jnp.exp(x) / jnp.sum(jnp.exp(x))


def scanned(x: jax.Array) -> jax.Array:
    def body(carry: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        carry = jnp.sin(carry) * x
        return carry, squash(carry).sum()

    return jax.lax.scan(body, x, None, length=3)[1].sum()


class Drawing:
    """Everything of a program open, at one zoom, without an application."""

    def __init__(self, zoom: int) -> None:
        self.rec = gs.record(scanned, jnp.arange(3.0))
        graph = self.rec.graph
        state = UiState.of(graph).with_open(frozenset(r for r in graph.regions if r))
        self.cursor = cursor(self.rec)
        self.state = state.begun(self.cursor)
        self.zoom, self.labels = zoom, Labels(graph)
        self.values = Values(self.rec, frame=1000.0)
        self.layout = lay_out(graph, state.open, self.labels.measure(zoom, state.open))

    def painter(self, step: int) -> Painter:
        """Return what paints the drawing at a step of the walk."""
        self.values.begin_frame()
        state = self.state.moved(self.cursor.seek(step))
        view = View(state, self.values, PALETTE)
        marks = Marks(view, self.layout, self.labels, None, self.zoom)
        return Painter(view, self.labels, marks, self.zoom)

    def painted(self, step: int) -> list[Strip]:
        """Return every row, painted anew."""
        painter = self.painter(step)
        return [
            painter.row(y, 0, self.layout.width, self.layout.row(y)).apply_style(BASE)
            for y in range(self.layout.height)
        ]


@pytest.mark.parametrize("zoom", [0, 2, 3])
def test_kept_rows_are_those_of_a_new_painting(zoom: int) -> None:
    """At every step of a walk, each row looks as if it was painted for that step."""
    drawing = Drawing(zoom)
    rows = PaintedRows(drawing.layout, 0, drawing.layout.width, BASE)

    for step in range(len(drawing.cursor.timeline)):
        rows.paint_with(drawing.painter(step))

        kept = [rows.strip(y) for y in range(drawing.layout.height)]
        assert kept == drawing.painted(step), step


def test_rows_change_only_where_the_walk_is() -> None:
    """A step forward leaves the other rows the same objects, and names those."""
    drawing = Drawing(2)
    every = range(drawing.layout.height)
    rows = PaintedRows(drawing.layout, 0, drawing.layout.width, BASE)
    rows.paint_with(drawing.painter(3))
    before = [rows.strip(y) for y in every]

    rows.paint_with(drawing.painter(4))
    changed = rows.changed(every)

    after = [rows.strip(y) for y in every]
    assert changed == [y for y in every if after[y] is not before[y]]
    assert changed == [y for y in every if after[y] != before[y]]
    assert 0 < len(changed) < len(before)


def test_another_palette_paints_all_rows_anew() -> None:
    """Stubs and blanks have no look of their own, so nothing is kept."""
    drawing = Drawing(2)
    rows = PaintedRows(drawing.layout, 0, drawing.layout.width, BASE)
    rows.paint_with(drawing.painter(0))
    before = rows.strip(0)
    painter = drawing.painter(0)
    view = View(painter.view.state, drawing.values, palette(is_dark=False))
    marks = Marks(view, drawing.layout, drawing.labels, None, 2)

    rows.paint_with(Painter(view, drawing.labels, marks, 2))

    assert rows.strip(0) is not before


def test_titles_of_frames_get_the_room_they_want() -> None:
    """Kind and name of an open region fit into its border beside the lines."""
    drawing = Drawing(2)
    graph, labels = drawing.rec.graph, drawing.labels

    layout = lay_out(
        graph,
        drawing.state.open,
        labels.measure(2, drawing.state.open),
        title=lambda item: labels.title_width(item, 2),
    )

    assert layout.frames
    for frame in layout.frames.values():
        title = labels.titles(frame.id)[1]
        assert frame.title_width >= cell_len(title) + 4, title


@pytest.mark.parametrize(
    ("path", "width", "expected"),
    [
        ("x", 8, "x"),
        ("params['w']", 20, "params['w']"),
        ("params['conv1']['kernel']", 20, "params.conv1.kernel"),
        ("params['layers'][3]['weight']", 20, "…ms.layers[3].weight"),
        ("名前['重み']", 6, "….重み"),
    ],
)
def test_paths_are_cut_at_their_beginning(path: str, width: int, expected: str) -> None:
    """The end of a path tells leaves apart, so it is what stays."""
    assert short_path(path, width) == expected
    assert cell_len(expected) <= width


def test_what_is_to_come_keeps_some_of_its_hue() -> None:
    """Different kinds stay different when they are dimmed."""
    hues = {name: muted(style, PALETTE.faint) for name, style in PALETTE.kinds.items()}

    assert hues["linear"] != hues["elementwise"]
    assert muted(Style(color="red"), Style(color="blue")) == Style(color="blue")


# Layouts that are made in a thread --------------------------------------------------------


def layouts(told: threading.Event) -> tuple[Layouts, LayoutKey]:
    graph = gs.trace(scanned, jnp.arange(3.0)).graph
    return Layouts(graph, told.set), LayoutKey(frozenset(), 2, "down")


def test_a_big_layout_is_there_when_the_thread_is_done() -> None:
    """It is not waited for; asked again after the thread has told, it is found."""
    told = threading.Event()
    made, key = layouts(told)

    first = made.find(key, 10_000)
    assert told.wait(30)

    assert first is None
    assert isinstance(made.find(key, 10_000), Layout)


def test_a_newer_request_cancels_the_older(monkeypatch: pytest.MonkeyPatch) -> None:
    """The layout that nobody wants any more is given up."""
    cancelled, told = threading.Event(), threading.Event()
    made, key = layouts(told)

    def endless(*args: Any, is_cancelled: Any = None, **options: Any) -> Layout:
        if args[1]:
            return lay_out(*args, **options)
        while not is_cancelled():
            pass
        cancelled.set()
        raise LayoutCancelledError

    monkeypatch.setattr(canvas_layouts, "lay_out", endless)
    other = LayoutKey(frozenset(r for r in made.labels.graph.regions if r), 2, "down")
    assert made.find(key, 10_000) is None
    assert made.find(other, 10_000) is None

    assert cancelled.wait(30)
    while made.find(other, 10_000) is None:
        told.wait(1)


def test_a_thread_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What went wrong in a thread is raised where the layout is asked for."""
    told = threading.Event()
    made, key = layouts(told)

    def broken(*_: Any, **__: Any) -> Layout:
        raise ZeroDivisionError

    monkeypatch.setattr(canvas_layouts, "lay_out", broken)
    assert made.find(key, 10_000) is None
    assert told.wait(30)

    with pytest.raises(ZeroDivisionError):
        made.find(key, 10_000)
