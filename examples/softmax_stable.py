"""Cross-entropy as it should be written: no logit is too large for it.

Subtracting the largest logit changes nothing in exact arithmetic, and keeps `exp` from
overflowing. The maximum is under `stop_gradient`, because its two contributions would
cancel: in the walk it has no cotangent, and graphstep says why.

    graphstep step examples/softmax_stable.py:loss
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

import graphstep as gs


def log_softmax(logits: jax.Array) -> jax.Array:
    """Return the logarithms of the probabilities that `logits` stand for."""
    largest = jax.lax.stop_gradient(jnp.max(logits))
    shifted = logits - largest
    return shifted - jnp.log(jnp.sum(jnp.exp(shifted)))


def loss(logits: jax.Array, target: jax.Array) -> jax.Array:
    """Return the cross-entropy between `target` and the softmax of `logits`."""
    log_p = log_softmax(logits)
    return -jnp.sum(target * log_p)


def example_args() -> tuple[jax.Array, jax.Array]:
    """Return logits that overflow a naive softmax, and the right class."""
    return jnp.array([100.0, 98.0, -20.0]), jnp.array([0.0, 1.0, 0.0])


def main() -> None:
    """Show that the gradient is finite, and equal to p - target."""
    logits, target = example_args()
    rec = gs.record(loss, logits, target)
    print(f"logits     {logits}")
    print(f"loss       {rec.outputs:.4f}")
    print(f"gradient   {rec.in_cotangents[0]}")
    print(f"p - target {jax.nn.softmax(logits) - target}")

    (largest,) = rec.graph.find("largest")
    print(f"\nThe cotangent of `largest`: {rec.cotangent(largest)}")


if __name__ == "__main__":
    main()
