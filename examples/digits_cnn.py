"""A small convolutional network in Flax, on real handwritten digits.

Flax names its modules, so the graph folds by module: open `conv1` to see its
convolution, leave the rest closed. The max-pooling sends each cotangent back to the one
pixel that won, and zeros to the others.

    graphstep step examples/digits_cnn.py:loss
"""

from __future__ import annotations

from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from sklearn.datasets import load_digits

import graphstep as gs

Params = dict[str, Any]


class CNN(nn.Module):
    """Two convolutions with pooling between them, then one dense layer."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Return the ten logits of each image in `x` (batch, 8, 8, 1)."""
        x = nn.relu(nn.Conv(8, (3, 3), name="conv1")(x))
        x = nn.max_pool(x, (2, 2), strides=(2, 2))
        x = nn.relu(nn.Conv(16, (3, 3), name="conv2")(x))
        x = x.reshape(len(x), -1)
        return nn.Dense(10, name="classify")(x)


model = CNN()


def loss(params: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """Return the mean cross-entropy of the labels `y`."""
    logits: Any = model.apply({"params": params}, x)
    log_p = jax.nn.log_softmax(logits)
    return -jnp.mean(jnp.sum(jax.nn.one_hot(y, 10) * log_p, axis=1))


def example_args() -> tuple[Params, jax.Array, jax.Array]:
    """Return the parameters after 20 steps on a batch of 64, and 16 of its images."""
    images, labels = load_digits(return_X_y=True)
    x = jnp.asarray(images[:64].reshape(-1, 8, 8, 1) / 16, jnp.float32)
    y = jnp.asarray(labels[:64], jnp.int32)
    variables: Any = model.init(jax.random.key(0), x)
    params = variables["params"]

    optimizer = optax.adam(1e-2)
    state = optimizer.init(params)
    gradient = jax.jit(jax.grad(loss))
    update = jax.jit(optimizer.update)
    for _ in range(20):
        updates, state = update(gradient(params, x, y), state)
        params = jax.tree.map(jnp.add, params, updates)
    return params, x[:16], y[:16]


def main() -> None:
    """Print the size of each parameter's gradient, by module."""
    rec = gs.record(loss, *example_args())
    print(f"loss {rec.outputs:.4f}")
    for path, gradient in jax.tree.leaves_with_path(rec.in_cotangents[0]):
        name = jax.tree_util.keystr(path, simple=True, separator=".")
        size = jnp.linalg.norm(gradient)
        print(f"  {name:16} {gradient.shape!s:14} gradient norm {size:.5f}")


if __name__ == "__main__":
    main()
