"""What JAX itself computes for a program, and when two arrays are the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import graphstep as gs
from tests.oracle_equations import is_inexact, is_key
from tests.programs import Program

_TOLERANCES = {
    "float64": 1e-12,
    "complex128": 1e-12,
    "float32": 2e-5,
    "complex64": 2e-5,
}
_LOW_PRECISION = 2e-2
# Rounding of the largest cotangent of a program shows in those that cancel to zero.
FLOOR = 1e-2


def reference_of(program: Program) -> tuple[list[Any], list[Any] | None]:
    """Return output leaves and in-cotangents of JAX's own compiled program.

    Cotangents are those of the leaves of the differentiated arguments, `None` where
    a leaf is no float; `None` for all of them if JAX has no reverse mode here.
    """
    chosen = program.diff_argnums
    leaves, tree = jax.tree.flatten([program.args[i] for i in chosen])
    floats = [i for i, leaf in enumerate(leaves) if is_inexact(jnp.asarray(leaf))]
    rest = [
        None if i in (*chosen, *program.static_argnums) else arg
        for i, arg in enumerate(program.args)
    ]

    def run(leaves: Any, rest: Any, kwargs: Any) -> Any:
        args = list(rest)
        for i in program.static_argnums:
            args[i] = program.args[i]
        for i, arg in zip(chosen, jax.tree.unflatten(tree, leaves), strict=True):
            args[i] = arg
        return program.fn(*args, **kwargs)

    def both(leaves: Any, rest: Any, kwargs: Any) -> Any:
        def seeded(*some: Any) -> Any:
            every = list(leaves)
            for i, leaf in zip(floats, some, strict=True):
                every[i] = leaf
            result = run(every, rest, kwargs)
            main = result[0] if program.has_aux else result
            outputs = jax.tree.map(jnp.asarray, jax.tree.leaves(main))
            return [y for y in outputs if is_inexact(y)], jax.tree.leaves(result)

        outputs, pull, results = jax.vjp(
            seeded, *(leaves[i] for i in floats), has_aux=True
        )
        return results, pull([jnp.ones_like(y) for y in outputs])

    kwargs = dict(program.kwargs)
    if "while_reverse" in program.tags:
        return jax.tree.leaves(jax.jit(run)(leaves, rest, kwargs)), None
    outputs, found = jax.jit(both)(leaves, rest, kwargs)
    cotangents: list[Any] = [None] * len(leaves)
    for i, cotangent in zip(floats, found, strict=True):
        cotangents[i] = cotangent
    return outputs, cotangents


def jax_differences(program: Program, recording: gs.Recording) -> Iterator[str]:
    """Say which outputs and in-cotangents are not those of JAX's own program."""
    outputs, cotangents = reference_of(program)
    pairs = [
        ("output", FLOOR, *pair)
        for pair in zip(jax.tree.leaves(recording.outputs), outputs, strict=True)
    ]
    if cotangents is not None:
        actual = jax.tree.leaves(recording.in_cotangents)
        expected = [x for x in cotangents if x is not None]
        floor = FLOOR * max([1.0, *map(norm, expected)])
        pairs += [
            ("in_cotangent", floor, *pair)
            for pair in zip(actual, expected, strict=True)
        ]
    is_low_precision = bool(program.tags & {"bf16", "f8"})
    for what, floor, actual, expected in pairs:
        found = difference(
            actual, expected, floor=floor, is_low_precision=is_low_precision
        )
        if found:
            yield f"{what} {found}"


def wide(array: Any) -> np.ndarray:
    """Return an array as float64 or complex128 NumPy."""
    values = np.asarray(array)
    return values.astype(np.complex128 if np.iscomplexobj(values) else np.float64)


def norm(array: Any) -> float:
    """Return the Euclidean norm of the finite entries."""
    values = wide(array)
    return float(np.linalg.norm(values[np.isfinite(values)]))


def difference(
    actual: Any, expected: Any, *, floor: float = 0.0, is_low_precision: bool = False
) -> str | None:
    """Return how two arrays differ beyond rounding, or `None`."""
    if is_key(expected):
        actual, expected = jax.random.key_data(actual), jax.random.key_data(expected)
    actual, expected = np.asarray(actual), np.asarray(expected)
    if (actual.shape, actual.dtype) != (expected.shape, expected.dtype):
        return f"is {actual.dtype}{actual.shape}, not {expected.dtype}{expected.shape}"
    if not is_inexact(expected):
        equal = np.array_equal(actual, expected)
        return None if equal else f"is {actual}, not {expected}"
    tolerance = _TOLERANCES.get(expected.dtype.name, _LOW_PRECISION)
    if is_low_precision:
        tolerance = _LOW_PRECISION
    a, b = wide(actual), wide(expected)
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return f"is {actual}, not {expected}"
    error = float(np.linalg.norm(a[finite] - b[finite]))
    # A comparison that is false for NaN.
    if error <= tolerance * (norm(b) + floor):
        return None
    return f"is {actual}, not {expected}: off by {error:.3g} of {norm(b):.3g}"
