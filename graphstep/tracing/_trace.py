"""Trace a function and example arguments to a closed jaxpr."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax

from graphstep._jaxcompat import ClosedJaxpr, is_inexact, is_x64_enabled
from graphstep.errors import ArgumentError, TraceError
from graphstep.tracing._failures import (
    check_arguments,
    check_consts,
    check_result,
    explain_trace_failure,
)
from graphstep.tracing._one_line import one_line
from graphstep.tracing._paths import argument_paths, positional_names, result_paths

Argnums = int | tuple[int, ...] | None


class _Static:
    """An argument that JAX does not trace; part of the tree, not a leaf of it."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Static):
            return NotImplemented
        if self.value is other.value:
            return True
        try:
            return bool(self.value == other.value)
        except (TypeError, ValueError):
            return False

    def __hash__(self) -> int:
        return hash(type(self.value))


jax.tree_util.register_pytree_node(
    _Static, lambda static: ((), static), lambda static, _: static
)


@dataclasses.dataclass(frozen=True, slots=True)
class CallSpec:
    """Which arguments are static, which are differentiated, and what is returned.

    Attributes:
        static_argnums: Positions of arguments that are not traced.
        static_argnames: Names of keyword arguments that are not traced.
        argnums: Positions to differentiate as `jax.grad` spells them, or `None` for
            every positional argument that is not static.
        has_aux: Whether the function returns `(output, auxiliary)`.
    """

    static_argnums: tuple[int, ...] = ()
    static_argnames: tuple[str, ...] = ()
    argnums: Argnums = None
    has_aux: bool = False

    def wrap_static(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments with everything static wrapped out of the leaves.

        Functions inside a pytree (an activation in a module) are static too: JAX
        could not trace them as arrays.
        """
        wrapped_args = tuple(
            _Static(arg) if i in self.static_argnums else _wrap_functions(arg)
            for i, arg in enumerate(args)
        )
        wrapped_kwargs = {
            name: _Static(arg) if name in self.static_argnames else _wrap_functions(arg)
            for name, arg in kwargs.items()
        }
        return wrapped_args, wrapped_kwargs

    def diff_positions(self, n_args: int) -> tuple[int, ...]:
        """Return the differentiated positions, each from 0 to `n_args - 1`."""
        if self.argnums is None:
            return tuple(i for i in range(n_args) if i not in self.static_argnums)
        argnums = (self.argnums,) if isinstance(self.argnums, int) else self.argnums
        return tuple(i % n_args for i in argnums)


def _wrap_functions(tree: Any) -> Any:
    return jax.tree.map(
        lambda leaf: _Static(leaf) if _is_function(leaf) else leaf, tree
    )


def _is_function(leaf: Any) -> bool:
    return callable(leaf) and not hasattr(leaf, "dtype")


def _unwrap_static(tree: Any) -> Any:
    return jax.tree.map(
        lambda node: node.value if isinstance(node, _Static) else node,
        tree,
        is_leaf=lambda node: isinstance(node, _Static),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Trace:
    """A function traced at example arguments.

    Attributes:
        fn: The user's function.
        spec: What is static, differentiated and returned.
        closed_jaxpr: JAX's own program.
        in_leaves: The traced argument leaves: arrays, scalars or
            `jax.ShapeDtypeStruct`.
        in_tree: Structure of `(args, kwargs)`.
        out_tree: Structure of the function's result.
        in_names: A path per input leaf, such as `params['w1']`.
        out_names: A path per output leaf.
        differentiated: Per input leaf, whether it gets an in-cotangent.
        n_seeded: How many output leaves, the first ones, take a seed; the others are
            auxiliary.
        x64: Whether the trace was made with 64-bit types enabled.
    """

    fn: Callable[..., Any]
    spec: CallSpec
    closed_jaxpr: ClosedJaxpr
    in_leaves: tuple[Any, ...]
    in_tree: Any
    out_tree: Any
    in_names: tuple[str, ...]
    out_names: tuple[str, ...]
    differentiated: tuple[bool, ...]
    n_seeded: int
    x64: bool

    @property
    def fn_name(self) -> str:
        """The function's qualified name."""
        return function_name(self.fn)

    @property
    def has_values(self) -> bool:
        """Whether the example arguments have values, not only shapes."""
        return not any(
            isinstance(leaf, jax.ShapeDtypeStruct) for leaf in self.in_leaves
        )

    def flatten(
        self, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> tuple[list[Any], Any]:
        """Return the leaves and the tree of new arguments."""
        return jax.tree.flatten(self.spec.wrap_static(tuple(args), kwargs))

    def unflatten(
        self, leaves: Sequence[Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return `(args, kwargs)` as the function takes them."""
        return _unwrap_static(jax.tree.unflatten(self.in_tree, leaves))

    def positional_names(self, count: int) -> tuple[str, ...]:
        """Return the names of the first `count` positional arguments."""
        return tuple(positional_names(self.fn, count))

    def with_argnums(self, argnums: Argnums) -> Trace:
        """Return the same program with other arguments differentiated.

        Raises:
            ArgumentError: If there is no such argument, or it is static.
        """
        args, _ = self.unflatten(self.in_leaves)
        spec = dataclasses.replace(self.spec, argnums=argnums)
        _check_positions(spec, len(args))
        wrapped, _ = spec.wrap_static(args, {})
        differentiated = tuple(_differentiated(wrapped, spec, self.closed_jaxpr))
        return dataclasses.replace(self, spec=spec, differentiated=differentiated)

    def x64_context(self) -> contextlib.AbstractContextManager[Any]:
        """Return a context in which 64-bit types mean what they meant in the trace."""
        return jax.enable_x64(self.x64)


def function_name(fn: Callable[..., Any]) -> str:
    """Return a name for `fn`, looking through partials and wrappers."""
    while isinstance(fn, functools.partial):
        fn = fn.func
    name = getattr(fn, "__qualname__", None) or getattr(fn, "__name__", None)
    return str(name or type(fn).__name__).replace("<locals>.", "")


def trace_function(
    fn: Callable[..., Any],
    args: Sequence[Any],
    kwargs: dict[str, Any],
    spec: CallSpec,
) -> Trace:
    """Trace `fn` at `args` and `kwargs`; nothing is computed.

    Args:
        fn: Any function that JAX can trace.
        args: Positional arguments: pytrees of arrays, scalars, typed keys or
            `jax.ShapeDtypeStruct`, and static values where `spec` says so.
        kwargs: Keyword arguments, never differentiated.
        spec: What is static, differentiated and returned.

    Raises:
        ArgumentError: If an argument is not something that JAX can trace.
        ControlFlowError: If Python control flow meets a traced value.
        FunctionError: If the function itself raises.
        TraceError: If it cannot be traced for another reason.
    """
    spec = _with_named_statics(fn, spec, len(args))
    _check_positions(spec, len(args))
    check_arguments(fn, args, kwargs, spec.static_argnums, spec.static_argnames)
    wrapped = spec.wrap_static(tuple(args), dict(kwargs))
    leaves, in_tree = jax.tree.flatten(wrapped)
    results: list[Any] = []

    def flat_fn(*flat: Any) -> list[Any]:
        call_args, call_kwargs = _unwrap_static(jax.tree.unflatten(in_tree, flat))
        result = fn(*call_args, **call_kwargs)
        check_result(fn, result)
        out_leaves, out_tree = jax.tree.flatten(result)
        results[:] = [out_tree, result_paths(result), _n_seeded(result, spec)]
        return out_leaves

    in_names = argument_paths(fn, *wrapped)
    try:
        closed_jaxpr = jax.make_jaxpr(flat_fn)(*leaves)
    except TraceError:
        raise
    except Exception as error:
        raise explain_trace_failure(error, fn, in_names) from error
    check_consts(fn, closed_jaxpr)
    out_tree, out_names, n_seeded = results
    return Trace(
        fn=fn,
        spec=spec,
        closed_jaxpr=closed_jaxpr,
        in_leaves=tuple(leaves),
        in_tree=in_tree,
        out_tree=out_tree,
        in_names=tuple(in_names),
        out_names=tuple(out_names),
        differentiated=tuple(_differentiated(wrapped[0], spec, closed_jaxpr)),
        n_seeded=n_seeded,
        x64=is_x64_enabled(),
    )


def _differentiated(
    args: tuple[Any, ...], spec: CallSpec, closed_jaxpr: ClosedJaxpr
) -> Iterator[bool]:
    positions = set(spec.diff_positions(len(args)))
    avals = iter(closed_jaxpr.in_avals)
    for position, arg in enumerate(args):
        for _ in jax.tree.leaves(arg):
            yield is_inexact(next(avals)) and position in positions
    for _ in avals:
        yield False


def _n_seeded(result: Any, spec: CallSpec) -> int:
    if not spec.has_aux:
        return len(jax.tree.leaves(result))
    if not isinstance(result, tuple) or len(result) != 2:
        msg = (
            "With has_aux the function must return a pair `(output, auxiliary)`, "
            f"but it returned {type(result).__name__}. Return a pair, or leave out "
            "has_aux."
        )
        raise TraceError(msg)
    return len(jax.tree.leaves(result[0]))


def _check_positions(spec: CallSpec, n_args: int) -> None:
    argnums = spec.argnums
    wanted = (
        () if argnums is None else (argnums,) if isinstance(argnums, int) else argnums
    )
    for position in wanted:
        if not -n_args <= position < n_args:
            msg = (
                f"argnums names positional argument {position}, but the function was "
                f"given {n_args}. Use positions from 0 to {n_args - 1}."
            )
            raise ArgumentError(msg)
        if position % n_args in spec.static_argnums:
            msg = (
                f"Argument {position} is static, so it has no derivative. Take it out "
                "of argnums or out of static_argnums."
            )
            raise ArgumentError(msg)


def _with_named_statics(
    fn: Callable[..., Any], spec: CallSpec, n_args: int
) -> CallSpec:
    """Return `spec` with static names given positionally, and negatives, resolved."""
    parameters = _parameters(fn)
    _check_statics(parameters, spec, n_args)
    positions = {i % n_args for i in spec.static_argnums if -n_args <= i < n_args}
    positions |= {
        i
        for i, name in enumerate(list(parameters)[:n_args])
        if name in spec.static_argnames
    }
    return dataclasses.replace(spec, static_argnums=tuple(sorted(positions)))


def _parameters(fn: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return {}


def _check_statics(
    parameters: Mapping[str, inspect.Parameter], spec: CallSpec, n_args: int
) -> None:
    """Raise if a static argument is none that the function can take."""
    kinds = {parameter.kind for parameter in parameters.values()}
    unknown = [name for name in spec.static_argnames if name not in parameters]
    if parameters and unknown and inspect.Parameter.VAR_KEYWORD not in kinds:
        names = ", ".join(f"`{one_line(name)}`" for name in parameters)
        msg = (
            f"static_argnames names `{one_line(str(unknown[0]))}`, but the function has "
            f"no such argument. It has {names}."
        )
        raise ArgumentError(msg)
    named = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    most = max(n_args, sum(p.kind not in named for p in parameters.values()))
    beyond = [i for i in spec.static_argnums if not -most <= i < most]
    if parameters and beyond and inspect.Parameter.VAR_POSITIONAL not in kinds:
        msg = (
            f"static_argnums names positional argument {beyond[0]}, but the function "
            f"has {most}. Use positions from 0 to {most - 1}."
        )
        raise ArgumentError(msg)
