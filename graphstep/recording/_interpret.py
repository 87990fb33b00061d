"""Re-run a jaxpr under `jit`, returning every value that a plan asks for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from graphstep._jaxcompat import (
    JaxprEqn,
    Structure,
    manual_axes,
    platform_branch,
    remap_shards,
    scan_split,
    to_varying,
)
from graphstep.recording._interpret_bodies import BodyInterpreter, Records, Slots
from graphstep.recording._keys import TRIPS
from graphstep.recording._plan import Plan, Planner


class Interpreter(BodyInterpreter):
    """Evaluates the jaxprs of one graph, region by region, as a plan asks."""

    def __init__(self, planner: Planner, plan: Plan, consts: Mapping[int, Any]) -> None:
        super().__init__(planner, plan, consts)
        self.rules |= {
            "scan": self._scan,
            "while": self._while,
            "cond": self._cond,
            "shard_map": self._shard_map,
        }

    def _scan(
        self,
        eqn: JaxprEqn,
        inner: Structure,
        node_id: str,
        operands: list[Any],
        slots: Slots,
    ) -> tuple[list[Any], Records]:
        n_const, n_carry, _ = scan_split(eqn)
        consts = operands[:n_const]
        body = inner.bodies[0]

        def step(carry: list[Any], scanned: Any) -> tuple[list[Any], Any]:
            xs, inside = scanned
            records: Records = {}
            args = self.tap_binders(
                node_id, body.binders, [*consts, *carry, *xs], inside, records
            )
            outputs, found = self.body(body.jaxpr, f"{node_id}/", args, inside)
            outputs = self.tap_results(node_id, body.results, outputs, inside)
            return outputs[:n_carry], (outputs[n_carry:], records | found)

        carry, (ys, records) = lax.scan(
            step,
            operands[n_const : n_const + n_carry],
            (operands[n_const + n_carry :], dict(slots)),
            length=eqn.params["length"],
            reverse=eqn.params["reverse"],
            unroll=eqn.params["unroll"],
        )
        if self.plan.mode == "count":
            records = {key: jnp.max(x, initial=0) for key, x in records.items()}
        return [*carry, *ys], records

    def _cond(
        self,
        eqn: JaxprEqn,
        inner: Structure,
        node_id: str,
        operands: list[Any],
        slots: Slots,
    ) -> tuple[list[Any], Records]:
        depth = len(self.graph.regions[node_id].loops)

        def branch(index: int) -> Callable[..., tuple[list[Any], Records]]:
            body = inner.bodies[index]

            def run(args: list[Any], inside: Slots) -> tuple[list[Any], Records]:
                records: Records = {}
                args = self.tap_binders(node_id, body.binders, args, inside, records)
                prefix = f"{node_id}{body.suffix}/"
                outputs, found = self.body(body.jaxpr, prefix, args, inside)
                outputs = self.tap_results(node_id, body.results, outputs, inside)
                return outputs, self._zero_records(node_id, depth) | records | found

            return run

        index = operands[0]
        static = platform_branch(eqn)
        if static is not None:
            outputs, records = branch(static)(operands[1:], slots)
            index = jnp.asarray(static, jnp.int32)
        else:
            branches = [branch(i) for i in range(len(inner.bodies))]
            outputs, records = lax.switch(index, branches, operands[1:], dict(slots))
        if self.plan.mode != "count":
            taken = jnp.clip(index, 0, len(inner.bodies) - 1).astype(jnp.int32)
            records[self.positions[node_id], TRIPS] = self._varying(taken)
        return outputs, records

    def _varying(self, value: Any) -> Any:
        return to_varying(value, self.manual) if self.manual else value

    def _zero_records(self, node_id: str, depth: int) -> Records:
        """Return zeros for every record inside a region, of each branch alike."""
        zeros: Records = {}
        for key in self.record_keys(node_id):
            kind = self.planner.record_type(key, self.plan, depth)
            zeros[key] = self._varying(jnp.zeros(kind.shape, kind.dtype))
        return zeros

    def _while(
        self,
        eqn: JaxprEqn,
        inner: Structure,
        node_id: str,
        operands: list[Any],
        slots: Slots,
    ) -> tuple[list[Any], Records]:
        """Run a while loop whose values go into buffers of the planned length."""
        del slots
        operands = self.stopped(eqn, operands)
        cond, body = inner.bodies
        position = self.positions[node_id]
        n_cond, n_body = eqn.params["cond_nconsts"], eqn.params["body_nconsts"]
        cond_consts, body_consts = operands[:n_cond], operands[n_cond : n_cond + n_body]

        def test(carry: list[Any]) -> tuple[Any, Records]:
            outputs, found = self.body(
                cond.jaxpr, f"{node_id}:cond/", [*cond_consts, *carry], {}
            )
            return outputs[0], found

        def advance(carry: list[Any], pred: Any) -> tuple[list[Any], Records]:
            records: Records = {}
            args = self.tap_binders(
                node_id, body.binders, [*body_consts, *carry], {}, records
            )
            outputs, found = self.body(body.jaxpr, f"{node_id}:body/", args, {})
            # A vmapped while runs until every lane is done; done lanes stand still.
            if jnp.ndim(pred):
                outputs = [
                    _select_lanes(pred, new, old)
                    for new, old in zip(outputs, carry, strict=True)
                ]
            return outputs, records | found

        carry = operands[n_cond + n_body :]
        derivative = self.derivative if self.derivative == "tangent" else "none"
        with self.deriving(derivative):
            return self._run_while(position, node_id, carry, test, advance)

    def _run_while(
        self,
        position: int,
        node_id: str,
        carry: list[Any],
        test: Callable[[list[Any]], tuple[Any, Records]],
        advance: Callable[[list[Any], Any], tuple[list[Any], Records]],
    ) -> tuple[list[Any], Records]:
        counting = self.plan.mode == "count"

        def store(buffers: Records, found: Records, at: Any) -> Records:
            if counting:
                return {k: jnp.maximum(buffers[k], x) for k, x in found.items()}
            return {k: buffers[k].at[at].set(x, mode="drop") for k, x in found.items()}

        def step(state: Any) -> Any:
            carry, pred, trip, kept, tested = state
            carry, found = advance(carry, pred)
            pred, found_test = test(carry)
            kept = store(kept, found, trip)
            tested = store(tested, found_test, trip + 1)
            return carry, pred, trip + 1, kept, tested

        kept, tested = self._buffers(node_id)
        pred, found = test(carry)
        tested = store(tested, found, 0)
        trip = self._varying(jnp.zeros((), jnp.int32))
        state = (carry, pred, trip, kept, tested)
        carry, _, trip, kept, tested = lax.while_loop(
            lambda state: jnp.any(state[1]), step, state
        )
        return list(carry), {**kept, **tested, (position, TRIPS): trip}

    def _buffers(self, node_id: str) -> tuple[Records, Records]:
        depth = len(self.graph.regions[node_id].loops) - 1
        zeros = self._zero_records(node_id, depth)
        condition = self.graph.regions[f"{node_id}:cond"]
        tested = {
            k: x for k, x in zeros.items() if condition.start <= k[0] < condition.stop
        }
        return {k: x for k, x in zeros.items() if k not in tested}, tested

    def _shard_map(
        self,
        eqn: JaxprEqn,
        inner: Structure,
        node_id: str,
        operands: list[Any],
        slots: Slots,
    ) -> tuple[list[Any], Records]:
        body = inner.bodies[0]
        keys = sorted(slots)

        def run(args: Sequence[Any], extra: Sequence[Any]) -> tuple[list[Any], Records]:
            inside = {key: x[0] for key, x in zip(keys, extra, strict=True)}
            records: Records = {}
            with self._manual(manual_axes(eqn)):
                args = self.tap_binders(node_id, body.binders, args, inside, records)
                outputs, found = self.body(body.jaxpr, f"{node_id}/", args, inside)
                outputs = self.tap_results(node_id, body.results, outputs, inside)
                records = {
                    k: self._varying(x)[None] for k, x in (records | found).items()
                }
            return outputs, records

        depth = len(self.graph.regions[node_id].loops)
        like = self._zero_records(node_id, depth)
        mapped = remap_shards(eqn, run, len(keys), like)
        outputs, records = mapped(tuple(operands), [slots[key] for key in keys])
        if self.plan.mode == "count":
            records = {key: jnp.max(x) for key, x in records.items()}
        return outputs, records

    @contextlib.contextmanager
    def _manual(self, axes: tuple[str, ...]) -> Generator[None]:
        outer = self.manual
        self.manual = outer + axes
        yield
        self.manual = outer


def _select_lanes(pred: Any, new: Any, old: Any) -> Any:
    shape = jnp.shape(pred) + (1,) * (jnp.ndim(new) - jnp.ndim(pred))
    return jnp.where(jnp.reshape(pred, shape), new, old)
