"""Whether a graph that was read from a file hangs together.

What is checked here is what the derivation of values rests on, so that no look-up in
a file that was made up can fail in a way that says nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphstep._jaxcompat import (
    Literal,
    is_inexact,
    is_ref,
    scan_split,
    shard_count,
)
from graphstep.graph import Columns, ProgramGraph, Region
from graphstep.recording._saved import SavedJaxpr, SavedMesh
from graphstep.recording._serial_json import Malformed
from graphstep.recording._views import is_view

_MEASURES = ("num_consts", "num_carry", "length")


def _require(condition: object, node_id: str) -> None:
    if not condition:
        raise Malformed(f"`{node_id[:60]}` does not fit into the graph")


def check_graph(graph: ProgramGraph) -> None:
    """Raise `Malformed` unless the parts of `graph` fit together."""
    columns = graph.columns
    _require(len(set(columns.ids)) == len(columns.ids), "a node")
    _check_nesting(graph)
    _require(tuple(columns.regions) == graph.regions.by_node, "a region")
    for region in graph.regions.values():
        _check_region(graph, region)
    for position in range(len(columns.ids)):
        _check_node(graph, position)
        _check_uses(graph, position)
    _check_feedback(graph)
    _check_constants(graph)
    _check_active(graph)


def _check_feedback(graph: ProgramGraph) -> None:
    columns = graph.columns
    carries = [carry for _, _, carry in columns.feedback]
    _require(len(set(carries)) == len(carries), "a carry")
    for position, out, carry in columns.feedback:
        loop, _, label = columns.ids[carry].rpartition("/")
        region = graph.regions.get(loop)
        is_carry = columns.roles[carry] == "binder" and label.startswith("carry")
        _require(is_carry and region is not None and region.is_loop, columns.ids[carry])
        same_type = _types([columns.avals[position][out]]) == _types(
            columns.avals[carry]
        )
        same_loops = _loops(graph, position) == _loops(graph, carry)
        _require(same_type and same_loops, columns.ids[position])


def _check_constants(graph: ProgramGraph) -> None:
    columns, constant = graph.columns, graph.activity.constant
    for position, _ in constant:
        is_leaf = columns.roles[position] == "eqn" and not _is_exit(graph, position)
        _require(is_leaf, columns.ids[position])
        for _, source in columns.operands[position]:
            is_constant = isinstance(source, Literal) or source in constant
            _require(is_constant, columns.ids[position])


def _check_active(graph: ProgramGraph) -> None:
    """Check that what is active gets it from somewhere."""
    columns, active = graph.columns, graph.activity.active
    differentiated = dict(zip(graph.inputs, graph.trace.differentiated, strict=True))
    fed = {carry for *source, carry in columns.feedback if tuple(source) in active}
    opaque = {
        columns.regions[position]
        for position, _ in active
        if columns.roles[position] == "binder"
    }
    for position, out in active:
        node_id = columns.ids[position]
        is_fed = (
            any(
                not isinstance(source, Literal) and source in active
                for _, source in columns.operands[position]
            )
            or position in fed
            or (node_id in opaque and graph.regions[node_id].is_opaque)
            or differentiated.get(node_id, False)
        )
        aval = columns.avals[position][out]
        _require(is_ref(aval) or (is_inexact(aval) and is_fed), node_id)


def _loops(graph: ProgramGraph, position: int) -> tuple[str, ...]:
    return graph.loops(graph.columns.ids[position])


def _check_uses(graph: ProgramGraph, position: int) -> None:
    """Check that a node uses what it can see, and values of the type it takes."""
    columns = graph.columns
    node_id, role = columns.ids[position], columns.roles[position]
    region = graph.regions[columns.regions[position]]
    is_exit = _is_exit(graph, position)
    own = _loops(graph, position)
    visible = own
    if role == "binder" and region.is_loop:
        visible = own[:-1]
    elif is_exit and region.is_loop:
        visible = (*own, region.id)
    for key, source in columns.operands[position]:
        given = _operand_aval(columns, source)
        if not isinstance(source, Literal):
            _require(_loops(graph, source[0]) == visible, node_id)
        if role == "eqn" and not is_exit:
            continue
        out = columns.output_of_result(position, key) if is_exit else 0
        if out is not None and region.kind != "shard_map":
            taken = columns.avals[position][out]
            stacked = _stacked(region, node_id, out, is_exit=is_exit)
            pair = (given, taken) if is_exit else (taken, given)
            _require(_is_element(*pair, stacked=stacked), node_id)


def _stacked(region: Region, node_id: str, out: int, *, is_exit: bool) -> bool:
    """Return whether a scan's x or y is one of a stack, inside or outside."""
    if region.kind != "scan":
        return False
    eqn: Any = region.eqn
    is_x = node_id.rpartition("/")[2].startswith("x")
    return out >= scan_split(eqn)[1] if is_exit else is_x


