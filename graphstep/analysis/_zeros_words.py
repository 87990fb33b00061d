"""What cuts dependence: a table of kinds, by primitive, and a sentence for each."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """One way in which dependence is cut.

    Attributes:
        name: A word for programs.
        words: A sentence, without a subject: that is the equation.
        is_elementwise: Whether each element of a result is made of one element of
            each operand, at the same place.
    """

    name: str
    words: str
    is_elementwise: bool = False


_COMPARISON = Kind("comparison", "compares: true or false does not change gradually")
_ROUNDING = Kind("rounding", "rounds: its result is constant between steps")
_INDEX = Kind("index", "gives the index of an element, an integer")
_SATURATED = Kind("saturated", "is saturated: flat to the last digit there", True)
_NOT_CHOSEN = Kind("not_chosen", "takes another operand there", True)
_ZERO_FACTOR = Kind("zero_factor", "multiplies by zero there", True)
_FLAT = Kind("flat", "has the derivative zero there", True)
_NOT_SELECTED = Kind("not_selected", "does not take these elements")
_OVERWRITTEN = Kind("overwritten", "writes over these elements")

# Primitives whose derivative is zero whatever the numbers, by JAX's own rule.
STRUCTURAL: dict[str, Kind] = {
    "stop_gradient": Kind("stop_gradient", "stops the gradient on purpose"),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "is_finite"), _COMPARISON),
    **dict.fromkeys(("floor", "ceil", "round", "sign"), _ROUNDING),
    **dict.fromkeys(("argmax", "argmin"), _INDEX),
    "nextafter": Kind("rounding", "goes to the next number that can be written"),
}
CAST = Kind("integer", "turns it into an integer or a boolean")
INTEGER_RESULT = Kind("integer", "gives an integer or a boolean")
ZERO_RULE = Kind("zero_rule", "has the derivative zero by JAX's rule")

# Primitives whose derivative is zero at some numbers.
NUMERICAL: dict[str, Kind] = {
    **dict.fromkeys(("max", "min"), _NOT_CHOSEN),
    "clamp": Kind("clamped", "is at a limit there", True),
    "select_n": Kind("masked", "selects another operand there", True),
    "mul": _ZERO_FACTOR,
    "div": Kind("zero_factor", "divides zero, or by something infinite, there", True),
    **dict.fromkeys(("tanh", "logistic", "erf", "erfc", "atan"), _SATURATED),
    **dict.fromkeys(("exp", "exp2", "expm1"), _SATURATED),
    **dict.fromkeys(
        ("abs", "integer_pow", "pow", "square", "sin", "cos", "cosh", "sqrt", "rem"),
        _FLAT,
    ),
    "dot_general": Kind("zero_factor", "multiplies these elements by zeros alone"),
    "conv_general_dilated": Kind("zero_factor", "multiplies these by zeros alone"),
    **dict.fromkeys(
        ("reduce_max", "reduce_min", "cummax", "cummin", "argsort", "top_k"),
        Kind("not_chosen", "takes another element"),
    ),
    "reduce_prod": Kind("zero_factor", "multiplies these elements by zero"),
    "cumprod": Kind("zero_factor", "multiplies these elements by zero"),
    **dict.fromkeys(("slice", "dynamic_slice", "gather", "split"), _NOT_SELECTED),
    **dict.fromkeys(("scatter", "dynamic_update_slice"), _OVERWRITTEN),
    "pad": Kind("not_selected", "cuts these elements off"),
}
UNKNOWN = Kind("flat", "has the derivative zero there")
CUSTOM = Kind("custom_rule", "sends zero back by its own rule")

UNDERFLOW = Kind(
    "underflow", "sends back products too small for the dtype, which become zero"
)
CANCELS_INSIDE = Kind(
    "cancellation", "adds up products that cancel to exactly zero for these elements"
)
CANCELS = Kind("cancellation", "is used several times, and what comes back cancels")
UNUSED = Kind("unused", "is not used")
SEED = Kind("seed", "is seeded with zero")
BRANCH = Kind("not_taken", "was not taken")
REFERENCE = Kind(
    "reference", "goes through a mutable reference, and no further is known"
)
EMPTY = Kind("no_iteration", "is a loop that takes no turn, and does not return it")
