"""The local rules that a page carries, each once, and which node has which."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphstep.export.chain import Formula, RuleLines, rule_lines
from graphstep.graph import ProgramGraph


def rules_payload(graph: ProgramGraph) -> dict[str, Any]:
    """Return all rules, in the names of their equations, and each node's number.

    A formula is given as text and as MathML; a node without a rule has −1.
    """
    rules: list[dict[str, Any]] = []
    number: list[int] = []
    for node in graph.order:
        found = rule_lines(graph, node)
        number.append(-1 if found is None else len(rules))
        if found is not None:
            rules.append(_rule(found))
    return {"rules": rules, "rule": number}


def _rule(lines: RuleLines) -> dict[str, Any]:
    found = {
        "vjp": _formulas(lines.vjp),
        "where": _formulas(lines.where),
        "reason": lines.reason,
    }
    return {key: value for key, value in found.items() if value}


def _formulas(formulas: Iterable[Formula]) -> list[list[str]]:
    return [[formula.text, formula.mathml] for formula in formulas]
