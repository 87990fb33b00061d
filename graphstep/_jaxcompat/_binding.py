"""Run one equation again, whatever its rules close over."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import jax
from jax._src import callback as _callback
from jax._src import core as _core
from jax._src import effects as _effects
from jax._src import linear_util as _linear_util
from jax.interpreters import ad

from graphstep._jaxcompat._avals import is_inexact
from graphstep._jaxcompat._structure import JaxprEqn, Var


def bind(
    eqn: JaxprEqn,
    operands: Sequence[Any],
    environment: Mapping[Var, Any] | None = None,
) -> list[Any]:
    """Run one equation on `operands`, in its own context, and return its outputs.

    Args:
        eqn: The equation.
        operands: One value per invar.
        environment: Values of the variables around the equation, for a custom rule
            that closes over traced values.
    """
    params = eqn.params
    if environment is not None and params.get("num_consts"):
        params = _rules_with_values(params, environment)
    bind_params = eqn.primitive.get_bind_params(params)
    with eqn.ctx.manager:
        # Before JAX 0.10 the sub-functions came apart from the params.
        if isinstance(bind_params, tuple):
            subfuns, params = bind_params
            outputs = eqn.primitive.bind(*subfuns, *operands, **params)
        else:
            outputs = eqn.primitive.bind(*operands, **bind_params)
    return list(outputs) if eqn.primitive.multiple_results else [outputs]


def _rules_with_values(
    params: Mapping[str, Any], environment: Mapping[Var, Any]
) -> dict[str, Any]:
    """Return the params of a custom call whose rules close over traced values.

    The rules are Python functions that still hold the tracers of the trace that made
    the jaxpr; each is replaced by the value that its variable has now.
    """
    still: dict[Any, Any] = {
        var: jax.lax.stop_gradient(x) if is_inexact(var.aval) else x
        for var, x in environment.items()
    }

    def filled(consts: Sequence[Any]) -> list[Any]:
        # Only a tracer holds a variable; arrays beside it cannot even be hashed.
        return [
            still.get(getattr(c, "val", None), c) if isinstance(c, _core.Tracer) else c
            for c in consts
        ]

    changed = dict(params)
    for name in ("fwd_jaxpr_thunk", "jvp_jaxpr_fun"):
        if name in changed:
            changed[name] = _thunk_with_values(changed[name], filled)
    if "bwd" in changed:
        changed["bwd"] = _bwd_with_values(changed["bwd"], filled)
    return changed


def _thunk_with_values(thunk: Any, filled: Callable[[Sequence[Any]], list[Any]]) -> Any:
    def run(*zeros: bool) -> tuple[Any, ...]:
        jaxpr, consts, *rest = thunk.call_wrapped(*zeros)
        return (jaxpr, filled(consts), *rest)

    return _linear_util.wrap_init(run, debug_info=thunk.debug_info)


def _bwd_with_values(bwd: Any, filled: Callable[[Sequence[Any]], list[Any]]) -> Any:
    def run(*args: Any) -> list[Any]:
        zeros: list[Any] = []
        arrays = [x for x in args if not isinstance(x, ad.Zero)]

        def rule(*given: Any) -> list[Any]:
            rest = iter(given)
            merged = [x if isinstance(x, ad.Zero) else next(rest) for x in args]
            results = bwd.call_wrapped(*merged)
            zeros[:] = [x if isinstance(x, ad.Zero) else None for x in results]
            return [x for x in results if not isinstance(x, ad.Zero)]

        closed = jax.make_jaxpr(rule)(*arrays)
        rest = iter(_core.eval_jaxpr(closed.jaxpr, filled(closed.consts), *arrays))
        return [next(rest) if zero is None else zero for zero in zeros]

    return _linear_util.wrap_init(run, debug_info=bwd.debug_info)


@contextlib.contextmanager
def keeping_callbacks() -> Generator[None]:
    """Differentiate callbacks inside loops without losing them.

    JAX drops an io_callback without results from a loop that it differentiates
    (issue 28738), though a recording must run it exactly once.
    """
    kept = _effects.partial_eval_kept_effects._effect_types  # pyright: ignore[reportPrivateUsage]
    added = {_callback.IOEffect, _callback.OrderedIOEffect} - kept
    kept |= added
    try:
        yield
    finally:
        kept -= added
