"""Products, factorizations and transforms, as formulas use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg

from graphstep.rules._notation import Notation, Row, Script, Text, fenced, row
from graphstep.rules._words import ATOM, POWER, PRODUCT, Word, hiding, named, raised

_T = Text("T", "mo")
_MINUS_ONE = row("−", Text("1", "mn"))


def _inner(x: Notation, y: Notation) -> Row:
    return row(Script(x, above=_T), " ", y)


def _outer(x: Notation, y: Notation) -> Row:
    return row(x, " ", Script(y, above=_T))


def _einsum(spec: Notation, *operands: Notation) -> Row:
    """Return a sum over indices: `∑ₖ Aᵢₖ Bₖⱼ`."""
    text = spec.text if isinstance(spec, Text) else ""
    inputs, _, result = text.partition("->")
    summed = "".join(dict.fromkeys(c for c in inputs if c not in result + ","))
    parts: list[Notation | str] = []
    if summed:
        parts += [Script(Text("∑", "mo"), below=Text(summed)), " "]
    for operand, letters in zip(operands, inputs.split(","), strict=True):
        parts += [Script(operand, below=Text(letters)) if letters else operand, " "]
    return row(*parts[:-1])


def _infix(sign: str) -> Callable[[Notation, Notation, Notation], Row]:
    return lambda x, y, _how: row(x, sign, y)


def _eye(n: int) -> Any:
    return np.eye(n)


def _identity(_n: Notation) -> Text:
    return Text("I")


def _commutation(a: Any) -> Any:
    """Return the matrix that takes the elements of a matrix to those of its transpose."""
    m, n = np.shape(a)
    order = np.arange(m * n).reshape(m, n).T.ravel()
    return np.eye(m * n)[order]


def _half_lower(a: Any) -> Any:
    """Return the lower triangle with half the diagonal."""
    return np.tril(a, -1) + _diagonal_of(a) / 2


def _diagonal_of(a: Any) -> Any:
    """Return a matrix without what is off its diagonal."""
    return a * np.eye(np.shape(a)[-1])


def _diagonal(w: Any) -> Any:
    return np.asarray(w)[..., None] * np.eye(np.shape(w)[-1])


def _diagonal_part(a: Any) -> Any:
    return np.diagonal(a, axis1=-2, axis2=-1)


def _unit_lower(a: Any) -> Any:
    return np.tril(a, -1) + np.eye(*np.shape(a)[-2:])


def _unit_upper(a: Any) -> Any:
    return np.triu(a, 1) + np.eye(*np.shape(a)[-2:])


def _one_over_gaps(w: Any) -> Any:
    """Return 1/(wⱼ − wᵢ), and 0 on the diagonal."""
    gaps = w[..., None, :] - w[..., :, None]
    return 1 / (gaps + np.eye(np.shape(w)[-1])) - np.eye(np.shape(w)[-1])


def _gaps_written(w: Notation) -> Row:
    j, i = Script(w, below=Text("j")), Script(w, below=Text("i"))
    return row("[1/(", j, " − ", i, "), 0 on the diagonal]")


def _each(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function of one matrix for a stack of them."""

    def of(a: Any) -> Any:
        a = np.asarray(a)
        flat = [function(matrix) for matrix in a.reshape(-1, *a.shape[-2:])]
        return np.reshape(flat, (*a.shape[:-2], *np.shape(flat)[1:]))

    return of


def _packed(a: Any) -> Any:
    return scipy.linalg.lu_factor(a)[0]


def _pivots(a: Any) -> Any:
    return scipy.linalg.lu_factor(a)[1]


def _permutation(a: Any) -> Any:
    order = np.arange(len(a))
    for i, j in enumerate(_pivots(a)):
        order[[i, j]] = order[[j, i]]
    return order


def _permuted(a: Any, p: Any) -> Any:
    return np.take_along_axis(a, np.asarray(p, np.int64)[..., None], -2)


def _unpermuted(a: Any, p: Any) -> Any:
    return _permuted(a, np.argsort(p, -1))


def _tridiagonal(low: Any, d: Any, up: Any) -> Any:
    n = np.shape(d)[-1]
    whole = _diagonal(d)
    if n > 1:
        i = np.arange(n - 1)
        whole[..., i + 1, i] = low[..., 1:]
        whole[..., i, i + 1] = up[..., :-1]
    return whole


def _band(a: Any, k: int) -> Any:
    """Return a diagonal of a matrix, in the row that each of its elements is in."""
    margin = [(0, 0)] * (np.ndim(a) - 2)
    values = np.diagonal(a, k, -2, -1)
    pad = [(max(-k, 0), max(k, 0))]
    return np.pad(values, margin + pad)


