"""The local rule of an equation in its own names, as text and as MathML."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

from graphstep.export.chain._labels import label_of
from graphstep.export.chain._names import cotangent_name, operand_name, tangent_name
from graphstep.graph import Node, Operand, ProgramGraph

if TYPE_CHECKING:
    from graphstep.rules import Notation, Rule

_BY_EFFECT = "JAX's own rule, shown by its effect."
# Somebody wrote it in Python: JAX calls it, and takes what it gives for the cotangents.
_CUSTOM = "A rule written for this function, shown by its effect."


@dataclasses.dataclass(frozen=True, slots=True)
class Formula:
    """One line of mathematics.

    Attributes:
        text: In Unicode, for a terminal.
        mathml: The same as a MathML fragment.
    """

    text: str
    mathml: str


@dataclasses.dataclass(frozen=True, slots=True)
class RuleLines:
    """The local rule of one equation.

    Attributes:
        value: What the equation computes, per result.
        jvp: The results' tangents.
        vjp: What the operands receive.
        where: Auxiliary symbols of these.
        reason: Why the derivative is this; where there is no rule, that there is none.
        source: Where the formula is written down.
        needs: Primals that the VJP needs.
    """

    value: tuple[Formula, ...] = ()
    jvp: tuple[Formula, ...] = ()
    vjp: tuple[Formula, ...] = ()
    where: tuple[Formula, ...] = ()
    reason: str = ""
    source: str = ""
    needs: tuple[str, ...] = ()


def local_rule(node: Node) -> Rule | None:
    """Return the rule of a node's equation, or `None` if there is none."""
    # With its table comes SciPy, which takes longer to load than a picture to draw.
    from graphstep.rules import rule_of

    return None if node.eqn is None or node.role != "eqn" else rule_of(node.eqn)


def rule_lines(graph: ProgramGraph, node_id: str) -> RuleLines | None:
    """Return the local rule of a node; `None` if it is no equation.

    Args:
        graph: The graph.
        node_id: The node.
    """
    from graphstep.rules import mathml_of, unicode_of, written

    node = graph.node(node_id)
    region = graph.regions[node.region]
    is_loop = region.id == node_id and not region.is_opaque
    if node.role != "eqn" or node.eqn is None or is_loop or not node.avals:
        return None
    rule = local_rule(node)
    # The edges of a custom rule's region come from its body, not from its operands.
    if rule is None or len(node.operands) != len(node.eqn.invars):
        is_custom = region.id == node_id and region.primitive.startswith("custom_")
        return RuleLines(reason=_CUSTOM if is_custom else _BY_EFFECT)
    operands = [operand_name(graph, operand) for operand in node.operands]
    results = [label_of(graph, node_id, out) for out in range(len(node.avals))]
    found = written(rule, operands, results, tangent_name, cotangent_name)
    needs = zip(
        (*rule.operands, *rule.results),
        (*operands, *results),
        (*(o.source is not None for o in node.operands), *(True for _ in results)),
        strict=True,
    )

    def lines(notations: Iterable[Notation | None]) -> tuple[Formula, ...]:
        return tuple(Formula(unicode_of(n), mathml_of(n)) for n in notations if n)

    active = graph.activity.active
    return RuleLines(
        lines(found.value),
        lines(found.jvp),
        lines(
            line
            for line, operand in zip(found.vjp, node.operands, strict=True)
            if _value(graph, operand) in active
        ),
        lines(found.where),
        rule.reason,
        rule.source,
        tuple(
            name
            for symbol, name, is_value in needs
            if is_value and symbol in rule.residuals
        ),
    )


def _value(graph: ProgramGraph, operand: Operand) -> tuple[int, int] | None:
    source = operand.source
    return None if source is None else (graph.position(source[0]), source[1])
