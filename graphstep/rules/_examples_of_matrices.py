"""Examples of products, transforms, factorizations and linear systems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from graphstep.rules._examples import Example, Operand, real


def _of(fn: Callable[..., Any], *operands: Operand) -> Example:
    return Example(fn, operands)


def _definite(x: Any) -> Any:
    """Return a symmetric positive definite matrix."""
    return x @ np.swapaxes(x, -1, -2) + np.eye(x.shape[-1])


def _symmetric(x: Any) -> Any:
    return x + np.swapaxes(x, -1, -2)


def _regular(x: Any) -> Any:
    """Return a matrix that is far from singular, whichever triangle is read."""
    return x + 5 * np.eye(x.shape[-1])


def _product(lhs: int, rhs: int, batch: Any = ((), ())) -> Callable[[Any, Any], Any]:
    dims = (((lhs,), (rhs,)), batch)
    return lambda x, y: lax.dot_general(x, y, dims)


def _conv(**options: Any) -> Callable[[Any, Any], Any]:
    return lambda x, w: lax.conv_general_dilated(x, w, **options)


def _fourier(kind: str, *lengths: int) -> Callable[[Any], Any]:
    return lambda x: lax.fft(x, kind, lengths)


def _triangular(**options: Any) -> Callable[[Any, Any], Any]:
    return lambda a, b: lax.linalg.triangular_solve(a, b, **options)


_SQUARE = Operand((3, 3), made=_regular)
_COMPLEX = Operand((2, 6), dtype=np.complex128)
_HALF = Operand((2, 4), dtype=np.complex128)
_IMAGES = ("NHWC", "HWIO", "NHWC")

EXAMPLES_OF_MATRICES: dict[str, tuple[Example, ...]] = {
    "cholesky": (
        _of(
            lambda a: lax.linalg.cholesky(a, symmetrize_input=False),
            Operand((3, 3), made=_definite),
        ),
    ),
    "conv_general_dilated": (
        _of(
            _conv(window_strides=(1, 1), padding="SAME", dimension_numbers=_IMAGES),
            real(2, 4, 5, 3),
            real(3, 2, 3, 2),
        ),
        _of(
            _conv(
                window_strides=(2, 1),
                padding=((1, 2), (0, -1)),
                lhs_dilation=(1, 2),
                rhs_dilation=(2, 1),
                feature_group_count=2,
            ),
            real(1, 4, 5, 4),
            real(6, 2, 2, 3),
        ),
        _of(
            _conv(window_strides=(1,), padding="VALID", batch_group_count=2),
            real(4, 3, 5),
            real(4, 3, 2),
        ),
    ),
    "custom_linear_solve": (
        _of(jnp.linalg.solve, _SQUARE, real(3, 2)),
        _of(jnp.linalg.solve, _SQUARE, real(3)),
    ),
    "dot_general": (
        _of(_product(1, 0), real(3, 4), real(4, 2)),
        _of(_product(1, 1), real(3, 4), real(2, 4)),
        _of(_product(0, 0), real(4, 3), real(4, 2)),
        _of(_product(0, 1), real(4, 3), real(2, 4)),
        _of(_product(1, 0), real(3, 4), real(4)),
        _of(_product(0, 0), real(4, 3), real(4)),
        _of(_product(0, 0), real(4), real(4, 3)),
        _of(_product(0, 1), real(4), real(3, 4)),
        _of(_product(0, 0), real(4), real(4)),
        _of(_product(2, 1, ((0,), (0,))), real(2, 3, 4), real(2, 4, 2)),
        _of(_product(2, 0), real(2, 3, 4), real(4, 2)),
        _of(_product(1, 2, ((2,), (0,))), real(3, 4, 2), real(2, 3, 4)),
    ),
    "eig": (
        _of(
            lambda a: lax.linalg.eig(
                a, compute_left_eigenvectors=False, compute_right_eigenvectors=False
            ),
            real(3, 3),
        ),
    ),
    "eigh": (
        _of(
            lambda a: lax.linalg.eigh(a, symmetrize_input=False),
            Operand((3, 3), made=_symmetric),
        ),
    ),
    "fft": (
        _of(_fourier("FFT", 6), _COMPLEX),
        _of(_fourier("IFFT", 2, 6), _COMPLEX),
        _of(_fourier("RFFT", 6), real(2, 6)),
        _of(_fourier("RFFT", 3, 5), real(3, 5)),
        _of(_fourier("IRFFT", 6), _HALF),
        _of(_fourier("IRFFT", 2, 7), _HALF),
    ),
    "lu": (_of(lax.linalg.lu, real(3, 3)), _of(lax.linalg.lu, real(2, 3, 3))),
    "qr": (
        _of(lambda a: lax.linalg.qr(a, full_matrices=False), real(4, 3)),
        _of(lambda a: lax.linalg.qr(a, full_matrices=False), real(2, 3, 3)),
    ),
    "svd": (
        _of(lambda a: lax.linalg.svd(a, full_matrices=False), real(4, 3)),
        _of(lambda a: lax.linalg.svd(a, full_matrices=False), real(3, 4)),
        _of(lax.linalg.svd, real(3, 3)),
        _of(lambda a: lax.linalg.svd(a, compute_uv=False), real(3, 4)),
    ),
    "triangular_solve": tuple(
        _of(
            _triangular(
                left_side=left, lower=lower, transpose_a=turned, unit_diagonal=unit
            ),
            _SQUARE,
            real(3, 2) if left else real(2, 3),
        )
        for left, lower, turned, unit in (
            (True, True, False, False),
            (True, False, True, True),
            (False, True, False, True),
            (False, False, True, False),
        )
    ),
    "tridiagonal_solve": (
        _of(
            lax.linalg.tridiagonal_solve,
            real(4),
            real(4, low=4.0, high=6.0),
            real(4),
            real(4, 2),
        ),
    ),
}
