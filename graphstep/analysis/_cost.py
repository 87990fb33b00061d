"""How many operations a program does, counted from its jaxpr."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from graphstep._jaxcompat import Jaxpr, JaxprEqn, inner_jaxprs

Rule = Callable[[JaxprEqn], int]


@dataclasses.dataclass(frozen=True, slots=True)
class Operations:
    """A count of operations.

    An operation is one addition, multiplication, comparison or elementary function of
    one element, as XLA counts them too. Moving elements about costs none.

    Attributes:
        count: How many; of the longest branch where there is a choice.
        loops: Whether there is a `while` loop, whose body is counted once because its
            trips are known only when it runs.
        unknown: Primitives whose operations nobody has told, counted as none.
    """

    count: int
    loops: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def is_least(self) -> bool:
        """Whether the true count may be greater."""
        return self.loops or bool(self.unknown)


@dataclasses.dataclass(slots=True)
class Tally:
    """Adds up what the equations of a program cost, and notes what is not known."""

    loops: bool = False
    unknown: set[str] = dataclasses.field(default_factory=set[str])

    def of(self, jaxpr: Jaxpr) -> int:
        """Return what a program costs."""
        return sum(self._of_eqn(eqn) for eqn in jaxpr.eqns)

    def of_leaf(self, eqn: JaxprEqn, count: int) -> int:
        """Return what an equation costs that does so many operations."""
        return count

    def _of_eqn(self, eqn: JaxprEqn) -> int:
        name = eqn.primitive.name
        rule = RULES.get(name)
        if rule is not None:
            return self.of_leaf(eqn, rule(eqn))
        if name == "custom_linear_solve":
            # Beside the solver it holds the matrix's product, for the derivative.
            return self.of(eqn.params["jaxprs"].solve.jaxpr)
        inner = [self.of(jaxpr) for jaxpr in inner_jaxprs(eqn)]
        if not inner or name == "pallas_call":
            self.unknown.add(name)
            return self.of_leaf(eqn, 0)
        if name == "scan":
            return eqn.params["length"] * inner[0]
        if name == "cond":
            return max(inner)
        if name == "while":
            self.loops = True
            return sum(inner)
        if name == "shard_map":
            return inner[0] * math.prod(eqn.params["mesh"].shape.values())
        # A call. A custom rule beside the function's own body is not run.
        return inner[0]


def operations(jaxpr: Jaxpr) -> Operations:
    """Count the operations of a program.

    Loops of known length count every trip.
    """
    tally = Tally()
    count = tally.of(jaxpr)
    return Operations(count, tally.loops, tuple(sorted(tally.unknown)))


def is_elementwise(primitive: str) -> bool:
    """Return whether each element of the result comes from one of each operand."""
    return primitive in _ELEMENTWISE


def is_moving(primitive: str) -> bool:
    """Return whether elements are only moved about."""
    return primitive in _MOVING


def _shape(atom: Any) -> tuple[int, ...]:
    return getattr(atom.aval, "shape", ())


def _size(atom: Any) -> int:
    return math.prod(_shape(atom))


def _per_output(eqn: JaxprEqn) -> int:
    return sum(_size(out) for out in eqn.outvars)


def _per_input(eqn: JaxprEqn) -> int:
    return _size(eqn.invars[0])


def _nothing(_: JaxprEqn) -> int:
    return 0


def _dot_general(eqn: JaxprEqn) -> int:
    """A multiplication and an addition for each pair of elements that meet."""
    (contracted, _), _ = eqn.params["dimension_numbers"]
    shape = _shape(eqn.invars[0])
    return 2 * _per_output(eqn) * math.prod(shape[axis] for axis in contracted)


def _conv(eqn: JaxprEqn) -> int:
    kernel = _shape(eqn.invars[1])
    spec = eqn.params["dimension_numbers"].rhs_spec
    met = math.prod(kernel[axis] for axis in spec[1:])
    return 2 * _per_output(eqn) * met


def _window(eqn: JaxprEqn) -> int:
    return _per_output(eqn) * math.prod(eqn.params["window_dimensions"])


def _window_of_source(eqn: JaxprEqn) -> int:
    """Each element that is scattered looks through the window that it came from."""
    return _per_input(eqn) * math.prod(eqn.params["window_dimensions"])


def _integer_pow(eqn: JaxprEqn) -> int:
    """Repeated squaring, and a division for a negative exponent."""
    y = abs(eqn.params["y"])
    products = max(0, y.bit_length() - 1 + y.bit_count() - 1) + (eqn.params["y"] < 0)
    return products * _per_output(eqn)


def _updates(eqn: JaxprEqn) -> int:
    return _size(eqn.invars[-1])


def _sort(eqn: JaxprEqn) -> int:
    length = _shape(eqn.invars[0])[eqn.params["dimension"]]
    return _per_input(eqn) * max(1, math.ceil(math.log2(max(length, 2))))


def _top_k(eqn: JaxprEqn) -> int:
    k = max(2, eqn.params["k"])
    return _per_input(eqn) * math.ceil(math.log2(k))


def _fft(eqn: JaxprEqn) -> int:
    """5 N log₂ N real operations, as Cooley and Tukey's algorithm takes."""
    n = math.prod(eqn.params["fft_lengths"])
    whole = max(_size(eqn.invars[0]), _per_output(eqn))
    return math.ceil(5 * whole * math.log2(max(n, 2)))


