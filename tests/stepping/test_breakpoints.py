"""Where a walk stops, and why."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jax import lax

from graphstep.analysis import Condition
from graphstep.errors import SteppingError
from graphstep.recording import Absence, stats_from_array
from graphstep.stepping import BACKWARD, FORWARD, SEED, Breakpoint, Cursor, Step, cursor
from tests.stepping.simulator import (
    Part,
    Run,
    Summary,
    all_steps,
    graph_of,
    programs,
    run_parts,
)

CONDITIONS = (
    "nan",
    "nonfinite",
    "zero",
    "norm > 2",
    "min < -1",
    "max <= 0",
    "mean == 1",
)
MOST_STEPS = 400


def _fits(run: Run, wanted: Breakpoint, nodes: set[str], step: Step) -> bool:
    """Return whether a step is one to stop at, by looking at it alone."""
    if step.node not in nodes or wanted.pass_ not in (None, step.pass_):
        return False
    turns = wanted.turns
    if len(turns) > len(step.iteration):
        return False
    if turns and step.iteration[len(step.iteration) - len(turns) :] != turns:
        return False
    if wanted.condition is None:
        return True
    kind = "primal" if step.pass_ == FORWARD else "cotangent"
    condition = Condition.parse(wanted.condition)
    for out in range(len(run.graph.columns.avals[run.graph.position(step.node)])):
        stack = run._stack(kind, step.node, out)
        # The last test of a while shows carries that are no longer recorded.
        inside = zip(step.iteration, stack.shape, strict=False)
        if all(turn < length for turn, length in inside) and condition.holds(
            stats_from_array(stack[step.iteration])
        ):
            return True
    return False


@st.composite
def breakpoints(draw: st.DrawFn, run: Run) -> Breakpoint:
    """Draw a breakpoint on something that the program has."""
    graph = run.graph
    place = draw(st.sampled_from(["node", "primitive", "none"]))
    condition = draw(st.none() | st.sampled_from(CONDITIONS))
    turns = st.lists(st.integers(0, 2), min_size=1, max_size=2).map(tuple)
    iteration = draw(st.none() | st.integers(0, 3) | turns)
    fields: dict[str, Any] = {"condition": condition, "iteration": iteration}
    if place == "node":
        fields["node"] = draw(st.sampled_from(graph.order))
    elif place == "primitive":
        primitives = [graph.node(n).primitive for n in graph.order]
        fields["primitive"] = draw(st.sampled_from(primitives))
    elif condition is None and iteration is None:
        fields["condition"] = "nan"
    pass_ = draw(st.sampled_from([None, FORWARD, BACKWARD]))
    return Breakpoint(**fields, pass_=pass_)


@pytest.mark.parametrize("kind", [Run, Summary])
@given(parts=programs, seed=st.integers(0, 2**16), data=st.data())
def test_stops_are_those_of_a_search_step_by_step(
    kind: type[Run], parts: tuple[Part, ...], seed: int, data: st.DataObject
) -> None:
    """Arithmetic and a look at every step find the same stop, ahead and behind."""
    run = kind(graph_of(lambda x: run_parts(parts, x), 0.5), seed)
    start = cursor(run)
    assume(start.timeline.length < MOST_STEPS)
    steps = all_steps(run)
    wanted = data.draw(st.lists(breakpoints(run), min_size=1, max_size=2))
    every = [(b, set(b.nodes(run.graph))) for b in wanted]
    hits = [s.index for s in steps if any(_fits(run, *b, s) for b in every)]
    index = data.draw(st.integers(0, len(steps) - 1))

    ahead, stop_ahead = start.seek(index).continue_(wanted)
    behind, stop_behind = start.seek(index).reverse_continue(wanted)

    after = [i for i in hits if i > index]
    before = [i for i in hits if i < index]
    assert (stop_ahead.step.index if stop_ahead else None) == (
        after[0] if after else None
    )
    assert (stop_behind.step.index if stop_behind else None) == (
        before[-1] if before else None
    )
    for moved, stop in ((ahead, stop_ahead), (behind, stop_behind)):
        if stop is not None:
            assert moved.step == stop.step
            assert _fits(
                run, stop.breakpoint, set(stop.breakpoint.nodes(run.graph)), stop.step
            )


def _program(x: jax.Array) -> jax.Array:
    h = jnp.tanh(x)
    y = jax.jit(lambda v: jnp.sin(v) * 2.0)(h)

    def body(c: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        c = jnp.cos(c)
        return c, c * 3.0

    total, ys = lax.scan(body, y, None, length=10)
    return total + ys.sum()


def _first_line() -> int:
    return _program.__code__.co_firstlineno


@pytest.fixture(scope="module")
def start() -> Cursor:
    """Return a cursor at the start of `_program`."""
    return cursor(Run(graph_of(_program, 0.5)))


def _stops(start: Cursor, *wanted: Breakpoint) -> list[str]:
    found: list[str] = []
    here, stop = start.continue_(wanted)
    while stop is not None:
        found.append(stop.step.node)
        here, stop = here.continue_(wanted)
    return found


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("0", ["0", "0"]),
        ("in0", ["in0"]),
        ("tanh", ["0", "0"]),
        ("h", ["0", "0"]),
        ("name=^to", ["2", "2"]),
        ("primitive=sin", ["1/0", "1/0"]),
        ("tanh in backward", ["0"]),
        ("cos @ 3", ["2/0", "2/0"]),
        ("cos iter 3 in forward", ["2/0"]),
        ("@ 9 in backward", ["2/1", "2/0", "2/carry0"]),
        (f":{_first_line() + 1}", ["0", "0"]),
        (f"test_breakpoints.py:{_first_line() + 1}", ["0", "0"]),
        ("1", ["1/0", "1/1"]),
    ],
)
def test_a_text_names_the_nodes_to_stop_at(
    start: Cursor, text: str, nodes: list[str]
) -> None:
    """What people know a node by is what they can stop at."""
    stops = _stops(start, Breakpoint.parse(text))

    # Starting at the input itself, it is seen again in the backward pass only.
    assert stops == nodes


def test_a_region_without_a_node_stops_once_per_call() -> None:
    """At its first step, also when that is inside of a loop of its own."""

    def fn(x: jax.Array) -> jax.Array:
        def scanned(v: jax.Array) -> jax.Array:
            return lax.scan(lambda c, _: (jnp.sin(c), None), v, None, length=5)[0]

        return jax.jit(scanned)(jax.jit(scanned)(x))

    start = cursor(Run(graph_of(fn, 0.5)))

    stops = _stops(start, Breakpoint(node="0"), Breakpoint(node="1"))

    assert stops == ["0/0", "1/0", "1/0", "0/0"]


def test_without_a_stop_the_pass_is_finished(start: Cursor) -> None:
    """Ahead that is the seed, then the end; behind the seed, then the start."""
    seed, stop = start.continue_([])
    last, _ = seed.continue_([])

    assert (seed.step.pass_, stop) == (SEED, None)
    assert last == start.last()
    assert last.reverse_continue([])[0] == seed
    assert seed.reverse_continue([])[0] == start


def test_the_reason_says_what_is_so() -> None:
    """A stop names the node as people know it, the iteration, and the finding."""
    graph = graph_of(_program, 0.5)
    run = Run(graph)
    run.values["primal", "2/0", 0] = np.array([[1.0, 2.0]] * 7 + [[np.nan, np.inf]] * 3)

    reasons = [
        stop.reason
        for text in ("cos if nan", "cos if norm > 1e1", "cos if absmax >= 2", "h")
        if (stop := cursor(run).continue_([Breakpoint.parse(text)])[1])
    ]

    assert reasons == [
        "`2/0` (c): primal in iteration 7: 1 NaN and 1 inf of 2 elements",
        "`2/0` (c): primal in iteration 0: absmax is 2",
        "at `0` (h)",
    ]


def test_a_million_iterations_are_searched_as_one_array() -> None:
    """The bad iteration is found ahead and behind, and the last one not before it."""
    n = 1_000_000
    graph = graph_of(
        lambda x: lax.scan(lambda c, _: (jnp.sin(c), None), x, None, length=n)[0], 0.5
    )
    run = Run(graph)
    sin = next(node for node in graph.order if graph.node(node).primitive == "sin")
    values = np.zeros((n, 1))
    values[[123_456, 765_432]] = np.nan
    run.values["primal", sin, 0] = values
    wanted = [Breakpoint(node=sin, condition="nan", pass_=FORWARD)]

    first, _ = cursor(run).continue_(wanted)
    second, _ = first.continue_(wanted)
    back, _ = second.reverse_continue(wanted)

    assert first.step.iteration == (123_456,)
    assert second.step.iteration == (765_432,)
    assert back == first


def test_turns_that_were_not_taken_are_not_searched() -> None:
    """Where a while turns less often than elsewhere, its buffer holds zeros."""

    def body(c: jax.Array, _: None) -> tuple[jax.Array, None]:
        return lax.while_loop(lambda v: v < 5.0, lambda v: jnp.sin(v) + 1.0, c), None

    graph = graph_of(lambda x: lax.scan(body, x, None, length=3)[0], 0.5)
    run = Run(graph)
    sin = next(node for node in graph.order if graph.node(node).primitive == "sin")
    run.turns[graph.loops(sin)[1]] = np.array([2, 0, 3])
    values = np.array([[1, 1, 0], [0, 0, 0], [1, 1, 1]])[..., None].astype(float)
    run.values["primal", sin, 0] = values
    start, wanted = cursor(run), [Breakpoint(node=sin, condition="zero", pass_=FORWARD)]

    none = start.continue_(wanted)[1]
    values[2, 1] = 0.0
    stop = start.continue_(wanted)[1]

    assert none is None
    assert stop is not None
    assert stop.step.iteration == (2, 1)


def test_values_that_were_not_captured_are_named() -> None:
    """Finding no stop proves nothing about what was never looked at."""

    class Blind(Run):
        def primal(self, node: str, out: int = 0, iteration: Any = None) -> Any:
            absent = Absence("not_captured", "It was not captured.")
            return absent if node == "0" else np.ones(2)

        def stats(self, *args: Any, **kwargs: Any) -> Any:
            return Absence("not_captured", "It was not captured.")

    start = cursor(Blind(graph_of(lambda x: jnp.sin(x) * 2.0, 0.5)))

    assert start.unseen(Breakpoint(condition="nan", pass_=FORWARD)) == ("0",)
    assert start.unseen(Breakpoint(node="1", condition="nan", pass_=FORWARD)) == ()
    assert start.unseen(Breakpoint(node="0")) == ()


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Breakpoint(node="99"), "_program has no node or region `99`"),
        (Breakpoint(primitive="erf"), "has no primitive `erf`"),
        (Breakpoint(name="^nothing$"), "has no name that matches"),
        (Breakpoint(line="elsewhere.py:1"), "has no equation that comes from line"),
        (Breakpoint(query="nothing"), "has no name, primitive, letter or region"),
        (Breakpoint(primitive="cos", query="h"), "no node is all of that at once"),
    ],
)
def test_a_breakpoint_on_nothing_is_refused(
    start: Cursor, wanted: Breakpoint, message: str
) -> None:
    """A walk would never stop there, so continuing says so instead."""
    with pytest.raises(SteppingError, match=message):
        start.continue_([wanted])
