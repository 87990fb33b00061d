"""Statistics that a compiled program computes, as a vector of floats for each array."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from graphstep.recording._stats import Stats, within

# Five counts, the least and the greatest finite element, then the sum of the finite
# elements, scaled, and the sum of their squares; integers travel as the bits of floats.
_N_COUNTS = 5
_N_INTS = _N_COUNTS + 2
SLOT_SIZE = _N_INTS + 2


@dataclasses.dataclass(frozen=True, slots=True)
class _Bits:
    """How a float is laid out: its integer type and how many bits its fraction has."""

    integer: Any
    width: int
    fraction: int

    @property
    def infinity(self) -> int:
        """The bits of +∞."""
        return (1 << (self.width - 1)) - (1 << self.fraction)


_BITS = {
    np.dtype(np.float32): _Bits(np.int32, 32, 23),
    np.dtype(np.float64): _Bits(np.int64, 64, 52),
}


def slot_dtype(dtype: Any) -> np.dtype:
    """Return the dtype in which statistics of arrays of `dtype` are kept."""
    wide = dtype in (np.dtype(np.float64), np.dtype(np.complex128))
    return np.dtype(np.float64 if wide else np.float32)


@jax.jit
def slot_from_array(x: jax.Array) -> jax.Array:
    """Return the statistics of `x` as a vector of `SLOT_SIZE` floats.

    XLA vectorises a reduction with several results on a CPU only if all of them are
    integers and nothing in it branches, so whatever can be read off the bits of the
    floats is. What is summed is scaled by a power of two near the greatest magnitude,
    for a plain sum of squares underflows.
    """
    if jnp.iscomplexobj(x):
        x = jnp.abs(x)
    x = jnp.atleast_1d(x).astype(slot_dtype(x.dtype))
    bits = _BITS[x.dtype]
    counts = _integer_pass(lax.bitcast_convert_type(x, bits.integer), bits)
    low, high = (_float_from_order(k, bits) for k in counts[_N_COUNTS:])
    scale = _scale(jnp.maximum(jnp.abs(low), jnp.abs(high)), bits)
    finite = jnp.where(jnp.isfinite(x), x, 0) * scale
    # Sums of their own round less than those of a reduction with several results: XLA
    # adds up many parts. They also take half the time, to compile and to run.
    sums = [jnp.sum(finite), jnp.sum(jnp.square(finite))]
    # Each scalar that is converted alone would be a kernel.
    integers = lax.bitcast_convert_type(jnp.stack(counts), x.dtype)
    return jnp.concatenate([integers, jnp.stack(sums)])


def _add(left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _integer_pass(b: jax.Array, bits: _Bits) -> tuple[jax.Array, ...]:
    """Return counts of negative, nonzero, nonfinite, NaN, −∞; least and greatest.

    Zero and −0 are no different, and the extremes are those of the finite elements,
    in the order that `_float_from_order` undoes. Each count sums a sign bit: adding
    the right constant to a magnitude carries into it.
    """
    whole = bits.integer
    top, most = whole(bits.width - 1), whole((1 << (bits.width - 1)) - 1)
    magnitude = b & most

    def is_over(bound: int) -> jax.Array:
        return lax.shift_right_logical(magnitude + whole(int(most) - bound), top)

    sign = lax.shift_right_logical(b, top)
    nonzero, nan = is_over(0), is_over(bits.infinity)
    nonfinite = is_over(bits.infinity - 1)
    mask = nonfinite - whole(1)
    order = b ^ lax.shift_right_logical(lax.shift_right_arithmetic(b, top), whole(1))
    columns = (
        nonzero & sign & mask,
        nonzero,
        nonfinite,
        nan,
        nonfinite & sign & (nan ^ whole(1)),
        (order & mask) | (~mask & most),
        (order & mask) | (~mask & ~most),
    )
    inits = (*[whole(0)] * _N_COUNTS, most, ~most)
    return tuple(lax.reduce(columns, inits, _combine, tuple(range(b.ndim))))


def _combine(left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[Any, ...]:
    n = _N_COUNTS
    low, high = lax.min(left[n], right[n]), lax.max(left[n + 1], right[n + 1])
    return (*_add(left[:n], right[:n]), low, high)


def _float_from_order(k: jax.Array, bits: _Bits) -> jax.Array:
    """Return the float whose bits, as an ordered integer, are `k`."""
    top, one = bits.integer(bits.width - 1), bits.integer(1)
    b = k ^ lax.shift_right_logical(lax.shift_right_arithmetic(k, top), one)
    return lax.bitcast_convert_type(b, _float_type(bits))


def _float_type(bits: _Bits) -> Any:
    return np.float32 if bits.integer is np.int32 else np.float64


def _scale(magnitude: jax.Array, bits: _Bits) -> jax.Array:
    """Return a power of two that brings `magnitude` to about one."""
    whole = bits.integer
    exponent = lax.bitcast_convert_type(magnitude, whole) >> whole(bits.fraction)
    largest = (bits.infinity >> bits.fraction) - 1
    inverse = jnp.clip(whole(largest) - exponent, 1, largest)
    return lax.bitcast_convert_type(inverse << whole(bits.fraction), _float_type(bits))


@jax.custom_jvp
def slot(x: jax.Array) -> jax.Array:
    """Return the statistics of `x`; its "tangent" is the statistics of the tangent."""
    return slot_from_array(x)


@slot.defjvp
def _slot_jvp(
    primals: tuple[jax.Array], tangents: tuple[Any]
) -> tuple[jax.Array, jax.Array]:
    (x,), (x_dot,) = primals, tangents
    y = slot_from_array(x)
    if x_dot.dtype == jax.dtypes.float0:
        return y, jnp.zeros_like(y)
    return y, slot_from_array(x_dot)


def stats_from_slot(slot: np.ndarray, size: int) -> Stats:
    """Return the statistics in one vector of `SLOT_SIZE` floats."""
    bits = _BITS[slot.dtype]
    whole = np.ascontiguousarray(slot).view(bits.integer)
    negative, nonzero, nonfinite, nan, neg_inf = (int(n) for n in whole[:_N_COUNTS])
    low, high = (_ordered(int(k), bits) for k in whole[_N_COUNTS:_N_INTS])
    total, squares = (float(v) for v in slot[_N_INTS:])
    n_finite = size - nonfinite
    absmax = max(abs(low), abs(high)) if n_finite else 0.0
    scale = _scale_of(absmax, slot.dtype)
    mean = within(total / n_finite / scale, low, high) if n_finite else math.nan
    return Stats(
        size=size,
        neg_inf=neg_inf,
        negative=negative,
        zero=size - nonzero,
        positive=nonzero - negative - nonfinite,
        pos_inf=nonfinite - nan - neg_inf,
        nan=nan,
        min=low if n_finite else math.nan,
        max=high if n_finite else math.nan,
        mean=mean,
        absmax=absmax,
        l2=math.sqrt(squares) / scale,
    )


def _ordered(k: int, bits: _Bits) -> float:
    most = (1 << (bits.width - 1)) - 1
    b = np.asarray(k ^ most if k < 0 else k, bits.integer)
    return float(b.view(_float_type(bits)))


def _scale_of(absmax: float, dtype: np.dtype) -> float:
    """Return the scale that `slot_from_array` used."""
    bits = _BITS[dtype]
    exponent = int(np.asarray(absmax, dtype).view(bits.integer)) >> bits.fraction
    largest = (bits.infinity >> bits.fraction) - 1
    inverse = min(max(largest - exponent, 1), largest)
    b = np.asarray(inverse << bits.fraction, bits.integer)
    return float(b.view(dtype))
