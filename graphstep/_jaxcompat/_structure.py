"""How equations nest other jaxprs, and what else is read off a jaxpr."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import jax
from jax._src import core as _core
from jax._src.interpreters import ad as _ad
from jax.extend import core as jex
from jax.interpreters import ad

ClosedJaxpr = jex.ClosedJaxpr

Jaxpr = jex.Jaxpr

JaxprEqn = jex.JaxprEqn

Literal = jex.Literal

Var = jex.Var

# Call-like primitives whose equations may be replaced by those of their body.
# `remat2` was `checkpoint`, `jit` was `pjit`; the old names cost nothing to keep.
_JIT_NAMES = frozenset({"jit", "pjit"})

_REMAT_NAMES = frozenset({"remat", "remat2", "remat3", "checkpoint"})

_CALL_NAMES = (
    _JIT_NAMES | _REMAT_NAMES | {"closed_call", "core_call", "core_closed_call"}
)

_CUSTOM_NAMES = frozenset(
    {"custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr"}
)

_CALLBACK_NAMES = frozenset(
    {"pure_callback", "io_callback", "debug_callback", "debug_print"}
)


@dataclasses.dataclass(frozen=True, slots=True)
class Body:
    """One jaxpr inside an equation, and how it is wired to that equation.

    Attributes:
        suffix: What follows the equation's id in the ids of the body's own region
            (`":1"`, `":cond"`), or `""` when the body shares the equation's region.
        jaxpr: The open jaxpr.
        consts: Values of its constvars.
        binders: Per invar, what follows the equation's id in the binder's id.
        operands: Per invar, the index of the equation's operand that feeds it.
        results: Per outvar, the key of its edge into the equation's exit node; those
            of the branches of a cond are counted on from branch to branch.
        carries: Per outvar, the binder it feeds in the next iteration, or `None`.
    """

    suffix: str
    jaxpr: Jaxpr
    consts: tuple[Any, ...]
    binders: tuple[str, ...]
    operands: tuple[int, ...]
    results: tuple[int, ...]
    carries: tuple[str | None, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Structure:
    """The nested jaxprs of a structured equation.

    Attributes:
        kind: `call`, `scan`, `while`, `cond` or `shard_map`.
        bodies: The nested jaxprs in program order.
        is_transparent: Whether inner equations connect straight to outer ones.
        is_opaque: Whether JAX differentiates the equation by a rule of its own.
        is_loop: Whether the values inside have an axis of their own.
        length: Trip count when it is static.
        index_binder: Id suffix of the binder of the branch index, for `cond`.
    """

    kind: str
    bodies: tuple[Body, ...]
    is_transparent: bool = False
    is_opaque: bool = False
    is_loop: bool = False
    length: int | None = None
    index_binder: str | None = None


def open_jaxpr(jaxpr: Jaxpr | ClosedJaxpr) -> tuple[Jaxpr, tuple[Any, ...]]:
    """Return `jaxpr` without its constants, and the constants."""
    if isinstance(jaxpr, ClosedJaxpr):
        return jaxpr.jaxpr, tuple(jaxpr.consts)
    return jaxpr, ()


def _body(
    jaxpr: Jaxpr | ClosedJaxpr,
    binders: Sequence[str],
    *,
    operands: Sequence[int] | None = None,
    results: Sequence[int] | None = None,
    carries: Sequence[str | None] | None = None,
    suffix: str = "",
) -> Body:
    inner, consts = open_jaxpr(jaxpr)
    n_out = len(inner.outvars)
    return Body(
        suffix=suffix,
        jaxpr=inner,
        consts=consts,
        binders=tuple(binders),
        operands=tuple(range(len(binders)) if operands is None else operands),
        results=tuple(range(n_out) if results is None else results),
        carries=tuple([None] * n_out if carries is None else carries),
    )


def scan_split(eqn: JaxprEqn) -> tuple[int, int, int]:
    """Return how many operands of a scan are constants, carries and xs."""
    n_const, n_carry = eqn.params["num_consts"], eqn.params["num_carry"]
    return n_const, n_carry, len(eqn.invars) - n_const - n_carry


def _scan_structure(eqn: JaxprEqn) -> Structure:
    n_const, n_carry, n_xs = scan_split(eqn)
    carries = [f"/carry{i}" for i in range(n_carry)]
    binders = [
        *(f"/const{i}" for i in range(n_const)),
        *carries,
        *(f"/x{i}" for i in range(n_xs)),
    ]
    n_ys = len(eqn.outvars) - n_carry
    body = _body(eqn.params["jaxpr"], binders, carries=[*carries, *[None] * n_ys])
    return Structure("scan", (body,), is_loop=True, length=eqn.params["length"])


def _while_structure(eqn: JaxprEqn) -> Structure:
    n_cond, n_body = eqn.params["cond_nconsts"], eqn.params["body_nconsts"]
    n_carry = len(eqn.invars) - n_cond - n_body
    carries = [f"/carry{i}" for i in range(n_carry)]
    carry_operands = range(n_cond + n_body, len(eqn.invars))
    cond = _body(
        eqn.params["cond_jaxpr"],
        [*(f"/cond_const{i}" for i in range(n_cond)), *carries],
        operands=[*range(n_cond), *carry_operands],
        results=[n_carry],
        suffix=":cond",
    )
    body = _body(
        eqn.params["body_jaxpr"],
        [*(f"/body_const{i}" for i in range(n_body)), *carries],
        operands=[*range(n_cond, n_cond + n_body), *carry_operands],
        carries=carries,
        suffix=":body",
    )
    return Structure("while", (cond, body), is_loop=True)


def _cond_structure(eqn: JaxprEqn) -> Structure:
    n_operands, n_out = len(eqn.invars) - 1, len(eqn.outvars)
    bodies = tuple(
        _body(
            branch,
            [f":{b}/in{i}" for i in range(n_operands)],
            operands=range(1, n_operands + 1),
            results=range(b * n_out, (b + 1) * n_out),
            suffix=f":{b}",
        )
        for b, branch in enumerate(eqn.params["branches"])
    )
    return Structure("cond", bodies, index_binder="/index")


def _named_binders(eqn: JaxprEqn, jaxpr: Jaxpr | ClosedJaxpr) -> Body:
    return _body(jaxpr, [f"/in{i}" for i in range(len(eqn.invars))])


def _first_jaxpr(params: Mapping[str, Any]) -> Jaxpr | ClosedJaxpr | None:
    for value in params.values():
        if isinstance(value, Jaxpr | ClosedJaxpr):
            return value
    return None


def structure(eqn: JaxprEqn) -> Structure | None:
    """Return how `eqn` nests other jaxprs, or `None` when it is drawn as a leaf."""
    name = eqn.primitive.name
    if name in _LEAF_TABLE:
        return _LEAF_TABLE[name](eqn)
    inner = None
    if name in _CALL_NAMES or name in _CUSTOM_NAMES:
        inner = _first_jaxpr(eqn.params)
    if inner is None:
        return None
    if name in _CUSTOM_NAMES:
        return Structure("call", (_named_binders(eqn, inner),), is_opaque=True)
    return Structure("call", (_named_binders(eqn, inner),), is_transparent=True)


_LEAF_TABLE: dict[str, Callable[[JaxprEqn], Structure]] = {
    "scan": _scan_structure,
    "while": _while_structure,
    "cond": _cond_structure,
    "shard_map": lambda eqn: Structure(
        "shard_map", (_named_binders(eqn, eqn.params["jaxpr"]),), is_loop=True
    ),
}


def is_jit(eqn: JaxprEqn) -> bool:
    """Return whether `eqn` calls a jit-compiled function."""
    return eqn.primitive.name in _JIT_NAMES


def is_remat(eqn: JaxprEqn) -> bool:
    """Return whether `eqn` is a `jax.checkpoint` region."""
    return eqn.primitive.name in _REMAT_NAMES


def region_name(eqn: JaxprEqn) -> str:
    """Return what people call a structured equation: the function's name."""
    name = eqn.params.get("name")
    return str(name) if name else eqn.primitive.name


