"""Laws of every layout, over random views of the zoo and of random programs."""

from __future__ import annotations

import functools
import os
import random
from collections.abc import Callable

import hypothesis
import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax import lax

import graphstep as gs
from graphstep.graph import ProgramGraph
from graphstep.layout import Direction, Layout, LayoutCache, lay_out
from tests import programs, strategies
from tests.layout.checking import Checker
from tests.layout.views import MEASURES, blocks_of, open_blocks, zoo_graph

_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
_DIRECTIONS: tuple[Direction, ...] = ("down", "right")

directions = st.sampled_from(_DIRECTIONS)
measures = st.sampled_from(sorted(MEASURES))
long_edges = st.sampled_from((16, 16, 4, 1))


def check(
    graph: ProgramGraph,
    opened: frozenset[str],
    measure: str,
    direction: Direction,
    long_edge: int,
) -> None:
    layout = lay_out(
        graph, opened, MEASURES[measure], direction=direction, long_edge=long_edge
    )
    Checker(graph, layout, opened, direction).check()


@hypothesis.settings(max_examples=2000 if _LONG else 160)
@given(st.data(), st.sampled_from(programs.NAMES), measures, directions, long_edges)
def test_random_views_of_the_zoo_keep_the_laws(
    data: st.DataObject, name: str, measure: str, direction: Direction, long_edge: int
) -> None:
    """Whatever is open, however large boxes are: nothing overlaps, every use is drawn."""
    graph = zoo_graph(name)

    check(graph, data.draw(open_blocks(graph)), measure, direction, long_edge)


@hypothesis.settings(max_examples=1000 if _LONG else 60)
@given(
    st.data(), strategies.programs(depth=3, size=6), measures, directions, long_edges
)
def test_random_views_of_random_programs_keep_the_laws(
    data: st.DataObject,
    program: strategies.RandomProgram,
    measure: str,
    direction: Direction,
    long_edge: int,
) -> None:
    """The laws hold for programs that nobody wrote, too."""
    graph = gs.trace(program, *program.args).graph

    check(graph, data.draw(open_blocks(graph)), measure, direction, long_edge)


@pytest.mark.parametrize("direction", _DIRECTIONS)
@pytest.mark.parametrize("name", ["attention", "hessian", "scan_nested"])
def test_a_cache_changes_no_layout(name: str, direction: Direction) -> None:
    """Opening regions one by one with a cache gives what laying out anew gives."""
    graph, cache = zoo_graph(name), LayoutCache()
    opened: frozenset[str] = frozenset()

    for block in [*blocks_of(graph), *reversed(blocks_of(graph))]:
        opened ^= {block}
        for zoom in ("dots", "boxes"):
            measure = MEASURES[zoom]
            kept = lay_out(
                graph, opened, measure, direction=direction, cache=cache, zoom=zoom
            )
            anew = lay_out(graph, opened, measure, direction=direction)

            _assert_equal(kept, anew)


@functools.cache
def _deep() -> ProgramGraph:
    """Return a program with many regions one after the other, and far uses."""

    @jax.jit
    def layer(x: jax.Array, weight: jax.Array) -> jax.Array:
        y = lax.sin(lax.mul(x, weight))
        return lax.add(lax.exp(y), x)

    def fn(x: jax.Array, weights: list[jax.Array]) -> jax.Array:
        before = x
        for number, weight in enumerate(weights):
            x = layer(x, weight)
            if number % 4 == 3:
                x = before = lax.sub(lax.neg(x), before)
        return x

    return gs.trace(fn, 1.0, [1.0] * 8).graph


@pytest.mark.parametrize("direction", _DIRECTIONS)
@pytest.mark.parametrize("long_edge", [2, 7, 16])
def test_a_cache_changes_no_layout_of_random_views(
    long_edge: int, direction: Direction
) -> None:
    """Whatever opens and closes, what is left as it was is as it would be anew."""
    graph, cache, chance = _deep(), LayoutCache(), random.Random(long_edge)
    blocks = blocks_of(graph)
    opened: frozenset[str] = frozenset()

    for _ in range(30):
        opened ^= {chance.choice(blocks)}
        kept, anew = (
            lay_out(
                graph,
                opened,
                MEASURES["small"],
                direction=direction,
                long_edge=long_edge,
                cache=each,
            )
            for each in (cache, None)
        )

        _assert_equal(kept, anew)


def _assert_equal(layout: Layout, other: Layout) -> None:
    assert (layout.width, layout.height) == (other.width, other.height)
    assert layout.boxes == other.boxes
    assert layout.frames == other.frames
    assert layout.trunks == other.trunks
    assert layout.stubs == other.stubs
    for placed, same in zip(layout.placed, other.placed, strict=True):
        assert placed.piece.entries == same.piece.entries
        assert placed.piece.exits == same.piece.exits
        assert placed.piece.tagged == same.piece.tagged
        assert placed.piece.hidden == same.piece.hidden


@pytest.mark.parametrize("n_items", [3, 8])
@hypothesis.settings(max_examples=400 if _LONG else 40)
@given(st.data(), st.sampled_from(programs.NAMES), measures, directions)
def test_sketches_of_a_stretch_keep_the_laws_of_what_they_show(
    n_items: int, data: st.DataObject, name: str, measure: str, direction: Direction
) -> None:
    """Cut wherever it may be, nothing overlaps, and lines end at items or in stubs."""
    graph = zoo_graph(name)
    opened = data.draw(open_blocks(graph))
    near = data.draw(st.integers(0, max(len(graph) - 1, 0)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphstep.layout._laying_out._VERY_MANY", n_items)
        layout = lay_out(
            graph, opened, MEASURES[measure], direction=direction, near=near
        )

    whole = lay_out(graph, opened, MEASURES[measure], direction=direction)
    checker = Checker(graph, layout, opened, direction)
    checker.shapes_do_not_overlap()
    checker.ends_are_at_their_items()
    checker.trunks_are_connected()
    checker.lines_keep_apart()
    checker.lines_keep_off_boxes()
    checker.rows_agree_with_segments()
    checker.rectangles_find_shapes()
    checker.parts_agree_with_the_whole()
    assert set(layout.boxes) <= set(whole.boxes)
    assert set(layout.frames) <= set(whole.frames)
    if not layout.is_sketch:
        assert layout.trunks == whole.trunks


def test_a_sketch_shows_what_is_near() -> None:
    """Of a long chain, a stretch around the node that matters, at once."""
    graph = gs.trace(_chain(3_000), 1.0).graph
    near = len(graph) // 2

    layout = lay_out(graph, (), MEASURES["boxes"], near=near)

    assert layout.is_sketch
    assert graph.order[near] in layout.boxes
    assert 100 < len(layout.boxes) < 1_000
    assert not lay_out(graph, (), MEASURES["boxes"]).is_sketch


def _chain(length: int) -> Callable[[float], jax.Array]:
    def fn(x: float) -> jax.Array:
        y = jnp.asarray(x)
        for _ in range(length):
            y = lax.sin(y)
        return y

    return fn
