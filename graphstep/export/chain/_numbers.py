"""Numbers as short text: a minus sign, four digits, no surprises."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_DIGITS = 4


def number(value: Any, digits: int = _DIGITS) -> str:
    """Return one number with so many significant digits and a true minus sign."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value)).replace("-", "−")
    if isinstance(value, complex | np.complexfloating):
        real, imaginary = number(value.real, digits), number(abs(value.imag), digits)
        sign = "−" if value.imag < 0 else "+"
        return f"{real}{sign}{imaginary}i"
    x = float(value)
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Inf" if x > 0 else "−Inf"
    return f"{x:.{digits}g}".replace("-", "−")


def signed(value: Any, digits: int = _DIGITS) -> str:
    """Return one number with its sign in front, also a plus."""
    text = number(value, digits)
    return text if text.startswith(("−", "N")) else f"+{text}"


def index_text(index: tuple[int, ...]) -> str:
    """Return `[3,17]`."""
    return f"[{','.join(map(str, index))}]"
