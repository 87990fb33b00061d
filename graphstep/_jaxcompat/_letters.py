"""The letters of JAX's own printout."""

from __future__ import annotations

import dataclasses
import itertools
import operator
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from jax._src import core as _core
from jax._src.source_info_util import new_source_info

from graphstep._jaxcompat._structure import (
    ClosedJaxpr,
    Jaxpr,
    JaxprEqn,
    Var,
    all_jaxprs,
)

_SEVERAL = _core.Primitive("several")


class _Spy:
    """Pose as a variable, to be handed the naming context of JAX's printout.

    Args:
        work: What is done with that context when the spy's turn has come.
    """

    aval = _core.ShapedArray((), np.dtype(np.float32))

    def __init__(self, work: Callable[[Any], None]) -> None:
        self._work = work

    def pretty_print(self, context: Any, *, print_dtype: bool = True) -> str:
        del print_dtype
        self._work(context.var_names)
        return "_"


@dataclasses.dataclass(frozen=True, eq=False)
class _SpiedJaxpr:
    """What the pretty-printer reads of a jaxpr."""

    constvars: Sequence[Any]
    invars: Sequence[Any]
    eqns: Sequence[Any]
    outvars: Sequence[Any]
    effects: Any = ()


@dataclasses.dataclass(frozen=True, eq=False)
class _SpiedEqn:
    """What it reads of an equation: here of several, which bind only what a spy does."""

    outvars: Sequence[_Spy]
    invars: Sequence[Any] = ()
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    primitive: _core.Primitive = _SEVERAL
    source_info: Any = dataclasses.field(default_factory=new_source_info)


def letters(closed_jaxpr: ClosedJaxpr) -> dict[Var, str]:
    """Return the letter that JAX's printout gives each variable.

    JAX gives them in the order in which its printer comes upon variables. Without
    nesting that is program order; nesting too deep for the recursive printer gets
    letters in that order too.
    """
    jaxpr = closed_jaxpr.jaxpr
    if not any(map(_has_jaxprs, jaxpr.eqns)):
        # Of thousands of equations, JAX's printer takes half a second.
        return _letters_in_order([jaxpr])
    names: dict[Var, str] = {}
    used = _used(jaxpr)
    bound = (var for eqn in jaxpr.eqns for var in eqn.outvars)
    dropped = dict.fromkeys((var for var in bound if var not in used), "_")

    def begin(given: dict[Var, str]) -> None:
        # JAX takes for dropped what only those equations use that it is not shown.
        for var in [var for var, name in given.items() if name == "_"]:
            del given[var]
        given.update(dropped)

    spied = _SpiedJaxpr(
        [_Spy(begin), *jaxpr.constvars],
        jaxpr.invars,
        [*_spied_eqns(jaxpr)],
        [*jaxpr.outvars, _Spy(names.update)],
    )
    try:
        _core.pp_toplevel_jaxpr(
            spied,  # pyright: ignore[reportArgumentType]
            print_shapes=False,
        )
    except RecursionError:
        return _letters_in_order(all_jaxprs(jaxpr))
    return names


def _spied_eqns(jaxpr: Jaxpr) -> Iterator[JaxprEqn | _SpiedEqn]:
    """Yield equations that print others, and in place of each run of the rest one."""
    for prints_others, eqns in itertools.groupby(jaxpr.eqns, _has_jaxprs):
        if prints_others:
            yield from eqns
        elif bound := [var for eqn in eqns for var in eqn.outvars]:
            # To ask for a name gives one.
            yield _SpiedEqn([_Spy(operator.itemgetter(*bound))])


def _has_jaxprs(eqn: JaxprEqn) -> bool:
    return any(True for _ in _core.jaxprs_in_params(eqn.params))


def _letters_in_order(jaxprs: Iterable[Jaxpr]) -> dict[Var, str]:
    names: dict[Var, str] = {}
    unused = _all_letters()
    for inner in jaxprs:
        binders = [*inner.constvars, *inner.invars]
        used = _used(inner)
        bound = (v for eqn in inner.eqns for v in eqn.outvars if v in used)
        for var in [*binders, *bound]:
            if var not in names:
                names[var] = next(unused)
    return names


def _all_letters() -> Iterator[str]:
    for index in itertools.count():
        before = letter_from_index(index) if index else ""
        for last in string.ascii_lowercase:
            yield before + last


def _used(jaxpr: Jaxpr) -> set[Var]:
    used = {v for eqn in jaxpr.eqns for v in eqn.invars if isinstance(v, Var)}
    return used | {v for v in jaxpr.outvars if isinstance(v, Var)}


def letter_from_index(index: int) -> str:
    """Return the name of variable number `index`: `a` to `z`, then `ba`."""
    digits = ""
    while True:
        index, rest = divmod(index, len(string.ascii_lowercase))
        digits = string.ascii_lowercase[rest] + digits
        if not index:
            return digits
