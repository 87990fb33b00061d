"""The experiment of every lecture on this: Jacobians of wide, tall and square maps."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from graphstep.analysis._modes import FORWARD, REVERSE, Modes, modes
from graphstep.analysis._modes_advice import Choice, measured, predicted
from graphstep.analysis._modes_measured import Progress, Timing, measure
from graphstep.graph import ProgramGraph
from graphstep.tracing import CallSpec, trace_function

SHAPES = ((1000, 1), (1000, 10), (10, 1000), (1000, 1000))
# Maps of 256 inputs, from few outputs to many: somewhere both modes take as long.
SWEEP = tuple((256, m) for m in (32, 64, 128, 192, 256, 384, 512, 1024))
_HIDDEN = 1000


def network(A: jax.Array, B: jax.Array, x: jax.Array) -> jax.Array:
    """Return `tanh(B sin(A x))`, a map of n numbers to m of them."""
    return jnp.tanh(B @ jnp.sin(A @ x))


@dataclasses.dataclass(frozen=True, eq=False)
class Trial:
    """One map of the experiment.

    Attributes:
        n: How many numbers go in.
        m: How many come out.
        found: What each mode is predicted to cost.
        timings: What it took.
    """

    n: int
    m: int
    found: Modes
    timings: tuple[Timing, ...]

    @property
    def predicted(self) -> Choice:
        """The mode with less work."""
        return predicted(self.found)

    @property
    def measured(self) -> Choice:
        """The mode that was faster."""
        return measured(self.timings)

    def seconds(self, name: str) -> float | None:
        """Return what a mode took."""
        return next((t.seconds for t in self.timings if t.mode == name), None)


def trial(
    n: int, m: int, *, seconds: float = 20.0, progress: Progress = lambda _: True
) -> Trial:
    """Predict and measure both modes on one map.

    Args:
        n: How many numbers go in.
        m: How many come out.
        seconds: How long to measure at most.
        progress: Is told what comes next.
    """
    keys = jax.random.split(jax.random.key(0), 3)
    A = jax.random.normal(keys[0], (_HIDDEN, n)) / math.sqrt(n)
    B = jax.random.normal(keys[1], (m, _HIDDEN)) / math.sqrt(_HIDDEN)
    x = jax.random.normal(keys[2], (n,))
    args: tuple[Any, ...] = (A, B, x)
    graph = ProgramGraph(trace_function(network, args, {}, CallSpec(argnums=2)))
    found = modes(graph, names=(FORWARD, REVERSE))
    told: Progress = functools.partial(_told, progress, f"{n} to {m}")
    timings = measure(
        found, args, seconds=seconds, names=("f", FORWARD, REVERSE), progress=told
    )
    return Trial(n, m, found, timings)


def _told(progress: Progress, shape: str, stage: str) -> bool:
    return progress(f"{shape}: {stage}")


def crossover(
    trials: Sequence[Trial], ratio: Callable[[Trial], float | None]
) -> float | None:
    """Return at how many outputs both modes take as long, for maps of equal inputs.

    Args:
        trials: Maps with more and more outputs.
        ratio: Time of `jacfwd` by that of `jacrev`, falling with the outputs.

    Returns:
        The place where the ratio passes 1, between two maps by logarithms; `None` if
        it does not.
    """
    points = [(math.log(t.m), math.log(r)) for t in trials if (r := ratio(t))]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if y0 >= 0 >= y1 and y0 != y1:
            return math.exp(x0 + (x1 - x0) * y0 / (y0 - y1))
    return None
