"""A graph from its JSON, trusting none of it."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import Literal, aval_from_parts, key_dtype
from graphstep.graph import Activity, Columns, Region, Regions
from graphstep.graph._columns import Operand
from graphstep.recording._plan import Plan
from graphstep.recording._saved import (
    SavedEqn,
    SavedGraph,
    SavedPrimitive,
    SavedRef,
    SavedTrace,
    SavedVar,
    saved_trace,
)
from graphstep.recording._serial_check import check_graph
from graphstep.recording._serial_json import (
    Malformed,
    dtype_from_json,
    field,
    flag,
    items,
    literal_from_json,
    params_from_json,
    shape_from_json,
    text,
    whole,
)
from graphstep.recording._serial_trees import tree_from_json
from graphstep.tracing import CallSpec, Frame, SourceLocation

_ROLES = frozenset({"input", "const", "eqn", "binder", "output"})
_STRUCTURED = frozenset({"call", "scan", "while", "cond", "shard_map"})
_KINDS = _STRUCTURED | {"root", "branch", "body", "scope"}
_LOOPS = frozenset({"scan", "while", "shard_map"})
_MODES = ("full", "summary")
_DERIVATIVES = ("none", "reverse", "tangent")


def _one_of(value: Any, allowed: Any) -> Any:
    if text(value) not in allowed:
        raise Malformed(f"`{value[:40]}` is none of {', '.join(sorted(allowed))}")
    return value


class _Reader:
    """Reads the tables of a document, and then what refers to them."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.avals = [_aval(row) for row in self.list("avals")]
        self.eqns = [self._eqn(row) for row in self.list("eqns")]
        self.files = [text(row) for row in self.list("files")]
        self.frames = [self._frame(row) for row in self.list("frames")]
        self.locations = [self._location(row) for row in self.list("locations")]

    def list(self, name: str, length: int | None = None) -> list[Any]:
        return items(field(self.document, name), length)

    def pick(self, table: list[Any], number: Any) -> Any:
        return table[whole(number, high=len(table))]

    def optional(self, table: list[Any], number: Any) -> Any:
        return None if number is None else self.pick(table, number)

    def _vars(self, numbers: Any) -> tuple[SavedVar, ...]:
        return tuple(SavedVar(self.pick(self.avals, i)) for i in items(numbers))

    def _eqn(self, row: Any) -> SavedEqn:
        name, ins, outs, params, effects = items(row, 5)
        return SavedEqn(
            SavedPrimitive(text(name)),
            types.MappingProxyType(params_from_json(params, self.avals)),
            self._vars(ins),
            self._vars(outs),
            tuple(text(effect) for effect in items(effects)),
        )

    def _frame(self, row: Any) -> Frame:
        file, line, column, end_line, end_column, function = items(row, 6)
        return Frame(
            self.pick(self.files, file),
            whole(line),
            whole(column),
            whole(end_line),
            whole(end_column),
            text(function),
        )

    def _location(self, row: Any) -> SourceLocation:
        own, frames = items(row, 2)
        at: Frame = self.pick(self.frames, own)
        return SourceLocation(
            at.file,
            at.line,
            at.column,
            at.end_line,
            at.end_column,
            at.function,
            frames=tuple(self.pick(self.frames, i) for i in items(frames)),
        )

    def operand(self, row: Any, columns: Columns, end: int) -> tuple[int, Operand]:
        """Return the key and the source of one operand of the node at `end`."""
        key, source, other = items(row, 3)
        whole(key)
        if type(source) is not int:
            return key, Literal(literal_from_json(source), self.pick(self.avals, other))
        # Every use goes forward in program order: there are no cycles.
        return key, _value([source, other], columns, end)


def _value(row: Any, columns: Columns, end: int) -> tuple[int, int]:
    """Return a value of a node before the position `end`."""
    position, out = items(row, 2)
    whole(position, high=min(end, len(columns.avals)))
    return position, whole(out, high=len(columns.avals[position]))


def _aval(row: Any) -> Any:
    if type(row) is dict and "ref" in row:
        return SavedRef(text(row["ref"]))
    shape, name = shape_from_json(field(row, "shape")), text(field(row, "dtype"))
    label = row.get("label")
    return aval_from_parts(
        shape,
        key_dtype(name[4:]) if name.startswith("key:") else dtype_from_json(name),
        weak_type=flag(row.get("weak", False)),
        label=None if label is None else text(label),
    )


