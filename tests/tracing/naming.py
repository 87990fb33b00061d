"""Trace functions and list the names that their equations get."""

from __future__ import annotations

import pathlib
import types
from typing import Any

import jax
import jax.numpy as jnp

from graphstep.tracing._assignment import assigned_names

X = jnp.ones((2, 2))


def pairs(fn: Any, *args: Any) -> list[tuple[str, str]]:
    """Return `(primitive, name)` of each named output at the top level of `fn`."""
    jaxpr = jax.make_jaxpr(fn)(*(args or (X,))).jaxpr
    return [
        (eqn.primitive.name, name)
        for eqn, names in zip(jaxpr.eqns, assigned_names(jaxpr), strict=True)
        for name in names
        if name is not None
    ]


def names(fn: Any, *args: Any) -> list[str]:
    """Return the names at the top level of `fn`, in program order."""
    return [name for _, name in pairs(fn, *args)]


def loaded(text: str, path: pathlib.Path) -> types.ModuleType:
    path.write_text(text, encoding="utf-8")
    module = types.ModuleType(path.stem)
    exec(compile(text, str(path), "exec"), module.__dict__)  # noqa: S102
    return module


def layer(x: Any, w: Any) -> Any:
    z = x @ w
    return jnp.tanh(z)


def helper(x: Any) -> Any:
    return jnp.sin(x)


def sin_and_cos(x: Any) -> Any:
    return jnp.sin(x), jnp.cos(x)


def as_dict(x: Any) -> Any:
    return {"sin": jnp.sin(x), "rest": [jnp.cos(x)]}


def named_sine(x: Any) -> Any:
    h: jax.Array = jnp.sin(x)
    return h
