"""What is said of zero and missing gradients is so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import jax
import jax.numpy as jnp
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from jax import Array, lax

import graphstep as gs
from graphstep._jaxcompat import is_inexact
from graphstep.analysis import Cut, Why, why
from graphstep.errors import NodeNotFoundError, RecordingError
from graphstep.recording import Absence
from tests import programs, strategies

X = jnp.array([-1.0, 2.0, 0.5, -3.0])


@jax.custom_vjp
def _deaf(x: Array) -> Array:
    return x * 2.0


_deaf.defvjp(lambda x: (x * 2.0, None), lambda _, g: (jnp.zeros_like(g),))


def _through_while(x: Array) -> Array:
    return lax.while_loop(lambda s: s.sum() < 100, lambda s: s * 2, jnp.abs(x)).sum()


def _branches(x: Array) -> Array:
    return lax.cond(x[0] > 0, jnp.sum, lambda x: jnp.sum(x[:2]), x)


def _carried(x: Array) -> Array:
    return lax.scan(lambda c, t: (c * 0.0 + t, t), jnp.float32(1.0), x)[0]


STRUCTURAL: dict[str, Callable[[Array], Array]] = {
    "stop_gradient": lambda x: jnp.sum(lax.stop_gradient(x) * 2.0),
    "integer": lambda x: jnp.sum(x.astype(jnp.int32).astype(jnp.float32)),
    "comparison": lambda x: jnp.sum(jnp.where(x > 0, 1.0, 2.0)),
    "index": lambda x: 1.0 * jnp.argmax(x),
    "rounding": lambda x: jnp.sum(jnp.floor(x) + jnp.sign(x) + jnp.round(x)),
    "unused": lambda x: jnp.sum(jnp.ones(3)),
    "while": _through_while,
}

# Which elements are zero is worked out by hand.
NUMERICAL: dict[str, tuple[Callable[[Array], Array], list[int]]] = {
    "not_chosen": (lambda x: jnp.sum(jnp.maximum(x, 0.0)), [0, 3]),
    "custom_rule": (lambda x: jnp.sum(jax.nn.relu(x)), [0, 3]),
    "saturated": (lambda x: jnp.sum(jnp.tanh(100.0 * x)), [0, 1, 2, 3]),
    "zero_factor": (lambda x: jnp.sum(x * jnp.array([0.0, 1, 0, 1])), [0, 2]),
    "masked": (lambda x: jnp.sum(jnp.where(x > 0, x, 0.0)), [0, 3]),
    "clamped": (lambda x: jnp.sum(lax.clamp(-2.0, x, 1.0)), [1, 3]),
    "not_selected": (lambda x: jnp.sum(x[1:3]), [0, 3]),
    "overwritten": (lambda x: jnp.sum(x.at[1].set(5.0)), [1]),
    "underflow": (lambda x: jnp.sum(jnp.exp(x) * 1e-30 * 1e-30), [0, 1, 2, 3]),
    "cancellation": (lambda x: jnp.sum(x - x), [0, 1, 2, 3]),
    "not_taken": (_branches, [2, 3]),
    "flat": (lambda x: jnp.sum((x - X) ** 2), [0, 1, 2, 3]),
}


def explained(fn: Callable[..., Any], *args: Any, **options: Any) -> Why:
    """Return what is said of the first argument, all of it checked."""
    recording = gs.record(fn, *args, verify=False, **options)
    found = recording.why("in0")
    check(recording, found)
    return found


# The checks --------------------------------------------------------------------------


def check(recording: gs.Recording, found: Why) -> None:
    """Compare each claim with contributions and cotangents, and miss no path."""
    for cut in found.cuts:
        _check_cut(recording, cut)
    if found.state in ("zero", "partly"):
        assert found.cuts
    if found.state == "zero":
        assert not _ways_out(recording, found)


def _check_cut(recording: gs.Recording, cut: Cut) -> None:
    graph = recording.graph
    if cut.kind == "unused":
        assert not graph.uses(*cut.value)
    elif cut.kind == "cancellation" and not cut.edges:
        cotangent = np.asarray(recording.cotangent(*cut.value))
        terms = [recording.contribution(use) for use in graph.uses(*cut.value)]
        live = sum((np.asarray(t) != 0).astype(int) for t in terms if _is_array(t))
        assert ((cotangent == 0) & (live > 1)).sum() == cut.n_cut > 0
    for edge in cut.edges:
        sent = recording.contribution(edge)
        if not _is_array(sent):
            assert cut.is_structural or cut.kind == "not_taken"
        elif cut.is_structural:
            avals = graph.node(_ruled_by(recording, edge[1])).avals
            assert not all(map(is_inexact, avals))
        else:
            assert (np.asarray(sent) == 0).sum() > 0
            if cut.kind != "seed":
                assert _receives_something(recording, edge[1])


def _is_array(value: Any) -> bool:
    return not isinstance(value, Absence)


def _ruled_by(recording: gs.Recording, node: str) -> str:
    """Return the call whose rule takes the place of what is inside."""
    region = recording.graph.region_of(node)
    return region.id if region.is_opaque else node


def _receives_something(recording: gs.Recording, node: str) -> bool:
    """Return whether a cotangent that is not zero arrives at a node."""
    node = _ruled_by(recording, node)
    found = [
        recording.cotangent(node, out)
        for out in range(len(recording.graph.node(node).avals))
    ]
    return any(_is_array(c) and (np.asarray(c) != 0).any() for c in found)


def _ways_out(recording: gs.Recording, found: Why) -> set[Any]:
    """Return the seeded outputs that are reached past all cuts.

    Of what is inside a custom rule only the call counts; loops are gone round.
    """
    graph = recording.graph
    cut = {edge for each in found.cuts for edge in each.edges}
    ends = {each.value for each in found.cuts if not each.edges}
    paths = nx.DiGraph()
    paths.add_node(found.value)
    for u, v, key, data in graph.nx.edges(keys=True, data=True):
        value = (u, data["out"])
        if (u, v, key) in cut or value in ends:
            continue
        position = graph.position(v)
        region = graph.region_of(v)
        outs = range(max(1, len(graph.node(v).avals)))
        if region.is_opaque and region.id == v:
            continue
        if region.is_opaque and graph.node(v).role == "binder":
            outs = range(len(graph.node(region.id).avals))
            paths.add_edges_from((value, (region.id, out)) for out in outs)
        elif region.id == v and region.kind in ("scan", "cond"):
            out = graph.columns.output_of_result(position, key)
            paths.add_edge(value, (v, out))
            if f"{v}/carry{key}" in graph:
                paths.add_edge(value, (f"{v}/carry{key}", 0))
        else:
            paths.add_edges_from((value, (v, out)) for out in outs)
    seeded = {(node, 0) for node in graph.outputs[: graph.trace.n_seeded]}
    return nx.descendants(paths, found.value) & seeded


# Each kind ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", STRUCTURAL)
def test_what_the_program_cuts_is_structural(kind: str) -> None:
    """All of the gradient is gone, and each cut says that no numbers matter."""
    found = explained(STRUCTURAL[kind], X)

    assert found.state == ("missing" if kind == "while" else "zero")
    assert {cut.kind for cut in found.cuts} == {kind}
    assert found.is_structural


@pytest.mark.parametrize("kind", NUMERICAL)
def test_what_the_numbers_cut_names_the_elements(kind: str) -> None:
    """The zeros are those of `jax.grad`, and one cut is of that kind."""
    fn, expected = NUMERICAL[kind]

    found = explained(fn, X)

    assert [index for (index,) in found.zeros] == expected
    zero_for_jax = np.flatnonzero(np.asarray(jax.grad(fn)(X)) == 0)
    np.testing.assert_array_equal(zero_for_jax, expected)
    (cut,) = (each for each in found.cuts if each.kind == kind)
    assert not cut.is_structural
    assert cut.n_cut == len(expected)


def test_the_cut_operand_is_described_by_its_ends() -> None:
    """Of a saturated function one sees how far it is."""
    found = explained(lambda x: jnp.sum(jnp.tanh(100.0 * x)), X)

    (cut,) = found.cuts
    assert (cut.low, cut.high) == (-300.0, 200.0)
    assert cut.location is not None
    assert cut.location.file == __file__


def test_a_rule_of_ones_own_that_sends_zero_is_named() -> None:
    """A custom_vjp that returns zeros is where the gradient ends."""
    found = explained(lambda x: jnp.sum(_deaf(x)), X)

    (cut,) = found.cuts
    assert (found.state, cut.kind, cut.n_cut) == ("zero", "custom_rule", 4)


def test_every_way_out_is_accounted_for() -> None:
    """Three uses, three reasons: one further on, one at once, one by its rule."""

    def fn(x: Array) -> Array:
        far = jnp.sin(x) * 2.0
        return jnp.sum(jnp.floor(far) + lax.stop_gradient(x) + _deaf(x))

    found = explained(fn, X)

    assert {cut.kind for cut in found.cuts} == {
        "rounding",
        "stop_gradient",
        "custom_rule",
    }


def test_sorting_keeps_the_indices_apart() -> None:
    """Of argsort the sorted values are not used, and the indices are integers."""
    found = explained(lambda x: jnp.sum(1.0 * jnp.argsort(x)), X)

    assert {cut.kind for cut in found.cuts} == {"integer", "unused"}


def test_a_seed_of_zeros_is_a_reason() -> None:
    """What is not asked about has no gradient."""
    found = explained(lambda x: x * 2.0, X, seed=jnp.array([0.0, 1, 0, 1]))

    (cut,) = found.cuts
    assert (cut.kind, cut.n_cut, found.zeros) == ("seed", 2, ((0,), (2,)))


def test_what_a_loop_overwrites_is_cut_inside() -> None:
    """Of what is scanned over, only the last is not multiplied by zero."""
    found = explained(_carried, X)

    (cut,) = found.cuts
    assert [index for (index,) in found.zeros] == [0, 1, 2]
    assert cut.kind == "zero_factor"
    assert cut.node.startswith("0/")


def test_auxiliary_output_takes_no_seed() -> None:
    """With has_aux, what goes there alone has no gradient."""
    found = explained(lambda x: (jnp.sum(jnp.ones(2)), x), X, has_aux=True)

    assert [cut.kind for cut in found.cuts] == ["not_seeded"]


@pytest.mark.parametrize(
    ("query", "words", "kinds"),
    [
        ("in1", "Integers", []),
        ("in2", "argnums", []),
        ("const0", "constant", []),
        ("stopped", "stop_gradient", ["stop_gradient"]),
        ("after", "stop_gradient", ["stop_gradient"]),
    ],
)
def test_what_is_missing_says_why(query: str, words: str, kinds: list[str]) -> None:
    """A value without a cotangent has the recording's reason, and the cut before it."""
    table = jnp.arange(4.0)

    def fn(x: Array, n: Array, y: Array) -> Array:
        stopped = lax.stop_gradient(x)
        after = stopped * 3.0
        return jnp.sum(after * x * n * y + table)

    recording = gs.record(fn, X, jnp.arange(4), X, argnums=0, verify=False)
    (node,) = recording.graph.find(query)

    found = why(recording, node)

    assert found.state == "missing"
    assert words in found.reason
    assert [cut.kind for cut in found.cuts] == kinds


