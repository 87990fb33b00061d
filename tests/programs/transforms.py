"""Transformations at the root and inside: grad, vmap, jvp, vjp, linearize, hessian."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jax import lax

from tests.programs._registry import Array, Call, normal, program, uniform


def _loss(w: Array, x: Array) -> Array:
    return jnp.sum(jnp.tanh(x @ w) ** 2)


@program("smooth")
def grad_root() -> Call:
    return jax.grad(_loss), normal(3), normal(2, 3, seed=1)


@program("smooth")
def value_and_grad_root() -> Call:
    return jax.value_and_grad(_loss), normal(3), normal(2, 3, seed=1)


@program()
def jit_value_and_grad_root() -> Call:
    return jax.jit(jax.value_and_grad(_loss)), normal(3), normal(2, 3, seed=1)


@program()
def grad_of_jit() -> Call:
    return jax.grad(jax.jit(_loss)), normal(3), normal(2, 3, seed=1)


@program()
def grad_with_aux() -> Call:
    def fn(w: Array, x: Array) -> tuple[Array, Array]:
        h = jnp.sin(x @ w)
        return h.sum(), h

    return jax.grad(fn, has_aux=True), normal(3), normal(2, 3, seed=1)


@program(has_aux=True)
def has_aux() -> Call:
    def fn(x: Array) -> tuple[Array, dict[str, Array]]:
        y = jnp.sin(x)
        return jnp.sum(y), {"y": y, "count": jnp.int32(3)}

    return fn, normal(3)


@program(argnums=1)
def argnums_second() -> Call:
    return _loss, normal(3), normal(2, 3, seed=1)


@program(argnums=(2, 0))
def argnums_tuple() -> Call:
    return (
        lambda a, b, c: jnp.sin(a * b) + c,
        normal(2),
        normal(2, seed=1),
        normal(2, seed=2),
    )


@program("smooth")
def grad_of_grad() -> Call:
    return jax.grad(jax.grad(lambda x: jnp.sin(x) * x**3)), jnp.float32(0.7)


@program("smooth")
def hessian() -> Call:
    return jax.hessian(lambda x: jnp.sum(jnp.sin(x) * x[::-1])), normal(3)


@program()
def jacfwd_of_jacrev() -> Call:
    return jax.jacfwd(jax.jacrev(lambda x: jnp.exp(x @ x) * x)), normal(2) * 0.5


@program("smooth")
def hessian_vector_product() -> Call:
    def fn(x: Array, v: Array) -> Array:
        return jax.jvp(jax.grad(lambda x: jnp.sum(x**4)), (x,), (v,))[1]

    return fn, normal(3), normal(3, seed=1)


@program()
def jvp_root() -> Call:
    return (
        lambda x, t: jax.jvp(lambda x: jnp.sin(x) * x, (x,), (t,)),
        normal(3),
        normal(3, seed=1),
    )


@program()
def vjp_inside() -> Call:
    def fn(x: Array, g: Array) -> tuple:
        out, pull = jax.vjp(lambda x: jnp.outer(x, jnp.cos(x)), x)
        return out, pull(g)

    return fn, normal(2), normal(2, 2, seed=1)


@program()
def linearize_inside() -> Call:
    def fn(x: Array, t: Array) -> Array:
        out, lin = jax.linearize(lambda x: jnp.tanh(x) * x.sum(), x)
        return out + lin(t) + lin(2.0 * t)

    return fn, normal(3), normal(3, seed=1)


@program()
def linear_transpose_inside() -> Call:
    def fn(w: Array, y: Array) -> Array:
        transpose = jax.linear_transpose(lambda x: w @ x, jnp.ones(3))
        return transpose(y)[0]

    return fn, normal(2, 3), normal(2, seed=1)


@program()
def vmap_root() -> Call:
    return jax.vmap(lambda x: jnp.sin(x).sum()), normal(3, 2)


@program()
def vmap_in_axes() -> Call:
    fn = jax.vmap(lambda x, y, k: (x @ y) * k, in_axes=(1, None, 0), out_axes=0)
    return fn, normal(2, 3), normal(2, seed=1), normal(3, seed=2)


@program()
def vmap_in_axes_tree() -> Call:
    fn = jax.vmap(
        lambda p, x: p["w"] * x + p["b"], in_axes=({"w": 0, "b": None}, 1), out_axes=1
    )
    return fn, {"w": normal(3), "b": jnp.float32(0.5)}, normal(2, 3, seed=1)


@program()
def vmap_nested() -> Call:
    inner = jax.vmap(lambda x, y: x * jnp.sin(y), in_axes=(None, 0))
    return jax.vmap(inner, in_axes=(0, None)), normal(2), normal(3, seed=1)


@program()
def vmap_of_grad() -> Call:
    fn = jax.vmap(jax.grad(_loss), in_axes=(None, 0))
    return fn, normal(3), normal(4, 2, 3, seed=1)


@program()
def vmap_with_named_axis() -> Call:
    def fn(x: Array) -> Array:
        return x / lax.psum(jnp.exp(x), "batch")

    return jax.vmap(fn, axis_name="batch"), normal(4)


@program()
def vmap_of_custom_jvp() -> Call:
    return jax.vmap(jax.nn.relu), normal(4)


@program()
def grad_of_custom_vjp() -> Call:
    @jax.custom_vjp
    def f(x: Array) -> Array:
        return x**2

    f.defvjp(lambda x: (x**2, x), lambda x, g: (3.0 * g * x,))
    return jax.grad(lambda x: f(jnp.sin(x)).sum()), normal(3)


@program()
def grad_of_remat() -> Call:
    layer = jax.checkpoint(lambda x: jnp.sin(jnp.sin(x)))
    return jax.grad(lambda x: layer(layer(x)).sum()), normal(3)


@program()
def grad_of_cond() -> Call:
    fn = jax.grad(lambda x: lax.cond(x > 0, jnp.sin, jnp.cos, x) * x)
    return fn, jnp.float32(0.4)


@program()
def optimiser_by_hand() -> Call:
    def fn(w: Array, x: Array) -> Array:
        def step(w: Array, _: None) -> tuple[Array, Array]:
            loss, g = jax.value_and_grad(_loss)(w, x)
            return w - 0.1 * g, loss

        return lax.scan(step, w, None, length=3)[1].sum()

    return fn, normal(3), normal(2, 3, seed=1)


@program("smooth")
def implicit_gradient() -> Call:
    def fn(a: Array) -> Array:
        return jax.grad(lambda b: jnp.sum(jnp.cos(b) * a))(a) @ a

    return fn, uniform(3)


@program()
def partial_application() -> Call:
    return functools.partial(_loss, x=normal(2, 3, seed=1)), normal(3)


@program()
def jit_with_partial_root() -> Call:
    return jax.jit(functools.partial(_loss, normal(3))), normal(2, 3, seed=1)
