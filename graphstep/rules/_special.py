"""Functions of formulas that NumPy and SciPy lack, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special

_TERMS = 400


def scaled_bessel(x: Any, order: int) -> Any:
    """Return exp(−|x|) times the modified Bessel function of order 0 or 1."""
    return scipy.special.i1e(x) if order else scipy.special.i0e(x)


def gammainc_by_a(a: Any, x: Any) -> Any:
    """Return the derivative of the regularized incomplete gamma function by `a`.

    P(a, x) is the sum of exp(−x)·xᵃ⁺ⁿ / Γ(a+n+1) over n, and each of its terms is
    differentiated.
    """
    a, x = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(x, np.float64))
    n = np.arange(_TERMS).reshape(-1, *[1] * a.ndim)
    log_term = -x + (a + n) * np.log(x) - scipy.special.gammaln(a + n + 1)
    slope = np.log(x) - scipy.special.digamma(a + n + 1)
    return np.sum(np.exp(log_term) * slope, 0)


def rounded_to(x: Any, exponent_bits: int, mantissa_bits: int) -> Any:
    """Return the nearest number with so many bits of exponent and mantissa."""
    mantissa, exponent = np.frexp(np.asarray(x))
    scale = 2.0 ** (mantissa_bits + 1)
    y = np.ldexp(np.round(mantissa * scale) / scale, exponent)
    largest = 2.0 ** (2 ** (exponent_bits - 1) - 1) * (2 - 2.0**-mantissa_bits)
    return np.where(np.abs(y) > largest, np.sign(y) * np.inf, y)
