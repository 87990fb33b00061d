"""Run the equations of a jaxpr, its calls and custom rules, as a plan asks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from graphstep._jaxcompat import (
    Jaxpr,
    JaxprEqn,
    Literal,
    Structure,
    Var,
    bind,
    constrain,
    fence,
    has_callback,
    has_callback_name,
    is_inexact,
    is_jit,
    is_key,
    is_ref,
    is_remat,
    literal_array,
    structure,
    tap,
    to_varying,
)
from graphstep.recording._fences import find_fences
from graphstep.recording._keys import Key, use_key
from graphstep.recording._plan import Derivative, Plan, Planner
from graphstep.recording._stat_slots import slot, slot_from_array

Records = dict[Key, Any]
Slots = Mapping[Key, Any]


def _whole(cotangent: Any) -> Any:
    return cotangent


class BodyInterpreter:
    """Evaluates jaxprs equation by equation; what has other bodies is left to `rules`.

    A value is keyed by the position of its node, never by its variable: a function
    called twice has the same jaxpr, hence the same variables, twice.
    """

    def __init__(self, planner: Planner, plan: Plan, consts: Mapping[int, Any]) -> None:
        self.planner = planner
        self.plan = plan
        self.consts = consts
        self.graph = planner.graph
        self.positions = planner.graph.positions
        self.derivative = plan.derivative
        self.fences = find_fences(
            planner.origins,
            plan.records,
            plan.taps,
            is_summary=plan.mode == "summary",
        )
        self.manual: tuple[str, ...] = ()
        self._closed_over: Mapping[Var, Any] | None = None
        self.rules: dict[str, Callable[..., tuple[list[Any], Records]]] = {
            "call": self._call,
        }

    @property
    def differentiates(self) -> bool:
        """Whether cotangents flow back through what is run now."""
        return self.derivative == "reverse"

    def program(self, args: Sequence[Any], slots: Slots) -> tuple[list[Any], Records]:
        """Run the whole program on `args`, one per input leaf."""
        jaxpr = self.graph.trace.closed_jaxpr.jaxpr
        args = [
            self._tap((self.positions[f"in{i}"], 0), arg, slots)
            for i, arg in enumerate(args)
        ]
        outputs, records = self.body(jaxpr, "", args, slots)
        for i, atom in enumerate(jaxpr.outvars):
            key = use_key(self.positions[f"out{i}"], 0)
            if not isinstance(atom, Literal):
                outputs[i] = self._tap(key, outputs[i], slots)
        return outputs, records

    def body(
        self, jaxpr: Jaxpr, prefix: str, args: Sequence[Any], slots: Slots
    ) -> tuple[list[Any], Records]:
        """Run one jaxpr whose equations have ids that begin with `prefix`."""
        env: dict[Var, Any] = dict(zip(jaxpr.invars, args, strict=True))
        records: Records = {}
        for i, var in enumerate(jaxpr.constvars):
            name = f"{prefix}captured{i}" if prefix else f"const{i}"
            env[var] = self.consts[self.positions[name]]

        def read(atom: Var | Literal) -> Any:
            return atom.val if isinstance(atom, Literal) else env[atom]

        for i, eqn in enumerate(jaxpr.eqns):
            node_id = f"{prefix}{i}"
            operands = [read(atom) for atom in eqn.invars]
            inner = structure(eqn)
            if inner is None:
                outputs = self._leaf(eqn, self.positions[node_id], operands, slots)
            else:
                # A custom rule can close over values of the outermost trace alone:
                # JAX refuses others.
                self._closed_over = None if prefix else env
                with eqn.ctx.manager:
                    outputs, found = self._structured(
                        eqn, inner, node_id, operands, slots
                    )
                records.update(found)
            if inner is None or not inner.is_transparent:
                outputs = self._keep(self.positions[node_id], outputs, slots, records)
            env.update(zip(eqn.outvars, outputs, strict=True))
        return [read(atom) for atom in jaxpr.outvars], records

    def _keep(
        self, position: int, outputs: Sequence[Any], slots: Slots, records: Records
    ) -> list[Any]:
        """Record the outputs of a node where the plan says so, and tap them."""
        kept = list(outputs)
        for out, output in enumerate(kept):
            key = (position, out)
            value = fence(output) if key in self.fences.primals else output
            if key in self.plan.records:
                records[key] = self._record(key, value)
            kept[out] = self._tap(key, value, slots)
        return kept

    def _record(self, key: Key, value: Any) -> Any:
        aval = jax.typeof(value)
        if is_key(aval):
            value = jax.random.key_data(value)
        elif self.differentiates and is_inexact(aval) and self._is_nested(key):
            value = lax.stop_gradient(value)
        if self.planner.is_summarised(self.plan, key):
            value = slot(value)
        return to_varying(value, self.manual) if self.manual else jnp.asarray(value)

    def _is_nested(self, key: Key) -> bool:
        """Return whether a record leaves a nested jaxpr, where its tangent would too."""
        return "/" in self.graph.order[key[0]]

    def _tap(self, key: Key, value: Any, slots: Slots) -> Any:
        if key not in slots:
            return value
        is_fenced = key in self.fences.cotangents
        return tap(value, slots[key], self._reading(key), is_fenced=is_fenced)

    def _reading(self, key: Key) -> Callable[[Any], Any]:
        is_summarised = self.planner.is_summarised(self.plan, key)
        base = slot_from_array if is_summarised else _whole
        if not self.manual:
            return base
        axes = self.manual
        return lambda cotangent: to_varying(base(cotangent), axes)

    def _leaf(
        self, eqn: JaxprEqn, position: int, operands: Sequence[Any], slots: Slots
    ) -> list[Any]:
        operands = self._tap_uses(position, operands, slots)
        if position in self.plan.blocked or has_callback_name(eqn):
            operands = self.stopped(eqn, operands)
        return bind(eqn, operands)

    def _tap_uses(
        self, position: int, operands: Sequence[Any], slots: Slots
    ) -> list[Any]:
        if not slots:
            return list(operands)
        return [
            self._tap(use_key(position, key), operand, slots)
            for key, operand in enumerate(operands)
        ]

    def stopped(self, eqn: JaxprEqn, operands: Sequence[Any]) -> list[Any]:
        """Return the operands cut off from differentiation."""
        if not self.differentiates:
            return list(operands)
        return [
            lax.stop_gradient(x) if is_inexact(atom.aval) else x
            for atom, x in zip(eqn.invars, operands, strict=True)
        ]

    def _inner_slots(self, node_id: str, slots: Slots) -> dict[Key, Any]:
        """Return the slots of the taps inside a region, not those on its operands."""
        if not slots:
            return {}
        region = self.graph.regions[node_id]
        roles = self.graph.columns.roles
        entries = {
            position
            for position in range(region.start, region.stop)
            if roles[position] == "binder"
            and self.graph.columns.regions[position] == node_id
        }
        if region.is_transparent:
            entries = set[int]()
        exit_position = self.positions.get(node_id)
        return {
            key: slots[key]
            for key in self.plan.taps_in(region.start, region.stop)
            if not (key[0] in entries and key[1] < 0)
            and not (key[0] == exit_position and key[1] >= 0)
            and key in slots
        }

    def _structured(
        self,
        eqn: JaxprEqn,
        inner: Structure,
        node_id: str,
        operands: list[Any],
        slots: Slots,
    ) -> tuple[list[Any], Records]:
        if not inner.is_transparent:
            operands = self._tap_entries(inner, node_id, operands, slots)
        operands = [
            literal_array(atom) if isinstance(atom, Literal) else x
            for atom, x in zip(eqn.invars, operands, strict=True)
        ]
        inside = self._inner_slots(node_id, slots)
        if inner.is_opaque:
            return self._custom(eqn, inner, node_id, operands)
        return self.rules[inner.kind](eqn, inner, node_id, operands, inside)

    def _tap_entries(
        self, inner: Structure, node_id: str, operands: Sequence[Any], slots: Slots
    ) -> list[Any]:
        tapped = list(operands)
        if inner.kind == "cond" or not slots:
            return tapped
        for body in inner.bodies:
            for suffix, key in zip(body.binders, body.operands, strict=True):
                position = self.positions[node_id + suffix]
                tapped[key] = self._tap(use_key(position, key), tapped[key], slots)
        return tapped

    def tap_binders(
        self, node_id: str, binders: Sequence[str], args: Sequence[Any], slots: Slots,
        records: Records,
    ) -> list[Any]:  # fmt: skip
        """Record and tap the values that binders stand for inside a region."""
        return [
            self._keep(self.positions[node_id + suffix], [arg], slots, records)[0]
            for suffix, arg in zip(binders, args, strict=True)
        ]

    def tap_results(
        self, node_id: str, results: Sequence[int], outputs: Sequence[Any], slots: Slots
    ) -> list[Any]:
        position = self.positions[node_id]
        return [
            self._tap(use_key(position, key), output, slots)
            for key, output in zip(results, outputs, strict=True)
        ]

    def _call(
        self,
        eqn: JaxprEqn,
        inner: Structure,
        node_id: str,
        operands: list[Any],
        slots: Slots,
    ) -> tuple[list[Any], Records]:
        """Run a transparent call, its boundary kept when a cotangent will cross it.

        Inlining a jit would regroup `a + (b + c)` in the backward pass.
        """
        body = inner.bodies[0]

        def run(args: list[Any], inside: Slots) -> tuple[list[Any], Records]:
            return self.body(body.jaxpr, f"{node_id}/", args, inside)

        if is_jit(eqn):
            in_shardings = eqn.params.get("in_shardings", [None] * len(operands))
            operands = [
                constrain(x, s) for x, s in zip(operands, in_shardings, strict=True)
            ]
        has_refs = any(is_ref(v.aval) for v in body.jaxpr.invars)
        if not self.differentiates or has_refs:
            outputs, records = run(operands, slots)
        elif is_remat(eqn):
            if eqn.params.get("differentiated") and eqn.params.get("prevent_cse"):
                operands = list(lax.optimization_barrier(tuple(operands)))
            outputs, records = jax.checkpoint(
                run,
                prevent_cse=eqn.params.get("prevent_cse", True),
                policy=eqn.params.get("policy"),
            )(operands, slots)
        elif is_jit(eqn):
            outputs, records = jax.jit(run)(operands, slots)
        else:
            outputs, records = run(operands, slots)
        if is_jit(eqn):
            out_shardings = eqn.params.get("out_shardings", [None] * len(outputs))
            outputs = [
                constrain(x, s) for x, s in zip(outputs, out_shardings, strict=True)
            ]
        return outputs, records

    def _custom(
        self, eqn: JaxprEqn, inner: Structure, node_id: str, operands: list[Any]
    ) -> tuple[list[Any], Records]:
        """Run a custom_jvp or custom_vjp call.

        Where a derivative flows, the call itself is re-bound, so that its rule is
        used; its body then runs beside it only to be recorded, unless it calls back
        into Python, which must happen once.
        """
        body = inner.bodies[0]
        position = self.positions[node_id]
        active = self.planner.origins.live.active
        flows = self.derivative != "none" and any(
            (position, out) in active for out in range(len(eqn.outvars))
        )
        if not flows:
            return self.body(body.jaxpr, f"{node_id}/", operands, {})
        if position in self.plan.blocked:
            operands = self.stopped(eqn, operands)
        outputs = bind(eqn, operands, self._closed_over)
        if has_callback(body.jaxpr) or not self.record_keys(node_id):
            return outputs, {}
        still = [
            lax.stop_gradient(x) if is_inexact(atom.aval) else x
            for atom, x in zip(eqn.invars, operands, strict=True)
        ]
        with self.deriving("none"):
            return outputs, self.body(body.jaxpr, f"{node_id}/", still, {})[1]

    @contextlib.contextmanager
    def deriving(self, derivative: Derivative) -> Generator[None]:
        outer, self.derivative = self.derivative, derivative
        yield
        self.derivative = outer

    def record_keys(self, node_id: str) -> list[Key]:
        """Return the keys of all that is recorded inside a structured region."""
        start = self.graph.regions[node_id].start
        return self.planner.record_keys(self.plan, start, self.positions[node_id])
