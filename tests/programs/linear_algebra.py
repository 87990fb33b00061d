"""Dense linear algebra, products of arrays, and Fourier transforms."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from tests.programs._registry import (
    Array,
    Call,
    normal,
    program,
    uniform,
    well_conditioned,
)


@program("smooth")
def linalg_solve() -> Call:
    return lambda a, b: jnp.linalg.solve(a, b).sum(), well_conditioned(3), normal(3)


@program("smooth")
def linalg_inv() -> Call:
    return lambda a: jnp.linalg.inv(a)[0].sum(), well_conditioned(3)


@program("smooth")
def linalg_det() -> Call:
    return jnp.linalg.det, well_conditioned(3)


@program()
def linalg_det_4x4() -> Call:
    return jnp.linalg.det, well_conditioned(4)


@program()
def linalg_slogdet() -> Call:
    return jnp.linalg.slogdet, well_conditioned(3)


@program()
def linalg_cholesky() -> Call:
    return lambda a: jnp.log(jnp.diag(jnp.linalg.cholesky(a))).sum(), well_conditioned(
        3
    )


@program()
def linalg_qr() -> Call:
    def fn(a: Array) -> Array:
        q, r = jnp.linalg.qr(a)
        return (q * jnp.arange(6.0).reshape(3, 2)).sum() + (r**2)[0, 1]

    return fn, normal(3, 2)


@program()
def linalg_svd() -> Call:
    def fn(a: Array) -> Array:
        u, s, vt = jnp.linalg.svd(a, full_matrices=False)
        return (u**2)[0, 0] + s.sum() + (vt**2)[0, 1]

    return fn, normal(3, 2)


@program()
def linalg_singular_values() -> Call:
    return lambda a: jnp.linalg.norm(a, ord="nuc"), normal(2, 3)


@program()
def linalg_eigh() -> Call:
    def fn(a: Array) -> Array:
        values, vectors = jnp.linalg.eigh(a)
        return values[0] ** 2 + (vectors**2)[0, 1]

    return fn, well_conditioned(3)


@program()
def linalg_eigvalsh() -> Call:
    return lambda a: jnp.linalg.eigvalsh(a)[-1], well_conditioned(3)


@program()
def linalg_lu() -> Call:
    def fn(a: Array) -> Array:
        _, lower, upper = jax.scipy.linalg.lu(a)
        return lower.sum() + upper.sum()

    return fn, well_conditioned(3)


@program("smooth")
def triangular_solve() -> Call:
    def fn(a: Array, b: Array) -> Array:
        return jax.scipy.linalg.solve_triangular(jnp.tril(a), b, lower=True).sum()

    return fn, well_conditioned(3), normal(3, 2)


@program()
def cho_solve() -> Call:
    def fn(a: Array, b: Array) -> Array:
        return jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(a), b).sum()

    return fn, well_conditioned(3), normal(3)


@program()
def linalg_lstsq() -> Call:
    return lambda a, b: jnp.linalg.lstsq(a, b)[0].sum(), normal(4, 2), normal(4, seed=1)


@program("smooth")
def matrix_exponential() -> Call:
    return lambda a: jax.scipy.linalg.expm(a * 0.3)[0].sum(), normal(2, 2)


@program("smooth")
def matrix_power() -> Call:
    return lambda a: jnp.linalg.matrix_power(a, 5).sum(), uniform(2, 2)


@program()
def linalg_norm() -> Call:
    return lambda x: jnp.linalg.norm(x) + jnp.linalg.norm(x, ord=1), normal(4)


@program("smooth")
def einsum_three() -> Call:
    return (
        lambda a, b, c: jnp.einsum("ij,jk,ki->", a, b, c),
        normal(2, 3),
        normal(3, 2, seed=1),
        normal(2, 2, seed=2),
    )


@program("smooth")
def dot_general_batch() -> Call:
    def fn(a: Array, b: Array) -> Array:
        return jnp.sin(lax.dot_general(a, b, (((2,), (1,)), ((0,), (0,))))).sum()

    return fn, normal(2, 3, 4), normal(2, 4, 3, seed=1)


@program("smooth")
def tensordot() -> Call:
    return (
        lambda a, b: jnp.tensordot(a, b, axes=([1, 2], [0, 1])).sum(),
        normal(2, 3, 2),
        normal(3, 2, 2, seed=1),
    )


@program()
def matmul_broadcast() -> Call:
    return lambda a, b: a @ b, normal(2, 1, 2, 3), normal(3, 2, seed=1)


@program("smooth")
def outer_and_trace() -> Call:
    return lambda x: jnp.trace(jnp.outer(x, jnp.sin(x))) + jnp.vdot(x, x), normal(3)


@program("complex")
def fft_spectrum() -> Call:
    return lambda x: jnp.abs(jnp.fft.fft(x)[1:]).sum(), normal(8)


@program("complex")
def fft_real_round_trip() -> Call:
    return lambda x: jnp.fft.irfft(jnp.fft.rfft(x) * 2.0).sum() + x[0], normal(8)


@program("complex")
def fft_two_dimensions() -> Call:
    return lambda x: jnp.real(jnp.fft.ifft2(jnp.fft.fft2(x) ** 2)).sum(), normal(3, 4)


@program("smooth")
def convolve() -> Call:
    return (
        lambda x, k: jnp.convolve(x, k, mode="same").sum(),
        normal(6),
        normal(3, seed=1),
    )


@program("smooth")
def conv_2d() -> Call:
    def fn(x: Array, k: Array) -> Array:
        out = lax.conv_general_dilated(x, k, (1, 1), "SAME")
        return jnp.tanh(out).sum()

    return fn, normal(1, 2, 5, 5), normal(3, 2, 3, 3, seed=1)


@program()
def conv_strided_grouped() -> Call:
    def fn(x: Array, k: Array) -> Array:
        return lax.conv_general_dilated(
            x, k, (2,), "VALID", rhs_dilation=(2,), feature_group_count=2
        )

    return fn, normal(2, 4, 9), normal(2, 2, 3, seed=1)


@program()
def conv_transpose() -> Call:
    def fn(x: Array, k: Array) -> Array:
        dims = ("NHC", "HIO", "NHC")
        return lax.conv_transpose(x, k, (2,), "SAME", dimension_numbers=dims).sum()

    return fn, normal(1, 4, 2), normal(3, 2, 3, seed=1)


@program("smooth")
def polynomials() -> Call:
    return lambda p, x: jnp.polyval(p, x).sum(), normal(4), normal(3, seed=1)


@program("smooth")
def integral_trapezoid() -> Call:
    return jnp.trapezoid, normal(5), jnp.arange(5.0)


@program()
def interpolation() -> Call:
    def fn(x: Array, xp: Array, fp: Array) -> Array:
        return jnp.interp(x, xp, fp)

    return fn, jnp.array([0.3, 1.7, 5.0]), jnp.arange(4.0), normal(4)


@program()
def map_coordinates() -> Call:
    def fn(image: Array, where: Array) -> Array:
        return jax.scipy.ndimage.map_coordinates(image, list(where), order=1).sum()

    return fn, normal(3, 3), jnp.array([[0.5, 1.2], [0.1, 1.7]])


@program()
def image_resize() -> Call:
    return lambda x: jax.image.resize(x, (3, 5), "bilinear"), normal(2, 3)
