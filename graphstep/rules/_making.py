"""Makers of rules that many primitives share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphstep.rules._formula import renamed
from graphstep.rules._rule import (
    DIAGONAL,
    ZERO,
    Equation,
    Rule,
    RuleMaker,
    cotangent_of,
    tangent_of,
)

Given = Callable[[Equation], Mapping[str, Any]]


def _nothing(_: Equation) -> Mapping[str, Any]:
    return {}


def elementwise(
    value: str,
    *derivatives: str | None,
    reason: str,
    source: str,
    cost: int = 1,
    structure: str = DIAGONAL,
    given: Given = _nothing,
) -> RuleMaker:
    """Return the rule of an operation on each element by itself.

    Args:
        value: The result, as a formula: `y` of `x`, or `z` of `x` and `y`.
        derivatives: Derivative by each operand; `None` where it has none.
        reason: Why they are these, in one sentence.
        source: Where they are written down.
        cost: Operations for each element.
        structure: Structure of the Jacobian by each operand.
        given: Parameters that the formulas use, by symbol.
    """
    operands = ("x", "y", "w")[: len(derivatives)]
    result = "y" if operands == ("x",) else "z"

    def made(equation: Equation) -> Rule:
        shape = equation.out_avals[0].shape
        terms = [
            f"({derivative}) * {tangent_of(operand)}"
            for operand, derivative in zip(operands, derivatives, strict=True)
            if derivative
        ]
        sent = [
            _sent(derivative, result, aval.shape, shape)
            for derivative, aval in zip(derivatives, equation.in_avals, strict=True)
        ]
        return Rule(
            operands,
            (result,),
            (value,),
            (" + ".join(terms) or f"0 * {result}",),
            tuple(sent),
            tuple(structure if d else ZERO for d in derivatives),
            cost=f"{cost} * size({result})",
            reason=reason,
            source=source,
            given=given(equation),
        )

    return made


def _sent(derivative: str | None, result: str, shape: Any, whole: Any) -> str | None:
    """Return what an operand receives; summed if it was stretched to the result."""
    if derivative is None:
        return None
    sent = f"({derivative}) * {cotangent_of(result)}"
    if shape == whole:
        return sent
    axes = [i for i, n in enumerate(shape or ()) if n == 1 and whole[i] != 1]
    return f"sum({sent})" if not shape else f"sum_keeping({sent}, {tuple(axes)})"


def linear(
    value: str,
    transposed: str,
    structure: str,
    *,
    reason: str,
    source: str,
    cost: str = "0 * size(y)",
    given: Given = _nothing,
) -> RuleMaker:
    """Return the rule of a linear operation `y` of `x`, whose tangent is itself.

    Args:
        value: The result `y`, as a formula of `x`.
        transposed: What `x` receives, as a formula of `ȳ`.
        structure: Structure of the Jacobian.
        reason: Why the transpose is this, in one sentence.
        source: Where it is written down.
        cost: Formula of the operations it takes.
        given: Parameters that the formulas use, by symbol.
    """

    def made(equation: Equation) -> Rule:
        return Rule(
            ("x",),
            ("y",),
            (value,),
            (renamed(value, {"x": tangent_of("x")}),),
            (transposed,),
            (structure,),
            cost=cost,
            reason=reason,
            source=source,
            given=given(equation),
        )

    return made
