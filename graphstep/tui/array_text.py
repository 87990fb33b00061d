"""A slice as text to paste: a NumPy array, or plain nested lists."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphstep.errors import SteppingError
from graphstep.tui.array_cut import Cut
from graphstep.tui.array_field import Field

# More would be a nuisance in anybody's clipboard.
MOST = 10_000


def slice_of_field(field: Field, cut: Cut) -> np.ndarray:
    """Return what a slice holds, its axes of one index gone as NumPy has it.

    Raises:
        SteppingError: If that is too much to copy.
    """
    if cut.size > MOST:
        msg = (
            f"{cut.size:,} elements are too many to copy (at most {MOST:,}): "
            "S chooses a slice first."
        )
        raise SteppingError(msg)
    found = field.part(cut.parts)
    return found.reshape(tuple(cut.length(axis) for axis in cut.free))


def numpy_text(array: np.ndarray) -> str:
    """Return the expression that makes the same array, to the last bit.

    It needs `import numpy as np`, and `import ml_dtypes` for the types that JAX adds.
    """
    name = array.dtype.name
    dtype = f"np.{name}" if array.dtype.kind in "fciu" else f"ml_dtypes.{name}"
    if array.dtype.kind == "b":
        dtype = "np.bool_"
    text = f"np.array({_literal(array, 'np.nan', 'np.inf')}, dtype={dtype})"
    # An empty list has one axis, whatever the array has.
    return text if array.size or array.ndim == 1 else f"{text}.reshape({array.shape})"


def python_text(array: np.ndarray) -> str:
    """Return nested lists of Python numbers; NaN and infinities are made by `float`."""
    return _literal(array, "float('nan')", "float('inf')")


def _literal(array: np.ndarray, nan: str, inf: str) -> str:
    if not array.size:
        return "[]" if array.ndim else _scalar(array.item(), array, nan, inf)
    return _nested(array.tolist(), array, nan, inf)


def _nested(values: Any, array: np.ndarray, nan: str, inf: str) -> str:
    if not isinstance(values, list):
        return _scalar(values, array, nan, inf)
    return f"[{', '.join(_nested(v, array, nan, inf) for v in values)}]"


def _scalar(value: Any, array: np.ndarray, nan: str, inf: str) -> str:
    if isinstance(value, complex):
        if math.isfinite(value.real) and math.isfinite(value.imag):
            return repr(value)
        real, imaginary = (
            _scalar(part, array, nan, inf) for part in (value.real, value.imag)
        )
        return f"complex({real}, {imaginary})"
    if not isinstance(value, float):
        return repr(value)
    if math.isnan(value):
        return nan
    if math.isinf(value):
        return inf if value > 0 else f"-{inf}"
    # The shortest text of the type itself reads better than that of a double.
    return str(array.dtype.type(value)) if array.dtype == np.float32 else repr(value)
