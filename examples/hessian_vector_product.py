"""A Hessian times a vector, without the Hessian: forward mode over reverse mode.

`jax.grad` runs the function and its reverse pass; `jax.jvp` pushes a tangent through
both. The result is Hv at the price of a few evaluations, in any number of dimensions.
The graph shows the two passes in one program, and a fold at each.

    graphstep step examples/hessian_vector_product.py:hvp
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

import graphstep as gs


def rosenbrock(x: jax.Array) -> jax.Array:
    """Return the banana-shaped test function of Rosenbrock (1960)."""
    return jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def hvp(x: jax.Array, v: jax.Array) -> jax.Array:
    """Return the Hessian of `rosenbrock` at `x`, times `v`."""
    _gradient, product = jax.jvp(jax.grad(rosenbrock), (x,), (v,))
    return product


def example_args() -> tuple[jax.Array, jax.Array]:
    """Return a point in three dimensions, and a direction."""
    return jnp.array([-1.2, 1.0, 0.5]), jnp.array([1.0, 0.0, -1.0])


def main() -> None:
    """Compare the product with the full Hessian's, and count the equations."""
    x, v = example_args()
    rec = gs.record(hvp, x, v)
    print(f"Hv, without H {rec.outputs}")
    print(f"Hv, with H    {jax.hessian(rosenbrock)(x) @ v}\n")

    programs = {"rosenbrock": gs.trace(rosenbrock, x), "hvp": gs.trace(hvp, x, v)}
    for name, trace in programs.items():
        print(f"{name:10} {len(trace.graph.order):3} nodes")

    # The output is a vector, so the seed is a vector too. H is symmetric: the
    # cotangent of v is H times the seed, and by default the seed is all ones.
    ones = jnp.ones_like(x)
    print(f"\ncotangent of v {rec.in_cotangents[1]}")
    print(f"H times ones   {jax.hessian(rosenbrock)(x) @ ones}")


if __name__ == "__main__":
    main()
