"""Name the leaves of arguments and results by their place: `params['w1']`, `out[0]`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax

from graphstep.errors import ArgumentError
from graphstep.tracing._one_line import one_line, text_of

_LONGEST_PATH = 200


def argument_paths(
    fn: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> list[str]:
    """Return a path per leaf of `(args, kwargs)`, in the order of JAX's flattening.

    A path begins with the parameter's name: `x`, `params['w1']`,
    `model.layers[0].weight`, `args[2]` for what `*args` takes. A function without a
    signature has `arg0`, `arg1`, ….

    Raises:
        ArgumentError: If an argument is a tree that JAX cannot flatten.
    """
    return [path for path, _ in argument_leaves(fn, args, kwargs)]


def argument_leaves(
    fn: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield each leaf of `(args, kwargs)` with its path.

    Raises:
        ArgumentError: If an argument is a tree that JAX cannot flatten.
    """
    names = positional_names(fn, len(args))
    for name, value in zip(names, args, strict=True):
        yield from _leaves(name, value)
    for name in sorted(kwargs):
        yield from _leaves(one_line(name), kwargs[name])


def result_paths(result: Any) -> list[str]:
    """Return a path per leaf of a result: `out`, `out[0]`, `out['loss']`."""
    return [path for path, _ in result_leaves(result)]


def result_leaves(result: Any) -> Iterator[tuple[str, Any]]:
    """Yield each leaf of a result with its path."""
    return _leaves("out", result)


def positional_names(fn: Callable[..., Any], count: int) -> list[str]:
    """Return a name for each of `count` positional arguments of `fn`."""
    signature = signature_of(fn)
    parameters = [] if signature is None else list(signature.parameters.values())
    names: list[str] = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            rest = range(count - len(names))
            names += [f"{parameter.name}[{i}]" for i in rest]
        elif parameter.kind not in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
            names.append(parameter.name)
    names += [f"arg{i}" for i in range(len(names), count)]
    return names[:count]


def signature_of(fn: Callable[..., Any]) -> inspect.Signature | None:
    """Return the signature of `fn`, or `None` for builtins that do not tell it."""
    try:
        return inspect.signature(fn)
    except (TypeError, ValueError):
        return None


def _leaves(name: str, tree: Any) -> Iterator[tuple[str, Any]]:
    try:
        leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    except (TypeError, ValueError) as error:
        msg = (
            f"JAX cannot flatten `{name}` into arrays: {one_line(text_of(error))} "
            "Dictionary keys must be comparable with each other: use strings only."
        )
        raise ArgumentError(msg) from error
    for path, leaf in leaves:
        yield one_line(name + "".join(map(_key, path)), _LONGEST_PATH), leaf


def _key(key: Any) -> str:
    # What a class registered without names for its children calls them.
    if isinstance(key, jax.tree_util.FlattenedIndexKey):
        return f"[{key.key}]"
    return text_of(key)