def test_nothing_is_said_of_what_is_not_zero() -> None:
    """A gradient that is there needs no reason."""
    found = explained(lambda x: jnp.sum(jnp.sin(x)), X)

    assert (found.state, found.n_zero, found.cuts) == ("nonzero", 0, ())


def test_statistics_do_not_say_which_elements() -> None:
    """Where only statistics were kept, the answer is that it is not known."""
    x = jnp.arange(3000.0)
    recording = gs.record(lambda x: jnp.sum(jnp.sin(x) * x), x, budget=0, verify=False)

    assert why(recording, "0").state == "unknown"


def test_a_saved_recording_gives_the_same_reasons(tmp_path: Path) -> None:
    """The equations that are tried out are in the file."""

    def fn(x: Array) -> Array:
        return jnp.sum(jnp.maximum(x, 0.0) * lax.stop_gradient(x)) + _branches(x)

    recording = gs.record(fn, X, verify=False)
    recording.save(tmp_path / "run.gstep")

    loaded = gs.load(tmp_path / "run.gstep").why("in0")

    expected = recording.why("in0")
    assert loaded.zeros == expected.zeros
    facts = [(cut.kind, cut.node, cut.n_cut, cut.edges) for cut in loaded.cuts]
    assert facts == [(c.kind, c.node, c.n_cut, c.edges) for c in expected.cuts]


