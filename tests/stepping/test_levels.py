from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jax import lax

from graphstep.stepping import FORWARD, SEED, Cursor, cursor
from tests.stepping.simulator import (
    Levels,
    Part,
    Run,
    all_steps,
    graph_of,
    programs,
    run_parts,
)

seeds = st.integers(0, 2**16)
# The oracle compares every step with every other.
MOST_STEPS = 600


@given(parts=programs, seed=seeds)
def test_over_and_out_are_what_their_definition_says(
    parts: tuple[Part, ...], seed: int
) -> None:
    """Arithmetic and a search through all steps by level lead to the same steps."""
    run = Run(graph_of(lambda x: run_parts(parts, x), 0.5), seed)
    start = cursor(run)
    assume(start.timeline.length < MOST_STEPS)
    levels = Levels(run.graph, all_steps(run))

    for index in range(start.timeline.length):
        here = start.seek(index)
        actual = here.over(), here.out(), here.reverse_over(), here.reverse_out()
        expected = (
            levels.over(index),
            levels.out(index),
            levels.over(index, -1),
            levels.out(index, -1),
        )
        assert tuple(c.index for c in actual) == expected


@given(parts=programs, seed=seeds)
def test_reverse_over_undoes_over_at_one_level(
    parts: tuple[Part, ...], seed: int
) -> None:
    """Over and back again leads to the same step, unless over left the region."""
    run = Run(graph_of(lambda x: run_parts(parts, x), 0.5), seed)
    start = cursor(run)
    assume(start.timeline.length < MOST_STEPS)
    levels = Levels(run.graph, all_steps(run)).levels

    for index in range(start.timeline.length - 1):
        here = start.seek(index)
        there = here.over()
        if levels[there.index] == levels[index]:
            assert there.reverse_over() == here


@given(parts=programs, seed=seeds, n=st.integers(0, 30))
def test_next_and_previous_undo_each_other(
    parts: tuple[Part, ...], seed: int, n: int
) -> None:
    """Moving on and back again leads to the same cursor, short of the ends."""
    run = Run(graph_of(lambda x: run_parts(parts, x), 0.5), seed)
    start = cursor(run)
    assume(start.timeline.length < MOST_STEPS)

    for index in range(start.timeline.length):
        here = start.seek(index)
        if index + n < start.timeline.length:
            assert here.next(n).previous(n) == here
        if index - n >= 0:
            assert here.previous(n).next(n) == here


def _layers(x: jax.Array) -> jax.Array:
    for name in ("first", "second"):
        with jax.named_scope(name):
            x = jnp.sin(x) * 2.0
    x = jax.jit(lambda v: jnp.cos(v) * v)(x)
    return lax.scan(lambda c, _: (jnp.exp(c) + 1.0, None), x, None, length=1000)[0]


def _nodes(cursors: list[Cursor]) -> list[str]:
    return [c.step.node for c in cursors]


def _walk(start: Cursor, move: str, n: int) -> list[Cursor]:
    cursors = [start]
    for _ in range(n):
        cursors.append(getattr(cursors[-1], move)())
    return cursors


def test_over_takes_one_step_per_line_of_the_outline() -> None:
    """Two scopes, a jitted function and a scan are four lines, both ways."""
    start = cursor(Run(graph_of(_layers, 1.0)))

    forward = _walk(start, "over", 6)
    back = _walk(forward[-2], "reverse_over", 5)

    assert _nodes(forward) == ["in0", "1", "3", "4/1", "5", "out0", ""]
    assert _nodes(back) == ["out0", "5", "4/1", "3", "1", "in0"]


def test_over_goes_backward_line_by_line() -> None:
    """In the backward pass a scan's own node comes first and its turns are skipped."""
    start = cursor(Run(graph_of(_layers, 1.0))).to_pass("backward")

    forward = _walk(start, "over", 5)
    back = _walk(forward[-1], "reverse_over", 5)

    assert _nodes(forward) == ["out0", "5", "4/0", "2", "0", "in0"]
    assert _nodes(back) == ["in0", "0", "2", "4/0", "5", "out0"]


def test_into_enters_and_out_leaves_all_turns() -> None:
    """From inside of a loop, out leads to the loop's own node, its result."""
    start = cursor(Run(graph_of(_layers, 1.0))).to("4/1")

    inside = start.into().next(500)

    assert inside.step.node.startswith("5/")
    assert inside.out().step.node == "5"
    assert inside.reverse_out().step.node == "4/1"
    assert inside.reverse_into() == inside.previous()


def test_out_of_a_jitted_function_shows_what_it_returns() -> None:
    """A call has no node of its own: it is done at its last step."""
    start = cursor(Run(graph_of(_layers, 1.0))).to("4/0")

    assert start.out().step.node == "4/1"
    assert start.out().out().step.pass_ == SEED


@pytest.mark.parametrize("has_cotangents", [True, False])
def test_out_at_the_outermost_level_finishes_the_pass(*, has_cotangents: bool) -> None:
    """Forward that leads to the seed, and from there to the end."""
    first = cursor(Run(graph_of(jnp.sin, 1.0), has_cotangents=has_cotangents))

    second = first.out()

    assert second.step.pass_ == (SEED if has_cotangents else FORWARD)
    assert second.out() == first.last()
    assert first.last().reverse_out() == (second if has_cotangents else first)
