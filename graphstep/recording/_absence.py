"""Why a value, a cotangent or a contribution is not there."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

from graphstep._jaxcompat import Literal, is_inexact, is_key, is_ref
from graphstep.graph import ProgramGraph
from graphstep.recording._plan import Planner

Value = tuple[int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Absence:
    """Stands where an array would be, and says why there is none; it is falsy.

    Attributes:
        kind: `integer`, `key`, `ref`, `constant`, `independent`, `not_differentiated`,
            `stop_gradient`, `while`, `custom_rule`, `no_rule`, `not_taken`, `effects`
            or `not_captured`.
        message: The reason as a sentence.
    """

    kind: str
    message: str

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return self.message


MESSAGES = {
    "integer": "Integers and booleans have no cotangent.",
    "key": "Random keys have no cotangent.",
    "ref": "A mutable reference has no value of its own; its reads and writes do.",
    "constant": "A constant has no cotangent: no argument changes it.",
    "independent": "It does not depend on any differentiated argument.",
    "not_differentiated": "It is not among the differentiated arguments (argnums).",
    "no_reverse": "Only the forward pass was recorded.",
    "no_tangents": "No tangents were recorded; pass tangents= to record them.",
    "stop_gradient": "stop_gradient, or a step of zero derivative, cuts it off.",
    "while": "JAX has no reverse mode through while.",
    "custom_rule": "The custom rule replaces the derivative of its body.",
    "not_taken": "This branch was not taken.",
    "effects": "The body calls back into Python, so it was not run again to be recorded.",
    "not_captured": "It was not captured; zoom in on it to record it.",
}


def absence(kind: str, reason: str = "") -> Absence:
    """Return the absence of the given kind, with a fuller reason if there is one."""
    public = {"no_reverse": "not_captured", "no_tangents": "not_captured"}
    return Absence(public.get(kind, kind), reason or MESSAGES[kind])


class Reasons:
    """Says of each value and use of one graph why it has no cotangent, if so."""

    def __init__(self, planner: Planner, blocked: dict[int, str]) -> None:
        self.planner = planner
        self.graph: ProgramGraph = planner.graph
        self.columns = planner.columns
        self.blocked = blocked
        self.live = planner.origins.live

    def cotangent(self, position: int, out: int) -> Absence | None:
        """Return why a value has no cotangent, or `None` if it has one."""
        aval = self.columns.avals[position][out]
        if is_ref(aval):
            return absence("ref")
        if is_key(aval):
            return absence("key")
        if not is_inexact(aval):
            return absence("integer")
        if (position, out) not in self.live.active:
            return self._inactive(position, out)
        if self.planner.hidden[position]:
            return self._hidden(position)
        if self.columns.roles[position] == "output":
            return self._output(position)
        if (position, out) in self.blocked_values:
            return self._blocked((position, out))
        return None

    def contribution(self, position: int, key: int) -> Absence | None:
        """Return why operand `key` of a node sends nothing back, or `None`."""
        source = dict(self.columns.operands[position])[key]
        assert not isinstance(source, Literal)
        aval = self.columns.avals[source[0]][source[1]]
        if source not in self.live.active or is_ref(aval):
            return self.cotangent(*source)
        if self.planner.hidden[source[0]]:
            return self._hidden(source[0])
        at_target = self._at_target(position)
        return self._beyond(position, key) if at_target is None else at_target

    def _at_target(self, position: int) -> Absence | None:
        if position in self.blocked:
            return self._no_rule(position)
        region = self.graph.regions[self.columns.regions[position]]
        is_binder = self.columns.roles[position] == "binder"
        if is_binder and region.kind == "while":
            return absence("while")
        if self.planner.hidden[position] and not (is_binder and region.is_opaque):
            return self._hidden(position)
        return None

    def _beyond(self, position: int, key: int) -> Absence | None:
        reached = [(position, out) for out in self._outs_reached(position, key)]
        carry = self.graph.positions.get(f"{self.columns.ids[position]}/carry{key}")
        if self.planner.origins.is_exit(position) and carry is not None:
            reached.append((carry, 0))
        for value in reached:
            if value in self.blocked_values:
                return self._blocked(value)
        if self.columns.roles[position] == "output":
            return self._output(position)
        if self.planner.origins.contribution(position, key).kind == "cut":
            return absence("stop_gradient")
        return None

    def _output(self, position: int) -> Absence | None:
        index = self.graph.outputs.index(self.columns.ids[position])
        if index >= self.graph.trace.n_seeded:
            reason = "It is auxiliary output (has_aux): no cotangent enters there."
            return absence("not_differentiated", reason)
        return None

    def _inactive(self, position: int, out: int) -> Absence:
        role = self.columns.roles[position]
        if role == "input":
            return absence("not_differentiated")
        if role == "const" or (position, out) in self.live.constant:
            return absence("constant")
        if position in self._downstream_of_cuts:
            return absence("stop_gradient")
        return absence("independent")

    @functools.cached_property
    def _downstream_of_cuts(self) -> frozenset[int]:
        """Positions that a differentiated argument reaches when nothing is cut."""
        reached = {
            self.graph.position(node)
            for node, wanted in zip(
                self.graph.inputs, self.graph.trace.differentiated, strict=True
            )
            if wanted
        }
        size = -1
        while size != len(reached):
            size = len(reached)
            for position, operands in enumerate(self.columns.operands):
                if any(type(s) is not Literal and s[0] in reached for _, s in operands):
                    reached.add(position)
            for source, _, carry in self.columns.feedback:
                if source in reached:
                    reached.add(carry)
            if not self.columns.feedback:
                break
        return frozenset(reached)

    def _hidden(self, position: int) -> Absence:
        region_id = self.columns.regions[position]
        for region in self.graph.regions.ancestors(region_id):
            if region.is_opaque:
                return absence("custom_rule")
            if region.kind == "while":
                break
        return absence("while")

    @functools.cached_property
    def blocked_values(self) -> dict[Value, int]:
        """Active values whose cotangent would need one that JAX cannot form.

        Each with the position of the node that is in the way.
        """
        found: dict[Value, int] = {}
        if not self.blocked:
            return found
        size = -1
        while size != len(found):
            size = len(found)
            for position in range(len(self.graph) - 1, -1, -1):
                self._block_operands(position, found)
            for source, out, carry in self.columns.feedback:
                if (carry, 0) in found and (source, out) in self.live.active:
                    found.setdefault((source, out), found[carry, 0])
            if not self.columns.feedback:
                break
        return found

    def _block_operands(self, position: int, found: dict[Value, int]) -> None:
        region = self.graph.regions[self.columns.regions[position]]
        is_binder = self.columns.roles[position] == "binder"
        for key, source in self.columns.operands[position]:
            if type(source) is Literal or source not in self.live.active:
                continue
            if position in self.blocked:
                found.setdefault(source, position)
                continue
            exit_position = self.graph.positions.get(region.id, -1)
            if is_binder and exit_position in self.blocked:
                found.setdefault(source, exit_position)
                continue
            for out in self._outs_reached(position, key):
                if (position, out) in found:
                    found.setdefault(source, found[position, out])
            if is_binder and region.is_opaque:
                for out in range(len(self.columns.avals[exit_position])):
                    if (exit_position, out) in found:
                        found.setdefault(source, found[exit_position, out])

    def _outs_reached(self, position: int, key: int) -> range:
        n_out = len(self.columns.avals[position])
        if self.planner.origins.is_exit(position):
            out = self.columns.output_of_result(position, key)
            return range(0) if out is None else range(out, out + 1)
        return range(n_out)

    def _blocked(self, value: Value) -> Absence:
        return self._no_rule(self.blocked_values[value])

    def _no_rule(self, position: int) -> Absence:
        node_id = self.columns.ids[position]
        equation = equation_text(self.graph, node_id)
        if self.graph.node(node_id).primitive == "while":
            reason = f"JAX has no reverse mode through {equation}."
            return absence("while", reason)
        reason = f"JAX cannot differentiate {equation}: {self.blocked[position]}"
        return absence("no_rule", reason)


def equation_text(graph: ProgramGraph, node_id: str) -> str:
    """Return an equation as people know it: ``the while `x` (newton.py:27)``."""
    node = graph.node(node_id)
    name = graph.label(node_id) if node.avals else node_id
    place = graph.source(node_id)
    text = f"the {node.primitive} `{name}`"
    return text if place is None else f"{text} ({Path(place.file).name}:{place.line})"
