"""Rules of elementary and special functions, on each element by itself."""

from __future__ import annotations

from graphstep.rules._making import elementwise, real
from graphstep.rules._rule import (
    DIAGONAL,
    UNDEFINED,
    Equation,
    Rule,
    RuleMaker,
    Structure,
)

_BOOK = "Griewank & Walther 2008, Evaluating Derivatives: elemental functions"
_HANDBOOK = "NIST Digital Library of Mathematical Functions"


def _function(value: str, derivative: str, reason: str) -> RuleMaker:
    return elementwise(value, derivative, reason=reason, source=_BOOK)


def _special(value: str, *derivatives: str, reason: str) -> RuleMaker:
    return real(elementwise(value, *derivatives, reason=reason, source=_HANDBOOK))


def _by_last_alone(value: str, symbols: str, derivative: str, reason: str) -> RuleMaker:
    """Return the rule of a function that JAX differentiates by one operand only."""

    def made(equation: Equation) -> Rule:
        operands = tuple(symbols)
        rest = len(operands) - 1
        x = operands[-1]
        return Rule(
            equation,
            operands,
            ("z",),
            (value,),
            (f"({derivative}) * {x}\N{COMBINING DOT ABOVE}",),
            (*[None] * rest, f"({derivative}) * z̄"),
            (*[UNDEFINED] * rest, Structure(DIAGONAL.kind, f"diag({derivative}, {x})")),
            cost="size(z)",
            reason=reason,
            source=_HANDBOOK,
        )

    return made


def _drawn(equation: Equation) -> Rule:
    """Return the rule of a sample of the gamma distribution, of its shape `a`."""
    slope = "-(gammainc_by_a(a, y) / (exp((a - 1) * log(y) - y - lgamma(a))))"
    if equation.params.get("log_space"):
        # What is drawn is the logarithm of the sample.
        slope = "-(gammainc_by_a(a, exp(y)) / (exp(a * y - exp(y) - lgamma(a))))"
    return Rule(
        equation,
        ("k", "a"),
        ("y",),
        (None,),
        (f"({slope}) * ȧ",),
        (None, f"({slope}) * ȳ"),
        (Structure("zero"), Structure(DIAGONAL.kind, f"diag({slope}, a)")),
        cost="size(y)",
        reason="The random numbers stay the same while a moves: P(a, y) is held fixed, "
        "and y moves along.",
        source="JAX's rule; Figurnov, Mohamed & Mnih 2018, Implicit reparameterization "
        "gradients",
    )


def _real_part(equation: Equation) -> Rule:
    return _part(
        equation,
        "real",
        "ȳ",
        "The real part of a sum is the sum of the real parts: it is linear.",
    )


def _imaginary_part(equation: Equation) -> Rule:
    return _part(
        equation,
        "imag",
        "-1j * ȳ",
        "It is linear; the minus sign makes Re(x̄·ẋ) equal to ȳ·ẏ, as JAX pairs complex "
        "numbers, without conjugating.",
    )


def _part(equation: Equation, word: str, sent: str, reason: str) -> Rule:
    return Rule(
        equation,
        ("x",),
        ("y",),
        (f"{word}(x)",),
        (f"{word}(ẋ)",),
        (sent,),
        (DIAGONAL,),
        cost="size(y)",
        reason=reason,
        source="JAX's rule",
    )


def _conjugate(equation: Equation) -> Rule:
    is_complex = equation.in_avals[0].dtype.kind == "c"
    return Rule(
        equation,
        ("x",),
        ("y",),
        ("conj(x)",),
        ("conj(ẋ)",),
        ("conj(ȳ)" if is_complex else "real(ȳ)",),
        (DIAGONAL,),
        cost="size(y)",
        reason="Conjugation is linear over the real numbers, and undoes itself.",
        source="JAX's rule",
    )


def _complex(equation: Equation) -> Rule:
    return Rule(
        equation,
        ("x", "y"),
        ("z",),
        ("x + 1j * y",),
        ("ẋ + 1j * ẏ",),
        ("real(z̄)", "-imag(z̄)"),
        (DIAGONAL, DIAGONAL),
        cost="size(z)",
        reason="It is linear; the minus sign makes x̄·ẋ + ȳ·ẏ equal to Re(z̄·ż), as JAX "
        "pairs complex numbers, without conjugating.",
        source="JAX's rule",
    )


