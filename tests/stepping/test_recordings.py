from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

import graphstep as gs
from graphstep.recording import Absence
from graphstep.stepping import BACKWARD, FORWARD, Breakpoint, Cursor, Term, cursor
from tests import programs
from tests.stepping.simulator import Run, all_steps

# What has regions of every kind; the recorder's own tests go through all of the zoo.
ZOO = [
    "jit_nested",
    "jit_shared_body",
    "jit_forwards_its_input",
    "custom_jvp_in_jit",
    "custom_vjp_closed_over_tracer",
    "custom_vjp_symbolic_zeros",
    "custom_linear_solve",
    "remat_in_jit_in_remat",
    "named_scopes",
    "complex_scan",
    "stop_gradient_in_product",
    "while_of_stopped_values",
    "while_over_integers",
    "fori_static",
    "cond_unused_operands",
    "switch_three",
    "cond_in_cond",
    "vmap_of_cond",
    "cond_of_scan",
    "scan_nested",
    "scan_reverse",
    "scan_unroll",
    "scan_zero_length",
    "scan_no_xs",
    "scan_length_10000",
    "scan_forwards_values",
    "scan_carry_active_late",
    "scan_of_jit_and_cond",
    "scan_of_custom_vjp",
    "vmap_of_scan",
    "grad_of_scan",
    "shard_map_with_scan",
    "scan_of_shard_map",
    "dropout_in_cond",
    "no_inputs",
    "input_among_outputs",
    "same_value_twice",
    "no_outputs",
    "dead_code",
    "has_aux",
    "value_and_grad_root",
    "grad_of_cond",
    "mutable_reference_in_scan",
    "debug_callback_in_while",
    "debug_callback_in_custom_jvp",
]
MOST_STEPS = 1500


class Recorded(Run):
    """The turns and branches of a recording, for the naive simulation."""

    def __init__(self, recording: gs.Recording) -> None:
        self.graph = recording.graph
        self.has_cotangents = recording.has_cotangents
        regions = recording.graph.regions.values()
        self.turns = {
            r.id: recording.trips_array(r.id)
            for r in regions
            if r.kind in ("scan", "while")
        }
        self.taken = {
            r.id: recording.branch_array(r.id) for r in regions if r.kind == "cond"
        }


def _record(name: str) -> gs.Recording:
    program = programs.build(name)
    with program.context():
        return gs.record(program.fn, *program.args, **program.options, **program.kwargs)


def _assert_close(actual: Any, expected: Any) -> None:
    tolerance = 2e-2 if expected.dtype.itemsize < 4 else 1e-4
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    x, y = np.asarray(actual).astype(wide), np.asarray(expected).astype(wide)
    assert x.shape == y.shape
    scale = np.max(np.abs(y), initial=0.0)
    np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance * scale + 1e-6)


def _outs(here: Cursor) -> list[tuple[int, Any]]:
    """Return the cotangents of the node here that are arrays, with their outputs."""
    step, recording = here.step, here.recording
    found = [
        (out, recording.cotangent(step.node, out, step.iteration))
        for _, out in here.values
    ]
    return [(out, value) for out, value in found if not isinstance(value, Absence)]