def scope_names(eqn: JaxprEqn) -> tuple[str, ...]:
    """Return the name stack of `eqn`, outermost first."""
    stack = eqn.source_info.name_stack
    if not stack.stack:
        return ()
    names = _scope_cache.get(stack)
    if names is None:
        if len(_scope_cache) > _SCOPE_CACHE_SIZE:
            _scope_cache.clear()
        names = _scope_cache[stack] = tuple(str(stack).split("/"))
    return names


_SCOPE_CACHE_SIZE = 10_000

_scope_cache: dict[Any, tuple[str, ...]] = {}


def has_callback(jaxpr: Jaxpr) -> bool:
    """Return whether running `jaxpr` calls back into Python or has other effects."""
    return any(
        _is_felt(inner.effects)
        or any(
            eqn.primitive.name in _CALLBACK_NAMES or _is_felt(eqn.effects)
            for eqn in inner.eqns
        )
        for inner in all_jaxprs(jaxpr)
    )


def _is_felt(effects: Collection[Any]) -> bool:
    """Return whether more happens than that devices speak to each other."""
    return any(not isinstance(effect, _core.NamedAxisEffect) for effect in effects)


def all_jaxprs(jaxpr: Jaxpr) -> Iterator[Jaxpr]:
    """Yield `jaxpr` and every jaxpr nested in the params of its equations, once each."""
    pending, seen = [jaxpr], {jaxpr}
    while pending:
        current = pending.pop()
        yield current
        for eqn in current.eqns:
            for inner in _core.jaxprs_in_params(eqn.params):
                if inner not in seen:
                    seen.add(inner)
                    pending.append(inner)


def has_callback_name(eqn: JaxprEqn) -> bool:
    """Return whether `eqn` calls back into Python."""
    return eqn.primitive.name in _CALLBACK_NAMES


def has_zero_derivative(eqn: JaxprEqn) -> bool:
    """Return whether JAX's rule for `eqn` is that its derivative is zero."""
    rule = ad.primitive_jvps.get(eqn.primitive)
    is_zero_rule = isinstance(rule, functools.partial) and rule.func is _ad.zero_jvp
    return is_zero_rule or eqn.primitive.name == "stop_gradient"


def platform_branch(eqn: JaxprEqn) -> int | None:
    """Return the branch of a per-platform cond that this platform takes."""
    platforms = eqn.params.get("branches_platforms")
    if platforms is None:
        return None
    here = jax.default_backend()
    for i, names in enumerate(platforms):
        if names is None or here in names:
            return i
    return len(platforms) - 1


def primitive_named(name: str) -> Any | None:
    """Return the primitive of `jax.lax` that is called `name`, if there is one."""
    found = getattr(jax.lax, f"{name.replace('-', '_')}_p", None)
    is_it = isinstance(found, jex.Primitive) and found.name == name
    return found if is_it else None
