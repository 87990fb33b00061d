"""A tangent as the sum that makes it: one term for each operand that has a tangent."""

from __future__ import annotations

import dataclasses

from graphstep.analysis import NotLinearizedError, linearized
from graphstep.export.chain._amounts import (
    CotangentSum,
    Norm,
    SumTerm,
    amount_of,
    cancelling,
    element_of,
    is_array,
    stats_instead,
    with_element,
)
from graphstep.export.chain._index import Index
from graphstep.export.chain._labels import label_of, type_of
from graphstep.export.chain._names import tangent_name
from graphstep.graph import Node, ProgramGraph
from graphstep.recording import Absence, Recording

# Operands that the formula names; all of them are in the sum.
_NAMED = 4


def tangent_sum(
    recording: Recording,
    node: Node,
    out: int,
    iteration: tuple[int, ...],
    index: Index,
    norm: Norm,
) -> CotangentSum:
    """Return the tangent of a value, and what each operand contributes to it.

    A term is the JVP of that one equation at its recorded operands, with the tangents
    of all other operands zero; the derivative is linear, so they add up to the tangent
    that was recorded, up to rounding.
    """
    graph = recording.graph
    label = label_of(graph, node.id, out)
    name, type_ = tangent_name(label), type_of(graph, node.id, out)
    base = CotangentSum(name, type_, (out, len(node.avals)), index)
    tangent = recording.tangent(node.id, out, iteration)
    if not is_array(tangent):
        stats = stats_instead(recording, tangent, node.id, out, "tangent", iteration)
        reason = amount_of(name, type_, tangent).reason
        size = None if stats is None else stats.l2
        return dataclasses.replace(base, norm=size, reason=reason)
    terms = _terms(recording, node, out, iteration, index, norm)
    size, mark = norm(tangent)
    return dataclasses.replace(
        base,
        terms=terms,
        total=element_of(tangent, index),
        norm=size,
        mark=mark,
        is_complete=True,
        cancelling=cancelling([term.amount.element for term in terms]),
    )


def _terms(
    recording: Recording,
    node: Node,
    out: int,
    iteration: tuple[int, ...],
    index: Index,
    norm: Norm,
) -> tuple[SumTerm, ...]:
    """Return one term for each operand that has a tangent, in operand order."""
    try:
        function = linearized(recording, node.id, iteration)
    except NotLinearizedError:
        # What only passes a value on, such as the border of a loop, is no sum.
        return ()
    graph, found, total = recording.graph, list[SumTerm](), None
    for key, source in function.sources.items():
        tangent = recording.tangent(*source, iteration)
        if isinstance(tangent, Absence) or not is_array(tangent):
            continue
        try:
            share = function.push({key: tangent}).get(out)
        except NotLinearizedError:
            return ()
        if share is None:
            continue
        total = share if total is None else total + share
        words = f"∂{label_of(graph, node.id, out)}/∂{label_of(graph, *source)}"
        words += f" · {tangent_name(label_of(graph, *source))}"
        type_ = type_of(graph, *source)
        amount = with_element(amount_of(words, type_, share, norm), share, index)
        found.append(SumTerm(amount, element_of(total, index), share))
    return tuple(found)


def tangent_formula(graph: ProgramGraph, found: CotangentSum, node: Node) -> str:
    """Return `ẏ = ∂y/∂x · ẋ + ∂y/∂w · ẇ`, or what a tangent is that is no sum."""
    if node.role == "input":
        return f"{found.name} is the direction that was chosen"
    if node.role == "const":
        return f"{found.name} = 0: no argument changes a constant"
    shown = [term.amount.name for term in found.terms[:_NAMED]]
    more = " + …" if len(found.terms) > _NAMED else ""
    if shown:
        return f"{found.name} = {' + '.join(shown)}{more}"
    sources = [o.source for o in node.operands if o.source is not None]
    if len(sources) == 1 and (node.role in ("binder", "output")):
        return f"{found.name} = {tangent_name(label_of(graph, *sources[0]))}"
    return ""
