"""Norms along a loop are those of the recorded values, and first means first."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax import lax

import graphstep as gs
from graphstep.analysis import INF, NAN, OK, UNKEPT, UNWALKED, norm_of, norms_of_rows
from graphstep.stepping import cursor
from graphstep.tui.loop_norms import Track, first_bad, track_key, track_of
from graphstep.tui.loop_place import LoopPlace, loop_place, to_turn
from graphstep.tui.loop_plot import Axis, plot_of
from graphstep.tui.state import UiState
from graphstep.tui.values import Of


def decay(x: jax.Array) -> jax.Array:
    def step(carry: jax.Array, _: None) -> tuple[jax.Array, None]:
        return jnp.sin(carry * 0.25), None

    return lax.scan(step, x, None, length=12)[0].sum()


def state_of(rec: gs.Recording, node: str, turn: int | tuple[int, ...]) -> UiState:
    state = UiState.of(rec.graph)
    return state.moved(cursor(rec).to(node, turn)).followed()


def node_of(rec: gs.Recording, primitive: str) -> str:
    graph = rec.graph
    return next(n for n in graph.order if graph.node(n).primitive == primitive)


def place_at(rec: gs.Recording, node: str, turn: int | tuple[int, ...]) -> LoopPlace:
    place = loop_place(state_of(rec, node, turn))
    assert place is not None
    return place


def track(rec: gs.Recording, place: LoopPlace, of: Of) -> Track:
    return track_of(rec, cursor(rec), track_key(place, of, 0))


@pytest.mark.parametrize("of", ["primal", "cotangent"])
def test_norms_are_those_of_every_iteration(of: Of) -> None:
    """One norm per iteration, in order of execution."""
    rec = gs.record(decay, jnp.array([1.0, -2.0, 0.5]))
    node = node_of(rec, "sin")
    read = rec.primal if of == "primal" else rec.cotangent

    found = track(rec, place_at(rec, node, 3), of)

    expected = [np.linalg.norm(read(node, 0, turn)) for turn in range(12)]
    np.testing.assert_allclose(found.norms, expected, rtol=1e-6)
    assert (found.marks == OK).all()


def test_a_summary_has_the_same_norms() -> None:
    """Where only statistics were kept, these are plotted."""
    x = jnp.array([1.0, -2.0, 0.5])
    full, summary = gs.record(decay, x), gs.record(decay, x, budget=0)
    node = node_of(full, "sin")

    shown = track(summary, place_at(summary, node, 0), "cotangent")

    assert summary.mode == "summary"
    expected = track(full, place_at(full, node, 0), "cotangent").norms
    np.testing.assert_allclose(shown.norms, expected, rtol=1e-5)


def test_the_innermost_loop_is_plotted_in_the_outer_iteration_of_the_cursor() -> None:
    """In nested loops the indices outside stay fixed."""

    def inner(c: jax.Array, _: None) -> tuple[jax.Array, None]:
        return jnp.tanh(c * 1.5), None

    def outer(c: jax.Array, _: None) -> tuple[jax.Array, None]:
        return lax.scan(inner, c, None, length=4)[0] + 0.1, None

    rec = gs.record(lambda x: lax.scan(outer, x, None, length=3)[0], 0.3)
    node = node_of(rec, "tanh")

    place = place_at(rec, node, (2, 1))

    assert (place.turn, place.n_turns, place.trips) == (1, 4, (3, 4))
    expected = np.abs(rec.primal(node, 0, (2,)))
    np.testing.assert_allclose(track(rec, place, "primal").norms, expected, rtol=1e-6)


def test_iterations_whose_branch_was_not_taken_are_left_out() -> None:
    """A value inside a branch has a norm only where the branch was taken."""

    def step(c: jax.Array, i: jax.Array) -> tuple[jax.Array, None]:
        return lax.cond(i % 2 == 0, jnp.sin, lambda v: v * 2.0, c), None

    rec = gs.record(lambda x: lax.scan(step, x, jnp.arange(6))[0], 0.3)

    found = track(rec, place_at(rec, node_of(rec, "sin"), 0), "primal")

    assert (found.marks == UNWALKED).tolist() == [False, True] * 3


def test_a_while_is_plotted_too() -> None:
    """A while has primals in every turn, and says why it has no cotangents."""

    def fn(x: jax.Array) -> jax.Array:
        return lax.while_loop(lambda c: c < 100.0, lambda c: c * 2.0, x)

    rec = gs.record(lambda x: fn(lax.stop_gradient(x)) * x, 1.0)
    node = node_of(rec, "mul")
    place = place_at(rec, node, 2)

    assert place.n_turns == 7
    expected = [2.0**k for k in range(1, 8)]
    np.testing.assert_allclose(track(rec, place, "primal").norms, expected)
    assert track(rec, place, "cotangent").reason


def test_a_cotangent_vanishes_where_the_backward_pass_first_finds_it_small() -> None:
    """Going back, the last iteration comes first."""
    norms = np.array([1e-9, 1e-8, 1e-3, 1.0, 0.0])
    shown = Track(norms, np.zeros(5, np.uint8))

    found = first_bad(shown, "cotangent")

    assert found is not None
    assert found.turn == 1
    assert first_bad(shown, "primal") is None


def test_nan_counts_before_what_explodes() -> None:
    """The worst trouble is gone to first, in the order of the pass."""
    norms = np.array([1.0, 1e9, 1.0, 1.0])
    marks = np.array([OK, OK, NAN, INF], np.uint8)
    shown = Track(norms, marks)

    assert first_bad(shown, "primal").turn == 2
    assert first_bad(shown, "cotangent").turn == 3


@given(n_turns=st.integers(1, 10**7), width=st.integers(1, 200))
def test_the_cell_of_an_iteration_leads_back_to_its_column(
    n_turns: int, width: int
) -> None:
    """Pointing at what shows an iteration goes to the first one shown there."""
    axis = Axis(n_turns, width)
    assert axis.cells <= width
    for column in (0, axis.columns // 2, axis.columns - 1):
        turn = axis.turn_at(column * axis.cell)

        assert axis.column_of(turn) == column
        assert 0 <= turn < n_turns


def test_letters_stand_for_what_has_no_height() -> None:
    """NaN, infinity, zero and what was not kept are told apart without colour."""
    norms = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 8.0])
    marks = np.array([OK, OK, NAN, INF, UNKEPT, OK], np.uint8)

    plot = plot_of(Track(norms, marks), Axis(6, 6))

    assert plot.rows == ("▁0NI·█",)


def test_a_million_iterations_are_plotted_in_few_cells() -> None:
    """A column shows the greatest norm in its stretch."""
    norms = np.full(10**6, 0.5)
    norms[777_777] = 1.0
    axis = Axis(10**6, 80)

    plot = plot_of(Track(norms, np.zeros(10**6, np.uint8)), axis)

    assert len(plot.rows[0]) == 80
    assert plot.rows[0].index("█") == axis.column_of(777_777)


@given(st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=6))
def test_norms_neither_overflow_nor_underflow(values: list[float]) -> None:
    """A norm is right to rounding, however large or small the elements."""
    row = np.array(values)
    for scale in (1e-200, 1.0, 1e200):
        norm, mark = norm_of(row * scale)

        assert mark == OK
        expected = np.linalg.norm(row / 1e30) * 1e30 * scale
        assert norm == pytest.approx(expected, rel=1e-9)


def test_nan_and_infinities_are_left_out_of_norms_and_marked() -> None:
    """Norms are of the finite elements."""
    rows = np.array([[3.0, 4.0], [np.nan, 2.0], [np.inf, 1.0], [np.inf, np.nan]])

    norms, marks = norms_of_rows(rows)

    assert norms.tolist() == [5.0, 2.0, 1.0, 0.0]
    assert marks.tolist() == [OK, NAN, INF, NAN]


def test_moving_along_a_loop_keeps_the_equation() -> None:
    """Another iteration of the same place, or word that there is none."""
    rec = gs.record(decay, jnp.ones(2))
    node = node_of(rec, "sin")
    state = state_of(rec, node, 3)

    assert to_turn(state, 7).cursor.step.iteration == (7,)
    assert to_turn(state, 7).cursor.step.node == node
    assert to_turn(state, -1).cursor is state.cursor
    assert "last iteration" in to_turn(state, 12).notice
