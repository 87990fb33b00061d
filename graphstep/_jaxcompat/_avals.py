"""What kind of value an aval stands for."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax._src import core as _core


def is_ref(aval: Any) -> bool:
    """Return whether `aval` is a mutable reference, which has no value to keep."""
    return not isinstance(aval, _core.ShapedArray)


def is_key(aval: Any) -> bool:
    """Return whether `aval` is an array of typed PRNG keys."""
    dtype = getattr(aval, "dtype", None)
    return dtype is not None and jax.numpy.issubdtype(dtype, jax.dtypes.prng_key)


def key_impl(aval: Any) -> Any:
    """Return the implementation of typed PRNG keys of type `aval`."""
    return aval.dtype._impl.name


def is_inexact(aval: Any) -> bool:
    """Return whether values of `aval` can have a cotangent: floats and complex."""
    dtype = getattr(aval, "dtype", None)
    return (
        dtype is not None
        and not is_ref(aval)
        and not jax.numpy.issubdtype(dtype, jax.dtypes.extended)
        and jax.numpy.issubdtype(dtype, np.inexact)
    )


def short_type(aval: Any) -> str:
    """Return `f32[2,3]`, spelled as jaxprs spell it."""
    return aval.str_short(short_dtypes=True)


class _LabelledAval(_core.ShapedArray):
    """A shape and dtype whose printout says more, such as how it is sharded."""

    __slots__ = ("label",)

    label: str

    def str_short(self, *_args: Any, **_options: Any) -> str:
        return self.label


def aval_from_parts(
    shape: tuple[int, ...], dtype: Any, *, weak_type: bool, label: str | None
) -> Any:
    """Return an aval that tells no devices, and prints as `label` if there is one."""
    aval = _core.ShapedArray(shape, dtype, weak_type)
    if label is None:
        return aval
    labelled = object.__new__(_LabelledAval)
    for name in _core.ShapedArray.__slots__:
        if not name.startswith("__"):
            object.__setattr__(labelled, name, getattr(aval, name))
    object.__setattr__(labelled, "label", label)
    return labelled


def key_dtype(impl: str) -> Any:
    """Return the dtype of typed PRNG keys of the implementation called `impl`.

    Raises:
        ValueError: If this JAX has no such implementation.
    """
    return jax.eval_shape(lambda: jax.random.key(0, impl=impl)).dtype


def is_tracer(value: Any) -> bool:
    """Return whether `value` stands for a value of a function that is being traced."""
    return isinstance(value, _core.Tracer)


def is_x64_enabled() -> bool:
    """Return whether 64-bit types are enabled here and now."""
    return jax.numpy.result_type(float) == np.float64


def literal_array(literal: Any) -> np.ndarray:
    """Return the value of a literal as an array of its own dtype."""
    return np.asarray(literal.val, literal.aval.dtype)
