"""What lies ahead of a question is hidden, whoever asks for it; all else is as it was."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.lessons import HIDDEN, Veiled
from graphstep.recording import Absence, Recording
from graphstep.stepping import BACKWARD, FORWARD


def plain(x: jax.Array, w: jax.Array) -> jax.Array:
    h = jnp.tanh(x * w)
    return jnp.sum(h * h + h)


def looped(x: jax.Array, w: jax.Array) -> jax.Array:
    end, turns = jax.lax.scan(lambda c, each: (jnp.sin(c * each), c + each), x[0], w)
    return jnp.sum(turns) * end


X, W = jnp.array([0.3, -0.7, 1.1]), jnp.array([0.5, 0.25, 2.0])


@functools.cache
def recorded(name: str) -> Recording:
    return gs.record({"plain": plain, "looped": looped}[name], X, W)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, Absence) or isinstance(b, Absence):
        return a == b
    return np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)


@pytest.mark.parametrize("name", ["plain", "looped"])
def test_a_value_is_shown_from_its_own_step_on(name: str) -> None:
    recording = recorded(name)
    cursor = recording.cursor()
    steps = [cursor.timeline.step(i) for i in range(cursor.timeline.length)]
    for limit in range(len(steps)):
        veiled = Veiled(recording, cursor.seek(limit))
        for step in steps:
            if not step.node:
                continue
            of = "primal" if step.pass_ == FORWARD else "cotangent"
            read = (step.node, 0, step.iteration)
            found = getattr(veiled, of)(*read)
            stats = veiled.stats(step.node, 0, of, step.iteration)
            expected = getattr(recording, of)(*read)

            if step.index > limit:
                assert found is HIDDEN
                assert stats is HIDDEN
            else:
                assert same(found, expected)


def test_of_all_iterations_none_is_shown_before_the_last() -> None:
    recording = recorded("looped")
    cursor = recording.cursor()
    graph = recording.graph
    inside = next(
        n for n in graph.order if graph.loops(n) and graph.node(n).role == "eqn"
    )
    last = cursor.timeline.index(FORWARD, inside, (2,))

    early = Veiled(recording, cursor.seek(last))
    late = Veiled(recording, cursor.to_pass("seed"))

    assert early.primal(inside) is HIDDEN
    assert early.primal(inside, 0, -1) is HIDDEN
    assert same(early.primal(inside, 0, 2), recording.primal(inside, 0, 2))
    assert same(late.primal(inside), recording.primal(inside))


@pytest.mark.parametrize("name", ["plain", "looped"])
def test_a_contribution_is_shown_once_it_was_sent(name: str) -> None:
    recording = recorded(name)
    cursor = recording.cursor()
    n_hidden = 0
    for index in range(cursor.timeline.length):
        here = cursor.seek(index)
        veiled = Veiled(recording, here)
        for edge in recording.graph.nx.edges(keys=True):
            iteration = here.iteration_of(edge[0])
            if iteration is None:
                continue
            found = veiled.contribution(edge, iteration)
            if here.has_arrived(edge, iteration):
                assert same(found, recording.contribution(edge, iteration))
            else:
                n_hidden += 1
                assert found is HIDDEN
    assert n_hidden


def test_the_sum_that_is_asked_for_has_no_terms() -> None:
    """Whoever adds up what arrived would have the answer."""
    recording = recorded("plain")
    h = recording.graph.find("h")[0]
    before = recording.cursor().to(h, pass_=BACKWARD).previous()
    asked = Veiled(recording, before, (h, 0))

    assert before.running_sum(h).total is not None
    assert gs_cursor(asked, before).running_sum(h).total is None
    assert asked.cotangent(h) is HIDDEN


def gs_cursor(veiled: Veiled, at: Any) -> Any:
    return type(at)(veiled, at.timeline, at.index)


def test_nothing_is_hidden_at_the_end_and_the_recording_never_was() -> None:
    recording = recorded("plain")
    Veiled(recording, recording.cursor())
    veiled = Veiled(recording, recording.cursor().last())
    for node in recording.graph.order:
        for of in ("primal", "cotangent"):
            assert same(getattr(veiled, of)(node), getattr(recording, of)(node))
