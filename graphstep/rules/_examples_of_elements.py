"""Examples of operations on each element by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.ad_checkpoint import checkpoint_name

from graphstep.rules._examples import Example, Operand, real, truth

_SHAPE = (3, 4)


def _of(fn: Callable[..., Any], *bounds: tuple[float, float]) -> Example:
    """Return the example of a function of as many operands as there are bounds."""
    return Example(fn, tuple(real(*_SHAPE, low=a, high=b) for a, b in bounds))


_ANY, _POSITIVE, _UNIT = (-2.0, 2.0), (0.2, 3.0), (-0.9, 0.9)


def _sign_of_zero(x: Any) -> Any:
    return np.where(np.abs(x) < 1, 0.0, x)


_TIED = Operand(_SHAPE, made=np.round)


def _added(x: Any, y: Any) -> Any:
    """Return x + y as JAX's own sum of cotangents."""
    return jax.vjp(lambda z: (z, z), x)[1]((x, y))[0]


_COMPARISONS = {
    name: Example(getattr(lax, name), (_TIED, _TIED))
    for name in ("eq", "ge", "gt", "le", "lt", "ne")
}
_FREE = {
    name: _of(getattr(lax, name), _ANY)
    for name in (
        *("cos", "cosh", "erf", "erfc", "exp", "exp2", "expm1", "logistic", "neg"),
        *("sin", "sinh", "square", "tan", "tanh", "asinh", "atan", "bessel_i0e"),
        *("bessel_i1e", "ceil", "floor", "is_finite"),
    )
}
_LIMITED = {
    "acos": _of(lax.acos, _UNIT),
    "acosh": _of(lax.acosh, (1.2, 4.0)),
    "asin": _of(lax.asin, _UNIT),
    "atanh": _of(lax.atanh, _UNIT),
    "cbrt": _of(lax.cbrt, _POSITIVE),
    "digamma": _of(lax.digamma, _POSITIVE),
    "erf_inv": _of(lax.erf_inv, _UNIT),
    "lgamma": _of(lax.lgamma, _POSITIVE),
    "log": _of(lax.log, _POSITIVE),
    "log1p": _of(lax.log1p, (-0.8, 3.0)),
    "rsqrt": _of(lax.rsqrt, _POSITIVE),
    "sqrt": _of(lax.sqrt, _POSITIVE),
    "igamma": _of(lax.igamma, _POSITIVE, _POSITIVE),
    "igammac": _of(lax.igammac, _POSITIVE, _POSITIVE),
    "pow": _of(lax.pow, _POSITIVE, _ANY),
    "regularized_incomplete_beta": _of(lax.betainc, _POSITIVE, _POSITIVE, (0.1, 0.9)),
}

EXAMPLES_OF_ELEMENTS: dict[str, Example] = {
    **_COMPARISONS,
    **_FREE,
    **_LIMITED,
    "abs": Example(lax.abs, (Operand(_SHAPE, made=_sign_of_zero),)),
    "add": _of(lax.add, _ANY, _ANY),
    "add_any": _of(_added, _ANY, _ANY),
    "and": Example(lax.bitwise_and, (truth(*_SHAPE), truth(*_SHAPE))),
    "atan2": _of(lax.atan2, _ANY, _ANY),
    "clamp": _of(lax.clamp, (-1.5, 0.0), _ANY, (0.0, 1.5)),
    "complex": _of(lax.complex, _ANY, _ANY),
    "conj": Example(lax.conj, (Operand(_SHAPE, dtype=np.complex128),)),
    "convert_element_type": _of(lambda x: x.astype(np.float32), _ANY),
    "copy": _of(jnp.copy, _ANY),
    "div": _of(lax.div, _ANY, _POSITIVE),
    "imag": Example(lax.imag, (Operand(_SHAPE, dtype=np.complex128),)),
    "integer_pow": _of(lambda x: lax.integer_pow(x, 3), _ANY),
    "max": Example(lax.max, (_TIED, _TIED)),
    "min": Example(lax.min, (_TIED, _TIED)),
    "mul": _of(lax.mul, _ANY, _ANY),
    "name": _of(lambda x: checkpoint_name(x, "x"), _ANY),
    "nextafter": _of(lax.nextafter, _ANY, _ANY),
    "not": Example(lax.bitwise_not, (truth(*_SHAPE),)),
    "or": Example(lax.bitwise_or, (truth(*_SHAPE), truth(*_SHAPE))),
    "polygamma": Example(
        lax.polygamma, (Operand(_SHAPE, 1, 4, made=np.floor), real(*_SHAPE, low=0.2))
    ),
    "random_gamma": Example(
        lambda a: jax.random.gamma(jax.random.key(0), a), (real(*_SHAPE, low=0.5),)
    ),
    "real": Example(lax.real, (Operand(_SHAPE, dtype=np.complex128),)),
    "reduce_precision": _of(lambda x: lax.reduce_precision(x, 5, 4), _ANY),
    "rem": _of(lax.rem, _ANY, _POSITIVE),
    "round": _of(lambda x: lax.round(3 * x), _ANY),
    "select_n": Example(
        lax.select_n,
        (truth(*_SHAPE), real(*_SHAPE), real(*_SHAPE)),
    ),
    "sign": _of(lax.sign, _ANY),
    "stop_gradient": _of(lax.stop_gradient, _ANY),
    "sub": _of(lax.sub, _ANY, _ANY),
    "xor": Example(lax.bitwise_xor, (truth(*_SHAPE), truth(*_SHAPE))),
}
