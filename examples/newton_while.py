"""Newton's method in a `lax.while_loop`: how far each kind of derivative comes.

JAX cannot differentiate a while loop in reverse, because it does not know how many
values it would have to keep. graphstep says so at the loop, and shows the cotangents of
everything after it. Forward mode keeps nothing, so tangents pass through the loop.

    graphstep step examples/newton_while.py:error
"""

from __future__ import annotations

import jax

import graphstep as gs


def cube_root(a: jax.Array) -> jax.Array:
    """Return the cube root of `a` > 0, by Newton's method."""

    def is_far(x: jax.Array) -> jax.Array:
        return abs(x**3 - a) > 1e-6 * a

    def improve(x: jax.Array) -> jax.Array:
        return x - (x**3 - a) / (3 * x**2)

    return jax.lax.while_loop(is_far, improve, a)


def error(a: jax.Array) -> jax.Array:
    """Return how far the cube root of `a` is from 3, squared."""
    x = cube_root(a)
    return (x - 3.0) ** 2


example_args = (20.0,)


def main() -> None:
    """Print the loop's iterations, then what each kind of derivative gives."""
    trace = gs.trace(error, *example_args)
    rec = trace.record()
    forward = trace.record(tangents=(1.0,))
    (loop,) = (r for r in rec.graph.regions.values() if r.kind == "while")
    print(f"The loop ran {rec.trips(loop.id)} times:")
    print(f"  {rec.primal(f'{loop.id}/carry0')}")

    print(f"\nreverse mode, cotangent of the root x: {rec.cotangent(loop.id)}")
    print(f"reverse mode, cotangent of a:          {rec.in_cotangents[0]}")
    print(f"  because: {rec.cotangent('in0')}")
    print(f"forward mode, tangent of x:            {forward.tangent(loop.id)}")
    print(f"  1 / (3 a^(2/3)), by hand:            {20.0 ** (-2 / 3) / 3:.6f}")


if __name__ == "__main__":
    main()
