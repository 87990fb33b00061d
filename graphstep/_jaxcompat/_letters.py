"""The letters of JAX's own printout."""

from __future__ import annotations

import dataclasses
import string
from typing import Any

import numpy as np
from jax._src import core as _core

from graphstep._jaxcompat._structure import ClosedJaxpr, Jaxpr, Var, all_jaxprs


class _NameSpy:
    """Pose as a result of a jaxpr to be handed the naming context of its printout."""

    aval = _core.ShapedArray((), np.dtype(np.float32))
    context: Any = None

    def pretty_print(self, context: Any, *, print_dtype: bool = True) -> str:
        del print_dtype
        self.context = context
        return "_"


@dataclasses.dataclass(frozen=True, eq=False)
class _SpiedJaxpr:
    """What the pretty-printer reads of a jaxpr, with a spy among the results."""

    constvars: Any
    invars: Any
    eqns: Any
    outvars: Any
    effects: Any = ()


def letters(closed_jaxpr: ClosedJaxpr) -> dict[Var, str]:
    """Return the letter that JAX's printout gives each variable.

    JAX gives them in the order in which its printer comes upon variables. Without
    nesting that is program order; nesting too deep for the recursive printer gets
    letters in that order too.
    """
    jaxpr = closed_jaxpr.jaxpr
    if all(inner is jaxpr for inner in all_jaxprs(jaxpr)):
        # Of thousands of equations, JAX's printer takes half a second.
        return _letters_in_order(jaxpr)
    spy = _NameSpy()
    spied = _SpiedJaxpr(
        jaxpr.constvars, jaxpr.invars, jaxpr.eqns, [*jaxpr.outvars, spy]
    )
    try:
        _core.pp_toplevel_jaxpr(spied)  # pyright: ignore[reportArgumentType]
    except RecursionError:
        return _letters_in_order(jaxpr)
    return dict(spy.context.var_names)


def _letters_in_order(jaxpr: Jaxpr) -> dict[Var, str]:
    names: dict[Var, str] = {}
    for inner in all_jaxprs(jaxpr):
        binders = [*inner.constvars, *inner.invars]
        used = {v for eqn in inner.eqns for v in eqn.invars if isinstance(v, Var)}
        used |= {v for v in inner.outvars if isinstance(v, Var)}
        bound = (v for eqn in inner.eqns for v in eqn.outvars if v in used)
        for var in [*binders, *bound]:
            names.setdefault(var, letter_from_index(len(names)))
    return names


def letter_from_index(index: int) -> str:
    """Return the name of variable number `index`: `a` to `z`, then `ba`."""
    digits = ""
    while True:
        index, rest = divmod(index, len(string.ascii_lowercase))
        digits = string.ascii_lowercase[rest] + digits
        if not index:
            return digits
