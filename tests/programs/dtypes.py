"""Element types: bf16, f16, f64, complex, integers, booleans, empty arrays."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from tests.programs._registry import Array, Call, normal, program, uniform


@program("bf16")
def bf16_layer() -> Call:
    return (
        lambda w, x: jnp.tanh(w @ x).sum(),
        normal(3, 3, dtype=jnp.bfloat16),
        normal(3, seed=1, dtype=jnp.bfloat16),
    )


@program("bf16")
def f16_chain() -> Call:
    return lambda x: jnp.sin(x) * x + jnp.exp(-x), normal(4, dtype=jnp.float16)


@program("bf16")
def mixed_precision() -> Call:
    def fn(w: Array, x: Array) -> Array:
        h = jax.nn.gelu(x.astype(jnp.bfloat16) @ w.astype(jnp.bfloat16))
        return h.astype(jnp.float32).mean()

    return fn, normal(3, 4), normal(2, 3, seed=1)


@program("bf16")
def bf16_scan() -> Call:
    def fn(x: Array, xs: Array) -> Array:
        return lax.scan(lambda c, x: (jnp.sin(c * x), c), x, xs)[1]

    return fn, jnp.bfloat16(0.5), normal(3, dtype=jnp.bfloat16)


@program("smooth", x64=True)
def f64_chain() -> Call:
    return lambda x: (jnp.sin(x) * jnp.exp(x)).sum(), normal(3, dtype=jnp.float64)


@program(x64=True)
def f64_and_f32_mixed() -> Call:
    def fn(x: Array, y: Array) -> Array:
        return x * y.astype(jnp.float64) + jnp.sin(y).sum()

    return fn, normal(3, dtype=jnp.float64), normal(3, seed=1)


@program(x64=True)
def f64_linear_solve_in_scan() -> Call:
    def fn(a: Array, b: Array) -> Array:
        def step(x: Array, _: None) -> tuple:
            return jnp.linalg.solve(a + jnp.eye(2) * 4.0, x), x

        return lax.scan(step, b, None, length=3)[1].sum()

    return fn, normal(2, 2, dtype=jnp.float64), normal(2, dtype=jnp.float64)


@program(x64=True)
def i64_indices() -> Call:
    return lambda x, i: x[i] * i, normal(3, dtype=jnp.float64), jnp.array([2, 0])


@program("complex", x64=True)
def complex128_norm() -> Call:
    def fn(z: Array) -> Array:
        return jnp.abs(jnp.exp(z) * z).sum()

    return fn, normal(3, dtype=jnp.float64) + 1j * normal(3, seed=1, dtype=jnp.float64)


def _complex(*shape: int, seed: int = 0) -> Array:
    return (normal(*shape, seed=seed) + 1j * normal(*shape, seed=seed + 50)).astype(
        jnp.complex64
    )


@program("complex")
def complex_holomorphic() -> Call:
    return lambda z: jnp.sum(z**2 * jnp.exp(z)), _complex(3)


@program("complex")
def complex_parts() -> Call:
    def fn(z: Array) -> Array:
        return jnp.real(z) * jnp.imag(z) + jnp.abs(z) + jnp.angle(z)

    return fn, _complex(3)


@program("complex")
def complex_from_reals() -> Call:
    return lambda x, y: jnp.conj(lax.complex(x, y)) * 1j, normal(2), normal(2, seed=1)


@program("complex")
def complex_matmul() -> Call:
    return lambda a, b: jnp.abs(a @ b).sum(), _complex(2, 2), _complex(2, 2, seed=3)


@program("complex")
def complex_scan() -> Call:
    def fn(z: Array, xs: Array) -> Array:
        return jnp.real(lax.scan(lambda c, x: (c * z + x, None), z, xs)[0])

    return fn, _complex()[()], _complex(3, seed=2)


@program("complex")
def complex_sort_free_roots() -> Call:
    return lambda z: jnp.sqrt(z) + jnp.log(z) + z ** (0.5 + 0.5j), _complex(2)


@program()
def integers_only() -> Call:
    return lambda i, j: (i * j) // 2 + (i % 3), jnp.arange(4), jnp.arange(4) + 2


@program()
def booleans_only() -> Call:
    return (
        lambda p, q: (p & q) | ~p ^ q,
        jnp.array([True, False]),
        jnp.array([True, True]),
    )


@program()
def bit_manipulation() -> Call:
    def fn(i: Array) -> Array:
        return lax.population_count(i) + (i << 1) + lax.clz(i)

    return fn, jnp.arange(4, dtype=jnp.uint32)


@program()
def integer_and_float_inputs() -> Call:
    return (
        lambda x, n, p: (jnp.where(p, x * n, -x), n + 1, ~p),
        normal(2),
        jnp.int32(3),
        jnp.array([True, False]),
    )


@program()
def integer_path_to_float() -> Call:
    def fn(x: Array) -> Array:
        n = (x * 4.0).astype(jnp.int32)
        return x * n + n.astype(jnp.float32)

    return fn, normal(3)


@program()
def small_integers() -> Call:
    return (
        lambda i: (
            i.astype(jnp.int8) * jnp.int8(3) + i.astype(jnp.uint8).sum(dtype=jnp.int8)
        ),
        jnp.arange(5, dtype=jnp.int16),
    )


@program()
def bitcast_float() -> Call:
    def fn(x: Array) -> Array:
        bits = lax.bitcast_convert_type(x, jnp.int32)
        return x + lax.bitcast_convert_type(bits & 0x7FFFFFFF, jnp.float32)

    return fn, normal(3)


@program()
def float0_from_integer_vjp() -> Call:
    def fn(x: Array, n: Array) -> Array:
        _, pull = jax.vjp(lambda x, n: jnp.sin(x) * n, x, n)
        return pull(jnp.ones_like(x))[0]

    return fn, normal(2), jnp.int32(2)


@program()
def float0_returned() -> Call:
    def fn(x: Array, n: Array) -> tuple[Array, object]:
        _, pull = jax.vjp(lambda x, n: jnp.sin(x) * n, x, n)
        return pull(jnp.ones_like(x))

    return fn, normal(2), jnp.int32(2)


@program()
def zero_size_input() -> Call:
    return lambda x, y: (x * 2.0).sum() + y, jnp.zeros((0, 3)), jnp.float32(1.0)


@program()
def zero_size_inside() -> Call:
    def fn(x: Array) -> Array:
        empty = x[:0] * 3.0
        return jnp.concatenate([empty, jnp.sin(x)]).sum() + empty.sum()

    return fn, normal(3)


@program()
def zero_size_output() -> Call:
    return lambda x: (x[3:], x.sum()), normal(3)


@program()
def zero_size_matmul() -> Call:
    return lambda a, b: a @ b, jnp.zeros((2, 0)), jnp.zeros((0, 3))


@program()
def weak_types() -> Call:
    return lambda x: x * 2 + 1.5, 3.0


@program()
def python_scalars_and_lists() -> Call:
    return lambda xs, n: xs[0] * n + xs[1], [1.5, 2.5], 3


@program("f8")
def float8_cast() -> Call:
    def fn(x: Array) -> Array:
        return x.astype(jnp.float8_e4m3fn).astype(jnp.float32) * x

    return fn, uniform(3)
