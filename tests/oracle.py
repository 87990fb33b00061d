"""Every primal, cotangent and contribution of a program, by a second algorithm.

An eager interpreter runs the jaxpr one equation at a time, loops iteration by
iteration, and keeps a list of pullbacks; walking that list backward calls `jax.vjp` on
single equations. It shares no code with the recorder and never looks at its graph: it
numbers nodes by itself, in the scheme that the graph documents.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.extend import core as jex  # noqa: TID251

from tests.oracle_equations import (
    CALLS,
    CUSTOM,
    ZERO_DERIVATIVE,
    Iteration,
    Oracle,
    Rows,
    Slot,
    active_results,
    add,
    bind,
    carries_active,
    is_inexact,
    is_key,
    pull_back,
    select,
    spread_block,
)

# Loops longer than this compile each of their equations.
_LONG = 16


Perturbation = Callable[[str, int, Iteration, Any], Any]


def run_oracle(
    closed_jaxpr: Any,
    leaves: Sequence[Any],
    differentiated: Sequence[bool],
    *,
    n_seeded: int | None = None,
    seeds: Sequence[Any] | None = None,
    perturb: Perturbation | None = None,
    backward: bool = True,
) -> Oracle:
    """Evaluate a program forward and, from seeds of ones, backward.

    Args:
        closed_jaxpr: The program.
        leaves: One value per input variable.
        differentiated: Per input, whether it is differentiated.
        n_seeded: How many outputs, the first ones, are seeded; None: all.
        seeds: Cotangents of the outputs in place of ones.
        perturb: Called with node, output, iteration and value of everything computed;
            what it returns takes the value's place.
        backward: Whether to walk backward at all.
    """
    machine = _Machine(perturb, is_recorded=backward)
    jaxpr = closed_jaxpr.jaxpr
    env: dict[Any, Slot] = {}
    for i, (var, leaf, is_active) in enumerate(
        zip(jaxpr.invars, leaves, differentiated, strict=True)
    ):
        value = leaf if is_key(var.aval) else jnp.asarray(leaf, var.aval.dtype)
        env[var] = machine.slot(f"in{i}", 0, (), value, is_active=is_active)
    machine.oracle.inputs = list(env.values())
    machine.constants(jaxpr, closed_jaxpr.consts, "const", (), env)
    outputs = machine.run(jaxpr, env, "", ())
    machine.oracle.outputs = outputs
    if backward:
        for i, slot in enumerate(outputs[:n_seeded]):
            if is_inexact(slot.value):
                seed = jnp.ones_like(slot.value) if seeds is None else seeds[i]
                machine.send(slot, f"out{i}", 0, seed)
        for pull in reversed(machine.tape):
            pull()
    return machine.oracle


class _Machine:
    """The interpreter: runs jaxprs, and writes a pullback per thing it does."""

    def __init__(self, perturb: Perturbation | None, *, is_recorded: bool) -> None:
        self.oracle = Oracle()
        self.tape: list[Callable[[], None]] = []
        self.perturb = perturb
        self.is_recorded = is_recorded
        self.is_long = False
        self.is_kept = True

    def slot(
        self, node: str, out: int, iteration: Iteration, value: Any, *, is_active: bool
    ) -> Slot:
        if self.perturb is not None:
            value = self.perturb(node, out, iteration, value)
        is_active = is_active and self.is_recorded and is_inexact(value)
        slot = Slot(value, node, out, iteration, is_active)
        if self.is_kept:
            self.oracle.slots.setdefault((node, out), {})[iteration] = slot
        return slot

    def send(self, source: Slot, target: str, key: int, cotangent: Any) -> None:
        """Add one contribution to the cotangent of `source`."""
        if cotangent is None or not source.node or not is_inexact(source.value):
            return
        edge = (source.node, target, key)
        sent = self.oracle.contributions.setdefault(edge, {})
        sent[source.iteration] = add(sent.get(source.iteration), cotangent)
        source.cotangent = add(source.cotangent, cotangent)

    def constants(
        self, jaxpr: Any, values: Any, name: str, iteration: Iteration, env: dict
    ) -> None:
        for i, (var, value) in enumerate(zip(jaxpr.constvars, values, strict=True)):
            env[var] = self.slot(f"{name}{i}", 0, iteration, value, is_active=False)

    @contextlib.contextmanager
    def forward_only(self) -> Iterator[None]:
        before, self.is_recorded = self.is_recorded, False
        yield
        self.is_recorded = before

    @contextlib.contextmanager
    def muted(self) -> Iterator[None]:
        before, self.is_kept = self.is_kept, False
        yield
        self.is_kept = before

    def call(
        self, jaxpr: Any, operands: Sequence[Slot], prefix: str, iteration: Iteration
    ) -> list[Slot]:
        """Run a nested jaxpr, open or closed, on slots."""
        inner = getattr(jaxpr, "jaxpr", jaxpr)
        env = dict(zip(inner.invars, operands, strict=True))
        self.constants(
            inner, getattr(jaxpr, "consts", ()), f"{prefix}captured", iteration, env
        )
        return self.run(inner, env, prefix, iteration)

    def run(
        self, jaxpr: Any, env: dict, prefix: str, iteration: Iteration
    ) -> list[Slot]:
        def read(atom: Any) -> Slot:
            if isinstance(atom, jex.Literal):
                return Slot(jnp.asarray(atom.val, atom.aval.dtype))
            return env[atom]

        for i, eqn in enumerate(jaxpr.eqns):
            operands = [read(atom) for atom in eqn.invars]
            name = eqn.primitive.name
            if name in CALLS:
                body = eqn.params.get("jaxpr", eqn.params.get("call_jaxpr"))
                outs = self.call(body, operands, f"{prefix}{i}/", iteration)
            else:
                run = {"scan": self.scan, "while": self.while_, "cond": self.cond}
                at = f"{prefix}{i}"
                outs = run.get(name, self.leaf)(eqn, operands, at, iteration)
            env.update(zip(eqn.outvars, outs, strict=True))
        return [read(atom) for atom in jaxpr.outvars]

    def leaf(
        self, eqn: Any, operands: list[Slot], node: str, iteration: Iteration
    ) -> list[Slot]:
        """Run one equation; its pullback is `jax.vjp` of that equation alone."""
        binders = [node] * len(operands)
        if eqn.primitive.name in CUSTOM or eqn.primitive.name == "shard_map":
            binders = [f"{node}/in{k}" for k in range(len(operands))]
            self.oracle.opaque.add(node)
        if eqn.primitive.name in CUSTOM and not eqn.effects:
            with self.forward_only():
                entries = [
                    self.slot(binder, 0, iteration, slot.value, is_active=False)
                    for binder, slot in zip(binders, operands, strict=True)
                ]
                body = eqn.params["call_jaxpr"]
                self.call(body, entries, f"{node}/", iteration)
        values = [slot.value for slot in operands]
        is_active = (
            any(slot.is_active for slot in operands)
            and eqn.primitive.name not in ZERO_DERIVATIVE
        )
        outs = [
            self.slot(node, out, iteration, value, is_active=is_active)
            for out, value in enumerate(bind(eqn, values, compiled=self.is_long))
        ]
        if is_active and any(slot.is_active for slot in outs):
            compiled = self.is_long

            def pull() -> None:
                wanted = tuple(k for k, slot in enumerate(operands) if slot.is_active)
                spread_block(outs, operands)
                sent = pull_back(eqn, values, wanted, outs, compiled=compiled)
                for k, cotangent in zip(wanted, sent, strict=False):
                    self.send(operands[k], binders[k], k, cotangent)

            self.tape.append(pull)
        return outs

    def cond(
        self, eqn: Any, operands: list[Slot], node: str, iteration: Iteration
    ) -> list[Slot]:
        """Run the branch that is taken."""
        self.slot(f"{node}/index", 0, iteration, operands[0].value, is_active=False)
        branches = eqn.params["branches"]
        taken = int(np.clip(operands[0].value, 0, len(branches) - 1))
        self.oracle.branches.setdefault(node, {})[iteration] = taken
        prefix = f"{node}:{taken}/"
        entries = [
            self.link(slot, f"{prefix}in{k}", k + 1, iteration)
            for k, slot in enumerate(operands[1:])
        ]
        active = active_results(eqn, operands)
        results = self.call(branches[taken], entries, prefix, iteration)
        # Each branch has keys of its own into the exit.
        keys = range(taken * len(results), (taken + 1) * len(results))
        return [
            self.link(slot, node, key, iteration, out=out, is_active=active[out])
            for out, (slot, key) in enumerate(zip(results, keys, strict=True))
        ]

    def link(
        self,
        source: Slot,
        target: str,
        key: int,
        iteration: Iteration,
        *,
        node: str | None = None,
        out: int = 0,
        is_active: bool | None = None,
    ) -> Slot:
        """Return a slot of `node` that repeats `source`, over the edge into `target`."""
        is_active = source.is_active if is_active is None else is_active
        slot = self.slot(
            node or target, out, iteration, source.value, is_active=is_active
        )

        def pull() -> None:
            spread_block([slot], [source])
            self.send(source, target, key, slot.cotangent)

        if self.is_recorded:
            self.tape.append(pull)
        return slot

    def scan(
        self, eqn: Any, operands: list[Slot], node: str, iteration: Iteration
    ) -> list[Slot]:
        """Run a scan one iteration after the other, in the order of execution."""
        n_const, n_carry = eqn.params["num_consts"], eqn.params["num_carry"]
        length, body = eqn.params["length"], eqn.params["jaxpr"]
        first_x = n_const + n_carry
        consts, init, xs = (
            operands[:n_const],
            operands[n_const:first_x],
            operands[first_x:],
        )
        self.oracle.trips.setdefault(node, {})[iteration] = length
        order = range(length)[::-1] if eqn.params["reverse"] else range(length)
        carry_active = carries_active(body, operands, n_const, n_carry)
        was_long, self.is_long = self.is_long, self.is_long or length >= _LONG
        rows = [
            Rows(self, slot, f"{node}/x{k}", first_x + k) for k, slot in enumerate(xs)
        ]
        if self.is_recorded:
            self.tape += [row.pull for row in rows]
        carry, ys = init, []
        for t, position in enumerate(order):
            inner = (*iteration, t)
            entries = [
                self.link(slot, f"{node}/const{k}", k, inner)
                for k, slot in enumerate(consts)
            ]
            for k, slot in enumerate(carry):
                # After the first iteration the carry arrives by the edge into the exit.
                key, target = (k, node) if t else (n_const + k, f"{node}/carry{k}")
                at, active = f"{node}/carry{k}", carry_active[k]
                entries.append(
                    self.link(slot, target, key, inner, node=at, is_active=active)
                )
            entries += [row.take(position, inner) for row in rows]
            results = self.call(body, entries, f"{node}/", inner)
            carry = results[:n_carry]
            ys.append(results[n_carry:])
        self.is_long = was_long
        outs = []
        for k, slot in enumerate(carry):
            key, target = (k, node) if length else (n_const + k, f"{node}/carry{k}")
            active = carry_active[k]
            outs.append(
                self.link(
                    slot, target, key, iteration, node=node, out=k, is_active=active
                )
            )
        for k, var in enumerate(eqn.outvars[n_carry:]):
            column = [row[k] for row in ys]
            outs.append(self.stack(column, order, node, n_carry + k, iteration, var))
        return outs

    def stack(
        self,
        column: list[Slot],
        order: range,
        node: str,
        out: int,
        iteration: Iteration,
        var: Any,
    ) -> Slot:
        """Return the slot of a scan's stacked result."""
        if column:
            in_order = sorted(zip(order, column, strict=True), key=lambda pair: pair[0])
            value = jnp.stack([slot.value for _, slot in in_order])
        else:
            value = jnp.zeros(var.aval.shape, var.aval.dtype)
        is_active = any(slot.is_active for slot in column)
        slot = self.slot(node, out, iteration, value, is_active=is_active)

        def pull() -> None:
            spread_block([slot], column)
            if slot.cotangent is not None:
                rows = np.asarray(slot.cotangent)
                for position, source in zip(order, column, strict=True):
                    self.send(source, node, out, jnp.asarray(rows[position]))

        if self.is_recorded:
            self.tape.append(pull)
        return slot

    def while_(
        self, eqn: Any, operands: list[Slot], node: str, iteration: Iteration
    ) -> list[Slot]:
        """Run a loop forward; nothing passes it backward."""
        params = eqn.params
        n_cond, n_body = params["cond_nconsts"], params["body_nconsts"]
        values = [slot.value for slot in operands]
        carry = values[n_cond + n_body :]
        active = carries_active(
            params["body_jaxpr"], operands[n_cond:], n_body, len(carry)
        )

        def entries(kind: str, consts: list[Any], inner: Iteration) -> list[Slot]:
            named = [(f"{node}/{kind}_const{k}", v) for k, v in enumerate(consts)]
            named += [(f"{node}/carry{k}", v) for k, v in enumerate(carry)]
            return [self.slot(n, 0, inner, v, is_active=False) for n, v in named]

        def test(inner: Iteration) -> Any:
            conds = entries("cond", values[:n_cond], inner)
            return self.call(params["cond_jaxpr"], conds, f"{node}:cond/", inner)[
                0
            ].value

        trips = 0
        with self.forward_only():
            while True:
                inner = (*iteration, trips)
                # The last, false test belongs to no iteration, so it is not kept.
                with self.muted():
                    pred = test(inner)
                if not np.any(pred):
                    break
                test(inner)
                bodies = entries("body", values[n_cond : n_cond + n_body], inner)
                results = self.call(
                    params["body_jaxpr"], bodies, f"{node}:body/", inner
                )
                carry = [
                    select(pred, new.value, old)
                    for new, old in zip(results, carry, strict=True)
                ]
                trips += 1
        self.oracle.trips.setdefault(node, {})[iteration] = trips
        outs = [
            self.slot(node, out, iteration, value, is_active=active[out])
            for out, value in enumerate(carry)
        ]

        def pull() -> None:
            if any(slot.cotangent is not None for slot in outs if slot.is_active):
                for slot in operands:
                    slot.behind_while |= slot.is_active
            spread_block(outs, operands)

        if self.is_recorded:
            self.tape.append(pull)
        return outs
