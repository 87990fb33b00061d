"""Rules of arithmetic, comparisons and rounding, on each element by itself."""

from __future__ import annotations

from typing import Any

from graphstep.rules._making import constant, elementwise, linear, real
from graphstep.rules._rule import (
    DIAGONAL,
    IDENTITY,
    UNDEFINED,
    ZERO,
    Equation,
    Rule,
    RuleMaker,
    Structure,
    is_differentiable,
)

_BOOK = "Griewank & Walther 2008, Evaluating Derivatives: elemental functions"


def _exponent(equation: Equation) -> dict[str, Any]:
    return {"n": equation.params["y"]}


def _power_cost(equation: Equation) -> str:
    """Return the cost of repeated squaring, with a division if it is negative."""
    n = abs(equation.params["y"])
    products = max(0, n.bit_length() + n.bit_count() - 2) + (equation.params["y"] < 0)
    return f"{products} * size(y)"


def _integer_power(equation: Equation) -> Rule | None:
    return elementwise(
        "x ** n",
        "n * x ** (n - 1)",
        reason="The derivative of a power takes the exponent down by one.",
        source=_BOOK,
        cost=_power_cost(equation),
        given=_exponent,
    )(equation)


def _absolute(equation: Equation) -> Rule | None:
    if not equation.is_complex:
        return elementwise(
            "abs(x)",
            "(x >= 0) - (x < 0)",
            reason="The slope is 1 right of zero and −1 left of it; at 0 JAX takes 1.",
            source=_BOOK,
        )(equation)
    return Rule(
        equation,
        ("x",),
        ("y",),
        ("abs(x)",),
        ("real(conj(x) * ẋ) / y",),
        ("ȳ * conj(x) / y",),
        (DIAGONAL,),
        cost="size(y)",
        reason="|x|² = x*·x; only the part of a change along x changes the length. "
        "JAX's VJP transposes and does not conjugate.",
        source="JAX's rule; Kreutz-Delgado 2009, The complex gradient operator",
    )


def _converted(equation: Equation) -> Rule:
    (given,), (made,) = equation.in_avals, equation.out_avals
    is_active = is_differentiable(given) and is_differentiable(made)
    reason = "Another type for the same numbers: the cotangent passes as it is."
    if not is_active:
        reason = "Whole numbers and truth values do not vary smoothly: nothing passes."
    return Rule(
        equation,
        ("x",),
        ("y",),
        ("converted(x, dtype)",),
        ("converted(ẋ, dtype)" if is_active else None,),
        ("converted(ȳ, own)" if is_active else None,),
        (IDENTITY if is_active else ZERO,),
        cost="0",
        reason=reason,
        source="JAX: the same conversion, of the tangent",
        given={"dtype": made.dtype.name, "own": given.dtype.name},
    )


def _next(equation: Equation) -> Rule:
    return Rule(
        equation,
        ("x", "y"),
        ("z",),
        ("nextafter(x, y)",),
        (None,),
        (None, None),
        (UNDEFINED, UNDEFINED),
        cost="size(z)",
        reason="JAX defines no derivative: it is about the spacing of floats.",
        source="JAX: there is no rule",
    )


def _selected(equation: Equation) -> Rule:
    n = len(equation.in_avals) - 1
    cases = [f"x{i}" for i in range(n)]
    is_active = is_differentiable(equation.out_avals[0])
    # One truth value or index may choose for all elements at once.
    return Rule(
        equation,
        ("p", *cases),
        ("y",),
        (f"choice(p, {', '.join(cases)})",),
        (" + ".join(f"(p == {i}) * ẋ{i}" for i in range(n)) if is_active else None,),
        (None, *(f"(p == {i}) * ȳ" if is_active else None for i in range(n))),
        (
            ZERO,
            *(
                Structure(DIAGONAL.kind, f"diag(p == {i}, x{i})") if is_active else ZERO
                for i in range(n)
            ),
        ),
        cost="size(y)",
        reason="Each element was taken from one case, which alone receives what comes "
        "back; the others receive 0.",
        source="JAX: select_n of the tangents, and its transpose",
    )


def _rounded(equation: Equation) -> Rule | None:
    to_even = int(equation.params["rounding_method"]) == 1
    return constant(
        "round(x)" if to_even else "round_away(x)",
        reason="Between its steps the rounded value stays as it is: the slope is 0.",
    )(equation)


def _bits(equation: Equation) -> dict[str, Any]:
    return {
        "e": equation.params["exponent_bits"],
        "m": equation.params["mantissa_bits"],
    }


def _compared(sign: str) -> RuleMaker:
    return constant(
        f"x {sign} y",
        n_operands=2,
        reason="True or false does not vary smoothly: no derivative passes.",
    )


def _joined(value: str, n_operands: int = 2) -> RuleMaker:
    return constant(
        value,
        n_operands=n_operands,
        reason="Truth values do not vary smoothly: no derivative passes.",
    )


