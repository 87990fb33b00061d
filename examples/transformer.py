"""A two-layer transformer in Equinox that predicts the next letter of a sentence.

The model is an argument like any other: its cotangent is a model of the same shape.
`jax.named_scope` gives the graph its boxes, so a walk can go layer by layer and step
into one attention only. Each residual connection `h + ...` uses `h` once more, so the
cotangent of `h` has a term that comes straight from the layer above.

    graphstep step examples/transformer.py:loss
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp

import graphstep as gs

TEXT = "the chain rule, one step at a time"
LETTERS = sorted(set(TEXT))
WIDTH, HEADS = 16, 2


class Block(eqx.Module):
    """Causal self-attention and a two-layer perceptron, each with a residual."""

    norm1: eqx.nn.LayerNorm
    norm2: eqx.nn.LayerNorm
    qkv: eqx.nn.Linear
    out: eqx.nn.Linear
    up: eqx.nn.Linear
    down: eqx.nn.Linear

    def __init__(self, key: jax.Array) -> None:
        keys = jax.random.split(key, 4)
        self.norm1 = eqx.nn.LayerNorm(WIDTH)
        self.norm2 = eqx.nn.LayerNorm(WIDTH)
        self.qkv = eqx.nn.Linear(WIDTH, 3 * WIDTH, key=keys[0])
        self.out = eqx.nn.Linear(WIDTH, WIDTH, key=keys[1])
        self.up = eqx.nn.Linear(WIDTH, 2 * WIDTH, key=keys[2])
        self.down = eqx.nn.Linear(2 * WIDTH, WIDTH, key=keys[3])

    def attention(self, h: jax.Array) -> jax.Array:
        """Return, for each position, a mixture of the values up to it."""
        qkv = jax.vmap(self.qkv)(h).reshape(len(h), 3, HEADS, WIDTH // HEADS)
        q, k, v = qkv[:, 0], qkv[:, 1], qkv[:, 2]
        scores = jnp.einsum("qhd,khd->hqk", q, k) / jnp.sqrt(WIDTH / HEADS)
        scores = jnp.where(jnp.tri(len(h), dtype=bool), scores, -jnp.inf)
        mixed = jnp.einsum("hqk,khd->qhd", jax.nn.softmax(scores), v)
        return jax.vmap(self.out)(mixed.reshape(len(h), WIDTH))

    def __call__(self, h: jax.Array) -> jax.Array:
        """Return the next hidden states of `h` (length, WIDTH)."""
        with jax.named_scope("attention"):
            h = h + self.attention(jax.vmap(self.norm1)(h))
        with jax.named_scope("perceptron"):
            up = jax.nn.gelu(jax.vmap(self.up)(jax.vmap(self.norm2)(h)))
            return h + jax.vmap(self.down)(up)


class Transformer(eqx.Module):
    """Letters in, the logits of the letters that follow out."""

    embed: jax.Array
    place: jax.Array
    blocks: list[Block]
    logits: eqx.nn.Linear

    def __init__(self, key: jax.Array) -> None:
        keys = jax.random.split(key, 5)
        self.embed = jax.random.normal(keys[0], (len(LETTERS), WIDTH))
        self.place = jax.random.normal(keys[1], (len(TEXT), WIDTH))
        self.blocks = [Block(keys[2]), Block(keys[3])]
        self.logits = eqx.nn.Linear(WIDTH, len(LETTERS), key=keys[4])


def loss(model: Transformer, letters: jax.Array) -> jax.Array:
    """Return the mean cross-entropy of each letter, given those before it."""
    h = model.embed[letters[:-1]] + model.place[: len(letters) - 1]
    for number, block in enumerate(model.blocks):
        with jax.named_scope(f"layer{number}"):
            h = block(h)
    log_p = jax.nn.log_softmax(jax.vmap(model.logits)(h))
    return -jnp.mean(jnp.sum(jax.nn.one_hot(letters[1:], len(LETTERS)) * log_p, 1))


def example_args() -> tuple[Transformer, jax.Array]:
    """Return an untrained model, and the sentence as indices."""
    letters = jnp.array([LETTERS.index(letter) for letter in TEXT])
    return Transformer(jax.random.key(0)), letters


def main() -> None:
    """Print the loss beside that of a blind guess, and the largest gradients."""
    rec = gs.record(loss, *example_args())
    print(f"loss {rec.outputs:.3f}; a blind guess: {jnp.log(len(LETTERS)):.3f}\n")
    print("Largest entry of each parameter's gradient:")
    for path, gradient in jax.tree.leaves_with_path(rec.in_cotangents[0]):
        print(f"  {jax.tree_util.keystr(path):26} {jnp.abs(gradient).max():.5f}")


if __name__ == "__main__":
    main()
