from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jax import lax

from graphstep.errors import NodeNotFoundError, SteppingError
from graphstep.stepping import BACKWARD, FORWARD, SEED, Cursor, cursor
from tests.stepping.simulator import (
    Part,
    Run,
    all_steps,
    graph_of,
    programs,
    run_parts,
)

MOST_STEPS = 300


def _program(x: jax.Array) -> jax.Array:
    def body(c: jax.Array, _: None) -> tuple[jax.Array, None]:
        s = jnp.sin(c)
        return lax.cond(c > 0, jnp.cos, jnp.exp, s), None

    y = lax.scan(body, x * 2.0, None, length=4)[0]
    n = lax.while_loop(lambda v: v < 5.0, lambda v: v + 1.0, lax.stop_gradient(y))
    return jax.jit(lambda v: jnp.tanh(v) * 3.0)(y) * n


@pytest.fixture(scope="module")
def run() -> Run:
    """Return a run in which branch 0 is taken, and the while turns three times."""
    run = Run(graph_of(_program, 0.5))
    run.taken = dict.fromkeys(run.taken, 0)
    run.turns["3"] = 3
    return run


@pytest.fixture(scope="module")
def start(run: Run) -> Cursor:
    """Return a cursor at its start."""
    return cursor(run)


def test_a_cursor_is_a_value(start: Cursor) -> None:
    """Moving leaves it where it is; equal positions are equal cursors."""
    there = start.next(5)

    assert start.index == 0
    assert there.previous(5) == start
    assert hash(there.previous(5)) == hash(start)
    with pytest.raises(dataclasses.FrozenInstanceError):
        start.index = 3  # pyright: ignore[reportAttributeAccessIssue]


def test_the_ends_hold(start: Cursor) -> None:
    """Past either end there is nowhere to go."""
    last = start.last()

    assert start.at_start
    assert not start.at_end
    assert last.at_end
    assert start.previous() == start.reverse_over() == start.reverse_out() == start
    assert last.next() == last.over() == last.out() == last
    assert last.first() == start


def test_seek_refuses_what_is_not_there(start: Cursor) -> None:
    """Only `next` and `previous` stop at the ends."""
    with pytest.raises(SteppingError, match="There is no step 99999"):
        start.seek(99_999)


def test_passes_have_a_start(start: Cursor) -> None:
    """The seed stands between the last forward and the first backward step."""
    seed = start.to_pass(SEED)

    assert seed.pass_ == seed.step.pass_ == SEED
    assert start.to_pass(FORWARD) == start
    assert start.to_pass(BACKWARD) == seed.next()
    assert seed.values == ()
    assert seed.next().values == (("out0", 0),)
    with pytest.raises(SteppingError, match="Expected forward or backward"):
        start.to_pass("sideways")


def test_a_forward_walk_has_one_pass() -> None:
    """Without cotangents there is no other pass to go to."""
    start = cursor(Run(graph_of(jnp.sin, 1.0), has_cotangents=False))

    with pytest.raises(SteppingError, match="forward only"):
        start.to_pass(BACKWARD)
    with pytest.raises(SteppingError, match="forward only"):
        start.to_pass(SEED)
    with pytest.raises(SteppingError, match="forward only"):
        start.counterpart()
    assert start.continue_([])[0] == start.last()


def test_to_keeps_the_iteration(start: Cursor) -> None:
    """Inside a loop the same iteration is meant, and others can be named."""
    here = start.to("1/0", 2)

    assert here.step.iteration == (2,)
    assert here.to("1/carry0").step.iteration == (2,)
    assert here.to("1").to("1/0").step.iteration == (3,)
    assert here.to("in0").to("1/0").step.iteration == (0,)
    assert here.to("1/0", (1,), BACKWARD).step.pass_ == BACKWARD


def test_to_goes_where_the_pass_can(start: Cursor) -> None:
    """What has no backward step is looked up in the forward pass."""
    here = start.to("1/0", 2).counterpart()

    assert here.step.pass_ == BACKWARD
    assert here.to("3/carry0").step.pass_ == FORWARD
    assert here.to("1/carry0").step == here.to("1/carry0", 2, BACKWARD).step
    with pytest.raises(SteppingError, match="never comes"):
        here.to("3/carry0", pass_=BACKWARD)
    with pytest.raises(SteppingError, match="took 4 turns"):
        here.to("1/0", 9)
    with pytest.raises(NodeNotFoundError):
        here.to("nowhere")


