"""What a cache keeps from one layout to the next, and what is shared in one."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

import graphstep as gs
from graphstep.layout import LayoutCache, lay_out
from tests.layout.checking import Checker
from tests.layout.views import MEASURES, blocks_of, zoo_graph

_X = jnp.ones(3)
_BOX = MEASURES["boxes"]


@jax.jit
def layer(x: jax.Array) -> jax.Array:
    """Return what a few equations make of an array."""
    return lax.add(lax.sin(x), lax.exp(lax.neg(x)))


def test_opening_one_region_draws_only_it_and_those_around_it() -> None:
    """Every other region's drawing comes from the cache."""
    graph, cache = zoo_graph("attention"), LayoutCache()
    everything = blocks_of(graph)
    inner = max(
        everything,
        key=lambda i: len(graph.regions.ancestors(i)) if i in graph.regions else 0,
    )
    lay_out(graph, set(everything) - {inner}, _BOX, cache=cache)
    before = set(cache.pieces)

    lay_out(graph, everything, _BOX, cache=cache)

    drawn = [cache.pieces.get(key) for key in set(cache.pieces) - before]
    assert sorted(piece.id for piece in drawn if piece) == sorted(
        r.id for r in graph.regions.ancestors(inner)
    )


def test_what_is_far_from_a_fold_is_not_drawn_anew() -> None:
    """Opening one of many layers leaves the others as they are."""

    def fn(x: jax.Array) -> jax.Array:
        for _ in range(30):
            x = lax.mul(layer(x), x)
        return x

    graph, cache = gs.trace(fn, _X).graph, LayoutCache()
    layers = blocks_of(graph)
    before = lay_out(graph, layers[:10], _BOX, cache=cache)

    after = lay_out(graph, [*layers[:10], layers[20]], _BOX, cache=cache)

    drawn = {placed.part for placed in before.placed}
    new = [placed for placed in after.placed if placed.part not in drawn]
    assert len(after.placed) > 30
    assert len(new) <= 5


def test_equal_layers_are_planned_once() -> None:
    """Layers with the same boxes and lines share one plan, and lie apart all the same."""

    def fn(x: jax.Array) -> jax.Array:
        for _ in range(5):
            x = layer(x)
        return x

    graph, cache = gs.trace(fn, _X).graph, LayoutCache()

    layout = lay_out(graph, blocks_of(graph), _BOX, cache=cache)

    assert len(cache.pieces) == 6
    assert len(cache.plans) == 2
    Checker(graph, layout, frozenset(blocks_of(graph))).check()


def test_a_cache_forgets_other_programs() -> None:
    """The cache of one program gives no drawing of another."""
    cache = LayoutCache()
    first = gs.trace(lambda x: lax.neg(layer(x)), _X).graph
    second = gs.trace(lambda x: x, _X).graph
    lay_out(first, (), _BOX, cache=cache)

    layout = lay_out(second, (), _BOX, cache=cache)

    assert set(layout.boxes) == {"in0", "out0"}
