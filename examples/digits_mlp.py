"""A classifier of real handwritten digits, forward and backward.

The network is trained for a few hundred steps, then `loss` is recorded on one batch of
32 images it has not seen. In the walk, `h` is used twice, by the next layer and by the
penalty, so two contributions meet in its cotangent; and the labels `y` are integers, so
they have none.

    graphstep step examples/digits_mlp.py:loss
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
from sklearn.datasets import load_digits

import graphstep as gs

Params = dict[str, jax.Array]
TRAIN = 1500  # of the 1,797 images; the others are held out
BATCH = 32


def predict(params: Params, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the logits of images `x` (batch, 64), and the hidden layer."""
    h = jnp.tanh(x @ params["w1"] + params["b1"])
    logits = h @ params["w2"] + params["b2"]
    return logits, h


def loss(params: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """Return the mean cross-entropy, plus a small penalty on large activations."""
    logits, h = predict(params, x)
    log_p = jax.nn.log_softmax(logits)
    fit = -jnp.mean(jnp.sum(jax.nn.one_hot(y, 10) * log_p, axis=1))
    penalty = 0.01 * jnp.mean(h**2)
    return fit + penalty


def digits() -> tuple[jax.Array, jax.Array]:
    """Return all images as rows of 64 grey values from 0 to 1, and their labels."""
    images, labels = load_digits(return_X_y=True)
    return jnp.asarray(images / 16, jnp.float32), jnp.asarray(labels, jnp.int32)


def train(x: jax.Array, y: jax.Array, steps: int = 300) -> Params:
    """Return parameters after `steps` steps of Adam on random batches."""
    key1, key2 = jax.random.split(jax.random.key(0))
    params = {
        "w1": jax.random.normal(key1, (64, 64)) / 8,
        "b1": jnp.zeros(64),
        "w2": jax.random.normal(key2, (64, 10)) / 8,
        "b2": jnp.zeros(10),
    }
    optimizer = optax.adam(3e-3)
    state = optimizer.init(params)

    gradient = jax.jit(jax.grad(loss))
    update = jax.jit(optimizer.update)
    rng = np.random.default_rng(0)
    for _ in range(steps):
        batch = rng.choice(len(x), BATCH, replace=False)
        updates, state = update(gradient(params, x[batch], y[batch]), state)
        params = jax.tree.map(jnp.add, params, updates)
    return params


def example_args() -> tuple[Params, jax.Array, jax.Array]:
    """Return the trained parameters and the first held-out batch."""
    x, y = digits()
    params = train(x[:TRAIN], y[:TRAIN])
    return params, x[TRAIN : TRAIN + BATCH], y[TRAIN : TRAIN + BATCH]


def main() -> None:
    """Print how good the classifier is, and how large each gradient is."""
    params, x, y = example_args()
    held_out, labels = (part[TRAIN:] for part in digits())
    right = jnp.argmax(predict(params, held_out)[0], axis=1) == labels
    print(f"right on {jnp.mean(right):.1%} of {len(right)} held-out digits")

    rec = gs.record(loss, params, x, y)
    print(f"loss of one batch of {BATCH}: {rec.outputs:.4f}")
    for name, gradient in rec.in_cotangents[0].items():
        size = jnp.linalg.norm(gradient)
        print(f"  {name} {gradient.shape!s:9} gradient norm {size:.5f}")


if __name__ == "__main__":
    main()
