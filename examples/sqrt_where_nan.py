"""A NaN that the forward pass hides: `where` does not protect the gradient.

At x = 0 the square root is not even used, and the loss is fine. But on the way back
`where` sends a zero into `sqrt`, whose slope there is infinite, and zero times infinity
is NaN. `fixed_loss` keeps `sqrt` away from zero as well as its result.

    graphstep step examples/sqrt_where_nan.py:loss
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

import graphstep as gs


def loss(x: jax.Array) -> jax.Array:
    """Return the sum of the square roots of what is positive, the usual way."""
    root = jnp.sqrt(x)
    safe = jnp.where(x > 0.0, root, 0.0)
    return jnp.sum(safe)


def fixed_loss(x: jax.Array) -> jax.Array:
    """Return the same sum, with a gradient: guard the input, then the output."""
    positive = jnp.where(x > 0.0, x, 1.0)
    root = jnp.sqrt(positive)
    safe = jnp.where(x > 0.0, root, 0.0)
    return jnp.sum(safe)


def example_args() -> tuple[jax.Array]:
    """Return three numbers, one of them zero."""
    return (jnp.array([4.0, 0.0, 1.0]),)


def main() -> None:
    """Follow the cotangent back through the loss, until it turns into NaN."""
    (x,) = example_args()
    rec = gs.record(loss, x)
    print(f"loss  {rec.outputs}, and nothing is wrong in the forward pass")
    for name in ("safe", "root"):
        (node,) = rec.graph.find(name)
        print(f"  cotangent of {name}: {rec.cotangent(node)}")
    print(f"  cotangent of x:    {rec.in_cotangents[0]}")

    fixed = gs.record(fixed_loss, x)
    print(f"fixed_loss  {fixed.outputs}")
    print(f"  cotangent of x:    {fixed.in_cotangents[0]}")


if __name__ == "__main__":
    main()
