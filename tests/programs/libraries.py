"""Real models of real libraries: flax, equinox, optax, diffrax, numpyro."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from tests.programs._registry import Array, Call, normal, program


@program("library")
def flax_linen_mlp() -> Call:
    import flax.linen as nn

    class Net(nn.Module):
        @nn.compact
        def __call__(self, x: Array) -> Array:
            x = nn.gelu(nn.Dense(4)(x))
            return nn.Dense(2)(nn.LayerNorm()(x))

    net, x = Net(), normal(3, 5)
    variables = net.init(jax.random.key(0), x)
    return lambda v, x: jnp.mean(net.apply(v, x) ** 2), variables, x


@program("library")
def flax_linen_cnn() -> Call:
    import flax.linen as nn

    class Net(nn.Module):
        @nn.compact
        def __call__(self, x: Array) -> Array:
            x = nn.relu(nn.Conv(2, (3, 3))(x))
            x = nn.max_pool(x, (2, 2), (2, 2))
            return nn.Dense(2)(x.reshape(x.shape[0], -1))

    net, x = Net(), normal(2, 4, 4, 1)
    variables = net.init(jax.random.key(0), x)
    return lambda v, x: jax.nn.logsumexp(net.apply(v, x)), variables, x


@program("library", has_aux=True)
def flax_linen_batch_norm() -> Call:
    import flax.linen as nn

    class Net(nn.Module):
        @nn.compact
        def __call__(self, x: Array) -> Array:
            return nn.BatchNorm(use_running_average=False)(nn.Dense(3)(x))

    net, x = Net(), normal(4, 2)
    variables = net.init(jax.random.key(0), x)

    def fn(params: dict, x: Array) -> tuple:
        bound = {**variables, "params": params}
        y, updates = net.apply(bound, x, mutable=["batch_stats"])
        return jnp.sum(y**3), updates

    return fn, variables["params"], x


@program("library")
def flax_linen_lstm() -> Call:
    import flax.linen as nn

    net, x = nn.RNN(nn.LSTMCell(3)), normal(2, 3, 2)
    variables = net.init(jax.random.key(0), x)
    return lambda v, x: net.apply(v, x).sum(), variables, x


@program("library")
def flax_linen_attention() -> Call:
    import flax.linen as nn

    net, x = nn.MultiHeadDotProductAttention(num_heads=2), normal(1, 3, 4)
    variables = net.init(jax.random.key(0), x)
    return lambda v, x: net.apply(v, x).sum(), variables, x


@program("library")
def flax_nnx_mlp() -> Call:
    from flax import nnx

    class Net(nnx.Module):
        def __init__(self, rngs: nnx.Rngs) -> None:
            self.hidden = nnx.Linear(3, 4, rngs=rngs)
            self.out = nnx.Linear(4, 1, rngs=rngs)

        def __call__(self, x: Array) -> Array:
            return self.out(nnx.relu(self.hidden(x)))

    definition, state = nnx.split(Net(nnx.Rngs(0)))

    def fn(state: nnx.State, x: Array) -> Array:
        return jnp.mean(nnx.merge(definition, state)(x) ** 2)

    return fn, state, normal(2, 3)


@program("library")
def equinox_mlp() -> Call:
    import equinox as eqx

    net = eqx.nn.MLP(3, 2, 4, depth=2, key=jax.random.key(0))
    params, static = eqx.partition(net, eqx.is_inexact_array)

    def fn(params: eqx.Module, x: Array) -> Array:
        return jnp.mean(jax.vmap(eqx.combine(params, static))(x) ** 2)

    return fn, params, normal(2, 3)


@program("library")
def equinox_attention_block() -> Call:
    import equinox as eqx

    attention = eqx.nn.MultiheadAttention(2, 4, key=jax.random.key(0))
    norm = eqx.nn.LayerNorm(4)
    params, static = eqx.partition((attention, norm), eqx.is_inexact_array)

    def fn(params: tuple, x: Array) -> Array:
        attention, norm = eqx.combine(params, static)
        h = jax.vmap(norm)(x)
        return jnp.sum((x + attention(h, h, h)) ** 2)

    return fn, params, normal(3, 4)


@program("library")
def equinox_lstm_scan() -> Call:
    import equinox as eqx

    params, static = eqx.partition(
        eqx.nn.LSTMCell(2, 3, key=jax.random.key(0)), eqx.is_inexact_array
    )

    def fn(params: eqx.Module, xs: Array) -> Array:
        cell = eqx.combine(params, static)
        state = (jnp.zeros(3), jnp.zeros(3))
        (h, _), _ = jax.lax.scan(lambda s, x: (cell(x, s), None), state, xs)
        return h.sum()

    return fn, params, normal(3, 2)


@program("library")
def equinox_filter_grad() -> Call:
    import equinox as eqx

    net = eqx.nn.Linear(3, 2, key=jax.random.key(0))

    def fn(net: eqx.Module, x: Array) -> eqx.Module:
        return eqx.filter_grad(lambda net: jnp.sum(jnp.sin(net(x))))(net)

    return fn, net, normal(3)


@program("library")
def optax_sgd_step() -> Call:
    import optax

    optimiser = optax.sgd(0.1, momentum=0.9)

    def fn(w: Array, state: object, x: Array) -> Array:
        g = jax.grad(lambda w: jnp.sum(jnp.sin(w * x)))(w)
        updates, _ = optimiser.update(g, state, w)
        return optax.apply_updates(w, updates).sum()

    w = normal(3)
    return fn, w, optimiser.init(w), normal(3, seed=1)


@program("library")
def optax_adam_step() -> Call:
    import optax

    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(1e-1))

    def fn(params: dict, state: object, x: Array) -> tuple:
        loss, g = jax.value_and_grad(
            lambda p: optax.l2_loss(p["w"] @ x + p["b"]).mean()
        )(params)
        updates, state = optimiser.update(g, state, params)
        return optax.apply_updates(params, updates), state, loss

    params = {"w": normal(2, 3), "b": normal(2, seed=1)}
    return fn, params, optimiser.init(params), normal(3, seed=2)


@program("library")
def optax_cross_entropy() -> Call:
    import optax

    def fn(logits: Array, labels: Array) -> Array:
        loss = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
        return loss.mean() + optax.tree.norm({"a": logits})

    return fn, normal(3, 4), jnp.array([0, 3, 1])


@program("library", "slow")
def diffrax_ode() -> Call:
    import diffrax

    term = diffrax.ODETerm(lambda _, y, a: -a * y + jnp.sin(y))

    def fn(y: Array, a: Array) -> Array:
        solution = diffrax.diffeqsolve(
            term, diffrax.Heun(), t0=0.0, t1=0.5, dt0=0.1, y0=y, args=a, max_steps=8
        )
        return jnp.sum(solution.ys**2)

    return fn, normal(2), jnp.float32(0.7)


@program("library")
def numpyro_log_density() -> Call:
    import numpyro
    import numpyro.distributions as dist
    from numpyro.infer.util import log_density

    def model(x: Array, y: Array) -> None:
        w = numpyro.sample("w", dist.Normal(0.0, 1.0).expand([2]))
        scale = numpyro.sample("scale", dist.HalfNormal(1.0))
        numpyro.sample("y", dist.Normal(x @ w, scale), obs=y)

    def fn(params: dict, x: Array, y: Array) -> Array:
        return log_density(model, (x, y), {}, params)[0]

    params = {"w": normal(2), "scale": jnp.float32(0.8)}
    return fn, params, normal(3, 2, seed=1), normal(3, seed=2)


@program("library")
def numpyro_beta_binomial() -> Call:
    import numpyro.distributions as dist

    def fn(a: Array, b: Array, counts: Array) -> Array:
        prior = dist.Beta(a, b).log_prob(0.4)
        return prior + dist.Poisson(jnp.exp(a - b)).log_prob(counts).sum()

    return fn, jnp.float32(2.0), jnp.float32(3.0), jnp.array([0, 2, 1])
