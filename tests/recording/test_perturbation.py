"""Derivatives against differences: add a little to one value and look at the result."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from jax.dtypes import float0

import graphstep as gs
from graphstep.recording import Absence
from tests import agreement, programs, strategies
from tests.oracle_equations import is_inexact
from tests.programs import Program

_STEP = 1e-5
_TOLERANCE = 1e-6

# One or two of each kind of equation; all run in float64.
_SMOOTH = (
    "jit_shared_body",
    "jit_nested",
    "custom_jvp_in_jit",
    "remat_policy_dots",
    "custom_linear_solve",
    "scan_rnn",
    "scan_nested",
    "scan_reverse",
    "scan_int_carry",
    "scan_of_jit_and_cond",
    "grad_of_scan",
    "fori_static",
    "cond_differentiated",
    "switch_three",
    "cond_in_cond",
    "cond_of_scan",
    "associative_scan",
    "linalg_det",
    "matrix_power",
    "triangular_solve",
    "einsum_three",
    "conv_2d",
    "reduce_window_average",
    "cumulative",
    "layer_norm",
    "attention",
    "mlp_loss",
    "lstm_cell",
    "shared_many_times",
    "grad_root",
    "hessian_vector_product",
    "softmax_cross_entropy",
    "gamma_functions",
)
_LOOPING = tuple(
    name
    for name in programs.named(having="while_reverse")
    if name != "while_newton"  # Its last trips change nothing but rounding.
)


def widened(program: Program) -> Program:
    """Return the program with float64 in the place of float32."""

    def wide(leaf: Any) -> Any:
        is_float = getattr(leaf, "dtype", None) == np.float32
        return jnp.asarray(leaf, jnp.float64) if is_float else leaf

    args = jax.tree.map(wide, program.args)
    return dataclasses.replace(program, args=args, x64=True)


def traced(program: Any) -> gs.Trace:
    return gs.trace(program.fn, *program.args, **program.kwargs, **program.options)


@pytest.fixture(scope="module", params=_SMOOTH)
def trace(request: pytest.FixtureRequest) -> Iterator[gs.Trace]:
    program = programs.build(request.param)
    with jax.enable_x64(True):
        yield traced(widened(program))


def directions(leaves: Any, seed: int = 0) -> list[Any]:
    """Return a random array like each inexact leaf, float0 like the others."""
    rng = np.random.default_rng(seed)
    return [
        rng.normal(size=jnp.shape(leaf)).astype(leaf.dtype)
        if is_inexact(leaf)
        else np.zeros(jnp.shape(leaf), float0)
        for leaf in map(jnp.asarray, leaves)
    ]


def held(trace: gs.Trace, move: Callable[..., Any]) -> Callable[..., Any]:
    """Return `move`, with every `stop_gradient` held at the value it really has."""
    base = agreement.oracle_of(trace, backward=False)
    nodes = trace.graph.nx.nodes

    def perturb(node: str, out: int, iteration: Any, value: Any) -> Any:
        if nodes[node]["primitive"] == "stop_gradient":
            return base.slots[node, out][iteration].value
        return move(node, out, iteration, value)

    return perturb


def slope_differences(trace: gs.Trace) -> Iterator[str]:
    """Say where the slope along a random direction is not the cotangent's."""
    recording = trace.record(verify=False)
    ran = agreement.oracle_of(trace, backward=False)
    rng = np.random.default_rng(0)
    target: Any = None
    shift: Any = 0.0

    def move(node: str, out: int, iteration: Any, value: Any) -> Any:
        return value + shift if (node, out, iteration) == target else value

    perturb = held(trace, move)

    def loss(by: Any) -> float:
        nonlocal shift
        shift = by
        moved = agreement.oracle_of(trace, perturb=perturb, backward=False)
        seeded = [slot.value for slot in moved.outputs[: trace.program.n_seeded]]
        return float(sum(np.sum(np.asarray(y)) for y in seeded if is_inexact(y)))

    for (node, out), slots in ran.slots.items():
        cotangent = recording.cotangent(node, out)
        if isinstance(cotangent, Absence):
            continue
        for iteration in slots:
            target, found = (node, out, iteration), cotangent[iteration]
            direction = rng.normal(size=found.shape)
            slope = (loss(_STEP * direction) - loss(-_STEP * direction)) / (2 * _STEP)
            expected = float(np.sum(found * direction))
            scale = np.linalg.norm(found) * np.linalg.norm(direction)
            if not abs(slope - expected) <= _TOLERANCE * (1.0 + scale):
                yield f"{target}: slope {slope}, cotangent {expected}"


def test_cotangents_are_slopes(trace: gs.Trace) -> None:
    """Moving any one value, in any one iteration, moves the loss by its cotangent."""
    assert list(slope_differences(trace)) == []


