"""Arguments from their types alone: `f32[128,784]` draws standard normals."""

from __future__ import annotations

import dataclasses
import math
import os
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from graphstep.errors import TargetError

_SPEC = re.compile(r"(?P<dtype>[a-zA-Z]\w*)\s*(\[\s*(?P<shape>[\d\s,]*)\])?")
_SHORT = {
    "bool": "bool",
    "bf16": "bfloat16",
    "c64": "complex64",
    "c128": "complex128",
    **{f"f{bits}": f"float{bits}" for bits in (16, 32, 64)},
    **{f"i{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"u{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
}
_LONG = frozenset(_SHORT.values())
_WIDE = frozenset({"float64", "int64", "uint64", "complex128"})
# Integers are drawn from here; as labels, indices and counts they are mostly small.
_INTEGERS = (0, 10)


@dataclasses.dataclass(frozen=True, slots=True)
class Spec:
    """Type of one argument.

    Attributes:
        text: As the user wrote it.
        dtype: Name of a NumPy or JAX dtype, or `key` for typed PRNG keys.
        shape: Shape.
    """

    text: str
    dtype: str
    shape: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Spec:
        """Read a spec such as `f32[128,784]`, `i32[]`, `bool[3]` or `key`.

        Raises:
            TargetError: If `text` is none.
        """
        match = _SPEC.fullmatch(text.strip())
        shape = None if match is None else _shape(match["shape"] or "")
        if match is None or shape is None:
            msg = (
                f"--spec `{text}` is not a type. Write a dtype and a shape, as in "
                "f32[128,784], i32[8] or f32[] for a scalar."
            )
            raise TargetError(msg)
        dtype = _SHORT.get(match["dtype"], match["dtype"])
        if dtype not in _LONG and dtype != "key":
            known = ", ".join([*_SHORT, "key"])
            msg = f"--spec `{text}` has an unknown dtype. Known are: {known}."
            raise TargetError(msg)
        if dtype in _WIDE and not jax.config.read("jax_enable_x64"):
            msg = f"--spec `{text}` is a 64-bit type, which JAX has only with --x64."
            raise TargetError(msg)
        return cls(text, dtype, shape)

    def struct(self) -> jax.ShapeDtypeStruct:
        """Return the type without values."""
        if self.dtype == "key":
            key = jax.eval_shape(lambda: jax.random.key(0))
            return jax.ShapeDtypeStruct(self.shape, key.dtype)
        return jax.ShapeDtypeStruct(self.shape, jnp.dtype(self.dtype))

    def draw(self, position: int) -> Any:
        """Return an array of this type, the same in every run.

        Floats and complex numbers are standard normals, integers uniform from 0 to 9,
        booleans fair coins, keys those that `jax.random.key(0)` splits into.

        Args:
            position: Which argument it is; each has random numbers of its own.

        Raises:
            TargetError: If the array would be larger than the machine's memory.
        """
        if self.dtype == "key":
            key = jax.random.key(0)
            return jax.random.split(key, self.shape) if self.shape else key
        dtype = jnp.dtype(self.dtype)
        self._check_size(dtype.itemsize)
        key = jax.random.fold_in(jax.random.key(0), position)
        if dtype.kind == "b":
            return jax.random.bernoulli(key, shape=self.shape)
        if dtype.kind in "iu":
            return jax.random.randint(key, self.shape, *_INTEGERS, dtype)
        return jax.random.normal(key, self.shape, dtype)

    def _check_size(self, itemsize: int) -> None:
        size, memory = math.prod(self.shape) * itemsize, _memory()
        if size > memory:
            msg = (
                f"--spec `{self.text}` would take {size / 1e9:,.0f} GB, more than the "
                f"{memory / 1e9:,.0f} GB of this machine. Choose smaller shapes, or use "
                "--no-values to see the graph alone."
            )
            raise TargetError(msg)


def _shape(text: str) -> tuple[int, ...] | None:
    """Read `2, 3`; `None` if it is no shape."""
    text = text.strip()
    if not text:
        return ()
    parts = [part.strip() for part in text.removesuffix(",").split(",")]
    if not all(part.isdecimal() and len(part) < 19 for part in parts):
        return None
    shape = tuple(int(part) for part in parts)
    return shape if all(n <= np.iinfo(np.int32).max for n in shape) else None


def _memory() -> int:
    """Return the bytes of memory of this machine, or a great many if it is unknown."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 2**63
