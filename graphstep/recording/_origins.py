"""Where each number comes from: recorded by the program, or derived when looked at.

Nothing leaves the compiled program that can be rebuilt exactly: constants, pure
views, single operations, what a loop's binders stand for, and cotangents that a rule
passes on unchanged.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from graphstep._jaxcompat import Literal, is_inexact, is_ref, open_jaxpr, scan_split
from graphstep.graph import ProgramGraph, activity
from graphstep.graph._columns import Operand, Source
from graphstep.recording._rebuilt import fed_values, find_rebuilt
from graphstep.recording._views import is_permutation, is_selection, is_view

# Primitives that hand their cotangent unchanged to these operands, if shapes agree.
_PASSES_COTANGENT = {
    "add": (0, 1),
    "add_any": (0, 1),
    "sub": (0,),
    "copy": (0,),
    "copy_p": (0,),
}


# Origins of a contribution that do not say what the cotangent of the value used is.
_FROM_TAPS = frozenset({"tap", "value", "auxiliary", "cut"})


@dataclasses.dataclass(frozen=True, slots=True)
class Origin:
    """How to obtain one value or cotangent.

    Attributes:
        kind: One of the kinds listed at `Origins.primal` and `Origins.contribution`.
        source: The value it is made from.
        other: A second value, for what a loop carries.
        flag: Whether a scan runs in reverse, or an index.
    """

    kind: str
    source: Operand | None = None
    other: Operand | None = None
    flag: int = 0


class Origins:
    """Origins of every primal, cotangent and contribution of one graph."""

    def __init__(self, graph: ProgramGraph) -> None:
        self.graph = graph
        self.columns = graph.columns
        self.live = activity(graph)
        self.uses = _uses(graph)
        self.n_uses = {source: len(uses) for source, uses in self.uses.items()}
        self.rebuilt = find_rebuilt(graph)
        self._fed = fed_values(graph)
        self._feedback = {
            carry: (source, out) for source, out, carry in graph.columns.feedback
        }
        self._inputs = {graph.position(node): i for i, node in enumerate(graph.inputs)}
        self._outputs = {
            graph.position(node): i for i, node in enumerate(graph.outputs)
        }

    def is_exit(self, position: int) -> bool:
        """Return whether the node is the exit of a structured region."""
        columns = self.columns
        return (
            columns.roles[position] == "eqn"
            and columns.regions[position] == columns.ids[position]
            and columns.ids[position] in self.graph.regions
        )

    def primal(self, position: int, out: int) -> Origin:
        """Return how to obtain a primal.

        Kinds: `recorded`; `input` (flag is the leaf); `captured`; `ref`; `constant`;
        `rebuilt` by its operation from its operands, unless it was recorded;
        `returned` by a custom rule's body as source, unless the rule computed it;
        `view` and `same` of source; `loop_const` (source repeated per iteration);
        `loop_x` (source, one slice per iteration); `carry_in` (source first, then
        other of the iteration before); `carry_out` (other of the last iteration, or
        source); `ys` (source of every iteration).
        """
        columns = self.columns
        role = columns.roles[position]
        if is_ref(columns.avals[position][out]):
            return Origin("ref")
        if role == "input":
            return Origin("input", flag=self._inputs[position])
        if role == "const":
            return Origin("captured")
        if role == "output":
            return Origin("same", columns.operands[position][0][1])
        if (position, out) in self.live.constant:
            return Origin("constant")
        if role == "binder":
            return self._binder_primal(position)
        if self.is_exit(position):
            return self._exit_primal(position, out)
        eqn = columns.eqns[position]
        if eqn is not None and is_view(eqn):
            return Origin("view", columns.operands[position][0][1])
        is_rebuilt = (position, out) in self.rebuilt
        return Origin("rebuilt" if is_rebuilt else "recorded")

    def _binder_primal(self, position: int) -> Origin:
        columns = self.columns
        region = self.graph.regions[columns.regions[position]]
        source = columns.operands[position][0][1]
        kind = region.kind if region.kind != "branch" else "cond"
        label = columns.ids[position].rpartition("/")[2]
        if kind == "shard_map":
            return Origin("recorded")
        if kind in ("call", "cond"):
            return Origin("same", source)
        if label.startswith("carry"):
            result = self._feedback.get(position)
            lanes = region.kind == "while" and _runs_in_lanes(region.eqn)
            if result is not None and self._is_recorded(result) and not lanes:
                return Origin("carry_in", source, result)
            return Origin("recorded")
        if label.startswith("x"):
            eqn = region.eqn
            return Origin("loop_x", source, flag=bool(eqn and eqn.params["reverse"]))
        return Origin("loop_const", source)

    def _exit_primal(self, position: int, out: int) -> Origin:
        eqn = self.columns.eqns[position]
        if self.graph.regions[self.columns.ids[position]].is_opaque:
            if (position, out) in self._fed:
                return Origin("recorded")
            return Origin("returned", dict(self.columns.operands[position])[out])
        if eqn is None or eqn.primitive.name != "scan":
            return Origin("recorded")
        result = dict(self.columns.operands[position])[out]
        if not self._is_recorded(result):
            return Origin("recorded")
        _, n_carry, _ = scan_split(eqn)
        if out >= n_carry:
            return Origin("ys", result, flag=bool(eqn.params["reverse"]))
        carry = self.graph.position(f"{self.columns.ids[position]}/carry{out}")
        return Origin("carry_out", self.columns.operands[carry][0][1], result)

    def _is_recorded(self, source: Operand) -> bool:
        """Return whether a value rests on one of its own node through views alone."""
        while type(source) is not Literal:
            columns = self.columns
            position, out = source
            if columns.roles[position] != "eqn":
                return False
            origin = self.primal(position, out) if not self.is_exit(position) else None
            if origin is None:
                eqn = columns.eqns[position]
                return eqn is not None and eqn.primitive.name != "scan"
            if origin.kind in ("recorded", "rebuilt"):
                return True
            if origin.kind != "view" or origin.source is None:
                return False
            source = origin.source
        return False

    def cotangent(self, position: int, out: int) -> Origin:
        """Return how to obtain the cotangent of an active value.

        Kinds: `gradient` (flag is the input leaf); `seed` (flag is the output leaf);
        `unused`; `edge` (the contribution of its only use, which is node
        `source[0]`, operand `flag`); `sum` (of the contributions of its uses); `tap`.
        """
        columns = self.columns
        role = columns.roles[position]
        if role == "input":
            return Origin("gradient", flag=self._inputs[position])
        if role == "output":
            return Origin("seed", flag=self._outputs[position])
        if not self.n_uses.get((position, out)):
            return Origin("unused")
        if position in self._feedback:
            # Derived from its uses, a carry's cotangent could rest on itself.
            return Origin("tap")
        if role == "binder":
            label = columns.ids[position].rpartition("/")[2]
            region = self.graph.regions[columns.regions[position]]
            if region.is_opaque or (region.kind == "scan" and label.startswith("x")):
                key = columns.operands[position][0][0]
                return Origin("edge", (position, key), flag=key)
        return self._cotangent_from_uses(position, out)

    def _cotangent_from_uses(self, position: int, out: int) -> Origin:
        uses = self.uses[position, out]
        kinds = {self.contribution(*use).kind for use in uses}
        if kinds == {"cut"}:
            return Origin("unused")
        if kinds & _FROM_TAPS:
            return Origin("tap")
        if self._is_scan_const(position):
            return Origin("sum")
        return (
            Origin("edge", uses[0], flag=uses[0][1])
            if len(uses) == 1
            else Origin("tap")
        )

    def contribution(self, position: int, key: int) -> Origin:
        """Return how to obtain what operand `key` of a node sends back.

        Kinds: `seed` (flag is the output leaf); `passed` (cotangent of source);
        `unview` (cotangent of source, a view, undone); `carry` (cotangents of the
        carry binder source, one iteration on, then of the exit other); `ys`
        (cotangent of the exit source, per iteration); `branch` (cotangent of source
        where that branch was taken); `binder` (cotangent of source); `pull` (the equation's own VJP, applied
        when looked at); `value` (that of
        the value used, whose only use this is); `tap`; `cut` (by an
        equation of zero derivative); `auxiliary`; `integer`.
        """
        columns = self.columns
        source = dict(columns.operands[position])[key]
        if type(source) is Literal or not is_inexact(
            columns.avals[source[0]][source[1]]
        ):
            return Origin("integer")
        role, eqn = columns.roles[position], columns.eqns[position]
        if role == "output":
            leaf = self._outputs[position]
            is_seeded = leaf < self.graph.trace.n_seeded
            return Origin("seed", flag=leaf) if is_seeded else Origin("auxiliary")
        region = self.graph.regions[columns.regions[position]]
        if role == "binder" and region.kind == "branch":
            return Origin("binder", (position, 0))
        if role == "eqn" and eqn is not None:
            n_out = len(columns.avals[position])
            is_exit = self.is_exit(position)
            if not is_exit and not any(
                (position, out) in self.live.active for out in range(n_out)
            ):
                return Origin("cut")
            if is_exit:
                derived = self._exit_contribution(position, key, region.kind)
            else:
                derived = self._leaf_contribution(position, key, eqn, source)
                # A scan's constants are its weights: what every iteration sends back
                # to them would be the largest part of a recording.
                if derived is None and self._is_scan_const(source[0]):
                    derived = Origin("pull")
            if derived is not None:
                return derived
        if self.n_uses.get(source) == 1:
            return Origin("value", source)
        return Origin("tap")

    def summary_source(self, of: str, key: Source) -> Source | None:
        """Return the value whose elements are the same, only arranged otherwise.

        `of` is `primal`, `tangent` or `cotangent`; statistics of one are those of the
        other. `None` when there is no such value.
        """
        position, out = key
        if of != "cotangent":
            origin = self.primal(position, out)
            eqn = self.columns.eqns[position]
            # A broadcast repeats every element equally often; a slice leaves some out.
            if origin.kind == "view" and eqn is not None and is_selection(eqn):
                return None
            kept = origin.kind in ("view", "same", "loop_const")
            return origin.source if kept and isinstance(origin.source, tuple) else None
        origin = self.cotangent(position, out)
        if origin.kind != "edge" or not isinstance(origin.source, tuple):
            return None
        target, operand = origin.source
        step = self.contribution(target, operand)
        if step.kind in ("passed", "unview") and isinstance(step.source, tuple):
            return step.source
        if step.kind == "value" and isinstance(step.source, tuple):
            return step.source
        return (target, -1 - operand) if step.kind == "tap" else None

    def _is_scan_const(self, position: int) -> bool:
        columns = self.columns
        return (
            columns.roles[position] == "binder"
            and self.graph.regions[columns.regions[position]].kind == "scan"
            and columns.ids[position].rpartition("/")[2].startswith("const")
        )

    def _exit_contribution(self, position: int, key: int, kind: str) -> Origin | None:
        if kind == "scan":
            eqn = self.columns.eqns[position]
            assert eqn is not None
            if key >= scan_split(eqn)[1]:
                flag = bool(eqn.params["reverse"])
                return Origin("ys", (position, key), flag=flag)
            carry = self.graph.position(f"{self.columns.ids[position]}/carry{key}")
            return Origin("carry", (carry, 0), (position, key))
        if kind == "cond":
            out = self.columns.output_of_result(position, key)
            assert out is not None
            branch = key // len(self.columns.avals[position])
            return Origin("branch", (position, out), flag=branch)
        return None

    def _leaf_contribution(
        self, position: int, key: int, eqn: Any, source: Source
    ) -> Origin | None:
        columns = self.columns
        if (position, 0) not in self.live.active:
            return None
        name = eqn.primitive.name
        aval, out_aval = columns.avals[source[0]][source[1]], columns.avals[position][0]
        same_type = aval.shape == out_aval.shape and aval.dtype == out_aval.dtype
        if key in _PASSES_COTANGENT.get(name, ()) and same_type:
            return Origin("passed", (position, 0))
        if is_permutation(eqn):
            return Origin("unview", (position, 0))
        return None


def _uses(graph: ProgramGraph) -> dict[Source, list[tuple[int, int]]]:
    """Return the `(position, operand)` pairs that use each value, in program order."""
    uses: dict[Source, list[tuple[int, int]]] = {}
    for position, operands in enumerate(graph.columns.operands):
        for key, source in operands:
            if type(source) is not Literal:
                uses.setdefault(source, []).append((position, key))
    return uses


def _runs_in_lanes(eqn: Any) -> bool:
    """Return whether a while is vmapped, so that lanes that are done stand still."""
    cond, _ = open_jaxpr(eqn.params["cond_jaxpr"])
    aval: Any = cond.outvars[0].aval
    return bool(aval.shape)
