"""An identity whose cotangent can be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax._src.interpreters import ad as _ad
from jax.extend import core as jex
from jax.interpreters import ad, batching, mlir

from graphstep._jaxcompat._fences import fence

# A tap is an identity whose cotangent also leaves through a second operand. As a
# primitive it costs nothing forward: its JVP rule returns the primal itself.
_tap_p = jex.Primitive("graphstep_tap")

_tap_tangent_p = jex.Primitive("graphstep_tap_tangent")


def tap(
    value: jax.Array,
    slot: jax.Array,
    reading: Callable[[Any], Any],
    *,
    is_fenced: bool = False,
) -> jax.Array:
    """Return `value`; in reverse mode the cotangent of `slot` is `reading(cotangent)`.

    Args:
        value: Any inexact array.
        slot: Zeros whose shape and dtype are those that `reading` returns.
        reading: Applied to the cotangent of `value`; it need not be linear.
        is_fenced: Whether XLA must compute the cotangent once; see `fence`.
    """
    return _tap_p.bind(value, slot, reading=reading, is_fenced=is_fenced)


def _tap_jvp(
    primals: tuple[Any, Any],
    tangents: tuple[Any, Any],
    **params: Any,
) -> tuple[Any, Any]:
    value, _ = primals
    value_dot, slot_dot = tangents
    if isinstance(slot_dot, ad.Zero):
        return value, value_dot
    if isinstance(value_dot, ad.Zero):
        value_dot = ad.instantiate_zeros(value_dot)
    return value, _tap_tangent_p.bind(value_dot, slot_dot, **params)


def _tap_linearize(
    _is_vjp: bool,
    nonzeros: Sequence[bool],
    value: Any,
    _slot: Any,
    **params: Any,
) -> tuple[Any, bool, tuple[()], Callable[..., Any]]:
    """Do what the JVP rule does, without the partial evaluation it would cost."""

    def linear(_residuals: tuple[()], value_dot: Any, slot_dot: Any) -> Any:
        if isinstance(slot_dot, ad.Zero):
            return value_dot
        if isinstance(value_dot, ad.Zero):
            value_dot = ad.instantiate_zeros(value_dot)
        return _tap_tangent_p.bind(value_dot, slot_dot, **params)

    return value, any(nonzeros), (), linear


def _tap_transpose(
    cotangent: Any,
    value_dot: Any,
    slot_dot: Any,
    *,
    reading: Callable[[Any], Any],
    is_fenced: bool,
) -> tuple[Any, Any]:
    if isinstance(cotangent, ad.Zero):
        slot_ct = None
        if ad.is_undefined_primal(slot_dot):
            slot_ct = ad.Zero(slot_dot.aval)
        return (cotangent if ad.is_undefined_primal(value_dot) else None), slot_ct
    if is_fenced:
        cotangent = fence(cotangent)
    return (
        cotangent if ad.is_undefined_primal(value_dot) else None,
        reading(cotangent) if ad.is_undefined_primal(slot_dot) else None,
    )


def _tap_batch(
    args: tuple[Any, Any], dims: tuple[Any, Any], **_params: Any
) -> tuple[Any, Any]:
    return args[0], dims[0]


for _primitive in (_tap_p, _tap_tangent_p):
    _primitive.def_impl(lambda value, _slot, **_: value)
    _primitive.def_abstract_eval(lambda value, _slot, **_: value)
    mlir.register_lowering(_primitive, lambda _ctx, value, _slot, **_: [value])
    batching.primitive_batchers[_primitive] = _tap_batch

ad.primitive_jvps[_tap_p] = _tap_jvp
_ad.primitive_linearizations[_tap_p] = _tap_linearize

ad.primitive_transposes[_tap_tangent_p] = _tap_transpose
