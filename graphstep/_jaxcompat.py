"""Read and re-emit JAX's program representation; the only file that touches its internals."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jax._src import callback as _callback
from jax._src import core as _core
from jax._src import effects as _effects
from jax._src import linear_util as _linear_util
from jax._src.interpreters import ad as _ad
from jax.extend import core as jex
from jax.interpreters import ad, batching, mlir

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
    if jaxpr.effects:
        return True
    return any(
        eqn.primitive.name in _CALLBACK_NAMES or eqn.effects
        for inner in all_jaxprs(jaxpr)
        for eqn in inner.eqns
    )


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


def is_ref(aval: Any) -> bool:
    """Return whether `aval` is a mutable reference, which has no value to keep."""
    return not isinstance(aval, jax.core.ShapedArray)


def is_key(aval: Any) -> bool:
    """Return whether `aval` is an array of typed PRNG keys."""
    return jax.dtypes.issubdtype(getattr(aval, "dtype", None), jax.dtypes.prng_key)


def key_impl(aval: Any) -> Any:
    """Return the implementation of typed PRNG keys of type `aval`."""
    return aval.dtype._impl.name  # noqa: SLF001


def is_inexact(aval: Any) -> bool:
    """Return whether values of `aval` can have a cotangent: floats and complex."""
    dtype = getattr(aval, "dtype", None)
    return (
        dtype is not None
        and not is_ref(aval)
        and not jax.dtypes.issubdtype(dtype, jax.dtypes.extended)
        and jax.dtypes.issubdtype(dtype, np.inexact)
    )


def short_type(aval: Any) -> str:
    """Return `f32[2,3]`, spelled as jaxprs spell it."""
    return aval.str_short(short_dtypes=True)


class _LabelledAval(jax.core.ShapedArray):
    """A shape and dtype whose printout says more, such as how it is sharded."""

    __slots__ = ("label",)

    label: str

    def str_short(self, *_args: Any, **_options: Any) -> str:
        return self.label


def aval_from_parts(
    shape: tuple[int, ...], dtype: Any, *, weak_type: bool, label: str | None
) -> Any:
    """Return an aval that tells no devices, and prints as `label` if there is one."""
    aval = jax.core.ShapedArray(shape, dtype, weak_type)
    if label is None:
        return aval
    labelled = object.__new__(_LabelledAval)
    for name in jax.core.ShapedArray.__slots__:
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


class _NameSpy:
    """Pose as a result of a jaxpr to be handed the naming context of its printout."""

    aval = jax.core.ShapedArray((), np.dtype(np.float32))
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

    Nesting too deep for JAX's recursive printer gets letters in program order.
    """
    jaxpr = closed_jaxpr.jaxpr
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
        for var in [*binders, *(v for eqn in inner.eqns for v in eqn.outvars)]:
            names.setdefault(var, letter_from_index(len(names)))
    return names


def letter_from_index(index: int) -> str:
    """Return the name of variable number `index`: a … z, ba, bb, …"""
    digits = ""
    while True:
        index, rest = divmod(index, len(string.ascii_lowercase))
        digits = string.ascii_lowercase[rest] + digits
        if not index:
            return digits


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
    still = {
        var: jax.lax.stop_gradient(x) if is_inexact(var.aval) else x
        for var, x in environment.items()
    }

    def filled(consts: Sequence[Any]) -> list[Any]:
        return [still.get(getattr(c, "val", None), c) for c in consts]

    changed = dict(params)
    for name in ("fwd_jaxpr_thunk", "jvp_jaxpr_fun"):
        if name in changed:
            changed[name] = _thunk_with_values(changed[name], filled)
    if "bwd" in changed:
        changed["bwd"] = _bwd_with_values(changed["bwd"], filled)
    return changed


def _thunk_with_values(
    thunk: Any, filled: Callable[[Sequence[Any]], list[Any]]
) -> Any:
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


def primitive_named(name: str) -> Any | None:
    """Return the primitive of `jax.lax` that is called `name`, if there is one."""
    found = getattr(jax.lax, f"{name.replace('-', '_')}_p", None)
    is_it = isinstance(found, jex.Primitive) and found.name == name
    return found if is_it else None


@contextlib.contextmanager
def keeping_callbacks() -> Iterator[None]:
    """Differentiate callbacks inside loops without losing them.

    JAX drops an io_callback without results from a loop that it differentiates
    (issue 28738), though a recording must run it exactly once.
    """
    kept = _effects.partial_eval_kept_effects._effect_types  # noqa: SLF001
    added = {_callback.IOEffect, _callback.OrderedIOEffect} - kept
    kept |= added
    try:
        yield
    finally:
        kept -= added


# A tap is an identity whose cotangent also leaves through a second operand. As a
# primitive it costs nothing forward: its JVP rule returns the primal itself.
_tap_p = jex.Primitive("graphstep_tap")
_tap_tangent_p = jex.Primitive("graphstep_tap_tangent")


def tap(value: jax.Array, slot: jax.Array, reading: Callable[[Any], Any]) -> jax.Array:
    """Return `value`; in reverse mode the cotangent of `slot` is `reading(cotangent)`.

    Args:
        value: Any inexact array.
        slot: Zeros whose shape and dtype are those that `reading` returns.
        reading: Applied to the cotangent of `value`; it need not be linear.
    """
    return _tap_p.bind(value, slot, reading=reading)


