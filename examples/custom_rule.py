"""A function with its own backward rule: clip the cotangent, leave the value alone.

`jax.custom_vjp` replaces the derivative of a function. In the walk, the value passes
through `clip_cotangent` unchanged, and on the way back a large cotangent goes in and a
clipped one comes out. The rule is yours, so JAX does not check it; graphstep shows what
it does.

    graphstep step examples/custom_rule.py:loss
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

import graphstep as gs

LIMIT = 1.0


@jax.custom_vjp
def clip_cotangent(x: jax.Array) -> jax.Array:
    """Return `x`; in reverse mode, clip what comes back to [-LIMIT, LIMIT]."""
    return x


def _forward(x: jax.Array) -> tuple[jax.Array, None]:
    return x, None


def _backward(_residuals: None, ct: jax.Array) -> tuple[jax.Array]:
    return (jnp.clip(ct, -LIMIT, LIMIT),)


clip_cotangent.defvjp(_forward, _backward)


def loss(x: jax.Array) -> jax.Array:
    """Return a sum whose gradient, 3 exp(3x), explodes to the right."""
    y = clip_cotangent(x)
    return jnp.sum(jnp.exp(3.0 * y))


def example_args() -> tuple[jax.Array]:
    """Return four points, from a small gradient to a huge one."""
    return (jnp.array([-2.0, -1.0, 0.0, 3.0]),)


def main() -> None:
    """Print the cotangent on both sides of the rule."""
    (x,) = example_args()
    rec = gs.record(loss, x)
    (y,) = rec.graph.find("y")
    print(f"x                {x}")
    print(f"y, the same      {rec.primal(y)}")
    print(f"cotangent of y   {rec.cotangent(y)}")
    print(f"cotangent of x   {rec.in_cotangents[0]}")


if __name__ == "__main__":
    main()