def test_to_a_region_is_to_what_is_inside(start: Cursor) -> None:
    """A jitted function has no node of its own."""
    assert start.to("4").step.node == "4/0"
    assert start.last().to("4").step.node == "4/0"


def test_counterpart_is_the_same_visit_in_the_other_pass(start: Cursor) -> None:
    """Forward and backward steps of one node belong together."""
    here = start.to("1/0", 2)

    there = here.counterpart()

    assert (there.step.pass_, there.step.node) == (BACKWARD, "1/0")
    assert there.step.iteration == (2,)
    assert there.counterpart() == here
    assert start.to_pass(SEED).counterpart() == start.to_pass(SEED)
    with pytest.raises(SteppingError, match="no cotangent arrives"):
        start.to("3/carry0").counterpart()


@given(parts=programs, seed=st.integers(0, 2**16), data=st.data())
def test_to_finds_every_node_that_is_walked(
    parts: tuple[Part, ...], seed: int, data: st.DataObject
) -> None:
    """From any step, `to` leads to a visit of the node, if there is one at all."""
    run = Run(graph_of(lambda x: run_parts(parts, x), 0.5), seed)
    start = cursor(run)
    assume(start.timeline.length < MOST_STEPS)
    steps = all_steps(run)
    here = start.seek(data.draw(st.integers(0, len(steps) - 1)))

    for node in run.graph.order:
        for pass_ in (FORWARD, BACKWARD):
            visits = [s for s in steps if s.node == node and s.pass_ == pass_]
            if not visits:
                with pytest.raises(SteppingError):
                    here.to(node, pass_=pass_)
                continue
            there = here.to(node, pass_=pass_).step
            assert there in visits
            turns = here.iteration_of(node)
            if any(s.iteration == turns for s in visits):
                assert there.iteration == turns
            elif here.pass_ == pass_:
                after = [s for s in visits if s.index >= here.index]
                assert there == (after[0] if after else visits[-1])


@given(parts=programs, seed=st.integers(0, 2**16))
def test_states_follow_the_walk(parts: tuple[Part, ...], seed: int) -> None:
    """In the present iteration, what was visited is done and the rest is pending."""
    run = Run(graph_of(lambda x: run_parts(parts, x), 0.5), seed)
    start = cursor(run)
    assume(start.timeline.length < MOST_STEPS)

    for step in all_steps(run):
        here = start.seek(step.index)
        for node in run.graph.order:
            turns = here.iteration_of(node)
            if turns is None or not here.timeline.is_step(here.pass_, node, turns):
                continue
            index = here.timeline.index(here.pass_, node, turns)
            state = here.state(node)
            assert (state == "current") == (index == step.index)
            assert (state == "done") == (index < step.index)


def test_states_of_regions_and_of_the_seed(start: Cursor) -> None:
    """A region is current while the cursor is inside of it."""
    inside = start.to("4/0")

    assert [inside.state(r) for r in ("1", "4", "5")] == ["done", "current", "pending"]
    assert start.to_pass(SEED).state("4") == "pending"
    assert inside.counterpart().state("5") == "done"


def test_a_loop_that_took_no_turn_has_no_iteration() -> None:
    """There is none in which its nodes could be seen."""
    fn = graph_of(
        lambda x: lax.scan(lambda c, _: (c * 2.0, None), x, None, length=0)[0], 1.0
    )
    start = cursor(Run(fn))

    assert start.iteration_of("0/carry0") is None
    assert not start.has_complete_cotangent("0/carry0")
    assert start.running_sum("0/carry0").terms == ()
    with pytest.raises(SteppingError, match="took no turn"):
        start.to("0/carry0")


def test_a_cursor_says_where_it_is(start: Cursor) -> None:
    """Its repr is for people in a terminal."""
    shown = repr(start.to("1/0", 2))

    assert shown.endswith(": forward 1/0 [2]>")
    assert repr(start.timeline).startswith("<Timeline _program: ")