FUNCTIONS_OF_ELEMENTS: dict[str, RuleMaker] = {
    "acos": _function(
        "arccos(x)",
        "-(1 / sqrt(1 - x ** 2))",
        "cos(y) = x gives −sin(y)·ẏ = ẋ, and sin(y) is √(1 − x²).",
    ),
    "acosh": _function(
        "arccosh(x)",
        "1 / sqrt((x - 1) * (x + 1))",
        "cosh(y) = x gives sinh(y)·ẏ = ẋ, and sinh(y) is √(x² − 1).",
    ),
    "asin": _function(
        "arcsin(x)",
        "1 / sqrt(1 - x ** 2)",
        "sin(y) = x gives cos(y)·ẏ = ẋ, and cos(y) is √(1 − x²).",
    ),
    "asinh": _function(
        "arcsinh(x)",
        "1 / sqrt(x ** 2 + 1)",
        "sinh(y) = x gives cosh(y)·ẏ = ẋ, and cosh(y) is √(x² + 1).",
    ),
    "atan": _function(
        "arctan(x)",
        "1 / (1 + x ** 2)",
        "tan(y) = x gives (1 + tan²(y))·ẏ = ẋ.",
    ),
    "atan2": real(
        elementwise(
            "arctan2(x, y)",
            "y / (x ** 2 + y ** 2)",
            "-(x / (x ** 2 + y ** 2))",
            reason="The angle of the point (y, x) turns fastest for a step across its "
            "radius, and slower the farther out the point is.",
            source=_BOOK,
        )
    ),
    "atanh": _function(
        "arctanh(x)",
        "1 / (1 - x ** 2)",
        "tanh(y) = x gives (1 − tanh²(y))·ẏ = ẋ.",
    ),
    "bessel_i0e": _special(
        "bessel(x, 0)",
        "bessel(x, 1) - sign(x) * y",
        reason="The derivative of I₀ is I₁, and the factor exp(−|x|) adds −sign(x)·y.",
    ),
    "bessel_i1e": _special(
        "bessel(x, 1)",
        "bessel(x, 0) - y * (sign(x) + 1 / x)",
        reason="The derivative of I₁ is I₀ − I₁/x, and the factor exp(−|x|) adds −sign(x)·y.",
    ),
    "complex": _complex,
    "conj": _conjugate,
    "cos": _function(
        "cos(x)", "-sin(x)", "The slope of the cosine at x is minus the sine of x."
    ),
    "cosh": _function(
        "cosh(x)",
        "sinh(x)",
        "cosh is the mean of eˣ and e⁻ˣ; the second turns its sign.",
    ),
    "digamma": _special(
        "digamma(x)",
        "polygamma(1, x)",
        reason="The derivative of ψ is called the trigamma function.",
    ),
    "erf": _special(
        "erf(x)",
        "2 / sqrt(π) * exp(-(x ** 2))",
        reason="It is an integral up to x; the derivative is what is integrated.",
    ),
    "erf_inv": _special(
        "erf_inv(x)",
        "sqrt(π) / 2 * exp(y ** 2)",
        reason="The slope of an inverse function is one over the slope at y.",
    ),
    "erfc": _special(
        "erfc(x)",
        "-(2 / sqrt(π) * exp(-(x ** 2)))",
        reason="It is 1 − erf(x), so its slope is that of erf with the other sign.",
    ),
    "exp": _function("exp(x)", "y", "The exponential function is its own derivative."),
    "exp2": _function(
        "exp2(x)", "log(2) * y", "2ˣ is exp(x·ln 2), so its slope is ln 2 times itself."
    ),
    "expm1": _function(
        "expm1(x)", "y + 1", "The derivative of eˣ − 1 is eˣ, which is y + 1."
    ),
    "igamma": _special(
        "gammainc(x, y)",
        "gammainc_by_a(x, y)",
        "exp((x - 1) * log(y) - y - lgamma(x))",
        reason="In y it is an integral up to y of the gamma density; in x its series is "
        "differentiated term by term.",
    ),
    "igammac": _special(
        "gammaincc(x, y)",
        "-gammainc_by_a(x, y)",
        "-exp((x - 1) * log(y) - y - lgamma(x))",
        reason="It is 1 − P(x, y), so its slopes are those of P with the other sign.",
    ),
    "imag": _imaginary_part,
    "lgamma": _special(
        "lgamma(x)",
        "digamma(x)",
        reason="The derivative of ln Γ is called the digamma function ψ.",
    ),
    "log": _function(
        "log(x)", "1 / x", "The slope of the logarithm at x is one over x."
    ),
    "log1p": _function(
        "log1p(x)", "1 / (1 + x)", "The slope of the logarithm at 1 + x is 1/(1 + x)."
    ),
    "logistic": _function(
        "logistic(x)",
        "y * (1 - y)",
        "Steepest in the middle, where y = 1/2, and flat where y is near 0 or 1.",
    ),
    "polygamma": _by_last_alone(
        "polygamma(m, x)",
        "mx",
        "polygamma(m + 1, x)",
        "Each is the derivative of the one before; by the order m there is none in JAX.",
    ),
    "random_gamma": _drawn,
    "real": _real_part,
    "regularized_incomplete_beta": _by_last_alone(
        "betainc(a, b, x)",
        "abx",
        "x ** (a - 1) * (1 - x) ** (b - 1) / beta(a, b)",
        "It is an integral up to x of the beta density; by a and b JAX defines none.",
    ),
    "sin": _function(
        "sin(x)", "cos(x)", "The slope of the sine at x is the cosine of x."
    ),
    "sinh": _function(
        "sinh(x)",
        "cosh(x)",
        "sinh is half the difference of eˣ and e⁻ˣ; the second turns its sign.",
    ),
    "tan": _function(
        "tan(x)", "1 + y ** 2", "The quotient rule for sin/cos gives 1 + tan²(x)."
    ),
    "tanh": _function(
        "tanh(x)",
        "1 - y ** 2",
        "Steepest at 0, and flat where y is near −1 or 1: there it saturates.",
    ),
}