def _in_last_axes(function: Any) -> Callable[..., Any]:
    """Return a Fourier transform over as many last axes as there are lengths."""

    def transform(x: Any, lengths: Any) -> Any:
        return function(x, lengths, tuple(range(-len(lengths), 0)))

    return transform


def _singular(k: int) -> Callable[[Any], Any]:
    return lambda a: np.linalg.svd(a, full_matrices=False)[k]


MATRIX_WORDS: dict[str, Word] = {
    "band": Word(_band, lambda a, k: row(Script(Text("diag"), below=k), fenced(a))),
    "commutation": Word(_commutation, lambda _: Text("K")),
    "conv": Word(
        lambda x, w, how: how.value(x, w), _infix(" ✱ "), strength=PRODUCT, inside=POWER
    ),
    "conv_by_w": Word(
        lambda x, z, how: how.by_w(x, z), _infix(" ⋆ "), strength=PRODUCT, inside=POWER
    ),
    "conv_by_x": Word(
        lambda z, w, how: how.by_x(z, w), _infix(" ✱ᵀ "), strength=PRODUCT, inside=POWER
    ),
    "det": Word(np.linalg.det, is_scalar=True),
    "diagonal": Word(_diagonal, named("diag")),
    "diagonal_part": Word(_diagonal_part, named("diag")),
    "eigenvalues": Word(np.linalg.eigvals),
    "eigenvectors": Word(lambda a: np.linalg.eig(a)[1]),
    "einsum": Word(np.einsum, _einsum, strength=PRODUCT, inside=ATOM),
    "eye": Word(_eye, _identity),
    "fft": Word(_in_last_axes(np.fft.fftn), hiding("FFT")),
    "half_lower": Word(_half_lower, named("Φ")),
    "ifft": Word(_in_last_axes(np.fft.ifftn), hiding("IFFT")),
    "inner": Word(np.dot, _inner, is_scalar=True, strength=PRODUCT, inside=ATOM),
    "inv": raised(np.linalg.inv, _MINUS_ONE),
    "irfft": Word(_in_last_axes(np.fft.irfftn), hiding("IRFFT")),
    "kron": Word(
        np.kron, lambda a, b: row(a, " ⊗ ", b), strength=PRODUCT, inside=POWER
    ),
    "logabsdet": Word(
        lambda a: np.linalg.slogdet(a)[1],
        lambda a: row("ln |det(", a, ")|"),
        is_scalar=True,
    ),
    "lower": Word(np.tril),
    "lu_packed": Word(_each(_packed), named("LU")),
    "lu_pivots": Word(_each(_pivots), named("pivots")),
    "one_over_gaps": Word(_one_over_gaps, _gaps_written),
    "outer": Word(np.outer, _outer, strength=PRODUCT, inside=ATOM),
    "permutation": Word(_each(_permutation)),
    "permuted": Word(
        _permuted, lambda a, _: row(Text("P"), " ", a), strength=PRODUCT, inside=POWER
    ),
    "qr_q": Word(lambda a: np.linalg.qr(a)[0], named("Q")),
    "qr_r": Word(lambda a: np.linalg.qr(a)[1], named("R")),
    "rfft": Word(_in_last_axes(np.fft.rfftn), hiding("RFFT")),
    "row_of": raised(lambda x: np.reshape(x, (1, -1)), _T),
    "signdet": Word(
        lambda a: np.linalg.slogdet(a)[0],
        lambda a: row("sign(det(", a, "))"),
        is_scalar=True,
    ),
    "singular_left": Word(_singular(0), named("left vectors")),
    "singular_right": Word(_singular(2), named("right vectors")),
    "singular_values": Word(_singular(1), named("singular values")),
    "strictly_lower": Word(lambda a: np.tril(a, -1), named("lower")),
    "strictly_upper": Word(lambda a: np.triu(a, 1), named("upper")),
    "symmetric_values": Word(lambda a: np.linalg.eigh(a)[0], named("eigenvalues")),
    "symmetric_vectors": Word(lambda a: np.linalg.eigh(a)[1], named("eigenvectors")),
    "cholesky": Word(np.linalg.cholesky),
    "trace": Word(
        lambda a: np.trace(a, axis1=-2, axis2=-1), named("tr"), is_scalar=True
    ),
    "tridiagonal": Word(_tridiagonal),
    "unit_lower": Word(_unit_lower, named("unit lower")),
    "unit_upper": Word(_unit_upper, named("unit upper")),
    "unpermuted": Word(
        _unpermuted,
        lambda a, _: row(Script(Text("P"), above=_T), " ", a),
        strength=PRODUCT,
        inside=POWER,
    ),
    "upper": Word(np.triu),
    "vec": Word(np.ravel),
}
