"""The same function under one of JAX's transformations, traced anew."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from graphstep._jaxcompat import is_inexact
from graphstep.errors import ArgumentError, TraceError
from graphstep.tracing._one_line import one_line
from graphstep.tracing._trace import Trace, trace_function

# How many examples `vmap` maps over.
BATCH = 3
Leaves = Sequence[Any]
# From all leaves of the arguments to what the function returns.
_Flat = Callable[[Leaves], Any]

# What each does, for help and for the lists in which they are offered.
TRANSFORMS = {
    "grad": "the gradient, as jax.grad gives it",
    "vjp": "one reverse-mode pass, seeded with ones",
    "jvp": "one forward-mode pass, in the direction of ones",
    "vmap": f"the function of {BATCH} examples at once",
    "jit": "the function inside jax.jit",
    "checkpoint": "the function inside jax.checkpoint",
}


def transformed(trace: Trace, name: str) -> Trace:
    """Return a trace of the same function under a transformation.

    Derivatives are those in the differentiated arguments, one result for each by its
    name. Arguments of `vmap` get an axis in front, along which they repeat.

    Args:
        trace: The function and its arguments.
        name: One of `TRANSFORMS`.

    Raises:
        ArgumentError: If there is no such transformation.
        TraceError: If JAX does not allow it of this function.
    """
    if name not in TRANSFORMS:
        known = ", ".join(TRANSFORMS)
        msg = f"There is no transformation `{one_line(name, 40)}`. There are: {known}."
        raise ArgumentError(msg)
    _check(trace, name)
    leaves = trace.in_leaves
    if name == "vmap":
        pairs = zip(leaves, _is_mapped(trace), strict=True)
        leaves = tuple(_repeated(x) if is_mapped else x for x, is_mapped in pairs)
    args, kwargs = trace.unflatten(leaves)
    has_aux = trace.spec.has_aux and name in ("vmap", "jit", "checkpoint")
    spec = dataclasses.replace(trace.spec, has_aux=has_aux)
    with trace.x64_context():
        return trace_function(_wrapped(trace, name), args, kwargs, spec)


def _wrapped(trace: Trace, name: str) -> Callable[..., Any]:
    """Return the transformed function, with the signature of the original one."""

    def flat(leaves: Leaves) -> Any:
        args, kwargs = trace.unflatten(leaves)
        return trace.fn(*args, **kwargs)

    flat.__name__ = flat.__qualname__ = trace.fn_name
    run = _MAKERS[name](trace, flat)

    @functools.wraps(trace.fn)
    def fn(*args: Any, **kwargs: Any) -> Any:
        leaves, _ = trace.flatten(args, kwargs)
        return run(leaves)

    fn.__name__ = fn.__qualname__ = f"{name}({trace.fn_name})"
    return fn


def _check(trace: Trace, name: str) -> None:
    if name not in ("grad", "vjp", "jvp"):
        return
    if not any(trace.differentiated):
        msg = (
            f"`{trace.fn_name}` has no argument of floats that is differentiated, so "
            f"there is no {name} of it. Choose another argument by argnums."
        )
        raise TraceError(msg)
    outputs = trace.closed_jaxpr.out_avals[: trace.n_seeded]
    if name == "grad" and [aval.shape for aval in outputs] != [()]:
        found = ", ".join(str(aval) for aval in outputs)
        msg = (
            f"jax.grad needs one scalar output, but `{trace.fn_name}` returns {found}. "
            "Use vjp, which seeds every output, or return a sum."
        )
        raise TraceError(msg)


def _is_mapped(trace: Trace) -> list[bool]:
    """Return which leaves belong to positional arguments."""
    args, _ = trace.unflatten(trace.in_leaves)
    n_positional = len(jax.tree.leaves(trace.spec.wrap_static(args, {})))
    return [i < n_positional for i in range(len(trace.in_leaves))]


def _repeated(leaf: Any) -> Any:
    if isinstance(leaf, jax.ShapeDtypeStruct):
        return jax.ShapeDtypeStruct((BATCH, *leaf.shape), leaf.dtype)
    return jnp.broadcast_to(leaf, (BATCH, *jnp.shape(leaf)))


def _seeded(trace: Trace, flat: _Flat, leaves: Leaves) -> tuple[Any, list[Any]]:
    """Return the float outputs as a function of the differentiated leaves, and those."""
    diff = trace.differentiated

    def fn(own: list[Any]) -> list[Any]:
        mine = iter(own)
        whole = [
            next(mine) if is_own else x for x, is_own in zip(leaves, diff, strict=True)
        ]
        outputs = jax.tree.leaves(flat(whole))[: trace.n_seeded]
        return [out for out in outputs if is_inexact(jax.typeof(out))]

    return fn, [x for x, is_own in zip(leaves, diff, strict=True) if is_own]


def _named(trace: Trace, values: list[Any]) -> dict[str, Any]:
    names = zip(trace.in_names, trace.differentiated, strict=True)
    return dict(zip([name for name, is_own in names if is_own], values, strict=True))


def _grad(trace: Trace, flat: _Flat) -> _Flat:
    def run(leaves: Leaves) -> Any:
        fn, own = _seeded(trace, flat, leaves)
        return _named(trace, jax.grad(lambda x: fn(x)[0])(own))

    return run


def _vjp(trace: Trace, flat: _Flat) -> _Flat:
    def run(leaves: Leaves) -> Any:
        fn, own = _seeded(trace, flat, leaves)
        outputs, pull = jax.vjp(fn, own)
        return _named(trace, pull([jnp.ones_like(out) for out in outputs])[0])

    return run


def _jvp(trace: Trace, flat: _Flat) -> _Flat:
    def run(leaves: Leaves) -> Any:
        fn, own = _seeded(trace, flat, leaves)
        ones = [jnp.ones(jnp.shape(x), jnp.result_type(x)) for x in own]
        return jax.jvp(fn, (own,), (ones,))[1]

    return run


def _vmap(trace: Trace, flat: _Flat) -> _Flat:
    axes = [0 if is_mapped else None for is_mapped in _is_mapped(trace)]
    return jax.vmap(flat, in_axes=(axes,))


_MAKERS: dict[str, Callable[[Trace, _Flat], _Flat]] = {
    "grad": _grad,
    "vjp": _vjp,
    "jvp": _jvp,
    "vmap": _vmap,
    "jit": lambda _, flat: jax.jit(flat),
    "checkpoint": lambda _, flat: jax.checkpoint(flat),
}
