"""An LSTM over a sequence with `lax.scan`: watch a gradient fade through time.

The body of the scan is one box that runs forty times. Step into it to see one
iteration, or over it to see all of them; its cotangents have a leading axis for the
iterations. The loss looks at the end of the sequence only, so the cotangent of the
hidden state shrinks on its way back to the start.

    graphstep step examples/lstm_scan.py:loss
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

import graphstep as gs

Params = dict[str, jax.Array]
State = tuple[jax.Array, jax.Array]
HIDDEN = 8


def cell(params: Params, state: State, x: jax.Array) -> State:
    """Return the next state of the LSTM, after the input `x`."""
    h, c = state
    gates = jnp.concatenate([x, h]) @ params["w"] + params["b"]
    take, forget, show, new = jnp.split(gates, 4)
    c = jax.nn.sigmoid(forget) * c + jax.nn.sigmoid(take) * jnp.tanh(new)
    h = jax.nn.sigmoid(show) * jnp.tanh(c)
    return h, c


def loss(params: Params, xs: jax.Array, target: jax.Array) -> jax.Array:
    """Return the squared error of a prediction made after the whole sequence."""

    def step(state: State, x: jax.Array) -> tuple[State, None]:
        return cell(params, state, x), None

    start = jnp.zeros(HIDDEN), jnp.zeros(HIDDEN)
    (h, _), _ = jax.lax.scan(step, start, xs)
    prediction = h @ params["out"]
    return (prediction - target) ** 2


def example_args() -> tuple[Params, jax.Array, jax.Array]:
    """Return random parameters, forty points of a sine wave, and the next one."""
    keys = jax.random.split(jax.random.key(0), 2)
    params = {
        "w": 0.4 * jax.random.normal(keys[0], (1 + HIDDEN, 4 * HIDDEN)),
        "b": jnp.zeros(4 * HIDDEN),
        "out": jax.random.normal(keys[1], (HIDDEN,)),
    }
    wave = jnp.sin(0.3 * jnp.arange(41))
    return params, wave[:-1, None], wave[-1]


def main() -> None:
    """Draw the size of the hidden state's cotangent, iteration by iteration."""
    rec = gs.record(loss, *example_args())
    print(f"loss {rec.outputs:.4f}")

    (scan,) = (r for r in rec.graph.regions.values() if r.kind == "scan")
    cotangents = rec.cotangent(f"{scan.id}/carry0")
    print(f"cotangent of the hidden state, {cotangents.shape}; its norm per iteration:")
    for iteration in range(0, len(cotangents), 4):
        size = jnp.linalg.norm(cotangents[iteration])
        bar = "#" * round(40 + 4 * float(jnp.log10(size)))
        print(f"  {iteration:2}  {size:.1e}  {bar}")


if __name__ == "__main__":
    main()
