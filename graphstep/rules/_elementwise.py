"""Rules of operations on each element by itself."""

from __future__ import annotations

from graphstep.rules._making import elementwise
from graphstep.rules._rule import Equation, RuleMaker


def _exponent(equation: Equation) -> dict[str, int]:
    return {"n": equation.params["y"], "m": equation.params["y"] - 1}


ELEMENTWISE: dict[str, RuleMaker] = {
    "add": elementwise(
        "x + y",
        "1",
        "1",
        reason="The derivative of a sum is the sum of the derivatives.",
        source="Griewank & Walther 2008, table 2.3",
    ),
    "cos": elementwise(
        "cos(x)",
        "-sin(x)",
        reason="The slope of the cosine at x is minus the sine of x.",
        source="Griewank & Walther 2008, table 2.3",
    ),
    "exp": elementwise(
        "exp(x)",
        "y",
        reason="The exponential function is its own derivative.",
        source="Griewank & Walther 2008, table 2.3",
    ),
    "integer_pow": elementwise(
        "x ** n",
        "n * x ** m",
        reason="The derivative of a power takes the exponent down by one.",
        source="Griewank & Walther 2008, table 2.3",
        given=_exponent,
    ),
    "mul": elementwise(
        "x * y",
        "y",
        "x",
        reason="Each factor is multiplied by the other one: the product rule.",
        source="Griewank & Walther 2008, table 2.3",
    ),
    "sin": elementwise(
        "sin(x)",
        "cos(x)",
        reason="The slope of the sine at x is the cosine of x.",
        source="Griewank & Walther 2008, table 2.3",
    ),
}
