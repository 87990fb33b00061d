"""Rules of linear operations of one operand: views, sums, conversions."""

from __future__ import annotations

from typing import Any

from graphstep.rules._making import linear
from graphstep.rules._rule import SUM, Equation, RuleMaker


def _axes(equation: Equation) -> dict[str, Any]:
    return {"axes": equation.params["axes"], "shape": equation.in_avals[0].shape}


LINEAR: dict[str, RuleMaker] = {
    "reduce_sum": linear(
        "sum(x, axes)",
        "spread(ȳ, axes, shape)",
        SUM,
        reason="Every summand counts once, so each receives the sum's cotangent whole.",
        source="JAX: the transpose of a sum is a broadcast",
        cost="size(x)",
        given=_axes,
    ),
}
