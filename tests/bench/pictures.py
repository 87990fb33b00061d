"""Time pictures of programs of several sizes, beside a plain drawing of the same graph."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

import graphstep as gs
from graphstep.errors import TimeLimitError
from graphstep.export import picture_from_dot, picture_from_graph
from graphstep.graph import ProgramGraph
from tests.bench.budgets import Figure
from tests.bench.models import mlp
from tests.bench.transformer import transformer_model

# Seconds after which the plain drawing is given up.
PATIENCE = 30.0


def _small() -> Any:
    def loss(a: jax.Array, b: jax.Array, x: jax.Array) -> jax.Array:
        r = jnp.tanh(a @ x - b)
        return jnp.sum(r * r) + 0.1 * jnp.sum(x * x)

    return loss, (jnp.ones((5, 2)), jnp.ones(5), jnp.ones(2))


# Nodes, with the gradient: about 20, 150, 700 and 3,500.
PROGRAMS: dict[str, Callable[[], Any]] = {
    "least squares": _small,
    "mlp": lambda: mlp((784, 512, 512, 512, 512, 512, 10)),
    "gpt2": lambda: transformer_model(2),
    "gpt12": lambda: transformer_model(12),
}


def picture_figures(
    rounds: int, patience: float = PATIENCE, names: Iterable[str] = tuple(PROGRAMS)
) -> list[Figure]:
    """Return how long an SVG takes: of the first view, of every node, and plainly.

    In processor time of ours and of Graphviz, but for the plain drawing, whose time is
    limited by the clock.

    The plain drawing has a box per equation and a line per use, without regions and
    without any care for long lines, as tools that hand a graph to `dot` make it. Where
    it took all the time that there was, it was not finished.
    """
    figures: list[Figure] = []
    for name in names:
        fn, args = PROGRAMS[name]()
        graph = gs.trace(jax.value_and_grad(fn), *args).graph
        of = f"picture of {name}, {len(graph):,} nodes"
        first = _seconds(lambda g=graph: picture_from_graph(g, "svg"), rounds)
        every = _seconds(
            lambda g=graph: picture_from_graph(g, "svg", "all", timeout=60.0), 1
        )
        began = time.perf_counter()
        _plainly(graph, patience)
        plain = min(time.perf_counter() - began, patience)
        is_large = len(graph) > 1000
        figures += [
            Figure(
                f"{of}: first view, processor", first, 2.0 if is_large else 1.0, "s"
            ),
            Figure(
                "  and of every node, processor", every, 15.0 if is_large else 3.0, "s"
            ),
            Figure("  for comparison: plain dot, by the clock", plain, patience, "s"),
        ]
    return figures


def _seconds(make: Callable[[], object], rounds: int) -> float:
    times: list[float] = []
    for _ in range(rounds):
        began = _processor()
        make()
        times.append(_processor() - began)
    return statistics.median(times)


def _processor() -> float:
    """Return the processor time so far, also that of children which have ended."""
    return sum(os.times()[:4])


def _plainly(graph: ProgramGraph, patience: float) -> None:
    flat = graph.nx
    lines = [
        f'"{node}" [label="{attributes["primitive"]}"]'
        for node, attributes in flat.nodes(data=True)
    ]
    lines += [f'"{u}" -> "{v}"' for u, v in flat.edges()]
    try:
        picture_from_dot(f"digraph {{ {'; '.join(lines)} }}", "svg", patience)
    except TimeLimitError:
        return