def graph_from_json(document: Any, trace_document: Any) -> SavedGraph:
    """Return the graph that was saved.

    Raises:
        Malformed: If the documents are not those of a graph.
    """
    reader = _Reader(document)
    regions = _regions(reader)
    columns = _columns(reader, [region.id for region in regions.values()])
    live = Activity(
        frozenset(_values(reader.list("active"), columns)),
        frozenset(_values(reader.list("constant"), columns)),
        frozenset(whole(i, high=len(columns.ids)) for i in reader.list("cut")),
    )
    graph = SavedGraph(
        _trace(trace_document, columns),
        columns,
        Regions(regions),
        _names(field(document, "names"), columns),
        _locations(reader, columns),
        live,
    )
    check_graph(graph)
    return graph


def _values(rows: list[Any], columns: Columns) -> list[tuple[int, int]]:
    return [_value(row, columns, len(columns.ids)) for row in rows]


def _columns(reader: _Reader, region_ids: list[str]) -> Columns:
    columns = Columns()
    columns.ids = [text(node_id) for node_id in reader.list("ids")]
    n = len(columns.ids)
    columns.roles = [_one_of(role, _ROLES) for role in reader.list("roles", n)]
    columns.regions = [
        reader.pick(region_ids, i) for i in reader.list("regions_of_nodes", n)
    ]
    columns.eqns = [
        reader.optional(reader.eqns, i) for i in reader.list("eqns_of_nodes", n)
    ]
    columns.avals = [
        tuple(reader.pick(reader.avals, i) for i in items(row))
        for row in reader.list("avals_of_nodes", n)
    ]
    columns.operands = [
        tuple(reader.operand(operand, columns, end) for operand in items(row))
        for end, row in enumerate(reader.list("operands", n))
    ]
    letters: Any = [
        tuple(text(letter) for letter in items(row))
        for row in reader.list("letters", n)
    ]
    columns.variables = letters
    for row in reader.list("feedback"):
        *source, carry = items(row, 3)
        found = _value(source, columns, n)
        columns.feedback.append((*found, whole(carry, high=n)))
    columns.results = {
        region_id: tuple(reader.operand(x, columns, n)[1] for x in items(sources))
        for region_id, sources in _pairs(field(reader.document, "results"))
    }
    return columns


def _pairs(value: Any) -> list[tuple[str, Any]]:
    if type(value) is not dict:
        raise Malformed("a list stands where names are expected")
    return list(value.items())


def _regions(reader: _Reader) -> dict[str, Region]:
    rows = [items(row, 8) for row in reader.list("regions")]
    parents = [row[3] for row in rows]
    children: list[list[str]] = [[] for _ in rows]
    for i, parent in enumerate(parents):
        if i:
            children[whole(parent, high=i)].append(text(rows[i][0]))
    if not rows or parents[0] is not None:
        raise Malformed("there is no root region")
    found: list[Region] = []
    for row, inner in zip(rows, children, strict=True):
        outer = None if row[3] is None else found[row[3]]
        found.append(_region(reader, row, tuple(inner), outer))
    return {region.id: region for region in found}


def _region(
    reader: _Reader, row: list[Any], children: tuple[str, ...], outer: Region | None
) -> Region:
    region_id, kind, name, _, start, stop, number, is_opaque = row
    eqn: SavedEqn | None = reader.optional(reader.eqns, number)
    _one_of(kind, _KINDS)
    if (eqn is not None) != (kind in _STRUCTURED) or (kind == "root") != (
        outer is None
    ):
        raise Malformed(f"region `{text(region_id)[:40]}` is no {kind}")
    is_call = kind == "call"
    loops = () if outer is None else outer.loops
    return Region(
        id=text(region_id),
        kind=kind,
        name=text(name),
        primitive=kind if eqn is None else eqn.primitive.name,
        parent=None if outer is None else outer.id,
        children=children,
        start=whole(start),
        stop=whole(stop),
        eqn=eqn,  # pyright: ignore[reportArgumentType]
        length=eqn.params.get("length") if eqn is not None and kind == "scan" else None,
        branches=len(children) if kind == "cond" else None,
        is_opaque=flag(is_opaque) and is_call,
        is_transparent=kind == "scope" or (is_call and not is_opaque),
        depth=0 if outer is None else outer.depth + 1,
        loops=(*loops, region_id) if kind in _LOOPS else loops,
    )


