"""A long program without regions or layers is folded by the lines it is made of."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

from graphstep.export import drawing_from_graph
from tests.export.test_dot import graph_of


def chain(x: jax.Array) -> jax.Array:
    """Return what one line makes, over and over."""
    for _ in range(300):
        x = jnp.sin(x)
    return x


def turns(x: jax.Array) -> jax.Array:
    """Return what three lines make, turn by turn."""
    for _ in range(40):
        y = x * x
        x = jnp.cos(y) + 1.0
        x = jnp.tanh(x)
    return x


def parts(x: jax.Array) -> jax.Array:
    """Return what three functions make, one after the other."""
    return jnp.exp(turns(chain(jnp.log(x) + x) - 1.0))


def looped(x: jax.Array) -> jax.Array:
    """Return what a loop makes in the midst of many lines."""
    x = turns(x)
    x = jax.lax.fori_loop(0, 3, lambda _, c: jnp.sin(c) * x, x)
    return turns(x)


@pytest.mark.parametrize("fn", [chain, turns, parts, looped])
def test_about_sixty_nodes_are_drawn(fn: object) -> None:
    """What is drawn by default stays legible, and every node is in exactly one box."""
    graph = graph_of(fn, 1.0)

    drawing = drawing_from_graph(graph)

    assert 4 <= len(drawing.nodes) <= 75 < len(graph)
    shown = [n.id for n in drawing.nodes if n.id in graph]
    folded = [int(n.id.removeprefix("stretch:")) for n in drawing.nodes if n.is_closed]
    assert len(shown) == len(set(shown))
    assert len(folded) == len(set(folded)) >= 3


def test_boxes_say_which_lines() -> None:
    """Functions are told apart by their lines, alike turns by their numbers."""
    titles = [n.title for n in drawing_from_graph(graph_of(parts, 1.0)).nodes]
    again = [n.title for n in drawing_from_graph(graph_of(turns, 1.0)).nodes]

    line = chain.__code__.co_firstlineno + 3
    assert f"test_folding_lines.py:{line}" in titles
    first = turns.__code__.co_firstlineno + 3
    assert f"test_folding_lines.py:{first}-{first + 2}, 1 of 40" in again


def test_loops_are_not_cut() -> None:
    """A loop is in one fold as a whole, or is drawn as a box of its own."""
    graph = graph_of(looped, 1.0)
    (loop,) = (r for r in graph.regions.values() if r.kind in ("scan", "while"))

    drawing = drawing_from_graph(graph)

    starts = [
        int(n.id.removeprefix("stretch:"))
        for n in drawing.nodes
        if n.is_closed and n.id.startswith("stretch:")
    ]
    assert not [start for start in starts if loop.start < start < loop.stop]


def test_what_is_opened_is_not_folded() -> None:
    """All of it is drawn when all of it is asked for."""
    graph = graph_of(chain, 1.0)

    assert len(drawing_from_graph(graph, "all").nodes) == len(graph)