def _matrix(factor: float) -> Rule:
    """`factor` · m · n · min(m, n) per matrix; Golub & Van Loan, Matrix Computations."""

    def rule(eqn: JaxprEqn) -> int:
        *batch, m, n = _shape(eqn.invars[0])
        return math.ceil(factor * math.prod(batch) * m * n * min(m, n))

    return rule


def _triangular_solve(eqn: JaxprEqn) -> int:
    """One multiplication and one addition for each element of the triangle."""
    n = _shape(eqn.invars[0])[-1]
    return n * _size(eqn.invars[1])


_ELEMENTWISE_NAMES = """
abs acos acosh add add_any and asin asinh atan atan2 atanh bessel_i0e bessel_i1e cbrt
ceil clamp clz complex conj cos cosh digamma div eq eq_to erf erf_inv erfc exp exp2
expm1 floor ge gt igamma igamma_grad_a igammac imag is_finite le le_to lgamma log
log1p logistic lt lt_to max min mul mulhi ne neg nextafter not or polygamma
population_count pow real reduce_precision regularized_incomplete_beta rem round rsqrt
select_n shift_left shift_right_arithmetic shift_right_logical sign sin sinh sqrt
square sub tan tanh xor zeta
"""

_MOVING_NAMES = """
all_gather all_to_all axis_index bitcast_convert_type broadcast broadcast_in_dim
concatenate convert_element_type copy copy_p create_token debug_callback debug_print
device_put dynamic_slice dynamic_update_slice empty empty2 gather iota
layout_constraint mesh_cast name optimization_barrier pad platform_index pbroadcast ppermute pvary
random_unwrap random_wrap reshape reshard rev scatter sharding_constraint slice split
squeeze stack stop_gradient tile transpose unstack
"""

_REDUCING_NAMES = """
argmax argmin cumlogsumexp cummax cummin cumprod cumsum pmax pmin psum psum_invariant
reduce reduce_and reduce_max reduce_min reduce_or reduce_prod reduce_scatter reduce_sum reduce_xor
"""

_ELEMENTWISE = frozenset(_ELEMENTWISE_NAMES.split())
_MOVING = frozenset(_MOVING_NAMES.split())
# The cost of each primitive that has no jaxpr of its own.
RULES: dict[str, Rule] = {
    **dict.fromkeys(_ELEMENTWISE, _per_output),
    **dict.fromkeys(_MOVING, _nothing),
    **dict.fromkeys(_REDUCING_NAMES.split(), _per_input),
    **dict.fromkeys(("scatter-add", "scatter-sub", "scatter-mul"), _updates),
    **dict.fromkeys(
        ("scatter-min", "scatter-max", "scatter_min", "scatter_max"), _updates
    ),
    **dict.fromkeys(
        ("reduce_window", "reduce_window_sum", "reduce_window_max"), _window
    ),
    **dict.fromkeys(
        (
            "reduce_window_min",
            "select_and_scatter",
            "select_and_gather_add",
        ),
        _window,
    ),
    "cholesky": _matrix(1 / 3),
    "conv_general_dilated": _conv,
    "dot_general": _dot_general,
    "eig": _matrix(25),
    "eigh": _matrix(9),
    "fft": _fft,
    "geqrf": _matrix(4 / 3),
    "householder_product": _matrix(4 / 3),
    "integer_pow": _integer_pow,
    "lu": _matrix(2 / 3),
    "lu_pivots_to_permutation": _nothing,
    "qr": _matrix(4 / 3),
    "select_and_scatter_add": _window_of_source,
    "sort": _sort,
    "svd": _matrix(21),
    # Twenty rounds of five operations and five injections of the key, for two words.
    "threefry2x32": lambda eqn: 58 * _per_output(eqn),
    "top_k": _top_k,
    "triangular_solve": _triangular_solve,
}