def _names(value: Any, columns: Columns) -> dict[str, tuple[str | None, ...]]:
    known = set(columns.ids)
    names: dict[str, tuple[str | None, ...]] = {}
    for node_id, row in _pairs(value):
        if node_id not in known:
            raise Malformed(f"`{node_id[:40]}` has a name but is no node")
        names[node_id] = tuple(None if n is None else text(n) for n in items(row))
    return names


def _locations(reader: _Reader, columns: Columns) -> dict[str, SourceLocation]:
    rows = reader.list("locations_of_nodes", len(columns.ids))
    found = (reader.optional(reader.locations, row) for row in rows)
    return {i: place for i, place in zip(columns.ids, found, strict=True) if place}


def _trace(document: Any, columns: Columns) -> SavedTrace:
    def get(name: str, read: Callable[[Any], Any]) -> tuple[Any, ...]:
        return tuple(read(x) for x in items(field(document, name)))

    inputs = [
        a[0]
        for a, role in zip(columns.avals, columns.roles, strict=True)
        if role == "input"
    ]
    n_outputs = columns.roles.count("output")
    argnums = field(document, "argnums")
    spec = CallSpec(
        static_argnums=get("static_argnums", whole),
        static_argnames=get("static_argnames", text),
        argnums=argnums
        if argnums is None or type(argnums) is int
        else get("argnums", _int),
        has_aux=flag(field(document, "has_aux")),
    )
    arguments = tree_from_json(field(document, "arguments"), len(inputs))
    outputs = tree_from_json(field(document, "outputs"), n_outputs)
    in_order = jax.tree.leaves(outputs) == list(range(n_outputs))
    if not in_order or not _is_call(arguments, spec):
        raise Malformed("the arguments or the outputs are not those of the graph")
    in_names, out_names = get("in_names", text), get("out_names", text)
    differentiated = get("differentiated", flag)
    if (
        not len(in_names) == len(differentiated) == len(inputs)
        or len(out_names) != n_outputs
    ):
        raise Malformed("the names are not those of the inputs and outputs")
    return saved_trace(
        spec,
        inputs,
        name=text(field(document, "function")),
        arguments=arguments,
        out_tree=jax.tree.structure(outputs),
        in_names=in_names,
        out_names=out_names,
        differentiated=differentiated,
        n_seeded=whole(field(document, "n_seeded"), high=n_outputs + 1),
        x64=flag(field(document, "x64")),
    )


def _int(value: Any) -> int:
    return whole(value, low=-(2**31), high=2**31)


def _is_call(arguments: Any, spec: CallSpec) -> bool:
    """Return whether this is `(args, kwargs)`, with the differentiated ones there."""
    if type(arguments) is not tuple or len(arguments) != 2:
        return False
    args, kwargs = arguments
    if type(args) is not tuple or not isinstance(kwargs, dict):
        return False
    wanted = () if spec.argnums is None else np.atleast_1d(spec.argnums).tolist()
    return all(-len(args) <= i < len(args) for i in wanted)


def plan_from_json(document: Any, graph: SavedGraph) -> Plan:
    """Return what was recorded."""
    columns = graph.columns
    n = len(columns.ids)

    def key(row: Any, *, is_use: bool) -> tuple[int, int]:
        position, out = items(row, 2)
        whole(position, high=n)
        if is_use and type(out) is int and out < 0:
            source = dict(columns.operands[position]).get(-1 - out)
            if type(source) is not tuple:
                raise Malformed("a use was recorded that there is not")
            return position, out
        return _value(row, columns, n)

    def keys(name: str, *, is_use: bool) -> frozenset[tuple[int, int]]:
        rows = items(field(document, name))
        return frozenset(key(row, is_use=is_use) for row in rows)

    capacities: Mapping[int, int] = {
        whole(position, high=n): whole(kept, high=2**62)
        for position, kept in (
            items(x, 2) for x in items(field(document, "capacities"))
        )
    }
    return Plan(
        mode=_one_of(field(document, "mode"), _MODES),
        derivative=_one_of(field(document, "derivative"), _DERIVATIVES),
        records=keys("records", is_use=False),
        taps=keys("taps", is_use=True),
        blocked=frozenset(whole(i, high=n) for i in items(field(document, "blocked"))),
        capacities=capacities,
    )
