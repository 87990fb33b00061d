"""Rules of matrix products, convolutions and Fourier transforms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphstep.rules._convolving import convolution
from graphstep.rules._rule import (
    BLOCK,
    DENSE,
    KRONECKER,
    Equation,
    Rule,
    RuleMaker,
    Structure,
)

_GILES = "Giles 2008, Collected matrix derivative results"
_LETTERS = "ijklmnoprstuv"
_CONVOLUTION = Structure("shared weights")
_TURNED = " K reorders the elements of a matrix as its transpose has them."


def _transposed(symbol: str) -> str:
    return symbol.removesuffix(".T") if symbol.endswith(".T") else f"{symbol}.T"


def _dot_general(equation: Equation) -> Rule | None:
    (contracted, batch) = equation.params["dimension_numbers"]
    ranks = [len(aval.shape) for aval in equation.in_avals]
    n_batch = len(batch[0])
    leading = tuple(range(n_batch))
    is_plain = tuple(batch[0]) == tuple(batch[1]) == leading
    is_one = len(contracted[0]) == 1
    own = [rank - n_batch for rank in ranks]
    # Which axis is summed, counted without those of the batch.
    axes = [c[0] - n_batch for c in contracted] if is_one else []
    if is_plain and is_one and own == [2, 2]:
        return _matrices(equation, axes, n_batch)
    if is_one and not n_batch and own == [2, 1]:
        return _matrix_vector(equation, axes[0])
    if is_one and not n_batch and own == [1, 2]:
        return _vector_matrix(equation, axes[1])
    if is_one and not n_batch and own == [1, 1]:
        return _vectors(equation)
    return _indexed(equation, contracted, batch, ranks)


def _cost(equation: Equation) -> dict[str, Any]:
    (contracted, _), _ = equation.params["dimension_numbers"]
    shape = equation.in_avals[0].shape
    return {"n": math.prod(shape[axis] for axis in contracted)}


def _matrices(equation: Equation, axes: list[int], n_batch: int) -> Rule:
    left = "A" if axes[0] == 1 else "A.T"
    right = "B" if axes[1] == 0 else "B.T"
    by_a = f"C̄ @ {_transposed(right)}" if left == "A" else f"{right} @ C̄.T"
    by_b = f"{_transposed(left)} @ C̄" if right == "B" else f"C̄.T @ {left}"
    rows, columns = equation.out_avals[0].shape[-2:]
    kron_a = f"kron(eye(rows), {_transposed(right)})"
    kron_b = f"kron({left}, eye(columns))"
    kron_a += "" if left == "A" else " @ commutation(A)"
    kron_b += "" if right == "B" else " @ commutation(B)"
    structures = (Structure("Kronecker", kron_a), Structure("Kronecker", kron_b))
    return Rule(
        equation,
        ("A", "B"),
        ("C",),
        (f"{left} @ {right}",),
        (f"{left.replace('A', 'Ȧ')} @ {right} + {left} @ {right.replace('B', 'Ḃ')}",),
        (by_a, by_b),
        (BLOCK, BLOCK) if n_batch else structures,
        cost="2 * size(C) * n",
        reason="The product rule for matrices: each factor's cotangent is that of the "
        "product, times the other factor transposed."
        + ("" if (left, right) == ("A", "B") or n_batch else _TURNED),
        source=_GILES,
        given={**_cost(equation), "rows": rows, "columns": columns},
    )


def _matrix_vector(equation: Equation, axis: int) -> Rule:
    a = "A" if axis == 1 else "A.T"
    row_wise = "kron(eye(rows), row_of(x))"
    return Rule(
        equation,
        ("A", "x"),
        ("y",),
        (f"{a} @ x",),
        (f"{a.replace('A', 'Ȧ')} @ x + {a} @ ẋ",),
        ("outer(ȳ, x)" if a == "A" else "outer(x, ȳ)", f"{_transposed(a)} @ ȳ"),
        (
            Structure(
                KRONECKER.kind,
                row_wise if a == "A" else f"{row_wise} @ commutation(A)",
            ),
            Structure(DENSE.kind, a),
        ),
        cost="2 * size(y) * n",
        reason="Linear in each factor: the transposed matrix carries the cotangent back "
        "to x; the matrix receives the outer product." + ("" if a == "A" else _TURNED),
        source=_GILES,
        given={**_cost(equation), "rows": equation.out_avals[0].shape[0]},
    )


def _vector_matrix(equation: Equation, axis: int) -> Rule:
    b = "B" if axis == 0 else "B.T"
    column_wise = "kron(row_of(x), eye(columns))"
    return Rule(
        equation,
        ("x", "B"),
        ("y",),
        (f"x @ {b}",),
        (f"ẋ @ {b} + x @ {b.replace('B', 'Ḃ')}",),
        (f"{b} @ ȳ", "outer(x, ȳ)" if b == "B" else "outer(ȳ, x)"),
        (
            Structure(DENSE.kind, _transposed(b)),
            Structure(
                KRONECKER.kind,
                column_wise if b == "B" else f"{column_wise} @ commutation(B)",
            ),
        ),
        cost="2 * size(y) * n",
        reason="Linear in each factor: the matrix carries the cotangent back to x, and "
        "receives the outer product itself." + ("" if b == "B" else _TURNED),
        source=_GILES,
        given={**_cost(equation), "columns": equation.out_avals[0].shape[0]},
    )


def _vectors(equation: Equation) -> Rule:
    return Rule(
        equation,
        ("x", "y"),
        ("z",),
        ("inner(x, y)",),
        ("inner(ẋ, y) + inner(x, ẏ)",),
        ("z̄ * y", "z̄ * x"),
        (Structure(DENSE.kind, "row_of(y)"), Structure(DENSE.kind, "row_of(x)")),
        cost="2 * n",
        reason="The product rule, summed: each vector's gradient is the other vector.",
        source=_GILES,
        given=_cost(equation),
    )


def _indexed(equation: Equation, contracted: Any, batch: Any, ranks: list[int]) -> Rule:
    """Return the rule of any other product, written with indices."""
    letters = iter(_LETTERS)
    left = [next(letters) for _ in range(ranks[0])]
    right = [""] * ranks[1]
    for i, j in zip(
        (*batch[0], *contracted[0]), (*batch[1], *contracted[1]), strict=True
    ):
        right[j] = left[i]
    right = [letter or next(letters) for letter in right]
    shared = {*batch[0], *contracted[0]}, {*batch[1], *contracted[1]}
    result = [left[i] for i in batch[0]]
    result += [c for i, c in enumerate(left) if i not in shared[0]]
    result += [c for j, c in enumerate(right) if j not in shared[1]]
    a, b, c = "".join(left), "".join(right), "".join(result)
    return Rule(
        equation,
        ("A", "B"),
        ("C",),
        (f"einsum('{a},{b}->{c}', A, B)",),
        (f"einsum('{a},{b}->{c}', Ȧ, B) + einsum('{a},{b}->{c}', A, Ḃ)",),
        (f"einsum('{c},{b}->{a}', C̄, B)", f"einsum('{a},{c}->{b}', A, C̄)"),
        (DENSE, DENSE) if not shared[0] - {*contracted[0]} else (BLOCK, BLOCK),
        cost="2 * size(C) * n",
        reason="A sum of products: each factor receives the cotangent times the other "
        "factor, summed over the indices that it lacks.",
        source=_GILES,
        given=_cost(equation),
    )


def _convolved(equation: Equation) -> Rule:
    shapes = [aval.shape for aval in (*equation.in_avals, *equation.out_avals)]
    spec = equation.params["dimension_numbers"].rhs_spec
    return Rule(
        equation,
        ("x", "w"),
        ("z",),
        ("conv(x, w, how)",),
        ("conv(ẋ, w, how) + conv(x, ẇ, how)",),
        ("conv_by_x(z̄, w, how)", "conv_by_w(x, z̄, how)"),
        (_CONVOLUTION, _CONVOLUTION),
        cost="2 * size(z) * n",
        reason="Linear in the picture and in the kernel: ✱ᵀ spreads each cotangent over "
        "the window it came from, ⋆ sums it over all places that share a weight.",
        source="JAX's rule; Dumoulin & Visin 2016, A guide to convolution arithmetic",
        given={
            "how": convolution(equation.params, shapes),
            "n": math.prod(shapes[1][axis] for axis in spec[1:]),
        },
    )


def _fourier(equation: Equation) -> Rule:
    kind = equation.params["fft_type"].name
    lengths = tuple(equation.params["fft_lengths"])
    n = math.prod(lengths)
    half = lengths[-1] // 2 + 1 if lengths else 1
    doubled = np.full(half, 2.0)
    doubled[0] = 1.0
    if lengths and lengths[-1] % 2 == 0:
        doubled[-1] = 1.0
    word = kind.lower()
    sent = {
        "FFT": "fft(ȳ, lengths)",
        "IFFT": "ifft(ȳ, lengths)",
        "RFFT": "N * irfft(conj(ȳ) / m, lengths)",
        "IRFFT": "conj(m * rfft(ȳ, lengths)) / N",
    }[kind]
    reason = (
        "The transform is linear and its matrix symmetric: it is its own transpose."
    )
    if "R" in kind:
        reason = (
            "Linear; m is 2 for each frequency that stands for its mirror image too, and "
            "1 for the others, which have none."
        )
    return Rule(
        equation,
        ("x",),
        ("y",),
        (f"{word}(x, lengths)",),
        (f"{word}(ẋ, lengths)",),
        (sent,),
        (DENSE,),
        cost="5 * max(size(x), size(y)) * log(n) / log(2)",
        reason=reason,
        source="JAX's rule",
        given={"lengths": lengths, "N": n, "n": max(n, 2), "m": doubled},
    )


PRODUCTS: dict[str, RuleMaker] = {
    "conv_general_dilated": _convolved,
    "dot_general": _dot_general,
    "fft": _fourier,
}
