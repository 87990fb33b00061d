"""The table of programs: what one holds and how it gets into the table."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

Array = jax.Array
Call = tuple[Any, ...]
"""What a factory returns: the function, then its positional arguments."""


@dataclasses.dataclass(frozen=True, slots=True)
class Program:
    """One JAX function with example arguments.

    Attributes:
        name: Unique name, that of the factory.
        fn: The function.
        args: Positional arguments, static ones included.
        kwargs: Keyword arguments.
        tags: What is special about it, see the package docstring.
        argnums: As `jax.grad` spells it; None means every non-static argument.
        has_aux: Whether `fn` returns `(outputs, aux)`.
        static_argnums: Positions of arguments that are not traced.
        x64: Whether it runs with 64-bit types enabled.
    """

    name: str
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    argnums: int | tuple[int, ...] | None = None
    has_aux: bool = False
    static_argnums: tuple[int, ...] = ()
    x64: bool = False

    def context(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context manager that this program is run under."""
        return jax.enable_x64(self.x64)

    @property
    def options(self) -> dict[str, Any]:
        """The keyword options of `graphstep.trace` for this program."""
        options: dict[str, Any] = {}
        if self.argnums is not None:
            options["argnums"] = self.argnums
        if self.has_aux:
            options["has_aux"] = True
        if self.static_argnums:
            options["static_argnums"] = self.static_argnums
        return options

    @property
    def diff_argnums(self) -> tuple[int, ...]:
        """Positions of the arguments that are differentiated."""
        if self.argnums is None:
            every = range(len(self.args))
            return tuple(i for i in every if i not in self.static_argnums)
        return (self.argnums,) if isinstance(self.argnums, int) else self.argnums


FACTORIES: dict[str, Callable[[], Program]] = {}
TAGS: dict[str, frozenset[str]] = {}


def program(
    *tags: str, kwargs: Callable[[], dict[str, Any]] = dict, **options: Any
) -> Callable[[Callable[[], Call]], Callable[[], Call]]:
    """Enter a factory into the table; it runs when its program is asked for."""

    def enter(factory: Callable[[], Call]) -> Callable[[], Call]:
        name = factory.__name__
        if name in FACTORIES:
            raise ValueError(f"two programs are called `{name}`")

        def build() -> Program:
            # Built once for all tests: a test that enables 64-bit types for itself
            # must not be the one that decides what the others get.
            with jax.enable_x64(options.get("x64", False)):
                fn, *args = factory()
                return Program(
                    name, fn, tuple(args), kwargs(), frozenset(tags), **options
                )

        FACTORIES[name] = functools.cache(build)
        TAGS[name] = frozenset(tags)
        return factory

    return enter


def normal(*shape: int, seed: int = 0, dtype: Any = jnp.float32) -> Array:
    """Return standard normals from a fixed seed."""
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape), dtype)


def uniform(*shape: int, seed: int = 0, dtype: Any = jnp.float32) -> Array:
    """Return numbers between 0.25 and 1 from a fixed seed."""
    values = np.random.default_rng(seed).uniform(0.25, 1.0, size=shape)
    return jnp.asarray(values, dtype)


def well_conditioned(size: int, seed: int = 0, dtype: Any = jnp.float32) -> Array:
    """Return a symmetric positive definite matrix."""
    a = np.random.default_rng(seed).normal(size=(size, size))
    return jnp.asarray(a @ a.T / size + np.eye(size) * (1.0 + np.arange(size)), dtype)
