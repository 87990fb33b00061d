"""The timeline is arithmetic: any step has a cell, any cell a step, at any length."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from jax import lax

import graphstep as gs
from graphstep.stepping import BACKWARD, FORWARD, SEED, cursor
from graphstep.tui.palette import palette
from graphstep.tui.timeline_bar import bar_text
from graphstep.tui.timeline_scale import Scale, Stretch
from graphstep.tui.timeline_track import track_of


def never() -> bool:
    return False


@given(
    width=st.integers(1, 300), length=st.integers(1, 10**9), first=st.integers(0, 99)
)
def test_both_ends_of_a_pass_can_be_pointed_at(
    width: int, length: int, first: int
) -> None:
    """The first and the last cell stand for the first and, with room, the last step."""
    stretch = Stretch(FORWARD, 3, width, first, length)

    assert stretch.index_at(3) == first
    if width > 1:
        assert stretch.index_at(3 + width - 1) == first + length - 1


@given(
    width=st.integers(2, 300), length=st.integers(1, 10**9), part=st.floats(0.0, 1.0)
)
def test_the_cell_of_a_step_leads_back_to_a_step_of_that_cell(
    width: int, length: int, part: float
) -> None:
    """Pointing at the cursor's own cell stays in that cell."""
    stretch = Stretch(BACKWARD, 5, width, 10, length)
    cell = stretch.cell_of(10 + int(part * (length - 1)))

    assert cell is not None
    assert 5 <= cell < 5 + width
    assert stretch.cell_of(stretch.index_at(cell)) == cell


@given(width=st.integers(2, 60), length=st.integers(1, 500))
def test_the_cells_share_all_steps_out(width: int, length: int) -> None:
    """Every step is in exactly one cell, the one that shows it."""
    stretch = Stretch(FORWARD, 0, width, 7, length)

    shared = [list(stretch.steps_of(cell)) for cell in range(width)]

    assert list(itertools.chain(*shared)) == list(range(7, 7 + length))
    for cell, steps in enumerate(shared):
        assert all(stretch.cell_of(step) == cell for step in steps)


def test_a_scan_of_a_million_turns_is_sought_at_once() -> None:
    """Neither the scale nor the visits of a breakpoint list the steps."""

    def fn(x: jax.Array) -> jax.Array:
        return lax.fori_loop(0, 10**6, lambda _, c: c * 0.999999, x)

    rec = gs.record(fn, 1.0, budget=10**9)
    timeline = cursor(rec).timeline
    scale = Scale.of(timeline, 100)
    node = next(n for n in rec.graph.order if rec.graph.node(n).primitive == "mul")

    index = scale.index_at(30)
    marks = timeline.visits(FORWARD, [node], 50)

    assert timeline.length > 10**6
    assert scale.cell_of(index) == 30
    assert len(marks) == 50
    assert all(timeline.step(mark).node == node for mark in marks)


def test_the_track_is_made_of_the_norms_along_the_walk() -> None:
    """A larger value has a higher block, and NaN a letter."""

    def fn(x: jax.Array) -> jax.Array:
        return jnp.log(-((x * 100.0) ** 2)).sum()

    rec = gs.record(fn, jnp.ones(3))
    start = cursor(rec)
    scale = Scale.of(start.timeline, 60)

    cells = track_of(rec, start, scale, {}, never)

    assert cells is not None
    assert [len(c) for c in cells] == [s.width for s in scale.stretches]
    for stretch, blocks in zip(scale.stretches, cells, strict=True):
        for index in range(stretch.first, stretch.first + stretch.length):
            step = start.timeline.step(index)
            read = rec.primal if stretch.pass_ == FORWARD else rec.cotangent
            value = read(step.node)
            block = blocks[stretch.cell_of(index) - stretch.x]
            assert (block == "N") == bool(np.isnan(value).any())


def test_a_track_that_nobody_wants_is_given_up() -> None:
    """The thread ends between two values."""
    rec = gs.record(lambda x: jnp.sin(x) * x, 1.0)
    start = cursor(rec)

    found = track_of(rec, start, Scale.of(start.timeline, 40), {}, lambda: True)

    assert found is None


def test_the_cursor_never_stands_in_the_name_of_a_pass() -> None:
    """The names make way; a bar without room for them has none."""
    start = gs.record(lambda x: jnp.sum(jnp.sin(x) * x), jnp.ones(3)).cursor()
    looks = palette(is_dark=True)

    for width in range(24, 80):
        scale = Scale.of(start.timeline, width)
        for index in range(len(start.timeline)):
            at = start.seek(index)
            bar = bar_text(at, looks, scale).plain
            words = "".join(c if c.isalpha() else " " for c in bar).split()

            assert set(words) <= {FORWARD, BACKWARD, "seed"}
            assert len(bar) == width
            assert bar.count("●") == (at.pass_ != SEED)
