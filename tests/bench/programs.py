"""The programs of one model: what plain JAX compiles and what graphstep compiles."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

import graphstep as gs
from graphstep.recording._compile import Arguments
from graphstep.recording._plan import Plan, Planner
from tests.bench.models import Model

# Programs of plain JAX, and what graphstep's are compared with.
FORWARD, GRADIENT = "jit", "value_and_grad"
BASES = {
    "primals": FORWARD,
    "full": GRADIENT,
    "summary": GRADIENT,
    "zoom": GRADIENT,
}
_ZOOMED = 3


@dataclasses.dataclass(frozen=True)
class Workload:
    """One model, traced, with the plans that are measured.

    Attributes:
        model: Which model this is.
        fn: Its function.
        args: Its arguments.
        trace: The trace of the function at these arguments.
        arguments: What graphstep's compiled programs take.
        plans: What is recorded, by name.
    """

    model: Model
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    trace: gs.Trace
    arguments: Arguments
    plans: dict[str, Plan]

    def base(self, name: str) -> str:
        """Return the program of plain JAX that one is compared with."""
        return BASES[name] if self.model.has_gradient else FORWARD

    def lowerers(self) -> dict[str, Callable[[], Any]]:
        """Return what lowers each program anew, those of plain JAX first."""
        fn, args = self.fn, self.args
        found: dict[str, Callable[[], Any]] = {
            FORWARD: lambda: jax.jit(_anew(fn)).lower(*args)
        }
        if self.model.has_gradient:
            gradient = jax.value_and_grad(fn)
            found[GRADIENT] = lambda: jax.jit(_anew(gradient)).lower(*args)
        for name, plan in self.plans.items():
            found[name] = lambda plan=plan: self.trace.recorder.programs.lower(
                plan, self.taken_by(plan)
            )
        return found

    def taken_by(self, plan: Plan) -> Arguments:
        """Return the arguments that the program of a plan takes."""
        if plan.derivative == "reverse":
            return self.arguments
        return dataclasses.replace(self.arguments, seeds=[])

    def call(self, name: str, compiled: Any) -> Callable[[], Any]:
        """Return a call of one compiled program."""
        if name not in self.plans:
            return lambda: compiled(*self.args)
        taken = self.taken_by(self.plans[name])
        return lambda: compiled(taken.consts, taken.leaves, taken.seeds)


def _anew(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Return `fn` as a function that JAX has not traced before."""

    def again(*args: Any) -> Any:
        return fn(*args)

    return again


def workload(model: Model) -> Workload:
    """Build and trace a model, and plan its recordings."""
    fn, args = model.build()
    trace = gs.trace(fn, *args, argnums=0)
    recorder = trace.recorder
    planner = recorder.planner
    leaves = list(trace.program.in_leaves)
    consts = list(trace.graph.columns.const_values.values())
    seeds = [jnp.ones((), jnp.float32)]
    arguments = Arguments([jnp.asarray(c) for c in consts], leaves, seeds)
    capacities: dict[int, int] = {}
    if planner.whiles:
        record = trace.record(verify=False)
        capacities = dict(record.plan.capacities)
    blocked = recorder.blocked if model.has_gradient else ()
    plans = {"primals": planner.plan("full", "none", capacities=capacities)}
    derivative = "reverse" if model.has_gradient else "none"
    for mode in ("full", "summary"):
        if mode == "full" and not model.has_gradient:
            continue
        plans[mode] = planner.plan(
            mode, derivative, blocked=blocked, capacities=capacities
        )
    plans["zoom"] = planner.plan(
        "full",
        derivative,
        blocked=blocked,
        capacities=capacities,
        only=_zoomed(planner),
    )
    return Workload(model, fn, args, trace, arguments, plans)


def _zoomed(planner: Planner) -> tuple[frozenset[Any], frozenset[Any]]:
    """Return the records and taps of a few nodes spread over the program."""
    both = sorted(planner.recorded & planner.tapped) or sorted(planner.recorded)
    chosen = [both[len(both) * (2 * i + 1) // (2 * _ZOOMED)] for i in range(_ZOOMED)]
    return planner.needed(planner.columns.ids[position] for position, _ in chosen)
