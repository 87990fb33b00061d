"""Which values depend differentiably on a differentiated argument, and why others do not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from graphstep._jaxcompat import (
    Literal,
    has_callback_name,
    has_zero_derivative,
    is_inexact,
    is_ref,
)

if TYPE_CHECKING:
    from graphstep.graph._columns import Columns
    from graphstep.graph._program import ProgramGraph

Value = tuple[int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Activity:
    """The result of the static pass over a graph.

    Attributes:
        active: Values `(position, output)` that a tangent of a differentiated
            argument can reach.
        constant: Values that depend on no argument and no captured constant, so that
            they can be computed again whenever they are looked at.
        cut: Positions of `stop_gradient` equations that an active value enters.
    """

    active: frozenset[Value]
    constant: frozenset[Value]
    cut: frozenset[int]


def activity(graph: ProgramGraph) -> Activity:
    """Return which values of `graph` are active and which are constant."""
    return graph.activity


def find_activity(graph: ProgramGraph) -> Activity:
    """Make the static pass over `graph`.

    Conservative where JAX knows more only at trace time. What loops carry is followed
    to a fixpoint; an opaque call is active when any of its operands is, because its
    own rule, not its body, is differentiated.
    """
    active: set[Value] = set()
    size = -1
    while size != len(active):
        size = len(active)
        _sweep(graph, active)
        for source, out, carry in graph.columns.feedback:
            if (source, out) in active and is_inexact(graph.columns.avals[carry][0]):
                active.add((carry, 0))
        if not graph.columns.feedback:
            break
    cut = frozenset(_cuts(graph, active))
    return Activity(frozenset(active), frozenset(_constants(graph)), cut)


def _sweep(graph: ProgramGraph, active: set[Value]) -> None:
    columns, regions = graph.columns, graph.regions
    inputs = iter(graph.trace.differentiated)
    opaque_active: set[str] = set()
    for position, role in enumerate(columns.roles):
        if role == "input":
            if next(inputs):
                active.add((position, 0))
            continue
        incoming = [
            key
            for key, source in columns.operands[position]
            if type(source) is not Literal and source in active
        ]
        region = regions[columns.regions[position]]
        avals = columns.avals[position]
        if role == "binder" and region.is_opaque and incoming:
            opaque_active.add(region.id)
        is_exit = role == "eqn" and region.id == columns.ids[position]
        if is_exit and region.is_opaque:
            outs = range(len(avals)) if region.id in opaque_active else range(0)
        elif is_exit:
            outs = _outputs_of_exit(columns, position, incoming)
            # As JAX takes it: a loop may hand on what it was handed.
            handed = columns.handed.get(position, ())
            outs += [out for carry, out in handed if (carry, 0) in active]
        elif not incoming:
            continue
        else:
            outs = _outputs_of_leaf(graph, position, active)
        for out in outs:
            if is_inexact(avals[out]) or is_ref(avals[out]):
                active.add((position, out))


def _outputs_of_exit(
    columns: Columns, position: int, incoming: Sequence[int]
) -> list[int]:
    found = [columns.output_of_result(position, key) for key in incoming]
    return [out for out in found if out is not None]


def _outputs_of_leaf(graph: ProgramGraph, position: int, active: set[Value]) -> range:
    columns = graph.columns
    eqn = columns.eqns[position]
    if eqn is None:
        return range(1)
    if has_zero_derivative(eqn):
        return range(0)
    # Writing an active value through a reference makes later reads of it active.
    for _, source in columns.operands[position]:
        if type(source) is not Literal and is_ref(columns.avals[source[0]][source[1]]):
            active.add(source)
    return range(len(columns.avals[position]))


def _cuts(graph: ProgramGraph, active: set[Value]) -> Iterator[int]:
    columns = graph.columns
    for position, eqn in enumerate(columns.eqns):
        if eqn is not None and eqn.primitive.name == "stop_gradient":
            operand = columns.operands[position][0][1]
            if type(operand) is not Literal and operand in active:
                yield position


def _constants(graph: ProgramGraph) -> Iterator[Value]:
    columns, regions = graph.columns, graph.regions
    constant: set[Value] = set()
    for position, eqn in enumerate(columns.eqns):
        if eqn is None or eqn.effects or has_callback_name(eqn):
            continue
        if regions[columns.regions[position]].id == columns.ids[position]:
            continue
        avals = columns.avals[position]
        if any(is_ref(aval) for aval in avals):
            continue
        if all(
            type(source) is Literal or source in constant
            for _, source in columns.operands[position]
        ):
            for out in range(len(avals)):
                constant.add((position, out))
                yield position, out
