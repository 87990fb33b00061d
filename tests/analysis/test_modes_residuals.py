"""What JAX stores for the backward pass, who made it and who wants it."""

from __future__ import annotations

import collections
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax._src.ad_checkpoint import saved_residuals  # noqa: TID251 -- the oracle.
from jax.extend.core import jaxpr_as_fun  # noqa: TID251

import graphstep as gs
from graphstep._jaxcompat import short_type
from graphstep.analysis import Residual, modes
from graphstep.analysis._modes_function import differentiable
from graphstep.analysis._residuals import passes_of, residuals
from tests.programs import build, named

# These take seconds to trace and hold nothing that others do not.
LARGE = {
    "hessian",
    "long_elementwise_chain",
    "long_elementwise_chain_in_scan",
    "matrix_exponential",
}
PROGRAMS = [
    name
    for name in named(having="smooth", lacking=("effects", "slow", "library"))
    if name not in LARGE
]
# Calls, rules of the user's, loops, branches, checkpoints: whatever is looked through.
RECORDED = (
    "jit_shared_body",
    "remat_policy_dots",
    "scan_of_jit_and_cond",
    "custom_jvp_in_jit",
)


def traced(name: str) -> gs.Trace:
    program = build(name)
    with program.context():
        return gs.trace(
            program.fn, *program.args, **program.options, **dict(program.kwargs)
        )


def stored(trace: gs.Trace) -> tuple[Residual, ...]:
    with trace.program.x64_context():
        passes = passes_of(differentiable(trace.program))
        return residuals(trace.graph, passes)


@pytest.mark.parametrize("name", PROGRAMS)
def test_residuals_are_those_that_jax_reports(name: str) -> None:
    """What is found has the types that JAX's own listing has, each as often."""
    trace = traced(name)
    program = trace.program
    outs = differentiable(program).out_positions
    evaluate = jaxpr_as_fun(program.closed_jaxpr)

    def fn(*own: Any) -> list[Any]:
        mine = iter(own)
        leaves = [
            next(mine) if is_own else leaf
            for leaf, is_own in zip(
                program.in_leaves, program.differentiated, strict=True
            )
        ]
        results = evaluate(*leaves)
        return [results[i] for i in outs]

    own = [
        leaf
        for leaf, is_own in zip(program.in_leaves, program.differentiated, strict=True)
        if is_own
    ]
    with program.x64_context():
        listed = saved_residuals(fn, *own)
    expected = collections.Counter(short_type(aval) for aval, _ in listed)

    actual = collections.Counter(each.type for each in stored(trace))

    assert actual == expected


@pytest.mark.parametrize("name", RECORDED)
def test_residuals_that_are_values_hold_what_was_recorded(name: str) -> None:
    """A residual that is said to be a node's value has the numbers of that value."""
    trace = traced(name)
    program = trace.program
    with program.x64_context():
        function = differentiable(program)
        passes = passes_of(function)
        found = residuals(trace.graph, passes)
        results = jaxpr_as_fun(passes.forward)(
            *[leaf for part in function.split(program.in_leaves) for leaf in part]
        )
        rec = trace.record()
    values = collections.defaultdict(list)
    for out, result in zip(
        passes.forward.jaxpr.outvars[passes.n_outputs :],
        results[passes.n_outputs :],
        strict=True,
    ):
        values[short_type(out.aval)].append(np.asarray(result))

    for each in found:
        if each.out is None or each.in_branch:
            continue
        primal = np.asarray(rec.primal(each.node, each.out))
        assert any(
            np.allclose(primal, value, rtol=1e-4, atol=1e-6, equal_nan=True)
            for value in values[each.type]
        ), each


def test_makers_and_rules_are_named() -> None:
    """Of `sin` the cosine is kept for its own rule, and its value for the product."""

    def fn(x: jax.Array) -> jax.Array:
        return jnp.sin(x) * jnp.exp(x)

    found = stored(gs.trace(fn, jnp.ones(3)))

    told = {
        (each.node, each.out, each.maker): [want.node for want in each.wanted_by]
        for each in found
    }
    assert told == {
        ("0", 0, "sin"): ["2"],
        ("0", None, "cos"): ["0"],
        ("1", 0, "exp"): ["2", "1"],
    }


def test_a_checkpoint_wants_only_its_inputs() -> None:
    """Under `jax.checkpoint` nothing is kept but what is computed again from."""

    def layer(x: jax.Array) -> jax.Array:
        return jnp.sin(jnp.sin(jnp.sin(x)))

    plain = stored(gs.trace(layer, jnp.ones(3)))
    found = stored(gs.trace(jax.checkpoint(layer), jnp.ones(3)))

    assert [each.maker for each in plain] == ["cos", "cos", "cos"]
    assert [(each.node, each.is_argument) for each in found] == [("in0", True)]
    (want,) = found[0].wanted_by
    assert (want.node, want.primitive, want.recomputes) == ("0", "checkpoint", True)


def test_a_scan_keeps_one_of_each_iteration() -> None:
    """A residual of a loop's body has the loop's length in front."""

    def fn(x: jax.Array) -> jax.Array:
        end, _ = jax.lax.scan(lambda c, _: (jnp.sin(c), None), x, length=7)
        return end

    (only,) = stored(gs.trace(fn, jnp.ones(3)))

    assert (only.type, only.nbytes, only.node) == ("f32[7,3]", 84, "0/0")
    assert [want.primitive for want in only.wanted_by] == ["sin"]


def test_memory_rises_forward_and_falls_backward() -> None:
    """In a chain each sine adds one array of residuals, and each cosine takes one off."""

    def fn(x: jax.Array) -> jax.Array:
        return jnp.sin(jnp.sin(jnp.sin(x)))

    found = modes(gs.trace(fn, jnp.ones(100)).graph, names=())

    size = 400
    forward = [step for step in found.memory if step.direction == "forward"]
    backward = [step for step in found.memory if step.direction == "backward"]
    assert [(s.primitive, s.residuals // size) for s in forward] == [
        ("sin", 0),
        ("cos", 1),
        ("sin", 1),
        ("cos", 2),
        ("sin", 2),
        ("cos", 3),
    ]
    assert [(s.node, s.residuals // size) for s in backward] == [
        ("2", 3),
        ("1", 2),
        ("0", 1),
    ]
    assert found.stored == 3 * size
    # The last sine is the output; its operand was wanted for the cosine.
    assert found.peak is not None
    assert found.peak.total == 5 * size


def test_checkpointing_trades_memory_for_operations() -> None:
    """With a checkpoint fewer bytes are stored and more operations are done."""

    def layer(x: jax.Array, w: jax.Array) -> jax.Array:
        return jnp.tanh(jnp.sin(jnp.tanh(w @ x)))

    def deep(x: jax.Array, w: jax.Array, wrap: Any) -> jax.Array:
        for _ in range(4):
            x = wrap(layer)(x, w)
        return jnp.sum(x)

    args = jnp.ones(50), jnp.ones((50, 50))
    plain, thrifty = (
        modes(
            gs.trace(deep, *args, wrap, static_argnums=2).graph,
            names=("vjp",),
        )
        for wrap in (lambda f: f, jax.checkpoint)
    )

    assert thrifty.stored < plain.stored / 2
    more = thrifty.estimate("vjp").operations.count
    assert more > plain.estimate("vjp").operations.count * 1.2