@pytest.mark.parametrize("name", ZOO)
def test_every_step_of_the_zoo(name: str) -> None:
    """The walk is the run's, every step can be looked at, and the sums come out."""
    recording = _record(name)
    start = cursor(recording)
    length = start.timeline.length
    visited = range(0, length, 1 + length // MOST_STEPS)
    if length <= MOST_STEPS:
        expected = all_steps(Recorded(recording))
        assert [start.timeline.step(i) for i in visited] == expected
    sent: dict[Any, Any] = {}

    for index in visited:
        here = start.seek(index)
        step = here.step
        if step.pass_ == FORWARD:
            for node, out in here.values:
                value = recording.primal(node, out, step.iteration)
                assert not isinstance(value, Absence) or value.kind in (
                    "ref",
                    "effects",
                )
            continue
        if step.pass_ == BACKWARD:
            assert here.has_complete_cotangent(step.node) == bool(_outs(here))
            for out, cotangent in _outs(here):
                terms = here.running_sum(step.node, out)
                assert terms.is_cotangent
                zeros = np.zeros(cotangent.shape, cotangent.dtype)
                _assert_close(zeros if terms.total is None else terms.total, cotangent)
        _gather(here, sent)
        if (
            length <= MOST_STEPS
            and step.pass_ == BACKWARD
            and not _is_sharded(recording)
        ):
            for out, cotangent in _outs(here):
                received = sent.get((step.node, out, step.iteration), cotangent * 0)
                _assert_close(received, cotangent)
    for node in recording.graph.order:
        _assert_has_what_is_complete(start.last(), node)


def _assert_has_what_is_complete(here: Cursor, node: str) -> None:
    graph, recording = here.timeline.graph, here.recording
    for out in range(len(graph.node(node).avals)):
        if here.has_complete_cotangent(node, out):
            iteration = here.iteration_of(node)
            assert not isinstance(recording.cotangent(node, out, iteration), Absence)


def _is_sharded(recording: gs.Recording) -> bool:
    return any(r.kind == "shard_map" for r in recording.graph.regions.values())


def _gather(here: Cursor, sent: dict[Any, Any]) -> None:
    """Add what a step sends to what each value has received."""
    graph = here.timeline.graph
    for term in here.contributions_sent():
        if isinstance(term.value, Absence):
            continue
        node, out = term.target
        parts = [(term.iteration, term.value)]
        if len(term.iteration) < len(graph.loops(node)):
            # All iterations of a loop, stacked.
            parts = [((*term.iteration, i), part) for i, part in enumerate(term.value)]
        elif _is_slice(here, term):
            parts = [(term.iteration, _unsliced(here, term))]
        for iteration, value in parts:
            key = (node, out, iteration)
            sent[key] = value + sent[key] if key in sent else value


def _is_slice(here: Cursor, term: Term) -> bool:
    name = "" if term.edge is None else term.edge[1].rpartition("/")[2]
    return name[:1] == "x" and here.timeline.graph.loops(here.step.node) != ()


def _unsliced(here: Cursor, term: Term) -> Any:
    """Return one iteration's slice of an x among zeros."""
    graph = here.timeline.graph
    region = graph.region_of(here.step.node)
    assert region.eqn is not None
    turn = here.step.iteration[-1]
    turn = region.length - 1 - turn if region.eqn.params["reverse"] else turn
    whole = np.zeros(graph.aval(*term.target).shape, term.value.dtype)
    whole[turn] = term.value
    return whole


@pytest.mark.parametrize("name", programs.named(having="while_reverse"))
def test_every_step_of_programs_with_a_while(name: str) -> None:
    """Also the last test of a while can be looked at; what it blocks is said."""
    recording = _record(name)
    start = cursor(recording)

    assert [start.timeline.step(i) for i in range(len(start.timeline))] == all_steps(
        Recorded(recording)
    )
    for index in range(len(start.timeline)):
        here = start.seek(index)
        for node, out in here.values:
            if here.pass_ == FORWARD:
                value = recording.primal(node, out, here.step.iteration)
                assert not isinstance(value, Absence)
                continue
            cotangent = recording.cotangent(node, out, here.step.iteration)
            terms = here.running_sum(node, out)
            if not isinstance(cotangent, Absence) and terms.total is not None:
                assert terms.is_cotangent
                _assert_close(terms.total, cotangent)
        here.contributions_sent()


def _reused(x: jax.Array) -> jax.Array:
    a = jnp.sin(x)
    b = a * a
    return (b + a + lax.stop_gradient(a)).sum()


def test_a_sum_grows_term_by_term() -> None:
    """Contributions arrive last use first, and add up to what `jax.grad` needs."""
    x = jnp.array([0.5, 1.5])
    recording = gs.record(_reused, x)
    here = cursor(recording).to_pass(BACKWARD)
    sums: list[list[Any]] = []
    while not here.at_end:
        terms = here.running_sum("0")
        keys = [None if t.edge is None else t.edge[1:] for t in terms.terms]
        sums.append([*keys, len(terms.pending)])
        here = here.next()

    final = here.running_sum("0")

    growth = [entry for i, entry in enumerate(sums) if entry not in sums[:i]]
    assert growth[0] == [4]
    assert growth[-1][-1] == 0
    assert [len(entry) - 1 for entry in growth] == sorted(len(e) - 1 for e in growth)
    _assert_close(final.total, recording.cotangent("0"))
    _assert_close(final.total * jnp.cos(x), jax.grad(_reused)(x))
    arrays = [t for t in final.terms if not isinstance(t.value, Absence)]
    _assert_close(arrays[-1].total, sum(t.value for t in arrays))


def test_what_sends_nothing_is_listed_with_its_reason() -> None:
    """A use without a contribution is a term, and does not count in the total."""

    def fn(x: jax.Array) -> jax.Array:
        y = jnp.sin(x)
        n = lax.while_loop(lambda v: v < 5.0, lambda v: v + 1.0, y)
        return n + y * 3.0

    start = cursor(gs.record(fn, 1.0))

    terms = start.last().running_sum("0")

    assert [isinstance(t.value, Absence) for t in terms.terms] == [False, True]
    assert "while" in str(terms.terms[1].value)
    assert float(terms.total) == 3.0
    assert terms.is_complete
    assert not terms.is_cotangent
    assert not start.last().has_complete_cotangent("0")
    assert not start.last().has_cotangent("0")


def test_nothing_has_arrived_before_the_backward_pass() -> None:
    """Forward steps send nothing; at the seed only outputs have a cotangent."""
    start = cursor(gs.record(_reused, jnp.ones(2)))
    seed = start.to_pass("seed")

    assert start.last().previous(99).running_sum("0").terms == ()
    assert start.contributions_sent() == ()
    assert not start.has_complete_cotangent("0")
    assert [t.target for t in seed.contributions_sent()] == [("out0", 0)]
    assert seed.has_complete_cotangent("out0")
    assert not seed.has_complete_cotangent("0")
    assert float(seed.running_sum("out0").total) == 1.0


def test_a_carry_receives_from_the_next_iteration() -> None:
    """What a loop carries comes back one iteration later in time, sooner backward."""
    w = jnp.float32(0.7)

    def fn(w: jax.Array) -> jax.Array:
        return lax.scan(lambda c, _: (jnp.sin(c * w), None), w, None, length=3)[0]

    start = cursor(gs.record(fn, w))
    graph = start.timeline.graph
    result = graph.operands("0")[0].source
    assert result is not None

    here = start.to("0/carry0", 2, BACKWARD)

    assert here.running_sum(result[0], 0, (1,)).is_complete
    assert not here.previous().running_sum(result[0], 0, (1,)).is_complete
    assert [t.iteration for t in here.contributions_sent()] == [(1,)]


def test_a_call_is_known_by_its_id() -> None:
    """The id of a jitted function names what it returns."""
    start = cursor(gs.record(lambda x: jax.jit(jnp.sin)(x) * 3.0, 1.0)).last()

    assert float(start.running_sum("0").total) == 3.0


CUSTOM: list[Callable[[Any], Any]] = [
    lambda x: jax.nn.relu(x) * 2.0,
    lambda x: jnp.linalg.norm(jax.nn.softplus(x)),
    jax.scipy.special.logsumexp,
]


@pytest.mark.parametrize("fn", CUSTOM)
def test_custom_rules_send_past_their_bodies(fn: Callable[[Any], Any]) -> None:
    """Their bodies have no backward steps, and no cotangent is lost on the way."""
    x = jnp.array([0.5, -0.3, 2.0])

    start = cursor(gs.record(fn, x))

    _assert_close(
        start.last().running_sum("in0").total, jax.grad(lambda v: fn(v).sum())(x)
    )


def test_the_first_nan_of_a_run_is_found() -> None:
    """A breakpoint on `nan` stops where a square root goes wrong, in its iteration."""

    def fn(x: jax.Array) -> jax.Array:
        def body(c: jax.Array, step: jax.Array) -> tuple[jax.Array, jax.Array]:
            level = jnp.sqrt(c - step)
            return c - step, level

        return lax.scan(body, x, jnp.arange(5.0))[1].sum()

    start = cursor(gs.record(fn, 4.0))
    wanted = Breakpoint.parse("nan")

    forward, stop = start.continue_([wanted])

    assert stop is not None
    assert start.timeline.graph.node(forward.step.node).primitive == "sqrt"
    assert forward.step.iteration == (3,)
    assert (
        stop.reason
        == f"`{forward.step.node}` (level): primal in iteration 3: 1 NaN of 1 element"
    )
    assert start.unseen(wanted) == ()


def test_a_summary_is_searched_too() -> None:
    """Where only statistics were kept, conditions are checked on these."""

    def fn(x: jax.Array) -> jax.Array:
        y = lax.scan(lambda c, _: (c * 2.0, c), x, None, length=8)[1]
        return jnp.sqrt(4.0 - y).sum()

    recording = gs.record(fn, jnp.ones(1000), budget=1)
    assert recording.mode == "summary"
    start = cursor(recording)

    forward, _ = start.continue_([Breakpoint.parse("max > 15")])
    nan, stop = start.continue_([Breakpoint.parse("nan")])

    assert forward.step.iteration[-1:] in {(3,), (4,)}
    assert nan.step.iteration == ()
    assert stop is not None
    assert "NaN" in stop.reason


def test_a_forward_recording_is_walked_forward() -> None:
    """With tangents there is no reverse pass, so the walk ends at the outputs."""
    start = cursor(gs.record(jnp.sin, 1.0, tangents=(1.0,)))

    assert not start.timeline.has_backward
    assert start.last().step.node == "out0"
