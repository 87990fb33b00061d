"""Time laying out what one sees of a large program."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable

import jax
import jax.numpy as jnp

import graphstep as gs
from graphstep.export import legible_expansion
from graphstep.graph import ProgramGraph
from graphstep.layout import LayoutCache, lay_out
from tests.bench.budgets import Figure
from tests.bench.graphs import unrolled
from tests.bench.models import MODELS

N_EQUATIONS = 10_000
_LARGEST = "gpt12"


def _measure(item_id: str) -> tuple[int, int]:
    return 14, 4


def _seconds(graph: ProgramGraph, opened: Iterable[str], rounds: int) -> float:
    times: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        lay_out(graph, opened, _measure)
        times.append(time.process_time() - began)
    return statistics.median(times)


def _opening_milliseconds(
    graph: ProgramGraph, opened: frozenset[str]
) -> tuple[float, float]:
    """Return median and maximum time to open one region, those in `opened` open."""
    times: list[float] = []
    for region in filter(None, graph.regions):
        cache = LayoutCache()
        lay_out(graph, opened - {region}, _measure, cache=cache)
        began = time.process_time()
        lay_out(graph, opened | {region}, _measure, cache=cache)
        times.append(1000 * (time.process_time() - began))
    return statistics.median(times), max(times)


def layout_figures(
    rounds: int, model: str = _LARGEST, n: int = N_EQUATIONS
) -> list[Figure]:
    """Return how long layouts of a large model and of a long program take.

    In processor time. The model is measured with its gradient.
    """
    fn, args = MODELS[model].build()
    graph = gs.trace(jax.value_and_grad(fn), *args).graph
    chain = gs.trace(unrolled(n), jnp.ones(3)).graph
    first = legible_expansion(graph)
    few = _seconds(graph, first, rounds)
    every = few + _seconds(graph, graph.regions, rounds)
    long = _seconds(chain, (), rounds)
    of = f"{model}, {len(graph):,} nodes, {len(graph.regions)} regions"
    figures = [
        Figure(f"layout of {of}: first view", few, 0.2, "s"),
        Figure("  and with everything open", every, 1.0, "s"),
        Figure(f"layout of a chain of {len(chain):,} nodes", long, 1.0, "s"),
    ]
    for view, opened in (("first view", first), ("all open", frozenset(graph.regions))):
        middle, worst = _opening_milliseconds(graph, opened)
        label = f"open a region of {model}, {view}"
        figures.append(Figure(f"{label}, median", middle, 100, "ms"))
        figures.append(Figure(f"{label}, worst", worst, 300, "ms"))
    return figures