def tangent_recording(trace: gs.Trace) -> tuple[gs.Recording, list[Any]]:
    """Record a forward pass along random tangents; return them per input leaf."""
    source = trace.program
    args, _ = source.unflatten(directions(source.in_leaves))
    along = tuple(args[i] for i in source.spec.diff_positions(len(args)))
    leaves = [
        leaf if is_active else np.zeros(jnp.shape(leaf))
        for leaf, is_active in zip(
            directions(source.in_leaves), source.differentiated, strict=True
        )
    ]
    return trace.record(tangents=along, verify=False), leaves


def tangent_differences(trace: gs.Trace) -> Iterator[str]:
    """Say where the change of a primal along the input tangents is not its tangent."""
    recording, tangents = tangent_recording(trace)
    step = 1e-6

    def run(sign: float) -> Any:
        def move(node: str, _: int, __: Any, value: Any) -> Any:
            if not node.startswith("in") or not is_inexact(value):
                return value
            return value + sign * step * tangents[int(node[2:])]

        perturb = held(trace, move)
        return agreement.oracle_of(trace, perturb=perturb, backward=False)

    up, down = run(1.0), run(-1.0)
    for value, slots in up.slots.items():
        tangent = recording.tangent(*value)
        for iteration, slot in slots.items():
            if not is_inexact(slot.value):
                continue
            other = down.slots[value][iteration].value
            # A constant that is NaN stays what it is.
            slope = np.nan_to_num(np.asarray(slot.value) - np.asarray(other)) / (
                2 * step
            )
            if isinstance(tangent, Absence):
                found = np.zeros_like(slope)
                if tangent.kind in ("custom_rule", "no_rule"):
                    continue
            else:
                found = tangent[iteration]
            error = np.linalg.norm(found - slope)
            if not error <= 1e-6 * (1.0 + np.linalg.norm(slope)):
                yield f"{value} at {iteration}: tangent {found}, slope {slope}"


def test_tangents_are_slopes(trace: gs.Trace) -> None:
    """Moving the inputs along the tangents moves each value along its tangent."""
    assert list(tangent_differences(trace)) == []


@pytest.mark.parametrize("name", _LOOPING)
def test_tangents_pass_through_while(name: str) -> None:
    """Forward mode goes through `while`, where reverse mode does not."""
    program = programs.build(name)

    with jax.enable_x64(True):
        found = list(tangent_differences(traced(widened(program))))

    assert found == []


def adjoint_differences(trace: gs.Trace) -> Iterator[str]:
    """Say at which equation `<vjp(u), v>` is not `<u, jvp(v)>`."""
    graph, reverse = trace.graph, trace.record(verify=False)
    forward, _ = tangent_recording(trace)
    for node in graph.order:
        region = graph.regions[graph.node(node).region]
        is_exit = region.id == node
        if graph.node(node).role != "eqn" or (is_exit and not region.is_opaque):
            continue
        # What an opaque call takes, it takes through its binders.
        takers = [node]
        if is_exit:
            takers = [
                n for n in graph.order if n.startswith(f"{node}/in") and n[-1].isdigit()
            ]
        uses = [
            (u, v, key, out)
            for taker in takers
            for u, v, key, out in graph.nx.in_edges(taker, keys=True, data="out")
        ]
        sent = [
            (reverse.contribution((u, v, key)), forward.tangent(u, out))
            for u, v, key, out in uses
        ]
        came = [
            (reverse.cotangent(node, out), forward.tangent(node, out))
            for out in range(len(graph.node(node).avals))
        ]
        left, right = inner(sent), inner(came)
        scale = sum(map(abs, (*left, *right)))
        if not abs(sum(left) - sum(right)) <= 1e-10 * (1.0 + scale):
            yield f"{node} {graph.node(node).primitive}: {sum(left)} is not {sum(right)}"


def inner(pairs: list[tuple[Any, Any]]) -> list[float]:
    """Return the inner product of each pair of which neither is absent."""
    return [
        float(np.sum(np.asarray(a) * np.asarray(b)))
        for a, b in pairs
        if not isinstance(a, Absence) and not isinstance(b, Absence)
    ]


def test_reverse_is_the_adjoint_of_forward_at_every_equation(trace: gs.Trace) -> None:
    """At each equation `<vjp(u), v>` is `<u, jvp(v)>`, summed over iterations."""
    assert list(adjoint_differences(trace)) == []


@hypothesis.seed(0)
@hypothesis.settings(max_examples=25, derandomize=False, report_multiple_bugs=False)
@given(strategies.programs(depth=2, size=2, is_smooth=True, dtypes=("float32",)))
def test_derivatives_of_random_programs_are_slopes(
    drawn: strategies.RandomProgram,
) -> None:
    """Cotangents and tangents are slopes, and adjoint, in random programs too."""
    with jax.enable_x64(True):
        trace = traced(widened(Program("random", drawn, drawn.args)))
        found = [
            *slope_differences(trace),
            *tangent_differences(trace),
            *adjoint_differences(trace),
        ]

    assert found == []
