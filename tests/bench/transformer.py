"""A decoder-only transformer, its layers unrolled or scanned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Params = dict[str, jax.Array]


def transformer_model(
    layers: int,
    *,
    is_scanned: bool = False,
    width: int = 256,
    length: int = 128,
    batch: int = 4,
    heads: int = 4,
    vocabulary: int = 512,
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return the loss of a transformer on one batch of tokens, and its arguments."""
    rng = np.random.default_rng(0)

    def normal(*shape: int) -> jax.Array:
        return jnp.asarray(rng.standard_normal(shape) / shape[-2] ** 0.5, jnp.float32)

    def layer() -> Params:
        return {
            "qkv": normal(width, 3 * width),
            "out": normal(width, width),
            "up": normal(width, 4 * width),
            "down": normal(4 * width, width),
            "norm1": jnp.ones(width),
            "norm2": jnp.ones(width),
        }

    blocks: Any = [layer() for _ in range(layers)]
    if is_scanned:
        blocks = jax.tree.map(lambda *leaves: jnp.stack(leaves), *blocks)
    params = {
        "tokens": normal(vocabulary, width),
        "positions": normal(length, width),
        "blocks": blocks,
        "norm": jnp.ones(width),
    }
    tokens = jnp.asarray(rng.integers(0, vocabulary, (batch, length + 1)))

    def loss(params: Any, tokens: jax.Array) -> jax.Array:
        h = params["tokens"][tokens[:, :-1]] + params["positions"]
        if is_scanned:
            h, _ = lax.scan(
                lambda h, block: (_block(block, h, heads), None), h, params["blocks"]
            )
        else:
            for block in params["blocks"]:
                h = _block(block, h, heads)
        logits = _norm(h, params["norm"]) @ params["tokens"].T
        chosen = jnp.take_along_axis(
            jax.nn.log_softmax(logits), tokens[:, 1:, None], -1
        )
        return -jnp.mean(chosen)

    return loss, (params, tokens)


def _norm(h: jax.Array, scale: jax.Array) -> jax.Array:
    centred = h - jnp.mean(h, -1, keepdims=True)
    variance = jnp.mean(jnp.square(centred), -1, keepdims=True)
    return centred * lax.rsqrt(variance + 1e-5) * scale


def _block(block: Params, h: jax.Array, heads: int) -> jax.Array:
    h = h + _attention(block, _norm(h, block["norm1"]), heads)
    hidden = jax.nn.gelu(_norm(h, block["norm2"]) @ block["up"])
    return h + hidden @ block["down"]


def _attention(block: Params, h: jax.Array, heads: int) -> jax.Array:
    batch, length, width = h.shape
    shape = (batch, length, heads, width // heads)
    q, k, v = (x.reshape(shape) for x in jnp.split(h @ block["qkv"], 3, axis=-1))
    scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) / (width // heads) ** 0.5
    mask = jnp.tril(jnp.ones((length, length), bool))
    weights = jax.nn.softmax(jnp.where(mask, scores, -1e9), axis=-1)
    mixed = jnp.einsum("bhqk,bkhd->bqhd", weights, v)
    return mixed.reshape(batch, length, width) @ block["out"]
