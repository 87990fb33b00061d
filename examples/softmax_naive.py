"""Cross-entropy as it should not be written: find where the NaN is born.

The logits are large but ordinary. `exp` overflows to infinity, infinity divided by
infinity is NaN, and from there on everything is NaN, forward and backward. Step through
it to see the first bad value, then compare with softmax_stable.py.

    graphstep step examples/softmax_naive.py:loss
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

import graphstep as gs
from graphstep.recording import Stats


def loss(logits: jax.Array, target: jax.Array) -> jax.Array:
    """Return the cross-entropy, by the formula as a textbook prints it."""
    e = jnp.exp(logits)
    p = e / jnp.sum(e)
    return -jnp.sum(target * jnp.log(p))


def example_args() -> tuple[jax.Array, jax.Array]:
    """Return logits that overflow in float32, and the right class."""
    return jnp.array([100.0, 98.0, -20.0]), jnp.array([0.0, 1.0, 0.0])


def main() -> None:
    """List the equations in order, and say which value is the first bad one."""
    rec = gs.record(loss, *example_args())
    print(f"loss     {rec.outputs}")
    print(f"gradient {rec.in_cotangents[0]}\n")

    for node in rec.graph.order:
        stats = rec.stats(node)
        if isinstance(stats, Stats) and not stats.is_finite:
            print(f"The first value that is not finite is {rec.graph.label(node)!r}:")
            print(f"  {rec.graph.source(node)}")
            print(f"  {rec.primal(node)}")
            break


if __name__ == "__main__":
    main()
