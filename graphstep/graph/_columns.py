"""Flatten a closed jaxpr, at every level, into columns of nodes in program order."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Sequence
from typing import Any

from graphstep._jaxcompat import (
    Body,
    ClosedJaxpr,
    Jaxpr,
    JaxprEqn,
    Literal,
    Structure,
    Var,
    region_name,
    scope_names,
    structure,
)
from graphstep.graph._collector import paused_collector
from graphstep.graph._regions import ROOT_ID, OpenRegion, Region, Regions

# Where a value comes from: position of the defining node, and which of its outputs.
Source = tuple[int, int]
Operand = Source | Literal


@dataclasses.dataclass(slots=True)
class Columns:
    """The flat graph as parallel lists; position in the lists is program order.

    Attributes:
        ids: Node id per node.
        roles: `input`, `const`, `eqn`, `binder` or `output`.
        eqns: The equation of a node, or `None`.
        regions: Innermost region per node.
        avals: Avals of the node's outputs.
        operands: Per node, `(key, source)` pairs in operand order; a source is a
            `(position, output)` pair or a literal.
        variables: Per node, the jaxpr variables that it defines.
        const_values: Values of captured constants, by node position.
        feedback: `(position of the result's node, output, position of the carry)`
            for each value that a loop carries into its next iteration.
        handed: By the position of a loop's exit, `(position of a carry, output)` for
            each: what comes out of no iterations is what went in.
        results: Per transparent region, the sources of its results.
    """

    ids: list[str] = dataclasses.field(default_factory=list[str])
    roles: list[str] = dataclasses.field(default_factory=list[str])
    eqns: list[JaxprEqn | None] = dataclasses.field(default_factory=list)
    regions: list[str] = dataclasses.field(default_factory=list[str])
    avals: list[tuple[Any, ...]] = dataclasses.field(default_factory=list)
    operands: list[Sequence[tuple[int, Operand]]] = dataclasses.field(
        default_factory=list
    )
    variables: list[Sequence[Var]] = dataclasses.field(default_factory=list)
    const_values: dict[int, Any] = dataclasses.field(default_factory=dict)
    feedback: list[tuple[int, int, int]] = dataclasses.field(default_factory=list)
    handed: dict[int, list[Source]] = dataclasses.field(default_factory=dict)
    results: dict[str, tuple[Operand, ...]] = dataclasses.field(default_factory=dict)

    def output_of_result(self, position: int, key: int) -> int | None:
        """Return which output of an exit node its operand `key` becomes.

        Each branch of a cond has keys of its own; a while's predicate becomes none.
        """
        n_out = len(self.avals[position])
        eqn = self.eqns[position]
        if eqn is not None and eqn.primitive.name == "cond":
            return key % n_out
        return key if key < n_out else None

    def add(
        self,
        node_id: str,
        role: str,
        eqn: JaxprEqn | None,
        region: str,
        variables: Sequence[Var],
        operands: Sequence[tuple[int, Operand]],
        avals: tuple[Any, ...] | None = None,
    ) -> int:
        """Append one node and return its position."""
        self.ids.append(node_id)
        self.roles.append(role)
        self.eqns.append(eqn)
        self.regions.append(region)
        self.variables.append(variables)
        self.operands.append(operands)
        self.avals.append(
            tuple([v.aval for v in variables]) if avals is None else avals
        )
        return len(self.ids) - 1


@dataclasses.dataclass(slots=True)
class _Frame:
    """One jaxpr being flattened; a stack of these replaces recursion."""

    jaxpr: Jaxpr
    prefix: str
    region: str
    env: dict[Var, Operand]
    call: _Call | None
    position: int = 0
    scopes: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    scope_key: tuple[str, ...] = ()

    def read(self, atom: Var | Literal) -> Operand:
        return atom if type(atom) is Literal else self.env[atom]


@dataclasses.dataclass(slots=True)
class _Call:
    """A structured equation whose bodies are being flattened one after the other."""

    eqn: JaxprEqn
    node_id: str
    structure: Structure
    operands: list[Operand]
    binders: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    exit_operands: list[tuple[int, Operand]] = dataclasses.field(default_factory=list)
    body_index: int = 0


class _Flattener:
    """Walk nested jaxprs in program order, with a stack of its own."""

    def __init__(self) -> None:
        self.columns = Columns()
        self.open: dict[str, OpenRegion] = {}
        self.done: dict[str, Region | None] = {}
        self.stack: list[_Frame] = []

    def flatten(self, closed_jaxpr: ClosedJaxpr) -> tuple[Columns, Regions]:
        columns, jaxpr = self.columns, closed_jaxpr.jaxpr
        self._open(ROOT_ID, "root", "program", "root", None)
        root = _Frame(jaxpr, "", ROOT_ID, {}, None)
        for i, var in enumerate(jaxpr.invars):
            root.env[var] = (columns.add(f"in{i}", "input", None, "", (var,), ()), 0)
        self._add_consts(root, closed_jaxpr.consts)
        self.stack.append(root)
        while self.stack:
            frame = self.stack[-1]
            if frame.position < len(frame.jaxpr.eqns):
                self._equation(frame)
            else:
                self.stack.pop()
                self._enter_scope(frame, ())
                if frame.call is not None:
                    self._leave_body(frame, frame.call)
        for i, atom in enumerate(jaxpr.outvars):
            operands = ((0, root.read(atom)),)
            columns.add(f"out{i}", "output", None, "", (), operands, (atom.aval,))
        self._close(ROOT_ID)
        regions = {key: region for key, region in self.done.items() if region}
        return columns, Regions(regions)

    def _equation(self, frame: _Frame) -> None:
        eqn = frame.jaxpr.eqns[frame.position]
        names = scope_names(eqn)
        if names != frame.scope_key:
            self._enter_scope(frame, names)
        node_id = f"{frame.prefix}{frame.position}"
        region = frame.scopes[-1][1] if frame.scopes else frame.region
        inner = structure(eqn)
        frame.position += 1
        if inner is not None:
            operands = [frame.read(atom) for atom in eqn.invars]
            self._enter_call(_Call(eqn, node_id, inner, operands), region)
            return
        env = frame.env
        position = self.columns.add(
            node_id,
            "eqn",
            eqn,
            region,
            eqn.outvars,
            [
                (key, atom if type(atom) is Literal else env[atom])
                for key, atom in enumerate(eqn.invars)
            ],
        )
        for out, var in enumerate(eqn.outvars):
            env[var] = (position, out)

    def _enter_call(self, call: _Call, region: str) -> None:
        self._open(
            call.node_id, call.structure.kind, region_name(call.eqn), None, region, call
        )
        if call.structure.index_binder:
            self._binder(call, call.structure.index_binder, call.node_id, 0)
        # A loop's bodies share its carries, so those binders come before any body.
        for body in call.structure.bodies:
            if call.structure.kind != "cond" and not call.structure.is_transparent:
                self._binders(call, body, call.node_id)
        self._enter_body(call)

    def _binder(
        self, call: _Call, suffix: str, region: str, key: int, var: Var | None = None
    ) -> None:
        node_id = call.node_id + suffix
        if node_id in call.binders:
            return
        atom = call.eqn.invars[key]
        call.binders[node_id] = self.columns.add(
            node_id,
            "binder",
            None,
            region,
            () if var is None else (var,),
            ((key, call.operands[key]),),
            (atom.aval if var is None else var.aval,),
        )

    def _binders(self, call: _Call, body: Body, region: str) -> None:
        for var, suffix, key in zip(
            body.jaxpr.invars, body.binders, body.operands, strict=True
        ):
            self._binder(call, suffix, region, key, var)

    def _enter_body(self, call: _Call) -> None:
        inner = call.structure
        body = inner.bodies[call.body_index]
        region = call.node_id
        if body.suffix:
            region += body.suffix
            kind = "branch" if inner.kind == "cond" else "body"
            self._open(region, kind, body.suffix[1:], kind, call.node_id)
        if inner.kind == "cond":
            self._binders(call, body, region)
        frame = _Frame(body.jaxpr, f"{region}/", region, {}, call)
        for var, suffix, key in zip(
            body.jaxpr.invars, body.binders, body.operands, strict=True
        ):
            source = (
                call.operands[key]
                if inner.is_transparent
                else (call.binders[call.node_id + suffix], 0)
            )
            frame.env[var] = source
        self._add_consts(frame, body.consts)
        self.stack.append(frame)

    def _add_consts(self, frame: _Frame, values: Sequence[Any]) -> None:
        for i, (var, value) in enumerate(
            zip(frame.jaxpr.constvars, values, strict=True)
        ):
            node_id = f"{frame.prefix}captured{i}" if frame.prefix else f"const{i}"
            position = self.columns.add(
                node_id, "const", None, frame.region, (var,), ()
            )
            self.columns.const_values[position] = value
            frame.env[var] = (position, 0)

    def _leave_body(self, frame: _Frame, call: _Call) -> None:
        inner = call.structure
        body = inner.bodies[call.body_index]
        sources = [frame.read(atom) for atom in frame.jaxpr.outvars]
        if body.suffix:
            self._close(frame.region)
        call.exit_operands += zip(body.results, sources, strict=True)
        for source, carry in zip(sources, body.carries, strict=True):
            if carry and type(source) is not Literal:
                target = call.binders[call.node_id + carry]
                self.columns.feedback.append((source[0], source[1], target))
        call.body_index += 1
        if call.body_index < len(inner.bodies):
            self._enter_body(call)
            return
        outer = self.stack[-1]
        if inner.is_transparent:
            self._close(call.node_id)
            self.columns.results[call.node_id] = tuple(sources)
            outer.env.update(zip(call.eqn.outvars, sources, strict=True))
            return
        position = self.columns.add(
            call.node_id,
            "eqn",
            call.eqn,
            call.node_id,
            call.eqn.outvars,
            sorted(call.exit_operands, key=operator.itemgetter(0)),
        )
        self._close(call.node_id)
        handed = [
            (call.binders[call.node_id + carry], out)
            for body in inner.bodies
            for out, carry in zip(body.results, body.carries, strict=True)
            if carry
        ]
        if handed:
            self.columns.handed[position] = handed
        for out, var in enumerate(call.eqn.outvars):
            outer.env[var] = (position, out)

    def _enter_scope(self, frame: _Frame, names: tuple[str, ...]) -> None:
        """Close the scopes that end at this equation and open those that begin."""
        old = frame.scope_key
        common = 0
        while common < min(len(old), len(names)) and old[common] == names[common]:
            common += 1
        while len(frame.scopes) > common:
            self._close(frame.scopes.pop()[1])
        for i in range(common, len(names)):
            parent = frame.scopes[-1][1] if frame.scopes else frame.region
            path = "/".join(names[: i + 1])
            region_id = f"{frame.prefix}{path}@{frame.position}"
            self._open(region_id, "scope", names[i], "scope", parent)
            frame.scopes.append((names[i], region_id))
        frame.scope_key = names

    def _open(
        self,
        region_id: str,
        kind: str,
        name: str,
        primitive: str | None,
        parent: str | None,
        call: _Call | None = None,
    ) -> None:
        outer = None if parent is None else self.open[parent]
        loops = () if outer is None else outer.fields["loops"]
        inner = call.structure if call else None
        eqn = call.eqn if call else None
        if outer is not None:
            outer.children.append(region_id)
        self.done[region_id] = None
        self.open[region_id] = OpenRegion(
            {
                "id": region_id,
                "kind": kind,
                "name": name,
                "primitive": primitive or (eqn.primitive.name if eqn else kind),
                "parent": parent,
                "start": len(self.columns.ids),
                "eqn": eqn,
                "length": inner.length if inner else None,
                "branches": len(inner.bodies) if kind == "cond" and inner else None,
                "is_opaque": bool(inner and inner.is_opaque),
                "is_transparent": inner.is_transparent if inner else kind == "scope",
                "depth": 0 if outer is None else outer.fields["depth"] + 1,
                "loops": (*loops, region_id) if inner and inner.is_loop else loops,
            }
        )

    def _close(self, region_id: str) -> None:
        closed = self.open.pop(region_id)
        self.done[region_id] = closed.close(len(self.columns.ids))


def columns_from_jaxpr(closed_jaxpr: ClosedJaxpr) -> tuple[Columns, Regions]:
    """Return the flat graph of `closed_jaxpr` as columns, and its regions."""
    with paused_collector():
        return _Flattener().flatten(closed_jaxpr)
