"""The logarithm of a determinant, whose gradient is an inverse.

For a positive definite K, the gradient of log det K is the transpose of its inverse.
No inverse is ever written here: it comes out of the rule of the LU factorisation, and
the walk shows how.

    graphstep step examples/logdet.py:logdet
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

import graphstep as gs


def logdet(K: jax.Array) -> jax.Array:
    """Return log |det K|, stable where det K itself would overflow."""
    _sign, value = jnp.linalg.slogdet(K)
    return value


def example_args() -> tuple[jax.Array]:
    """Return the covariance of four points in time: near ones vary together."""
    t = jnp.array([0.0, 0.5, 1.5, 3.0])
    distance = t[:, None] - t[None, :]
    return (jnp.exp(-0.5 * distance**2) + 0.1 * jnp.eye(4),)


def main() -> None:
    """Print the gradient and the inverse, one above the other."""
    (K,) = example_args()
    rec = gs.record(logdet, K)
    gradient = rec.in_cotangents[0]
    inverse = jnp.linalg.inv(K).T
    print(f"log det K = {rec.outputs:.4f}\n")
    print(f"its gradient\n{gradient}\n")
    print(f"the inverse of K, transposed\n{inverse}\n")
    print(f"largest difference: {jnp.abs(gradient - inverse).max():.1e}")


if __name__ == "__main__":
    main()
