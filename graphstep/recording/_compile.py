"""Build, compile once and run the programs that plans ask for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from graphstep._jaxcompat import (
    is_inexact,
    keeping_callbacks,
    placed_like,
    zeros_like_type,
)
from graphstep.recording._interpret import Interpreter
from graphstep.recording._plan import Plan, Planner
from graphstep.tracing import Trace

Program = Callable[..., dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class Arguments:
    """What a compiled program takes.

    Attributes:
        consts: Captured constants, in program order.
        leaves: Input leaves.
        seeds: Seed per seeded inexact output, or tangent per differentiated input.
    """

    consts: list[Any]
    leaves: list[Any]
    seeds: list[Any]

    @property
    def cache_key(self) -> tuple[Any, ...]:
        """Equal for arguments that run the same compiled program."""
        return tuple(
            (jax.typeof(x), getattr(x, "sharding", None))
            for x in (*self.consts, *self.leaves, *self.seeds)
        )


def seeded_outputs(trace: Trace) -> tuple[int, ...]:
    """Return the output leaves that take a seed cotangent."""
    avals = trace.closed_jaxpr.out_avals[: trace.n_seeded]
    return tuple(i for i, aval in enumerate(avals) if is_inexact(aval))


def differentiated_inputs(trace: Trace) -> tuple[int, ...]:
    """Return the input leaves that get an in-cotangent or take a tangent."""
    return tuple(i for i, wanted in enumerate(trace.differentiated) if wanted)


class Programs:
    """The compiled programs of one trace, by plan and types of arguments."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.trace = planner.graph.trace
        self.compiled: dict[Any, Any] = {}

    def lookup(self, plan: Plan, arguments: Arguments) -> Any | None:
        """Return the compiled program, if there is one."""
        return self.compiled.get((plan.cache_key, arguments.cache_key))

    def lower(self, plan: Plan, arguments: Arguments) -> Any:
        """Trace the program that `plan` asks for and lower it to StableHLO."""
        build = _BUILDERS[plan.derivative]
        program = build(self.planner, plan)
        with keeping_callbacks():
            return jax.jit(program).lower(
                arguments.consts, arguments.leaves, arguments.seeds
            )

    def compile(self, plan: Plan, arguments: Arguments, lowered: Any) -> Any:
        """Compile a lowered program and keep it."""
        compiled = lowered.compile()
        self.compiled[plan.cache_key, arguments.cache_key] = compiled
        return compiled


def _interpreter(planner: Planner, plan: Plan, consts: Sequence[Any]) -> Interpreter:
    positions = planner.columns.const_values
    return Interpreter(planner, plan, dict(zip(positions, consts, strict=True)))


def _slots(planner: Planner, plan: Plan) -> dict[Any, Any]:
    slots: dict[Any, Any] = {}
    for key in sorted(plan.taps):
        kind, aval = planner.tap_type(key, plan)
        lead = len(kind.shape) - len(aval.shape)
        slots[key] = zeros_like_type(kind.shape, kind.dtype, aval, lead)
    return slots


def _forward_program(planner: Planner, plan: Plan) -> Program:
    def program(
        consts: list[Any], leaves: list[Any], seeds: list[Any]
    ) -> dict[str, Any]:
        del seeds
        run = _interpreter(planner, plan, consts)
        outputs, records = run.program(leaves, {})
        return {"outputs": outputs, "records": records}

    return program


def _split(
    trace: Trace, leaves: Sequence[Any]
) -> tuple[list[Any], Callable[[Sequence[Any]], list[Any]]]:
    """Return the differentiated leaves, and how to put others in their places."""
    chosen = differentiated_inputs(trace)

    def merge(replaced: Sequence[Any]) -> list[Any]:
        merged = list(leaves)
        for i, leaf in zip(chosen, replaced, strict=True):
            merged[i] = leaf
        return merged

    return [jnp.asarray(leaves[i]) for i in chosen], merge


def _reverse_program(planner: Planner, plan: Plan) -> Program:
    trace = planner.graph.trace
    seeded = seeded_outputs(trace)

    def program(
        consts: list[Any], leaves: list[Any], seeds: list[Any]
    ) -> dict[str, Any]:
        run = _interpreter(planner, plan, consts)
        chosen, merge = _split(trace, leaves)

        def main(inputs: list[Any], slots: Mapping[Any, Any]) -> tuple[list[Any], Any]:
            outputs, records = run.program(merge(inputs), slots)
            return [jnp.asarray(outputs[i]) for i in seeded], (outputs, records)

        seeded_values, pull, (outputs, records) = jax.vjp(
            main, chosen, _slots(planner, plan), has_aux=True
        )
        placed = map(placed_like, seeds, seeded_values)
        in_cotangents, taps = pull(list(placed))
        return {
            "outputs": outputs,
            "records": records,
            "in_cotangents": in_cotangents,
            "taps": taps,
        }

    return program


def _tangent_program(planner: Planner, plan: Plan) -> Program:
    trace = planner.graph.trace

    def program(
        consts: list[Any], leaves: list[Any], seeds: list[Any]
    ) -> dict[str, Any]:
        run = _interpreter(planner, plan, consts)
        chosen, merge = _split(trace, leaves)

        def main(inputs: list[Any]) -> tuple[list[Any], Any]:
            outputs, records = run.program(merge(inputs), {})
            return [jnp.asarray(output) for output in outputs], records

        placed = list(map(placed_like, seeds, chosen))
        (outputs, records), (out_tangents, tangents) = jax.jvp(
            main, (chosen,), (placed,)
        )
        return {
            "outputs": outputs,
            "records": records,
            "out_tangents": _inexact(out_tangents),
            "tangents": _inexact(tangents),
        }

    return program


def _inexact(tangents: Any) -> Any:
    """Drop the tangents of integers, which are of no dtype that a program returns."""
    items = tangents.items() if isinstance(tangents, dict) else enumerate(tangents)
    return {key: x for key, x in items if x.dtype != jax.dtypes.float0}


_BUILDERS: dict[str, Callable[[Planner, Plan], Program]] = {
    "none": _forward_program,
    "reverse": _reverse_program,
    "tangent": _tangent_program,
}