def test_nothing_that_calls_back_is_run_again() -> None:
    """Whatever a rule replaces, its Python is not called to find a reason."""
    calls: list[int] = []

    def note(x: np.ndarray) -> np.ndarray:
        calls.append(1)
        return np.asarray(x)

    @jax.custom_jvp
    def outside(x: Array) -> Array:
        return jax.pure_callback(note, x, x)

    outside.defjvps(lambda t, _, x: 0.0 * t)
    recording = gs.record(lambda x: jnp.sum(outside(x)), X, verify=False)
    calls.clear()

    found = recording.why("in0")

    assert (found.state, [cut.kind for cut in found.cuts]) == ("zero", ["custom_rule"])
    assert calls == []


def test_what_cannot_be_asked_about_is_refused() -> None:
    """Tangents have no backward pass, and there are no other nodes."""
    forward = gs.record(jnp.sin, X, tangents=(X,), verify=False)
    backward = gs.record(jnp.sin, X, verify=False)

    with pytest.raises(RecordingError, match="tangents instead of cotangents"):
        why(forward, "in0")
    with pytest.raises(NodeNotFoundError, match="no node `nothing`"):
        why(backward, "nothing")


# Any program -------------------------------------------------------------------------

_ZOO = (
    "scan_of_jit_and_cond",
    "scan_zero_length",
    "scan_reverse",
    "cond_basic",
    "zero_size_inside",
    "custom_jvp_basic",
)


@pytest.mark.parametrize("name", [name for name in _ZOO if name in programs.NAMES])
def test_claims_hold_all_over_a_program(name: str) -> None:
    """Of every value of it."""
    program = programs.build(name)
    recording = gs.trace(program.fn, *program.args, **program.options).record(
        verify=False
    )
    graph = recording.graph

    for node in graph.order:
        for out in range(len(graph.node(node).avals)):
            check(recording, why(recording, node, out))


@hypothesis.settings(max_examples=6, deadline=None)
@given(strategies.programs(depth=1, size=4, dtypes=("float32",)))
def test_claims_hold_for_any_program(drawn: strategies.RandomProgram) -> None:
    """Of every argument: cuts are where they are said to be, and on every path."""
    recording = gs.record(drawn, *drawn.args, verify=False)

    for node in recording.graph.inputs:
        check(recording, why(recording, node))
