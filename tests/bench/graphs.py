"""Time what needs no recording: tracing a long program, seeking in a long loop."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

import graphstep as gs
from graphstep.stepping import Timeline
from tests.bench.timing import interleave, median

N_EQUATIONS = 20_000
_TRIPS = 1_000_000
_SEEKS = 2_000


def unrolled(n: int) -> Callable[[jax.Array], jax.Array]:
    """Return a new function of about `n` equations, which JAX has not traced before."""

    def fn(x: jax.Array) -> jax.Array:
        for _ in range(n // 4):
            y = lax.sin(x)
            z = lax.mul(x, y)
            x = lax.sub(lax.add(y, z), x)
        return x

    return fn


def equations_per_second(rounds: int, n: int = N_EQUATIONS) -> float:
    """Return how fast a trace becomes a networkx graph, beyond JAX's own tracing.

    In processor time, of which one thread takes all.
    """
    x = jnp.ones(3)

    def own() -> Any:
        return jax.make_jaxpr(unrolled(n))(x)

    def whole() -> Any:
        return gs.trace(unrolled(n), x).graph.nx

    seconds = interleave({"own": own, "whole": whole}, rounds).cpu
    beyond = median(seconds, "whole") - median(seconds, "own")
    return n / max(beyond, 1e-9)


def seek_microseconds() -> float:
    """Return the median time to seek in a scan of a million iterations."""

    def fn(x: jax.Array) -> jax.Array:
        def step(x: jax.Array, _: None) -> tuple[jax.Array, None]:
            return jnp.tanh(x) * x, None

        return lax.scan(step, x, None, length=_TRIPS)[0]

    graph = gs.trace(fn, jnp.ones(3)).graph
    timeline = Timeline(graph, {"0": _TRIPS}, {})
    rng = random.Random(0)
    times: list[float] = []
    for _ in range(_SEEKS):
        index = rng.randrange(timeline.length)
        began = time.perf_counter()
        step = timeline.step(index)
        times.append(time.perf_counter() - began)
        if step.index != index:
            msg = f"Seeking step {index} came to step {step.index}."
            raise RuntimeError(msg)
    return 1e6 * statistics.median(times)
