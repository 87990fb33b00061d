"""Least squares, the smallest program with a fan-out.

The residual `r` is used twice in `r * r`. In the walk, its two uses send back a
contribution each, and the cotangent of `r` is their sum: the chain rule for several
variables. The gradient at the end is the textbook's, 2 Aᵀ(Ax - b).

    graphstep step examples/least_squares.py:loss
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

import graphstep as gs


def loss(x: jax.Array, A: jax.Array, b: jax.Array) -> jax.Array:
    """Return ‖Ax - b‖²."""
    r = A @ x - b
    return jnp.sum(r * r)


def example_args() -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return a line's two coefficients, and five points for it to go through."""
    t = jnp.array([0.0, 1.0, 2.0, 3.0, 4.0])
    A = jnp.stack([jnp.ones_like(t), t], axis=1)
    b = jnp.array([1.0, 2.9, 5.2, 7.1, 8.8])
    x = jnp.array([0.0, 1.0])
    return x, A, b


def main() -> None:
    """Compare the recorded gradient with the formula, then show how it came about."""
    x, A, b = example_args()
    rec = gs.record(loss, x, A, b)
    print(f"loss       {rec.outputs:.4f}")
    print(f"gradient   {rec.in_cotangents[0]}")
    print(f"2 Aᵀ(Ax-b) {2 * A.T @ (A @ x - b)}")

    (r,) = rec.graph.find("r")
    print("\nThe residual r is used twice, so its cotangent is a sum of two terms:")
    for use in rec.graph.uses(r):
        print(f"  operand {use[2]} of `mul` sends back {rec.contribution(use)}")
    print(f"  sum, the cotangent of r       {rec.cotangent(r)}")


if __name__ == "__main__":
    main()
