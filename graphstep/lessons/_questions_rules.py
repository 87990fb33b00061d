"""Local rules in the words of a hint: with the equation's names, and with numbers."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np

from graphstep.export.chain import (
    cotangent_name,
    equation_text,
    label_of,
    operand_name,
)
from graphstep.graph import Node, ProgramGraph
from graphstep.lessons._grading import value_text
from graphstep.rules import Rule, cotangent_of, rule_of, typeset, unicode_of

# A negative number that stands in the brackets of a function needs none of its own.
_IN_BRACKETS = re.compile(r"([(,] ?)\((−[^()]*)\)(?=[,)])")


@dataclasses.dataclass(frozen=True, slots=True)
class Spoken:
    """A rule that is told to a learner.

    Attributes:
        formula: With the names that things have here.
        rule: The table's rule, if it has one.
        right: The formula that is worked out, in the rule's own symbols.
        left: What it gives, as it is written here.
    """

    formula: str
    rule: Rule | None = None
    right: str = ""
    left: str = ""

    @property
    def uses_result(self) -> bool:
        """Whether the result of the equation goes in."""
        return self.rule is not None and self.rule.results[0] in self.rule.uses(
            self.right
        )

    def with_numbers(
        self, numbers: dict[int, Any], cotangent: Any = None, result: Any = None
    ) -> str:
        """Return the formula with numbers in the place of names.

        Args:
            numbers: What each operand is, by its place.
            cotangent: What the result's cotangent is, if that is needed.
            result: What the result is, if that is needed.
        """
        if self.rule is None or not self.right:
            return "Put the numbers in, and work it out."
        operands, y = self.rule.operands, self.rule.results[0]
        known = {operands[k]: x for k, x in numbers.items() if k < len(operands)}
        known |= {y: result, cotangent_of(y): cotangent}
        used = {
            symbol: np.asarray(value)
            for symbol, value in known.items()
            if value is not None and symbol in self.rule.uses(self.right)
        }
        shown = {symbol: _bracketed(value) for symbol, value in used.items()}
        scalars = shown if not any(value.ndim for value in used.values()) else ()
        text = unicode_of(typeset(self.right, shown, scalars))
        return self.left + " " + _IN_BRACKETS.sub(r"\1\2", text)


def value_rule(graph: ProgramGraph, node: Node) -> Spoken:
    """Return how an equation computes its result."""
    rule = rule_of(node.eqn)
    formula = None if rule is None else rule.value[0]
    if rule is None or formula is None:
        return Spoken(f"It is  {equation_text(graph, node.id)}.")
    name = label_of(graph, node.id)
    right = unicode_of(typeset(formula, _names(graph, node, rule)))
    return Spoken(f"{name} = {right}", rule, formula, f"{name} =")


def contribution_rule(graph: ProgramGraph, node: Node, key: int) -> Spoken:
    """Return what an equation sends back to one of its operands."""
    rule = rule_of(node.eqn)
    formula = None if rule is None else rule.vjp[key]
    if rule is None or formula is None:
        return Spoken(
            "What is sent back is the cotangent of the result, times the derivative of "
            "the result with respect to that operand."
        )
    name = cotangent_name(operand_name(graph, node.operands[key]))
    right = unicode_of(typeset(formula, _names(graph, node, rule)))
    reason = rule.reason
    return Spoken(f"{name} += {right}.  {reason}", rule, formula, f"{name} +=")


def _names(graph: ProgramGraph, node: Node, rule: Rule) -> dict[str, str]:
    names = {
        symbol: operand_name(graph, operand)
        for symbol, operand in zip(rule.operands, node.operands, strict=False)
    }
    for symbol in rule.results[:1]:
        names[symbol] = label_of(graph, node.id)
    bars = {
        cotangent_of(symbol): cotangent_name(name) for symbol, name in names.items()
    }
    return {**names, **bars}


def _bracketed(value: Any) -> str:
    text = value_text(value)
    return f"({text})" if text.startswith("−") else text
