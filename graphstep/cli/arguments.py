"""Where a target's arguments come from: `--args`, `example_args` or `--spec`."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from graphstep.cli.specs import Spec
from graphstep.cli.targets import Target
from graphstep.cli.user_code import running
from graphstep.errors import TargetError

_LONGEST_SIGNATURE = 200
_NOTHING = object()


def find_arguments(
    target: Target, expression: str | None, specs: Sequence[str], *, draw: bool
) -> tuple[Any, ...]:
    """Return the positional arguments to call `target` with.

    Args:
        target: The function.
        expression: What `--args` gave, if anything.
        specs: What `--spec` gave, once per argument.
        draw: Whether specs become arrays; else they stay types without values.

    Raises:
        TargetError: If there are none, or the user's code that makes them raises.
    """
    if expression is not None and specs:
        raise TargetError("Give --args or --spec, not both: each gives all arguments.")
    if expression is not None:
        value = evaluate("--args", expression, target)
        return value if isinstance(value, tuple) else (value,)
    if not specs:
        value = _example_args(target)
        if value is not _NOTHING:
            return _checked_example(value, target)
        if _takes_nothing(target):
            return ()
        raise TargetError(_three_ways(target))
    parsed = [Spec.parse(text) for text in specs]
    if not draw:
        return tuple(spec.struct() for spec in parsed)
    with running("--spec could not be drawn"):
        return tuple(spec.draw(position) for position, spec in enumerate(parsed))


def evaluate(option: str, expression: str, target: Target) -> Any:
    """Return the value of a Python expression in the namespace of the target's module.

    `jax`, `jnp` and `np` are there even if the module does not import them.

    Raises:
        TargetError: If it is no expression or raises.
    """
    what = f"{option} `{expression}` could not be evaluated"
    # A comment or a line break would end the expression early.
    with running(what, target.folder):
        code = compile(expression.strip(), f"<{option}>", "eval")
        names = {"jax": jax, "jnp": jnp, "np": np, **vars(target.module)}
        # It is the user's own command line, so no more than they could do anyway.
        return eval(code, names)  # noqa: S307


def static_arguments(
    target: Target, names: Sequence[int | str], n_args: int
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return `--static` as JAX's `static_argnums` and `static_argnames`.

    Raises:
        TargetError: If a position or a name is not one of the arguments.
    """
    positions = tuple(name for name in names if isinstance(name, int))
    for position in positions:
        if not -n_args <= position < n_args:
            msg = (
                f"--static names argument {position}, but there are {n_args} (0 first)."
            )
            raise TargetError(msg)
    words = tuple(name for name in names if isinstance(name, str))
    parameters = _parameters(target)
    if parameters is None:
        return positions, words
    given = [p.name for p in parameters]
    for word in words:
        if word not in given:
            msg = f"--static names `{word}`, which is no argument of {_signature(target)}."
            raise TargetError(msg)
    return positions, words


def _example_args(target: Target) -> Any:
    """Return what the module offers, or `_NOTHING`."""
    for holder in (target.fn, target.module):
        offered = getattr(holder, "example_args", _NOTHING)
        if isinstance(offered, dict):
            offered = offered.get(target.name, _NOTHING)
        if offered is _NOTHING:
            continue
        if callable(offered):
            what = f"`example_args` of `{target.place}` failed"
            with running(what, target.folder):
                return offered()
        return offered
    return _NOTHING


def _checked_example(value: Any, target: Target) -> tuple[Any, ...]:
    if isinstance(value, dict) and target.name in value:
        value = value[target.name]
    if isinstance(value, tuple):
        return value
    msg = (
        f"`example_args` of `{target.place}` must be a tuple of positional arguments, "
        f"or a function that returns one, but it is of type {type(value).__name__}. "
        "For a single argument write `example_args = (x,)`."
    )
    raise TargetError(msg)


def _three_ways(target: Target) -> str:
    return (
        f"`{_signature(target)}` needs arguments. Give --args '(...)', an expression "
        f"with the names of `{target.place}`; or define `example_args` there, a tuple "
        "or a function that returns one; or give one --spec per argument, such as "
        "--spec 'f32[128,784]'."
    )


def _parameters(target: Target) -> list[inspect.Parameter] | None:
    """Return the function's parameters, `None` if it takes any or has no signature."""
    try:
        parameters = list(inspect.signature(target.fn).parameters.values())
    except (TypeError, ValueError):
        return None
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
        return None
    return parameters


def _takes_nothing(target: Target) -> bool:
    return _parameters(target) == []


def _signature(target: Target) -> str:
    """Return `loss(params, x, y)`: the parameters without their annotations."""
    try:
        signature = inspect.signature(target.fn)
    except (TypeError, ValueError):
        return f"{target.name}(...)"
    bare = [
        p.replace(annotation=inspect.Parameter.empty)
        for p in signature.parameters.values()
    ]
    text = str(
        signature.replace(parameters=bare, return_annotation=inspect.Signature.empty)
    )
    return target.name + (text if len(text) < _LONGEST_SIGNATURE else "(...)")
