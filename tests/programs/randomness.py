"""Random numbers: typed and raw keys, inside and as arguments."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from tests.programs._registry import Array, Call, normal, program


@program()
def typed_key_argument() -> Call:
    def fn(key: Array, x: Array) -> Array:
        k1, k2 = jax.random.split(key)
        return x * jax.random.normal(k1, (3,)) + jax.random.uniform(k2)

    return fn, jax.random.key(0), normal(3)


@program()
def raw_key_argument() -> Call:
    return (
        lambda key, x: x + jax.random.normal(key, (3,)),
        jax.random.PRNGKey(1),
        normal(3),
    )


@program()
def key_made_inside() -> Call:
    def fn(seed: Array, x: Array) -> Array:
        key = jax.random.fold_in(jax.random.key(seed), 7)
        return x * jax.random.bernoulli(key, 0.5, (4,))

    return fn, jnp.uint32(5), normal(4)


@program()
def constant_key() -> Call:
    key = jax.random.key(3)
    return lambda x: jnp.sin(x + jax.random.normal(key, (3,))), normal(3)


@program()
def keys_through_scan() -> Call:
    def fn(key: Array, x: Array) -> Array:
        def step(carry: tuple, _: None) -> tuple:
            key, x = carry
            key, sub = jax.random.split(key)
            return (key, x + 0.1 * x * jax.random.normal(sub)), sub

        (_, x), _ = lax.scan(step, (key, x), None, length=3)
        return x

    return fn, jax.random.key(0), jnp.float32(1.0)


@program()
def key_returned() -> Call:
    return (
        lambda key, x: (jax.random.split(key, 2), x * 2.0),
        jax.random.key(0),
        normal(2),
    )


@program()
def vmap_over_keys() -> Call:
    fn = jax.vmap(lambda k, x: x * jax.random.uniform(k), in_axes=(0, None))
    return lambda key, x: fn(jax.random.split(key, 3), x), jax.random.key(2), normal(2)


@program()
def reparameterised_sample() -> Call:
    def fn(mean: Array, scale: Array, key: Array) -> Array:
        z = mean + jnp.exp(scale) * jax.random.normal(key, mean.shape)
        return jnp.sum(z**2)

    return fn, normal(3), normal(3, seed=1) * 0.3, jax.random.key(4)


@program()
def gamma_sample() -> Call:
    return (
        lambda a, key: jax.random.gamma(key, a, (2,)),
        jnp.float32(1.7),
        jax.random.key(1),
    )


@program()
def categorical_and_choice() -> Call:
    def fn(logits: Array, key: Array) -> Array:
        i = jax.random.categorical(key, logits)
        j = jax.random.permutation(key, 4)
        return jax.nn.log_softmax(logits)[i] + logits[j]

    return fn, normal(4), jax.random.key(8)


@program()
def dropout_in_cond() -> Call:
    def fn(key: Array, x: Array, train: Array) -> Array:
        def drop(key: Array, x: Array) -> Array:
            return jnp.where(jax.random.bernoulli(key, 0.6, x.shape), x / 0.6, 0.0)

        return lax.cond(train, drop, lambda _, x: x, key, x).sum()

    return fn, jax.random.key(1), normal(5), jnp.array(True)


@program()
def other_key_implementation() -> Call:
    return (
        lambda key, x: x * jax.random.uniform(key, (2,)),
        jax.random.key(0, impl="rbg"),
        normal(2),
    )
