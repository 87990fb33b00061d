"""An example of each primitive, on which its rule can be checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import Jaxpr, Literal, all_jaxprs, bind, is_jit
from graphstep.rules._lookup import name_of


@dataclasses.dataclass(frozen=True, slots=True)
class Operand:
    """How to draw an operand.

    Attributes:
        shape: Its shape.
        low: The least number in it.
        high: What its numbers are less than.
        dtype: Its dtype; `None` for the real or complex one that is wanted.
        made: What is done with the numbers drawn, for a special matrix.
    """

    shape: tuple[int, ...]
    low: float = -2.0
    high: float = 2.0
    dtype: Any = None
    made: Callable[[Any], Any] | None = None

    def drawn(self, rng: np.random.Generator, dtype: Any) -> Any:
        """Return such an operand."""
        if self.dtype is not None and np.dtype(self.dtype).kind in "iub":
            whole = rng.integers(int(self.low), int(self.high), self.shape)
            return np.asarray(whole).astype(self.dtype)
        x = rng.uniform(self.low, self.high, self.shape)
        dtype = np.dtype(self.dtype or dtype)
        if dtype.kind == "c":
            x = x + 1j * rng.uniform(self.low, self.high, self.shape)
        x = np.asarray(x) if self.made is None else self.made(x)
        return x.astype(dtype)


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """A function whose last equation of a primitive has a rule, and its operands.

    Attributes:
        fn: The function.
        operands: Its operands.
    """

    fn: Callable[..., Any]
    operands: tuple[Operand, ...]


def real(*shape: int, low: float = -2.0, high: float = 2.0) -> Operand:
    """Return an operand of real numbers."""
    return Operand(shape, low, high)


def whole(*shape: int, low: int = 0, high: int = 3) -> Operand:
    """Return an operand of whole numbers."""
    return Operand(shape, low, high, np.int32)


def truth(*shape: int) -> Operand:
    """Return an operand of truth values."""
    return Operand(shape, 0, 2, np.bool_)


def equation_of(name: str, example: Example, dtype: Any) -> Any:
    """Return the first equation of an entry in an example, without running it."""
    rng = np.random.default_rng(0)
    arguments = [operand.drawn(rng, dtype) for operand in example.operands]
    closed = jax.make_jaxpr(example.fn)(*arguments)
    return next(
        eqn
        for jaxpr in all_jaxprs(closed.jaxpr)
        for eqn in jaxpr.eqns
        if name_of(eqn) == name
    )


def prepared(name: str, example: Example, dtype: Any, seed: int = 0) -> tuple[Any, Any]:
    """Return an equation of a primitive, and operands for it.

    Args:
        name: The primitive.
        example: What is traced, and up to that equation run.
        dtype: Type of the operands that have none of their own.
        seed: Of the operands.
    """
    rng = np.random.default_rng(seed)
    arguments = [operand.drawn(rng, dtype) for operand in example.operands]
    closed = jax.make_jaxpr(example.fn)(*arguments)
    found = _searched(name, closed.jaxpr, closed.consts, arguments)
    if found is None:
        raise ValueError(f"The example of `{name}` has no such equation: {closed}.")
    return found


def _searched(
    name: str, jaxpr: Jaxpr, consts: Sequence[Any], arguments: Sequence[Any]
) -> tuple[Any, Any] | None:
    """Run a program up to the first equation of a primitive, also inside calls."""
    known = dict(
        zip((*jaxpr.constvars, *jaxpr.invars), (*consts, *arguments), strict=True)
    )
    for eqn in jaxpr.eqns:
        operands = [v.val if isinstance(v, Literal) else known[v] for v in eqn.invars]
        if name == name_of(eqn):
            return eqn, operands
        inner = eqn.params.get("jaxpr") if is_jit(eqn) else None
        found = inner and _searched(name, inner.jaxpr, inner.consts, operands)
        if found:
            return found
        known |= dict(zip(eqn.outvars, bind(eqn, operands), strict=True))
    return None
