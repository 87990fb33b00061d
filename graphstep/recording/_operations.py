"""Single operations that NumPy rounds as XLA does, done again on the host.

Each takes its operands with `lead` leading loop axes; literals have none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from graphstep._jaxcompat import bind

Operation = Callable[..., np.ndarray]


def _maximum(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    # Of two zeros XLA takes +0, as IEEE 754-2019 asks; NumPy takes either.
    return np.where((a == 0) & (b == 0), a + b, np.maximum(a, b))


def _minimum(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where((a == 0) & (b == 0), -(-a + -b), np.minimum(a, b))


# The result has the dtype of the operands. Sums and differences stand apart because
# XLA fuses a product into them; see `_rebuilt`.
SUMS: dict[str, Operation] = {"add": np.add, "sub": np.subtract}
_ARITHMETIC: dict[str, Operation] = {
    **SUMS,
    "mul": np.multiply,
    "square": np.square,
    "max": _maximum,
    "min": _minimum,
}
_SIGNS: dict[str, Operation] = {"neg": np.negative, "abs": np.abs}
_LOGIC: dict[str, Operation] = {
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "not": np.bitwise_not,
}
_COMPARISONS: dict[str, Operation] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
_SAME_TYPE = {**_ARITHMETIC, **_SIGNS, **_LOGIC}
_UNARY = frozenset({"square", "neg", "abs", "not"})
# As the program multiplies them out.
_POWERS: dict[int, Operation] = {2: np.square, 3: lambda x: x * x * x}

# Elements that are looked at together.
_PIECE = 1 << 15

_FLOATS = frozenset(map(np.dtype, (np.float32, np.float64)))


def _is_plain(aval: Any) -> bool:
    """Return whether NumPy computes with values of this type as XLA does."""
    dtype = getattr(aval, "dtype", None)
    return isinstance(dtype, np.dtype) and (dtype in _FLOATS or dtype.kind in "biu")


def _is_spread(shape: tuple[int, ...], out_shape: tuple[int, ...]) -> bool:
    """Return whether elements, or all of an axis of one, are repeated to `out_shape`."""
    if not shape:
        return True
    same_rank = len(shape) == len(out_shape)
    return same_rank and all(map(lambda a, b: a in (1, b), shape, out_shape))


def is_operation(eqn: Any) -> bool:
    """Return whether `eqn` is one of the operations that the host does again."""
    name, avals = eqn.primitive.name, [v.aval for v in eqn.invars]
    if len(eqn.outvars) != 1 or not avals:
        return False
    out = eqn.outvars[0].aval
    if not all(map(_is_plain, (out, *avals))):
        return False
    if not all(_is_spread(a.shape, out.shape) for a in avals):
        return False
    dtypes = [a.dtype for a in avals]
    if name == "convert_element_type":
        return len(avals) == 1 and dtypes[0].kind in "biu"
    if name == "select_n":
        is_pair = len(avals) == 3 and dtypes[0] == np.bool_
        return is_pair and dtypes[1] == dtypes[2] == out.dtype
    if name == "integer_pow":
        return eqn.params["y"] in _POWERS and dtypes == [out.dtype]
    if len(avals) != 2 - (name in _UNARY) or len(set(dtypes)) != 1:
        return False
    if name in _COMPARISONS:
        return out.dtype == np.bool_
    is_known = name in _SAME_TYPE and dtypes[0] == out.dtype
    allowed = "biu" if name in _LOGIC else "iuf"
    return is_known and out.dtype.kind in allowed


def is_sum(eqn: Any) -> bool:
    """Return whether `eqn` adds or subtracts floats."""
    return eqn.primitive.name in SUMS and eqn.outvars[0].aval.dtype in _FLOATS


def apply_operation(eqn: Any, operands: Sequence[np.ndarray], lead: int) -> np.ndarray:
    """Return the result of one of the operations.

    Args:
        eqn: An equation of which `is_operation` holds.
        operands: One array per operand.
        lead: How many leading loop axes operands have that are no literals.
    """
    name, out = eqn.primitive.name, eqn.outvars[0].aval
    given = [_aligned(x, len(out.shape), lead) for x in operands]
    with np.errstate(all="ignore"):
        if name == "convert_element_type":
            return given[0].astype(out.dtype)
        if name == "select_n":
            which, when_false, when_true = given
            return np.where(which, when_true, when_false)
        result = _function(eqn)(*given)
    is_exact = name in _SIGNS or name in _LOGIC
    if not is_exact and any(map(_has_subnormal, (*given, result))):
        # XLA may flush what is too small to zero, and does so here as in the program.
        shape = np.broadcast_shapes(*(x.shape for x in given))
        return np.asarray(bind(eqn, [np.broadcast_to(x, shape) for x in given])[0])
    return result


def _function(eqn: Any) -> Operation:
    name = eqn.primitive.name
    if name == "integer_pow":
        return _POWERS[eqn.params["y"]]
    return _COMPARISONS.get(name) or _SAME_TYPE[name]


def _aligned(x: np.ndarray, rank: int, lead: int) -> np.ndarray:
    """Give a scalar of each iteration the axes that the result has."""
    if x.ndim == lead and lead and rank:
        return x.reshape(x.shape + (1,) * rank)
    return x


def _has_subnormal(x: np.ndarray) -> bool:
    """Return whether an element is next to zero, up to the least normal number."""
    if x.dtype not in _FLOATS or not x.size:
        return False
    kind = np.dtype(f"u{x.dtype.itemsize}").type
    bound = kind(2) << kind(np.finfo(x.dtype).nmant)
    # What is repeated along an axis is looked at once; pieces stay in the cache.
    once = x[tuple(slice(None) if stride else slice(1) for stride in x.strides)]
    flags = ("external_loop", "buffered")
    for piece in np.nditer(once.view(kind), flags, order="K", buffersize=_PIECE):
        magnitude: Any = piece << kind(1)
        # One bit is shifted out above; zero becomes the greatest integer.
        magnitude -= kind(1)
        if magnitude.min() < bound:
            return True
    return False
