"""A decoder-only transformer as GPT-2 is, its layers unrolled or scanned."""

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

    def dense(n_in: int, n_out: int) -> Params:
        return {"w": normal(n_in, n_out), "b": jnp.zeros(n_out)}

    def norm() -> Params:
        return {"scale": jnp.ones(width), "shift": jnp.zeros(width)}

    def layer() -> dict[str, Params]:
        return {
            "norm1": norm(),
            "qkv": dense(width, 3 * width),
            "out": dense(width, width),
            "norm2": norm(),
            "up": dense(width, 4 * width),
            "down": dense(4 * width, width),
        }

    blocks: Any = [layer() for _ in range(layers)]
    if is_scanned:
        blocks = jax.tree.map(lambda *leaves: jnp.stack(leaves), *blocks)
    params = {
        "tokens": normal(vocabulary, width),
        "positions": normal(length, width),
        "blocks": blocks,
        "norm": norm(),
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


def _dense(layer: Params, h: jax.Array) -> jax.Array:
    return h @ layer["w"] + layer["b"]


def _norm(h: jax.Array, norm: Params) -> jax.Array:
    mean = jnp.mean(h, -1, keepdims=True)
    variance = jnp.var(h, -1, keepdims=True)
    return (h - mean) * lax.rsqrt(variance + 1e-5) * norm["scale"] + norm["shift"]


def _gelu(h: jax.Array) -> jax.Array:
    cubic = h + 0.044715 * h**3
    return 0.5 * h * (1 + jnp.tanh((2 / jnp.pi) ** 0.5 * cubic))


def _block(block: dict[str, Params], h: jax.Array, heads: int) -> jax.Array:
    h = h + _attention(block, _norm(h, block["norm1"]), heads)
    hidden = _gelu(_dense(block["up"], _norm(h, block["norm2"])))
    return h + _dense(block["down"], hidden)


def _attention(block: dict[str, Params], h: jax.Array, heads: int) -> jax.Array:
    batch, length, width = h.shape
    shape = (batch, length, heads, width // heads)
    q, k, v = (x.reshape(shape) for x in jnp.split(_dense(block["qkv"], h), 3, axis=-1))
    scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) / (width // heads) ** 0.5
    mask = jnp.tril(jnp.ones((length, length), bool))
    weights = jax.nn.softmax(jnp.where(mask, scores, -1e9), axis=-1)
    mixed = jnp.einsum("bhqk,bkhd->bqhd", weights, v)
    return _dense(block["out"], mixed.reshape(batch, length, width))
