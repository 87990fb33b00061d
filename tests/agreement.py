"""Compare a recording with JAX and with the oracle, and say in words what differs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

import graphstep as gs
from graphstep.recording import Absence
from tests.oracle import Oracle, run_oracle
from tests.oracle_equations import Slot, is_inexact, is_key
from tests.programs import Program
from tests.reference import FLOOR, difference, jax_differences, norm, wide

# Terms of this share of the largest value may cancel, and leave their rounding.
_CANCELLED = 0.25


@dataclasses.dataclass(frozen=True)
class Case:
    """A program, its recording, and what two other algorithms say of it.

    Attributes:
        program: The program.
        trace: Its trace.
        recording: Its recording.
        oracle: What the walk over single equations found.
    """

    program: Program
    trace: gs.Trace
    recording: gs.Recording
    oracle: Oracle

    @property
    def flat(self) -> Any:
        """The flat graph."""
        return self.trace.graph.nx

    @property
    def is_low_precision(self) -> bool:
        """Whether numbers of less than 32 bits occur in the program."""
        return bool(self.program.tags & {"bf16", "f8"})

    @property
    def largest(self) -> float:
        """Norm of the largest cotangent."""
        return _largest(slot.cotangent for slot in self._every_slot())

    @property
    def primal_floor(self) -> float:
        """What rounding is measured by where a primal is nearly zero.

        Fused operations keep more digits than bfloat16 has between them; in a sum that
        cancels, that shows as much as its terms are large.
        """
        if not self._cancels:
            return FLOOR
        return _CANCELLED * _largest(
            slot.value for slot in self._every_slot() if is_inexact(slot.value)
        )

    @property
    def cotangent_floor(self) -> float:
        """What rounding is measured by where a cotangent is nearly zero."""
        return (_CANCELLED if self._cancels else FLOOR) * self.largest

    @property
    def _cancels(self) -> bool:
        return "cancels" in self.program.tags and self.is_low_precision

    def _every_slot(self) -> Iterator[Slot]:
        for found in self.oracle.slots.values():
            yield from found.values()


def _largest(arrays: Iterator[Any]) -> float:
    every = (norm(array) for array in arrays if array is not None)
    return max((n for n in every if math.isfinite(n)), default=0.0)


def case_of(program: Program) -> Case:
    """Trace, record and put the oracle to one program."""
    with program.context():
        trace = gs.trace(program.fn, *program.args, **program.kwargs, **program.options)
        recording = trace.record(verify=False)
        return Case(program, trace, recording, oracle_of(trace))


def oracle_of(trace: gs.Trace, **options: Any) -> Oracle:
    """Put the oracle to a trace, at the arguments it was traced with."""
    source = trace.program
    return run_oracle(
        source.closed_jaxpr,
        source.in_leaves,
        source.differentiated,
        n_seeded=source.n_seeded,
        **options,
    )


def primal_differences(case: Case) -> Iterator[str]:
    """Say which recorded primals are not those of the oracle."""
    graph, floor = case.trace.graph, case.primal_floor
    for (node, out), slots in case.oracle.slots.items():
        recorded = case.recording.primal(node, out)
        if isinstance(recorded, Absence):
            if recorded.kind != "effects" or not _in_custom_body(case, node):
                yield f"{node}.{out} has no primal: {recorded.kind}"
            continue
        # What a Cholesky factor holds above its diagonal is left open.
        is_factor = graph.node(node).primitive == "cholesky"
        for iteration, slot in slots.items():
            actual, expected = recorded[iteration], slot.value
            if is_factor:
                actual, expected = np.tril(actual), np.tril(expected)
            found = difference(
                actual,
                expected,
                floor=floor,
                is_low_precision=case.is_low_precision,
            )
            if found:
                yield f"primal of {node}.{out} at {iteration} {found}"


def _regions_around(case: Case, node: str) -> list[Any]:
    graph = case.trace.graph
    around = graph.regions.ancestors(graph.node(node).region)
    return [region for region in around if region.id != node]


def _in_custom_body(case: Case, node: str) -> bool:
    return any(region.is_opaque for region in _regions_around(case, node))


def unknown_nodes(case: Case) -> Iterator[str]:
    """Name nodes that the oracle never came to although the program ran them."""
    graph, oracle = case.trace.graph, case.oracle
    seen = {node for node, _ in oracle.slots}
    for node, role in case.flat.nodes(data="role"):
        if role == "output" or node in seen or not graph.node(node).avals:
            continue
        around = graph.regions.ancestors(graph.node(node).region)
        if not any(_was_not_run(case.oracle, region) for region in around):
            yield node


def _was_not_run(oracle: Oracle, region: Any) -> bool:
    if region.id in oracle.opaque:
        return True
    if region.kind == "branch":
        cond, _, branch = region.id.rpartition(":")
        return int(branch) not in oracle.branches.get(cond, {}).values()
    if region.is_loop:
        return not any(oracle.trips.get(region.id, {}).values())
    return False


def cotangent_differences(case: Case) -> Iterator[str]:
    """Say which recorded cotangents are not those of the oracle."""
    floor = case.cotangent_floor
    for (node, out), slots in case.oracle.slots.items():
        recorded = case.recording.cotangent(node, out)
        if isinstance(recorded, Absence):
            continue
        for iteration, slot in slots.items():
            if slot.behind_while:
                yield f"{node}.{out} has a cotangent, but a while is in the way"
                break
            found = _cotangent_difference(case, recorded[iteration], slot, floor)
            if found:
                yield f"cotangent of {node}.{out} at {iteration} {found}"


def _cotangent_difference(
    case: Case, actual: Any, slot: Slot, floor: float
) -> str | None:
    expected = slot.cotangent
    if expected is None:
        expected = jnp.zeros_like(slot.value)
    return difference(
        actual,
        jnp.asarray(expected, slot.value.dtype),
        floor=floor,
        is_low_precision=case.is_low_precision,
    )


def contribution_differences(case: Case) -> Iterator[str]:
    """Say which recorded contributions are not those of the oracle."""
    floor = case.cotangent_floor
    for u, v, key, out in case.flat.edges(keys=True, data="out"):
        recorded = case.recording.contribution((u, v, key))
        slots = case.oracle.slots.get((u, out), {})
        sent = case.oracle.contributions.get((u, v, key), {})
        for iteration, slot in slots.items():
            expected = sent.get(iteration)
            if isinstance(recorded, Absence):
                is_zero = expected is None or not np.any(wide(expected))
                if slot.is_active and not slot.behind_while and not is_zero:
                    yield f"edge {u, v, key} has no contribution: {recorded.kind}"
                    break
                continue
            if expected is None:
                expected = jnp.zeros_like(slot.value)
            found = difference(
                recorded[iteration],
                jnp.asarray(expected, slot.value.dtype),
                floor=floor,
                is_low_precision=case.is_low_precision,
            )
            if found:
                yield f"contribution of {u, v, key} at {iteration} {found}"


def sum_differences(case: Case) -> Iterator[str]:
    """Say which cotangents are not the sum of the contributions of their uses."""
    graph, recording = case.trace.graph, case.recording
    floor = case.cotangent_floor
    for node, avals in case.flat.nodes(data="avals"):
        if case.flat.nodes[node]["role"] == "output":
            continue
        for out, _ in enumerate(avals):
            whole = recording.cotangent(node, out)
            if isinstance(whole, Absence):
                continue
            parts = [recording.contribution(use) for use in graph.uses(node, out)]
            arrays = [part for part in parts if not isinstance(part, Absence)]
            total = sum(map(wide, arrays), np.zeros_like(wide(whole)))
            found = difference(
                total.astype(whole.dtype),
                whole,
                floor=floor + sum(map(norm, arrays)),
                is_low_precision=case.is_low_precision,
            )
            if found:
                yield f"sum over the uses of {node}.{out} {found}"


_OF_INACTIVE = {"independent", "constant", "not_differentiated", "stop_gradient"}


def absence_differences(case: Case) -> Iterator[str]:
    """Say where a cotangent is missing, or is missing for another reason than given."""
    graph, oracle = case.trace.graph, case.oracle
    if not case.recording.has_cotangents:
        return
    for (node, out), slots in oracle.slots.items():
        reason = case.recording.cotangent(node, out)
        if not isinstance(reason, Absence):
            continue
        aval, kinds = graph.aval(node, out), set()
        inner = _regions_around(case, node)
        if is_key(aval):
            kinds = {"key"}
        elif not is_inexact(aval):
            kinds = {"integer"}
        elif any(region.is_opaque for region in inner):
            kinds = {"custom_rule"} | _OF_INACTIVE
        elif any(region.kind == "while" for region in inner):
            kinds = {"while"} | _OF_INACTIVE
        elif any(slot.behind_while for slot in slots.values()):
            kinds = {"while"}
        elif any(slot.is_active and _is_nonzero(slot) for slot in slots.values()):
            yield f"{node}.{out} has a cotangent, but is said to be {reason.kind}"
            continue
        elif any(slot.is_active for slot in slots.values()):
            kinds = {"stop_gradient", "independent"}
        else:
            kinds = _OF_INACTIVE
        if reason.kind not in kinds:
            yield f"{node}.{out} is said to be {reason.kind}, not one of {sorted(kinds)}"


def _is_nonzero(slot: Slot) -> bool:
    return slot.cotangent is not None and bool(np.any(wide(slot.cotangent)))


def control_differences(case: Case) -> Iterator[str]:
    """Say which loops and branches ran otherwise than the oracle ran them."""
    for region, counts in case.oracle.trips.items():
        for iteration, trips in counts.items():
            if case.recording.trips(region, iteration) != trips:
                found = case.recording.trips(region, iteration)
                yield f"loop {region} at {iteration} ran {found} times, not {trips}"
    for region, taken in case.oracle.branches.items():
        # A body with callbacks is not run again to be recorded.
        index = case.recording.primal(f"{region}/index")
        if isinstance(index, Absence) and index.kind == "effects":
            continue
        for iteration, branch in taken.items():
            if case.recording.branch(region, iteration) != branch:
                found = case.recording.branch(region, iteration)
                yield f"cond {region} at {iteration} took {found}, not {branch}"


def all_differences(case: Case) -> Iterator[str]:
    """Say everything in which a recording and the oracle differ."""
    yield from jax_differences(case.program, case.recording)
    yield from unknown_nodes(case)
    yield from primal_differences(case)
    yield from cotangent_differences(case)
    yield from contribution_differences(case)
    yield from sum_differences(case)
    yield from absence_differences(case)
    yield from control_differences(case)