def _tap_jvp(
    primals: tuple[Any, Any], tangents: tuple[Any, Any], *, reading: Callable[[Any], Any]
) -> tuple[Any, Any]:
    value, _ = primals
    value_dot, slot_dot = tangents
    if isinstance(slot_dot, ad.Zero):
        return value, value_dot
    if isinstance(value_dot, ad.Zero):
        value_dot = ad.instantiate_zeros(value_dot)
    return value, _tap_tangent_p.bind(value_dot, slot_dot, reading=reading)


def _tap_transpose(
    cotangent: Any, value_dot: Any, slot_dot: Any, *, reading: Callable[[Any], Any]
) -> tuple[Any, Any]:
    if isinstance(cotangent, ad.Zero):
        slot_ct = None
        if ad.is_undefined_primal(slot_dot):
            slot_ct = ad.Zero(slot_dot.aval)
        return (cotangent if ad.is_undefined_primal(value_dot) else None), slot_ct
    return (
        cotangent if ad.is_undefined_primal(value_dot) else None,
        reading(cotangent) if ad.is_undefined_primal(slot_dot) else None,
    )


def _tap_batch(
    args: tuple[Any, Any], dims: tuple[Any, Any], *, reading: Callable[[Any], Any]
) -> tuple[Any, Any]:
    del reading
    return args[0], dims[0]


for _primitive in (_tap_p, _tap_tangent_p):
    _primitive.def_impl(lambda value, _slot, *, reading: value)
    _primitive.def_abstract_eval(lambda value, _slot, *, reading: value)
    mlir.register_lowering(_primitive, lambda _ctx, value, _slot, *, reading: [value])
    batching.primitive_batchers[_primitive] = _tap_batch
ad.primitive_jvps[_tap_p] = _tap_jvp
ad.primitive_transposes[_tap_tangent_p] = _tap_transpose


def has_callback_name(eqn: JaxprEqn) -> bool:
    """Return whether `eqn` calls back into Python."""
    return eqn.primitive.name in _CALLBACK_NAMES


def has_zero_derivative(eqn: JaxprEqn) -> bool:
    """Return whether JAX's rule for `eqn` is that its derivative is zero."""
    rule = ad.primitive_jvps.get(eqn.primitive)
    is_zero_rule = isinstance(rule, functools.partial) and rule.func is _ad.zero_jvp
    return is_zero_rule or eqn.primitive.name == "stop_gradient"


def shard_count(eqn: JaxprEqn | None) -> int:
    """Return over how many devices a shard_map runs its body."""
    if eqn is None:
        return 1
    sizes = dict(eqn.params["mesh"].shape)
    return int(np.prod([sizes[axis] for axis in manual_axes(eqn)], dtype=int))


def manual_axes(eqn: JaxprEqn) -> tuple[str, ...]:
    """Return the mesh axes over which a shard_map is manual, in mesh order."""
    axes = eqn.params.get("newly_manual_axes") or eqn.params.get("manual_axes")
    names = tuple(eqn.params["mesh"].axis_names)
    return tuple(name for name in names if axes is None or name in axes)


def remap_shards(
    eqn: JaxprEqn, body: Callable[..., Any], extra_in: int, extra_out: Any
) -> Callable[..., Any]:
    """Return `body` as a shard_map like `eqn`.

    Args:
        eqn: The shard_map equation.
        body: Takes the shards of the operands, then a list of `extra_in` arrays whose
            leading axis is the device; returns a list of results and a tree of
            records, each with a leading axis of one.
        extra_in: Number of extra operands.
        extra_out: Unused values shaped like the tree of records.
    """
    axes = manual_axes(eqn)
    per_device = jax.sharding.PartitionSpec(axes)
    return jax.shard_map(
        body,
        mesh=eqn.params["mesh"],
        in_specs=(tuple(eqn.params["in_specs"]), [per_device] * extra_in),
        out_specs=(
            list(eqn.params["out_specs"]),
            jax.tree.map(lambda _: per_device, extra_out),
        ),
        axis_names=set(axes),
        check_vma=eqn.params["check_vma"],
    )


def varying_axes(x: Any) -> frozenset[str]:
    """Return the manual axes over which `x` differs from device to device."""
    aval = jax.typeof(x)
    kind = getattr(aval, "mat", None)
    return kind.varying if kind is not None else getattr(aval, "vma", frozenset())


def to_varying(x: jax.Array, axes: Sequence[str]) -> jax.Array:
    """Return `x` typed as different on every device along `axes`."""
    missing = tuple(axis for axis in axes if axis not in varying_axes(x))
    return jax.lax.pcast(x, missing, to="varying") if missing else x


def zeros_like_type(
    shape: tuple[int, ...], dtype: Any, aval: Any, lead: int
) -> jax.Array:
    """Return zeros sharded as `aval` is, behind `lead` leading axes.

    Only meshes with explicit axes put a sharding into an array's type.
    """
    sharding = getattr(aval, "sharding", None)
    mesh = getattr(sharding, "mesh", None)
    explicit = mesh is not None and not mesh.empty and mesh._any_axis_explicit  # noqa: SLF001
    if not explicit or len(shape) != lead + len(aval.shape):
        return jax.numpy.zeros(shape, dtype)
    spec = jax.sharding.PartitionSpec(*[None] * lead, *sharding.spec)
    return jax.numpy.zeros(
        shape, dtype, device=jax.sharding.NamedSharding(mesh, spec)
    )


def constrain(x: Any, sharding: Any) -> Any:
    """Return `x` under the sharding that a jit-compiled function asked for."""
    if isinstance(sharding, jax.sharding.Sharding):
        return jax.lax.with_sharding_constraint(x, sharding)
    return x


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


def is_tracer(value: Any) -> bool:
    """Return whether `value` stands for a value of a function that is being traced."""
    return isinstance(value, _core.Tracer)
