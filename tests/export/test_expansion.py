"""Which regions a picture opens by itself."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

from graphstep.export import legible_expansion
from tests.export.test_dot import graph_of, scan_loss


def layers(x: jax.Array) -> jax.Array:
    """Six alike layers, and one small region."""
    for i in range(6):
        with jax.named_scope(f"layer{i}"):
            for _ in range(20):
                x = jnp.sin(x)
    with jax.named_scope("head"):
        return x * 2 + 1


def test_small_programs_are_opened_whole() -> None:
    """Everything is shown where everything fits."""
    graph = graph_of(scan_loss, jnp.arange(3.0))

    assert legible_expansion(graph) == frozenset(graph.regions)


@pytest.mark.parametrize("limit", [1, 10, 30, 60, 1000])
def test_limit_is_kept(limit: int) -> None:
    """No more nodes than the limit, unless the root alone has more."""
    graph = graph_of(layers, 1.0)
    least = len(graph.view())

    opened = legible_expansion(graph, limit)

    assert len(graph.view(opened)) <= max(limit, least)


def test_alike_regions_open_together() -> None:
    """Either every layer is open or none, and the small region is."""
    graph = graph_of(layers, 1.0)

    few, many = legible_expansion(graph, 60), legible_expansion(graph, 200)

    assert {graph.regions[r].name for r in few} == {"program", "head"}
    assert many == frozenset(graph.regions)


def test_nothing_is_opened_inside_a_closed_region() -> None:
    """The parents of what is open are open."""
    graph = graph_of(jax.grad(lambda x: layers(jnp.tanh(x))), 1.0)

    opened = legible_expansion(graph)

    parents = {graph.regions[region].parent for region in opened} - {None}
    assert parents <= opened
