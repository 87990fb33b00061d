"""A graph as JSON: tables of types, equations and source lines, and columns of nodes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax

from graphstep._jaxcompat import (
    Literal,
    aval_from_parts,
    is_key,
    is_ref,
    key_impl,
    primitive_named,
    short_type,
)
from graphstep.graph import ProgramGraph, Region
from graphstep.graph._columns import Operand
from graphstep.recording._plan import Plan, Planner
from graphstep.recording._serial_arrays import dtype_name
from graphstep.recording._serial_json import (
    is_exact,
    json_from_literal,
    json_from_params,
)
from graphstep.recording._serial_trees import json_from_tree
from graphstep.tracing import Frame, SourceLocation


class _Table:
    """Numbers things in the order in which they are first met."""

    def __init__(self, encode: Callable[[Any], Any]) -> None:
        self.rows: list[Any] = []
        self._encode = encode
        self._numbers: dict[Any, int] = {}
        self._written: dict[str, int] = {}
        self._alive: list[Any] = []

    def number(self, thing: Any, key: Any = None) -> int:
        """Return the number of `thing`, which is known by `key` or else by identity."""
        known = id(thing) if key is None else key
        if known not in self._numbers:
            # Nothing may take the place of a thing that is known by identity.
            self._alive.append(thing)
            row = self._encode(thing)
            written = json.dumps(row)
            if written not in self._written:
                self._written[written] = len(self.rows)
                self.rows.append(row)
            self._numbers[known] = self._written[written]
        return self._numbers[known]


class _Tables:
    """The tables that the columns of nodes refer to."""

    def __init__(self) -> None:
        self.avals = _Table(_json_from_aval)
        self.eqns = _Table(self._eqn)
        self.files = _Table(str)
        self.frames = _Table(self._frame)
        self.locations = _Table(self._location)

    def optional_eqn(self, eqn: Any) -> int | None:
        return None if eqn is None else self.eqns.number(eqn)

    def _eqn(self, eqn: Any) -> list[Any]:
        return [
            eqn.primitive.name,
            [self.avals.number(v.aval) for v in eqn.invars],
            [self.avals.number(v.aval) for v in eqn.outvars],
            json_from_params(eqn.params, self.avals.number),
            sorted(x if isinstance(x, str) else type(x).__name__ for x in eqn.effects),
        ]

    def _frame(self, frame: Frame) -> list[Any]:
        _, *rest = dataclasses.astuple(frame)
        return [self.files.number(frame.file, frame.file), *rest]

    def location(self, location: SourceLocation | None) -> int | None:
        if location is None:
            return None
        own = Frame(
            location.file,
            location.line,
            location.column,
            location.end_line,
            location.end_column,
            location.function,
        )
        return self.locations.number((own, location.frames), (own, location.frames))

    def _location(self, location: tuple[Frame, tuple[Frame, ...]]) -> list[Any]:
        own, frames = location
        number = self.frames.number
        return [number(own, own), [number(frame, frame) for frame in frames]]

    def operand(self, key: int, operand: Operand) -> list[Any]:
        if isinstance(operand, Literal):
            value = json_from_literal(operand.val)
            return [key, value, self.avals.number(operand.aval)]
        return [key, *operand]


def can_run_again(eqn: Any) -> bool:
    """Return whether a file says all about `eqn` that running it takes."""
    written = json_from_params(eqn.params, lambda _: 0)
    known = primitive_named(eqn.primitive.name) is not None
    return known and is_exact(eqn.params, written)


def _json_from_aval(aval: Any) -> dict[str, Any]:
    label = short_type(aval)
    if is_ref(aval):
        return {"ref": label}
    dtype = f"key:{key_impl(aval)}" if is_key(aval) else dtype_name(aval.dtype)
    row: dict[str, Any] = {"shape": list(aval.shape), "dtype": dtype}
    if aval.weak_type:
        row["weak"] = True
    plain = aval_from_parts(aval.shape, aval.dtype, weak_type=False, label=None)
    return row if short_type(plain) == label else {**row, "label": label}


def json_from_graph(graph: ProgramGraph) -> dict[str, Any]:
    """Return everything about a graph that can be asked without its jaxpr."""
    columns, tables = graph.columns, _Tables()
    order, number = graph.order, tables.avals.number
    region_numbers = {region_id: i for i, region_id in enumerate(graph.regions)}
    names = {
        node_id: [graph.name(node_id, out) for out in range(len(avals))]
        for node_id, avals in zip(order, columns.avals, strict=True)
    }
    live = graph.activity
    document = {
        "ids": list(order),
        "roles": list(columns.roles),
        "regions_of_nodes": [region_numbers[name] for name in columns.regions],
        "eqns_of_nodes": [tables.optional_eqn(eqn) for eqn in columns.eqns],
        "avals_of_nodes": [[number(a) for a in avals] for avals in columns.avals],
        "operands": [
            [tables.operand(key, source) for key, source in operands]
            for operands in columns.operands
        ],
        "letters": [
            [graph.letter(node_id, out) for out in range(len(variables))]
            for node_id, variables in zip(order, columns.variables, strict=True)
        ],
        "names": {node_id: found for node_id, found in names.items() if any(found)},
        "locations_of_nodes": [tables.location(graph.source(i)) for i in order],
        "feedback": [list(entry) for entry in columns.feedback],
        "results": {
            region_id: [tables.operand(0, source) for source in sources]
            for region_id, sources in columns.results.items()
        },
        "regions": [
            _region(region, region_numbers, tables) for region in graph.regions.values()
        ],
        "active": sorted(map(list, live.active)),
        "constant": sorted(map(list, live.constant)),
        "cut": sorted(live.cut),
    }
    return document | {
        "avals": tables.avals.rows,
        "eqns": tables.eqns.rows,
        "files": tables.files.rows,
        "frames": tables.frames.rows,
        "locations": tables.locations.rows,
    }


def _region(region: Region, numbers: dict[str, int], tables: _Tables) -> list[Any]:
    return [
        region.id,
        region.kind,
        region.name,
        None if region.parent is None else numbers[region.parent],
        region.start,
        region.stop,
        tables.optional_eqn(region.eqn),
        region.is_opaque,
    ]


def _stand_ins(graph: ProgramGraph, nodes: Sequence[str]) -> list[Any]:
    """Return a leaf for each node, each a different object to know it again by."""
    avals = [graph.aval(node) for node in nodes]
    return [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in avals]


def json_from_trace(graph: ProgramGraph) -> dict[str, Any]:
    """Return what can be asked of a graph's trace without its function."""
    trace, spec = graph.trace, graph.trace.spec
    argnums = spec.argnums
    leaves = _stand_ins(graph, graph.inputs)
    numbers = {id(leaf): i for i, leaf in enumerate(leaves)}
    args, kwargs = trace.unflatten(leaves)
    results = _stand_ins(graph, graph.outputs)
    out_numbers = {id(leaf): i for i, leaf in enumerate(results)}
    outputs = jax.tree.unflatten(trace.out_tree, results)
    return {
        "function": trace.fn_name,
        "argnums": list(argnums) if isinstance(argnums, tuple) else argnums,
        "static_argnums": list(spec.static_argnums),
        "static_argnames": list(spec.static_argnames),
        "has_aux": spec.has_aux,
        "arguments": json_from_tree((args, kwargs), numbers),
        "outputs": json_from_tree(outputs, out_numbers),
        "in_names": list(trace.in_names),
        "out_names": list(trace.out_names),
        "differentiated": list(trace.differentiated),
        "n_seeded": trace.n_seeded,
        "x64": trace.x64,
    }


def json_from_plan(plan: Plan) -> dict[str, Any]:
    """Return what was recorded."""
    return {
        "mode": plan.mode,
        "derivative": plan.derivative,
        "records": _sorted(plan.records),
        "taps": _sorted(plan.taps),
        "blocked": sorted(plan.blocked),
        "capacities": _sorted(plan.capacities.items()),
    }


def _sorted(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    return sorted([int(a), int(b)] for a, b in pairs)


def json_from_planner(planner: Planner) -> dict[str, Any]:
    """Return what a planner learns from the bodies of equations."""
    return {"silent": [i for i, silent in enumerate(planner.silent) if silent]}
