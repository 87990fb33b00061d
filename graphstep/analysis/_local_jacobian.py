"""The Jacobian of one equation by one operand, measured where the program was."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from graphstep._jaxcompat import bind, is_inexact

# Entries of a Jacobian that is computed whole; of a larger one, so many rows are.
_WHOLE, _ROWS = 1 << 14, 32
# Entries that are held at a time.
_MOST = 1 << 18


@dataclasses.dataclass(frozen=True, slots=True)
class LocalJacobian:
    """Rows of the Jacobian of one result by one operand, both seen as flat vectors.

    Attributes:
        shape: Elements of the result (m), elements of the operand (n).
        rows: Derivatives in float64 or complex128, one row per element of the result
            that was probed, `[r, n]`.
        probed: Which elements of the result, flat, `[r]`.
    """

    shape: tuple[int, int]
    rows: np.ndarray
    probed: np.ndarray

    @property
    def is_whole(self) -> bool:
        """Whether every row is there."""
        return len(self.probed) == self.shape[0]


def local_jacobian(
    eqn: Any, primals: Sequence[Any], operand: int, out: int = 0
) -> LocalJacobian | str:
    """Return the Jacobian of a result of an equation by one of its operands.

    The equation alone is executed, and JAX transposes it: a row of the Jacobian is what
    a one-hot cotangent sends back. A Jacobian of at most 16,384 entries is computed
    whole, of a larger one up to 32 rows, evenly spread, of at most 262,144 entries.

    Args:
        eqn: An equation of a jaxpr.
        primals: Value of each operand.
        operand: By which operand.
        out: Which result.

    Returns:
        The Jacobian, or in words why there is none.
    """
    x, aval = primals[operand], eqn.outvars[out].aval
    if not is_inexact(eqn.invars[operand].aval):
        return "an operand that is no floating-point number has no derivative"
    if not is_inexact(aval):
        return "a result that is no floating-point number has no derivative"
    m, n = math.prod(aval.shape), math.prod(eqn.invars[operand].aval.shape)
    if not m or not n:
        return "there are no elements"
    count = m if m * n <= _WHOLE else min(m, _ROWS, max(1, _MOST // n))
    probed = np.unique(np.linspace(0, m - 1, count).astype(int))

    def result(value: Any) -> Any:
        given = [*primals[:operand], value, *primals[operand + 1 :]]
        return bind(eqn, given)[out]

    try:
        y, vjp = jax.vjp(result, jnp.asarray(x))
        # NumPy's arrays here: whatever JAX does one by one, it compiles first.
        seeds = np.zeros((len(probed), m), y.dtype)
        seeds[np.arange(len(probed)), probed] = 1
        sent = _sent_back(vjp, seeds.reshape(-1, *y.shape))
    except Exception:  # noqa: BLE001 -- JAX's rule; that of a linear solve needs all around it.
        return f"JAX's rule of {eqn.primitive.name} does not work on one equation alone"
    rows = np.reshape(sent, (len(probed), n))
    kind = np.complex128 if rows.dtype.kind == "c" else np.float64
    return LocalJacobian((m, n), rows.astype(kind), probed)


def _sent_back(vjp: Any, seeds: np.ndarray) -> Any:
    """Return what each cotangent sends back, all at once where that is possible."""
    try:
        return np.asarray(jax.vmap(vjp)(seeds)[0])
    except (NotImplementedError, ValueError, TypeError):
        # JAX raises the first where a primitive has no batching rule, the others where
        # a rule refuses these operands. Nothing is swallowed: without vmap the rule is
        # run again, and what failed for another reason fails again, to the caller.
        return np.stack([np.asarray(vjp(seed)[0]) for seed in seeds])


def structure_of(jacobian: LocalJacobian) -> str:
    """Return what the non-zero entries of a whole Jacobian look like, in one word.

    What is said holds for these numbers: a Jacobian that is `diagonal` by rule may be
    `zero` here.
    """
    filled = jacobian.rows != 0
    m, n = jacobian.shape
    if not filled.any():
        return "zero"
    ones = bool(np.all(jacobian.rows[filled] == 1))
    is_square, on_diagonal = m == n, np.eye(m, n, dtype=bool)
    if is_square and not (filled & ~on_diagonal).any():
        return "identity" if ones and filled[on_diagonal].all() else "diagonal"
    per_row, per_column = filled.sum(1), filled.sum(0)
    if ones and per_row.max() == 1:
        if per_row.min() == 1 and per_column.max() == per_column.min() == 1:
            return "permutation"
        is_spread = per_row.min() == 1 and per_column.min() == per_column.max()
        return "broadcast" if is_spread else "selection"
    if ones and per_column.max() == per_column.min() == 1:
        return "sum"
    if is_square and not np.triu(filled, 1).any():
        return "lower triangular"
    if is_square and not np.tril(filled, -1).any():
        return "upper triangular"
    return "dense" if filled.all() else "sparse"


def spy(jacobian: LocalJacobian, height: int, width: int) -> np.ndarray:
    """Return a picture of a Jacobian: the share of entries that are not zero.

    Args:
        jacobian: What to draw.
        height: Cells of the picture, at most.
        width: The same, across.

    Returns:
        Shares from 0 to 1, float64 `[height, width]` or smaller; NaN where an entry is
        NaN or infinite.
    """
    rows = jacobian.rows
    bad = ~np.isfinite(rows)
    share = _pooled((rows != 0).astype(float), height, width)
    if bad.any():
        share[_pooled(bad.astype(float), height, width) > 0] = np.nan
    return share


def _pooled(matrix: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return means over blocks."""
    for axis, most in ((0, height), (1, width)):
        length = matrix.shape[axis]
        if length > most:
            edges = np.arange(most) * length // most
            sizes = np.diff(np.append(edges, length))
            summed = np.add.reduceat(matrix, edges, axis)
            matrix = summed / (sizes[:, None] if axis == 0 else sizes)
    return matrix
