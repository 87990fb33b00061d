"""Makers of rules that many primitives share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphstep.rules._formula import renamed
from graphstep.rules._rule import (
    DENSE,
    DIAGONAL,
    IDENTITY,
    ZERO,
    Equation,
    Rule,
    RuleMaker,
    Structure,
    cotangent_of,
    is_differentiable,
    tangent_of,
)

Given = Callable[[Equation], Mapping[str, Any]]


def nothing(_: Equation) -> Mapping[str, Any]:
    """Return no parameters."""
    return {}


def real(maker: RuleMaker) -> RuleMaker:
    """Return a maker whose rule holds for real numbers only."""
    return lambda equation: None if equation.is_complex else maker(equation)


def elementwise(
    value: str,
    *derivatives: str | None,
    reason: str,
    source: str,
    cost: str = "",
    given: Given = nothing,
) -> RuleMaker:
    """Return the rule of an operation on each element by itself.

    Args:
        value: The result, as a formula: `y` of `x`, or `z` of `x` and `y`, or `z` of
            `x`, `y` and `w`.
        derivatives: Derivative by each operand; `None` where it has none.
        reason: Why they are these, in one sentence.
        source: Where they are written down.
        cost: Formula of the operations; by default one for each element.
        given: Parameters that the formulas use, by symbol.
    """
    operands = ("x", "y", "w")[: len(derivatives)]
    result = "y" if operands == ("x",) else "z"

    def made(equation: Equation) -> Rule | None:
        # A function that is called with one array twice may have one operand.
        if len(equation.in_avals) != len(derivatives):
            return None
        known = [
            derivative if is_differentiable(aval) else None
            for derivative, aval in zip(derivatives, equation.in_avals, strict=True)
        ]
        terms = [
            f"({derivative}) * {tangent_of(operand)}"
            for operand, derivative in zip(operands, known, strict=True)
            if derivative
        ]
        whole = equation.out_avals[0].shape
        shapes = [aval.shape for aval in equation.in_avals]
        return Rule(
            equation,
            operands,
            (result,),
            (value,),
            (" + ".join(terms) or None,),
            tuple(
                _sent(derivative, result, shape, whole)
                for derivative, shape in zip(known, shapes, strict=True)
            ),
            tuple(
                _structure(derivative, operand, shape, whole)
                for derivative, operand, shape in zip(
                    known, operands, shapes, strict=True
                )
            ),
            cost=cost or f"size({result})",
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
    return sent if shape == whole else f"sum({sent})"


def _structure(
    derivative: str | None, operand: str, shape: Any, whole: Any
) -> Structure:
    if derivative is None:
        return ZERO
    if shape != whole:
        # One number for all elements: the Jacobian is a single column.
        return DENSE
    if derivative == "1":
        return IDENTITY
    return Structure(DIAGONAL.kind, f"diag({derivative}, {operand})")


def constant(
    value: str, *, reason: str, n_operands: int = 1, cost: str = ""
) -> RuleMaker:
    """Return the rule of a function that is constant between its jumps."""
    return elementwise(
        value,
        *[None] * n_operands,
        reason=reason,
        source="JAX: the derivative is zero wherever there is one",
        cost=cost,
    )


def linear(
    value: str,
    transposed: str,
    structure: Structure,
    *,
    reason: str,
    source: str = "JAX: the transpose of the operation, which is linear",
    cost: str = "0",
    given: Given = nothing,
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
        is_active = is_differentiable(equation.in_avals[0]) and is_differentiable(
            equation.out_avals[0]
        )
        return Rule(
            equation,
            ("x", *(f"i{k}" for k in range(1, len(equation.in_avals)))),
            ("y",),
            (value,),
            (renamed(value, {"x": tangent_of("x")}) if is_active else None,),
            (
                transposed if is_active else None,
                *[None] * (len(equation.in_avals) - 1),
            ),
            (
                structure if is_active else ZERO,
                *[ZERO] * (len(equation.in_avals) - 1),
            ),
            cost=cost,
            reason=reason,
            source=source,
            given=given(equation),
        )

    return made