_ADD = elementwise(
    "x + y",
    "1",
    "1",
    reason="The derivative of a sum is the sum of the derivatives.",
    source=_BOOK,
)
_COPY = elementwise(
    "x",
    "1",
    reason="The same values: the cotangent passes as it is.",
    source="JAX",
    cost="0",
)

ARITHMETIC: dict[str, RuleMaker] = {
    "abs": _absolute,
    "add": _ADD,
    "add_any": _ADD,
    "clamp": real(
        elementwise(
            "min(max(y, x), w)",
            "(x > y) & (x < w)",
            "(y > x) & (y < w)",
            "w < y",
            reason="Inside its bounds the value passes; at or outside a bound it is the "
            "bound that does.",
            source="JAX's rule",
        )
    ),
    "convert_element_type": _converted,
    "copy": _COPY,
    "div": elementwise(
        "x / y",
        "1 / y",
        "-(x / y ** 2)",
        reason="The quotient rule, for numerator and denominator each by itself.",
        source=_BOOK,
    ),
    "integer_pow": _integer_power,
    "max": real(
        elementwise(
            "max(x, y)",
            "(x > y) + 0.5 * (x == y)",
            "(y > x) + 0.5 * (x == y)",
            reason="Only the larger one moves the result; where both are equal, JAX "
            "gives each half.",
            source="JAX's rule",
        )
    ),
    "min": real(
        elementwise(
            "min(x, y)",
            "(x < y) + 0.5 * (x == y)",
            "(y < x) + 0.5 * (x == y)",
            reason="Only the smaller one moves the result; where both are equal, JAX "
            "gives each half.",
            source="JAX's rule",
        )
    ),
    "mul": elementwise(
        "x * y",
        "y",
        "x",
        reason="Each factor is multiplied by the other one: the product rule.",
        source=_BOOK,
    ),
    "name": _COPY,
    "neg": elementwise("-x", "-1", reason="A minus sign is a factor −1.", source=_BOOK),
    "pow": elementwise(
        "x ** y",
        "y * x ** (y - 1)",
        "log(x) * z",
        reason="x^y is exp(y·ln x): in x a power, in y an exponential function.",
        source=_BOOK,
    ),
    "reduce_precision": linear(
        "rounded_to(x, e, m)",
        "rounded_to(ȳ, e, m)",
        IDENTITY,
        reason="JAX takes the rounding for an identity, and rounds the derivative to as "
        "many bits as the value.",
        source="JAX: reduce_precision of the tangent and of the cotangent",
        cost="size(y)",
        given=_bits,
    ),
    "rem": real(
        elementwise(
            "mod(x, y)",
            "1",
            "-trunc(x / y)",
            reason="The remainder is x − y·trunc(x/y), and trunc(x/y) stays constant.",
            source="JAX's rule",
        )
    ),
    "round": _rounded,
    "select_n": _selected,
    "sqrt": elementwise(
        "sqrt(x)",
        "1 / (2 * y)",
        reason="y² = x gives 2·y·ẏ = ẋ: steeper the nearer x is to zero.",
        source=_BOOK,
    ),
    "rsqrt": elementwise(
        "1 / sqrt(x)",
        "-(y / (2 * x))",
        reason="The power −1/2, whose derivative is −1/2·x^(−3/2).",
        source=_BOOK,
    ),
    "cbrt": real(
        elementwise(
            "cbrt(x)",
            "y / (3 * x)",
            reason="The power 1/3, whose derivative is 1/3·x^(−2/3).",
            source=_BOOK,
        )
    ),
    "square": elementwise(
        "x ** 2",
        "2 * x",
        reason="The derivative of a power takes the exponent down by one.",
        source=_BOOK,
    ),
    "sub": elementwise(
        "x - y",
        "1",
        "-1",
        reason="The derivative of a difference is the difference of the derivatives.",
        source=_BOOK,
    ),
    # Constant between their jumps, or of values that do not vary smoothly.
    "ceil": constant(
        "ceil(x)", reason="Between whole numbers it stays as it is: the slope is 0."
    ),
    "floor": constant(
        "floor(x)", reason="Between whole numbers it stays as it is: the slope is 0."
    ),
    "is_finite": constant(
        "isfinite(x)",
        reason="True or false does not vary smoothly: no derivative passes.",
    ),
    "nextafter": _next,
    "sign": constant("sign(x)", reason="Left and right of zero it stays as it is."),
    "stop_gradient": constant(
        "stopped(x)",
        reason="The value passes, and its derivative is cut on purpose.",
        cost="0",
    ),
    "eq": _compared("=="),
    "ge": _compared(">="),
    "gt": _compared(">"),
    "le": _compared("<="),
    "lt": _compared("<"),
    "ne": _compared("!="),
    "and": _joined("x & y"),
    "not": _joined("~x", 1),
    "or": _joined("x | y"),
    "xor": _joined("x != y"),
}