def _is_element(inner: Any, outer: Any, *, stacked: bool) -> bool:
    if is_ref(inner) or is_ref(outer):
        return is_ref(inner) and is_ref(outer)
    shape = outer.shape[1:] if stacked else outer.shape
    return inner.shape == shape and inner.dtype == outer.dtype


def _check_nesting(graph: ProgramGraph) -> None:
    n, ends = len(graph.order), {}
    for region in graph.regions.values():
        _require(0 <= region.start <= region.stop <= n, region.id)
        if region.parent is None:
            _require(region.id == "" and region.size == n, region.id)
            continue
        parent = graph.regions[region.parent]
        # A region begins where the one before it ended, or later.
        begin = ends.get(parent.id, parent.start)
        _require(begin <= region.start and region.stop <= parent.stop, region.id)
        ends[parent.id] = region.stop


def _is_exit(graph: ProgramGraph, position: int) -> bool:
    return graph.columns.ids[position] in graph.regions


def _check_node(graph: ProgramGraph, position: int) -> None:
    columns = graph.columns
    node_id, role = columns.ids[position], columns.roles[position]
    eqn: Any = columns.eqns[position]
    avals, operands = columns.avals[position], columns.operands[position]
    keys = [key for key, _ in operands]
    _require((eqn is not None) == (role == "eqn"), node_id)
    _require(len(columns.variables[position]) <= len(avals), node_id)
    if role != "eqn":
        n_operands = {"input": 0, "const": 0}.get(role, 1)
        _require(len(avals) == 1 and len(keys) == n_operands, node_id)
        return
    _require(_types(v.aval for v in eqn.outvars) == _types(avals), node_id)
    if _is_exit(graph, position):
        return
    _require(keys == list(range(len(eqn.invars))), node_id)
    given = [_operand_aval(columns, source) for _, source in operands]
    _require(_types(v.aval for v in eqn.invars) == _types(given), node_id)
    if is_view(eqn):
        _require(_is_possible_view(eqn), node_id)


def _operand_aval(columns: Columns, source: Any) -> Any:
    if isinstance(source, Literal):
        aval: Any = source.aval
        _require(np.shape(source.val) == aval.shape, "a literal")
        return aval
    return columns.avals[source[0]][source[1]]


def _types(avals: Any) -> list[Any]:
    return [None if is_ref(a) else (a.shape, a.dtype) for a in avals]


def _ints(eqn: Any, name: str) -> tuple[int, ...]:
    value = eqn.params[name]
    whole = all(type(i) is int and i >= 0 for i in value)
    _require(type(value) is tuple and whole, eqn.primitive.name)
    return value


def _is_possible_view(eqn: Any) -> bool:
    """Return whether the parameters of a view lead from its operand to its result."""
    name = eqn.primitive.name
    if name == "split":
        return _is_possible_split(eqn)
    if len(eqn.outvars) != 1:
        return False
    before, after = eqn.invars[0].aval.shape, eqn.outvars[0].aval.shape
    if name == "transpose":
        order = _ints(eqn, "permutation")
        possible = sorted(order) == list(range(len(before)))
        return possible and after == tuple(before[i] for i in order)
    if name == "rev":
        axes = _ints(eqn, "dimensions")
        distinct = len(set(axes)) == len(axes)
        return before == after and distinct and all(i < len(before) for i in axes)
    if name == "broadcast_in_dim":
        axes = _ints(eqn, "broadcast_dimensions")
        rising = list(axes) == sorted(set(axes)) and len(axes) == len(before)
        return rising and all(
            axis < len(after) and size in (1, after[axis])
            for axis, size in zip(axes, before, strict=False)
        )
    if name == "slice":
        starts, limits = _ints(eqn, "start_indices"), _ints(eqn, "limit_indices")
        given = eqn.params["strides"] is not None
        strides = _ints(eqn, "strides") if given else (1,) * len(before)
        ranks = {len(starts), len(limits), len(strides), len(before)}
        return (
            len(ranks) == 1
            and 0 not in strides
            and after
            == tuple(
                len(range(size)[slice(*part)])
                for size, *part in zip(before, starts, limits, strides, strict=True)
            )
        )
    if name in ("stop_gradient", "copy", "copy_p", "pvary"):
        return before == after
    return math.prod(before) == math.prod(after)


