"""Make recordings of one trace: choose a plan, compile it once, run it, check it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from graphstep._jaxcompat import Literal, has_callback
from graphstep.errors import (
    GraphstepError,
    RecordingError,
    SeedMismatchError,
)
from graphstep.graph import ProgramGraph
from graphstep.recording._absence import equation_text
from graphstep.recording._arguments import derivative_of, input_leaves, seeds_of
from graphstep.recording._blocked import blocked_equations, why_no_reverse
from graphstep.recording._budget import default_budget
from graphstep.recording._compile import (
    Arguments,
    Programs,
    differentiated_inputs,
    seeded_outputs,
)
from graphstep.recording._keys import TRIPS, Key
from graphstep.recording._plan import Derivative, Plan, Planner
from graphstep.recording._recording import Recording
from graphstep.recording._run_arrays import RunArrays
from graphstep.recording._stages import Progress, Stages
from graphstep.recording._verify import Verification, compare, reference_program
from graphstep.tracing import Trace, one_line, without_traceback

# Buffers of a while grow in powers of two, so that new arguments rarely compile anew.
_LEAST_CAPACITY = 16
# A program with effects runs once: its whiles are not counted before.
_UNCOUNTED_CAPACITY = 1024


class Recorder:
    """Makes recordings of one graph and keeps what was compiled for them."""

    def __init__(
        self, graph: ProgramGraph, recording_type: type[Recording] = Recording
    ) -> None:
        self.recording_type = recording_type
        self.graph = graph
        self.trace = graph.trace
        self.planner = Planner(graph)
        self.programs = Programs(self.planner)
        self._capacities: dict[int, int] = {}
        self._references: dict[Any, Any] = {}

    @functools.cached_property
    def has_effects(self) -> bool:
        """Whether running the program does more than compute its outputs."""
        return has_callback(self.trace.closed_jaxpr.jaxpr)

    @functools.cached_property
    def blocked(self) -> dict[int, str]:
        """Positions of equations that JAX cannot differentiate in reverse, and why."""
        return blocked_equations(self.planner)

    def record(
        self,
        args: Sequence[Any] | None = None,
        kwargs: dict[str, Any] | None = None,
        *,
        seed: Any = None,
        tangents: Any = None,
        budget: int | None = None,
        verify: bool | None = None,
        progress: Progress | None = None,
    ) -> Recording:
        """Run the program once and return its values.

        See `graphstep.Trace.record` for the arguments and what is raised.
        """
        _check_budget(budget)
        stages = Stages(progress)
        with self.trace.x64_context():
            return self._record(
                args, kwargs or {}, seed, tangents, budget, verify, stages
            )

    def _record(
        self,
        args: Sequence[Any] | None,
        kwargs: dict[str, Any],
        seed: Any,
        tangents: Any,
        budget: int | None,
        verify: bool | None,
        stages: Stages,
    ) -> Recording:
        notes: list[str] = []
        leaves = input_leaves(self.trace, args, kwargs)
        derivative = derivative_of(self.trace, tangents, notes)
        if seed is not None and derivative != "reverse":
            msg = "A seed was given, but there is no reverse pass to seed. " + " ".join(
                notes
            )
            raise SeedMismatchError(msg)
        arguments = Arguments(
            [jnp.asarray(c) for c in self.graph.columns.const_values.values()],
            leaves,
            seeds_of(self.trace, derivative, seed, tangents, notes),
        )
        if derivative == "reverse":
            with stages("trace"):
                blocked = self.blocked
        else:
            blocked = {}
        if blocked:
            nodes = [self.graph.order[position] for position in sorted(blocked)]
            names = ", ".join(equation_text(self.graph, node) for node in nodes)
            notes.append(f"No cotangent flows back through {names}.")
        capacities = self._trip_counts(arguments, stages, notes)
        plan = self._choose(derivative, blocked, capacities, budget, notes)
        refusal = None
        if derivative == "reverse":
            refusal = self._refusal(plan, arguments, stages)
        if refusal is not None:
            notes.append(f"JAX does not differentiate this program: {refusal}")
            derivative, blocked = "none", {}
            arguments = Arguments(arguments.consts, leaves, [])
            plan = self._choose(derivative, blocked, capacities, budget, notes)
        returned = self._run(plan, arguments, stages)
        run = self._arrays(arguments, returned, derivative)
        verification = self._verify(
            arguments, run, derivative, bool(blocked), verify, stages, notes
        )
        return self.recording_type(
            self.planner,
            plan,
            run,
            blocked=blocked,
            notes=tuple(notes),
            timings=tuple(stages.seconds.items()),
            verification=verification,
            seed_is_default=seed is None,
            refusal=refusal,
            zoom=functools.partial(self._zoom, plan, arguments, blocked, tuple(notes)),
        )

    # What is run -----------------------------------------------------------------

    def _trip_counts(
        self, arguments: Arguments, stages: Stages, notes: list[str]
    ) -> dict[int, int]:
        """Count the trips of every while in a bare run, and return buffer lengths."""
        whiles = self.planner.whiles
        if not whiles:
            return {}
        if self.has_effects:
            notes.append(
                "The program has effects and runs once, so its whiles were not counted "
                f"first: the first {_UNCOUNTED_CAPACITY} iterations are kept."
            )
            return dict.fromkeys(whiles, _UNCOUNTED_CAPACITY)
        plan = self.planner.plan("count", "none")
        counting = Arguments(arguments.consts, arguments.leaves, [])
        returned = self._run(plan, counting, stages)
        for position in whiles:
            trips = int(
                np.max(returned["records"].get((position, TRIPS), 0), initial=0)
            )
            kept = self._capacities.get(position, 0)
            if trips > kept or not kept:
                least = max(trips, _LEAST_CAPACITY)
                self._capacities[position] = 2 ** math.ceil(math.log2(least))
        return dict(self._capacities)

    def _choose(
        self,
        derivative: Derivative,
        blocked: dict[int, str],
        capacities: dict[int, int],
        budget: int | None,
        notes: list[str],
    ) -> Plan:
        """Return the plan that fits the budget: arrays, or else statistics."""
        limit = default_budget() if budget is None else budget
        make = functools.partial(
            self.planner.plan,
            derivative=derivative,
            blocked=blocked,
            capacities=capacities,
        )
        plan = make("full")
        needed = self.planner.nbytes(plan)
        if derivative == "tangent":
            needed *= 2
        if needed <= limit:
            return plan
        windows = _shrunk(self.planner, make, limit, capacities)
        if windows is not None:
            notes.append(
                "The first iterations of long whiles were kept, to stay within the "
                f"budget of {limit:,} bytes."
            )
            return make("full", capacities=windows)
        notes.append(
            f"All values would take {needed:,} bytes, over the budget of {limit:,}: "
            "statistics were recorded; zoom in on nodes to see their arrays."
        )
        return make("summary")

    def _refusal(self, plan: Plan, arguments: Arguments, stages: Stages) -> str | None:
        """Compile the reverse program, or return why JAX refuses to differentiate it.

        JAX refuses, for instance, a custom rule that closes over an active value.
        """
        # A rule may refuse with an exception of any class.
        try:
            self._compiled(plan, arguments, stages)
        except GraphstepError:
            raise
        except Exception as error:
            refusal = why_no_reverse(self.planner)
            if refusal is None and not type(error).__module__.startswith("jax"):
                raise RecordingError(_failure(self.trace, error)) from error
            return refusal or one_line(str(error))
        return None

    def _compiled(self, plan: Plan, arguments: Arguments, stages: Stages) -> Any:
        compiled = self.programs.lookup(plan, arguments)
        if compiled is None:
            with stages("lower"):
                lowered = self.programs.lower(plan, arguments)
            with stages("compile"):
                compiled = self.programs.compile(plan, arguments, lowered)
        return compiled

    def _run(self, plan: Plan, arguments: Arguments, stages: Stages) -> dict[str, Any]:
        # The program calls the user's code: its rules now, its callbacks when it runs.
        try:
            return self._call(
                self._compiled(plan, arguments, stages), arguments, stages
            )
        except GraphstepError:
            raise
        except Exception as error:
            raise RecordingError(_failure(self.trace, error)) from error

    def _call(
        self, compiled: Any, arguments: Arguments, stages: Stages
    ) -> dict[str, Any]:
        with stages("run"):
            returned = compiled(arguments.consts, arguments.leaves, arguments.seeds)
            jax.block_until_ready(returned)
            if self.has_effects:
                jax.effects_barrier()
        return returned

    def _arrays(
        self, arguments: Arguments, returned: dict[str, Any], derivative: Derivative
    ) -> RunArrays:
        trace = self.trace
        seeded, chosen = seeded_outputs(trace), differentiated_inputs(trace)
        is_reverse = derivative == "reverse"
        return RunArrays(
            inputs=arguments.leaves,
            consts=dict(
                zip(self.graph.columns.const_values, arguments.consts, strict=True)
            ),
            outputs=returned["outputs"],
            seeds=dict(zip(seeded, arguments.seeds, strict=True)) if is_reverse else {},
            in_cotangents=dict(zip(chosen, returned["in_cotangents"], strict=True))
            if is_reverse
            else {},
            records=returned["records"],
            taps=returned.get("taps", {}),
            tangents=returned.get("tangents", {}),
            in_tangents=dict(zip(chosen, arguments.seeds, strict=True))
            if derivative == "tangent"
            else {},
        )

    def _zoom(
        self,
        plan: Plan,
        arguments: Arguments,
        blocked: dict[int, str],
        notes: tuple[str, ...],
        nodes: Sequence[str],
        progress: Progress | None,
    ) -> Recording:
        if self.has_effects:
            msg = "The program has effects, so it is not run again to zoom in."
            raise RecordingError(msg)
        wanted = self._wanted(nodes)
        zoomed = self.planner.plan(
            "full",
            plan.derivative,
            blocked=plan.blocked,
            capacities=plan.capacities,
            only=wanted,
        )
        stages = Stages(progress)
        with self.trace.x64_context():
            returned = self._run(zoomed, arguments, stages)
            run = self._arrays(arguments, returned, plan.derivative)
        return Recording(
            self.planner,
            zoomed,
            run,
            blocked=blocked,
            notes=notes,
            timings=tuple(stages.seconds.items()),
        )

    def _wanted(self, nodes: Sequence[str]) -> tuple[frozenset[Key], frozenset[Key]]:
        """Return the records and taps on which everything about `nodes` rests."""
        return self.planner.needed(self._node(node) for node in nodes)

    def _node(self, node: str) -> str:
        found = self.graph.resolve(node)
        if isinstance(found, Literal):
            msg = f"`{node}` is a literal; there is nothing to zoom in on."
            raise RecordingError(msg)
        return found[0]

    # What is checked -------------------------------------------------------------

    def _verify(
        self,
        arguments: Arguments,
        run: RunArrays,
        derivative: Derivative,
        is_blocked: bool,
        verify: bool | None,
        stages: Stages,
        notes: list[str],
    ) -> Verification | None:
        if verify is False:
            notes.append("The recording was not compared with the compiled function.")
            return None
        if self.has_effects and not verify:
            notes.append(
                "The program has effects and was run once, so it was not compared with "
                "the compiled function."
            )
            return None
        reverse = derivative == "reverse" and not is_blocked
        key = (reverse, arguments.cache_key)
        with stages("verify"):
            try:
                outputs, in_cotangents = self._reference(
                    key, arguments, reverse=reverse
                )
            except Exception as error:  # noqa: BLE001
                notes.append(
                    "The compiled function itself failed, so nothing was compared: "
                    f"{type(error).__name__}: {one_line(str(error))}"
                )
                return None
            trace = self.trace
            found = compare("output", trace.out_names, run.outputs, outputs)
            if reverse:
                chosen = differentiated_inputs(trace)
                names = [trace.in_names[i] for i in chosen]
                mine = [run.in_cotangents[i] for i in chosen]
                found += compare("in_cotangent", names, mine, in_cotangents)
        return Verification(found)

    def _reference(
        self, key: Any, arguments: Arguments, *, reverse: bool
    ) -> tuple[list[Any], Any]:
        """Run the user's own function, compiled once."""
        if key not in self._references:
            program = jax.jit(reference_program(self.trace, reverse=reverse))
            lowered = program.lower(arguments.leaves, arguments.seeds)
            self._references[key] = lowered.compile()
        return self._references[key](arguments.leaves, arguments.seeds)


def _shrunk(
    planner: Planner, make: Callable[..., Plan], limit: int, capacities: dict[int, int]
) -> dict[int, int] | None:
    """Return shorter while buffers that fit the limit, or `None` if none would."""
    while capacities and max(capacities.values()) > _LEAST_CAPACITY:
        capacities = {p: max(k // 2, _LEAST_CAPACITY) for p, k in capacities.items()}
        if planner.nbytes(make("full", capacities=capacities)) <= limit:
            return capacities
    return None


def _check_budget(budget: Any) -> None:
    is_number = budget is None or isinstance(budget, int | float | np.number)
    # A comparison that is false for NaN.
    if is_number and (budget is None or budget >= 0):
        return
    msg = (
        f"budget is {budget!r}, but it must be a number of bytes, 0 or more. With 0, "
        "statistics are recorded; without a budget, a quarter of the free memory is used."
    )
    raise RecordingError(msg)


def _failure(trace: Trace, error: Exception) -> str:
    return (
        f"Recording {trace.fn_name} failed: {type(error).__name__}: "
        f"{one_line(without_traceback(str(error)))}"
    )
