"""Find the equations that JAX cannot differentiate in reverse."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from graphstep._jaxcompat import JaxprEqn, bind, explicit_sharding, is_inexact
from graphstep.recording._compile import seeded_outputs
from graphstep.recording._plan import Planner
from graphstep.recording._verify import reference_program

# What to do about refusals that JAX states in words of its own, by a part of them.
_CURES = {
    "State effect not supported in cond": " A branch of a cond writes to a Ref inside a "
    "loop. Return the new value from the cond, and write it to the Ref outside of it.",
}


def blocked_equations(planner: Planner) -> dict[int, str]:
    """Return the positions of active equations without a reverse rule, and why.

    JAX is asked about the whole program first, since it sees zero tangents that a
    static pass does not; only if it refuses is each suspect asked about alone.
    """
    suspects = [p for p in planner.whiles if _is_active(planner, p)]
    if not suspects and not _has_odd_primitive(planner):
        return {}
    if why_no_reverse(planner) is None:
        return {}
    found = dict.fromkeys(suspects, "reverse mode through while is not defined")
    for position, eqn in enumerate(planner.columns.eqns):
        if (
            eqn is not None
            and position not in planner.whiles
            and not planner.hidden[position]
            and not planner.origins.is_exit(position)
            and _is_active(planner, position)
        ):
            reason = _why_not(eqn)
            if reason is not None:
                found[position] = reason
    return found


def _is_active(planner: Planner, position: int) -> bool:
    active = planner.origins.live.active
    return any(
        (position, out) in active for out in range(len(planner.columns.avals[position]))
    )


def _has_odd_primitive(planner: Planner) -> bool:
    return any(
        eqn is not None
        and not planner.origins.is_exit(position)
        and _is_active(planner, position)
        and eqn.primitive.name not in _ORDINARY
        for position, eqn in enumerate(planner.columns.eqns)
    )


# Asking JAX costs a second trace, so programs of these alone are not asked about.
_ORDINARY = frozenset(
    {
        "abs",
        "add",
        "add_any",
        "and",
        "argmax",
        "argmin",
        "broadcast_in_dim",
        "clamp",
        "concatenate",
        "conv_general_dilated",
        "convert_element_type",
        "copy",
        "cos",
        "cumsum",
        "div",
        "dot_general",
        "dynamic_slice",
        "dynamic_update_slice",
        "eq",
        "erf",
        "exp",
        "exp2",
        "expand_dims",
        "expm1",
        "floor",
        "gather",
        "ge",
        "gt",
        "integer_pow",
        "iota",
        "log",
        "log1p",
        "logistic",
        "max",
        "min",
        "mul",
        "name",
        "neg",
        "pad",
        "pow",
        "reduce_max",
        "reduce_min",
        "reduce_precision",
        "reduce_sum",
        "reshape",
        "rev",
        "rsqrt",
        "scatter",
        "scatter-add",
        "select_n",
        "sign",
        "sin",
        "slice",
        "split",
        "sqrt",
        "square",
        "squeeze",
        "stop_gradient",
        "sub",
        "tan",
        "tanh",
        "transpose",
    }
)


def why_no_reverse(planner: Planner) -> str | None:
    """Return why `jax.vjp` refuses the user's function, or `None` if it does not."""
    trace = planner.graph.trace
    avals, seeded = trace.closed_jaxpr.out_avals, seeded_outputs(trace)
    leaves = [
        _kind(aval, leaf)
        for aval, leaf in zip(trace.closed_jaxpr.in_avals, trace.in_leaves, strict=True)
    ]
    seeds = [jax.ShapeDtypeStruct(avals[i].shape, avals[i].dtype) for i in seeded]
    return _traces(reference_program(trace, reverse=True), leaves, seeds)


def _kind(aval: Any, leaf: Any) -> jax.ShapeDtypeStruct:
    """Return the type of a leaf; a type that names devices takes those of the leaf."""
    is_placed = explicit_sharding(aval) is not None
    sharding = getattr(leaf, "sharding", None) if is_placed else None
    return jax.ShapeDtypeStruct(aval.shape, aval.dtype, sharding=sharding)


def _why_not(eqn: JaxprEqn) -> str | None:
    """Return why `jax.vjp` of one equation alone fails, or `None` if it does not."""

    def alone(*operands: Any) -> Any:
        inexact = [x for x in operands if is_inexact(jax.typeof(x))]
        others = [None if is_inexact(jax.typeof(x)) else x for x in operands]

        def run(*active: Any) -> list[Any]:
            chosen = iter(active)
            outputs = bind(eqn, [next(chosen) if x is None else x for x in others])
            return [y for y in outputs if is_inexact(jax.typeof(y))]

        outputs, pull = jax.vjp(run, *inexact)
        return pull([jnp.ones(y.shape, y.dtype) for y in outputs])

    avals: list[Any] = [v.aval for v in eqn.invars]
    return _traces(alone, *[jax.ShapeDtypeStruct(a.shape, a.dtype) for a in avals])


def _traces(fn: Any, *args: Any) -> str | None:
    # Rules refuse with exceptions of any class; whichever it is, it is the answer.
    try:
        # Some refusals come only when the program is lowered.
        jax.jit(fn).lower(*args)
    except Exception as error:  # noqa: BLE001
        lines = str(error).splitlines()
        said = lines[0] if lines else type(error).__name__
        return said + next((cure for part, cure in _CURES.items() if part in said), "")
    return None