def _is_possible_split(eqn: Any) -> bool:
    """Return whether the parts that a split names make up its operand."""
    before, sizes = eqn.invars[0].aval.shape, _ints(eqn, "sizes")
    axis = eqn.params["axis"]
    if type(axis) is not int or not 0 <= axis < len(before):
        return False
    parts = [(*before[:axis], size, *before[axis + 1 :]) for size in sizes]
    after = [v.aval.shape for v in eqn.outvars]
    return sum(sizes) == before[axis] and parts == after


def _check_region(graph: ProgramGraph, region: Region) -> None:
    eqn: Any = region.eqn
    if region.kind in ("branch", "body"):
        parent = graph.regions[region.parent or ""]
        _require(
            parent.kind == {"branch": "cond", "body": "while"}[region.kind], region.id
        )
    if eqn is None:
        _require(region.id not in graph.positions, region.id)
        return
    if region.is_transparent:
        results = graph.columns.results.get(region.id, ())
        _require(region.id not in graph.positions, region.id)
        _require(len(results) == len(eqn.outvars), region.id)
        return
    position = graph.positions.get(region.id, -1)
    _require(position == region.stop - 1 and position >= region.start, region.id)
    _require(graph.columns.eqns[position] is eqn, region.id)
    keys = [key for key, _ in graph.columns.operands[position]]
    n_out = len(eqn.outvars)
    check, n_keys = {
        "call": (_check_opaque, n_out),
        "scan": (_check_scan, n_out),
        "while": (_check_while, n_out + 1),
        "cond": (_check_cond, n_out * (region.branches or 0)),
        "shard_map": (_check_shard_map, n_out),
    }[region.kind]
    _require(keys == list(range(n_keys)), region.id)
    _require(region.kind in (eqn.primitive.name, "call"), region.id)
    check(graph, region, eqn)


def _check_opaque(graph: ProgramGraph, region: Region, eqn: Any) -> None:
    _check_binders(graph, region, [f"/in{i}" for i in range(len(eqn.invars))])


def _check_shard_map(graph: ProgramGraph, region: Region, eqn: Any) -> None:
    _check_binders(graph, region, [f"/in{i}" for i in range(len(eqn.invars))])
    _require(isinstance(eqn.params["mesh"], SavedMesh), region.id)
    _require(shard_count(eqn) > 0, region.id)


def _check_binders(graph: ProgramGraph, region: Region, suffixes: list[str]) -> None:
    for key, suffix in enumerate(suffixes):
        position = graph.positions.get(region.id + suffix, -1)
        _require(position >= 0, region.id)
        _require(graph.columns.regions[position] == region.id, region.id)
        _require(graph.columns.operands[position][0][0] == key, region.id)


def _check_scan(graph: ProgramGraph, region: Region, eqn: Any) -> None:
    counts = [eqn.params[name] for name in _MEASURES]
    _require(all(type(n) is int and n >= 0 for n in counts), region.id)
    _require(type(eqn.params["reverse"]) is bool, region.id)
    n_const, n_carry, n_xs = scan_split(eqn)
    _require(n_xs >= 0 and n_carry <= len(eqn.outvars), region.id)
    names = [("const", n_const), ("carry", n_carry), ("x", n_xs)]
    _check_binders(
        graph, region, [f"/{name}{i}" for name, n in names for i in range(n)]
    )
    lengths = [v.aval.shape[:1] for v in eqn.invars[n_const + n_carry :]]
    lengths += [v.aval.shape[:1] for v in eqn.outvars[n_carry:]]
    _require(all(length == (region.length,) for length in lengths), region.id)


def _check_while(graph: ProgramGraph, region: Region, eqn: Any) -> None:
    wanted = (f"{region.id}:cond", f"{region.id}:body")
    _require(region.children == wanted, region.id)
    condition = eqn.params["cond_jaxpr"]
    _require(isinstance(condition, SavedJaxpr) and condition.outvars, region.id)
    for i in range(len(eqn.outvars)):
        _require(f"{region.id}/carry{i}" in graph.positions, region.id)


def _check_cond(graph: ProgramGraph, region: Region, eqn: Any) -> None:
    n_operands = len(eqn.invars) - 1
    wanted = [f"{region.id}:{i}" for i in range(len(region.children))]
    _require(list(region.children) == wanted and wanted, region.id)
    _require(f"{region.id}/index" in graph.positions and n_operands >= 0, region.id)
