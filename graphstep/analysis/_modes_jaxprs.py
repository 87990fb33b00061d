"""The programs that JAX derives from a function, line by line, linked by their nodes."""

from __future__ import annotations

import dataclasses

import jax

from graphstep._jaxcompat import (
    ClosedJaxpr,
    all_jaxprs,
    printout,
    tag_of,
    tagged,
)
from graphstep.analysis._modes import reason
from graphstep.analysis._modes_function import Differentiable, Leaves, differentiable
from graphstep.analysis._residuals import passes_of
from graphstep.graph import ProgramGraph


@dataclasses.dataclass(frozen=True, slots=True)
class JaxprLine:
    """One line of a program as JAX prints it.

    Attributes:
        text: The line.
        node: The node of the function that it comes from; `""` for none.
    """

    text: str
    node: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class DerivedProgram:
    """A program that JAX makes of the function.

    Attributes:
        title: What it is.
        said: What it takes and gives.
        lines: Its text; a reason if JAX cannot make it.
        equations: How many equations it has, those inside of others included.
    """

    title: str
    said: str
    lines: tuple[JaxprLine, ...]
    equations: int = 0


def derived_programs(graph: ProgramGraph) -> tuple[DerivedProgram, ...]:
    """Return the function's own program, the linearised and the transposed one.

    Raises:
        ModesError: If the function has no derivative at all.
    """
    with graph.trace.x64_context():
        function = differentiable(graph.trace)
        primal = _program(
            "primal",
            "the function: inputs to outputs",
            tagged(graph.trace.closed_jaxpr),
        )
        return primal, _linearised(function), _transposed(function)


def is_linked(node: str, other: str) -> bool:
    """Return whether lines of two programs come from one equation.

    A rule that JAX applies to a call as a whole comes from all that is inside of it.
    """
    if not node or not other:
        return False
    return (
        node == other
        or node.startswith((f"{other}/", f"{other}:"))
        or other.startswith((f"{node}/", f"{node}:"))
    )


def _linearised(function: Differentiable) -> DerivedProgram:
    title, said = "linearised", "inputs and tangents to outputs and tangents"

    def fn(primals: Leaves, tangents: Leaves, others: Leaves) -> tuple[Leaves, Leaves]:
        outputs, linear = jax.linearize(lambda own: function.fn(own, others), primals)
        return outputs, linear(tangents)

    shapes = list(function.primals)
    try:
        closed = jax.make_jaxpr(fn)(shapes, shapes, list(function.others))
    except Exception as error:  # noqa: BLE001 -- whatever JAX's rules refuse is said.
        return DerivedProgram(title, said, (JaxprLine(reason(error)),))
    return _program(title, said, closed)


def _transposed(function: Differentiable) -> DerivedProgram:
    title, said = "transposed", "residuals and cotangents of outputs to those of inputs"
    try:
        closed = passes_of(function).backward
    except Exception as error:  # noqa: BLE001 -- whatever JAX's rules refuse is said.
        return DerivedProgram(title, said, (JaxprLine(reason(error)),))
    return _program(title, said, closed)


def _program(title: str, said: str, closed: ClosedJaxpr) -> DerivedProgram:
    eqns = [eqn for inner in all_jaxprs(closed.jaxpr) for eqn in inner.eqns]
    printed = printout(closed)
    if printed is None:
        return DerivedProgram(title, said, (JaxprLine("nested too deeply"),), len(eqns))
    nodes: dict[int, str] = {}
    for eqn in eqns:
        place = printed.place(eqn)
        if place is not None:
            nodes.setdefault(place.line, tag_of(eqn) or "")
    lines: list[JaxprLine] = []
    node = ""
    for number, text in enumerate(printed.lines):
        # The parameters of an equation stand on the lines after it.
        node = nodes.get(number, "" if text.lstrip().startswith("in ") else node)
        lines.append(JaxprLine(text, node))
    return DerivedProgram(title, said, tuple(lines), len(eqns))
