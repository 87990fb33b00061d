"""Questions to a layout, and the corners of what can be laid out."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from jax import lax

import graphstep as gs
from graphstep.errors import LayoutCancelledError, NodeNotFoundError
from graphstep.graph import ProgramGraph
from graphstep.layout import LayoutCache, groups, lay_out
from tests.layout.checking import Checker
from tests.layout.views import MEASURES, blocks_of, zoo_graph

_ROOT = Path(__file__).parents[2]
_X = jnp.ones(3)
_BOX = MEASURES["boxes"]


def layered() -> ProgramGraph:
    @jax.jit
    def layer(x: jax.Array, y: jax.Array) -> jax.Array:
        return lax.exp(lax.mul(x, y))

    return gs.trace(lambda x: lax.neg(layer(x, lax.sin(x))), _X).graph


def test_a_closed_region_stands_for_what_is_in_it() -> None:
    """`shown` names the outermost closed region around a node."""
    graph = layered()

    closed, opened = lay_out(graph, (), _BOX), lay_out(graph, ("1",), _BOX)

    assert closed.shown("1/0") == "1"
    assert closed.shown("1") == "1"
    assert closed.boxes["1"].kind == "region"
    assert opened.shown("1/0") == "1/0"
    assert opened.frames["1"].kind == "region"
    with pytest.raises(NodeNotFoundError):
        closed.shown("99")


def test_items_are_found_by_cell() -> None:
    """A cell of a box is the box's, a cell of a border the frame's, others nobody's."""
    layout = lay_out(layered(), ("1",), _BOX)
    frame, box = layout.frames["1"], layout.boxes["1/0"]

    assert layout.item_at(frame.x, frame.y) == "1"
    assert layout.item_at(frame.x + 1, frame.y + 1) is None
    assert layout.item_at(box.x, box.y) == "1/0"
    assert layout.item_at(box.x + box.width - 1, box.y + box.height - 1) == "1/0"
    assert layout.item_at(layout.width + 5, layout.height + 5) is None


def test_all_pieces_of_a_value_are_found() -> None:
    """A value that enters a frame has a trunk outside and one inside, joined there."""
    layout = lay_out(layered(), ("1",), _BOX)

    outer, inner = layout.trunks_of(("in0", 0))

    (entry,) = [end for end in outer.ends if end.item == "1"]
    assert (entry.x, entry.y) == (inner.start.x, inner.start.y)
    assert not entry.is_arrow
    assert inner.ends[0].is_arrow
    found = layout.trunks_at(entry.x, entry.y)
    assert {layout.trunks[i].value for i in found} == {("in0", 0)}
    assert layout.trunks_of(("99", 0)) == ()
    assert layout.trunks_at(layout.width, 0) == ()


def test_titles_have_room_beside_the_lines_through_a_border() -> None:
    """The part of a frame's upper border for its title has no line and fits its name."""
    for name in ("attention", "scan_nested", "named_scopes", "hessian"):
        graph = zoo_graph(name)
        layout = lay_out(graph, blocks_of(graph), _BOX)
        for frame in layout.frames.values():
            first, last = frame.title_x, frame.title_x + frame.title_width - 1
            assert frame.x < first
            assert last < frame.x + frame.width - 1
            cells = [c.x for c in layout.row(frame.y).cells if first <= c.x <= last]
            assert cells == []
            region = graph.regions.get(frame.id)
            if region is not None:
                assert frame.title_width >= len(region.name) + 2


def test_inner_groups_are_members_of_outer_ones() -> None:
    """Large pytrees are grouped level by level, small ones and single leaves are not."""
    params = [{"w": _X, "b": _X} for _ in range(5)]

    def fn(params: Any, pair: Any, one: dict[str, jax.Array]) -> Any:
        total = sum(p["w"] + p["b"] for p in params)
        return {"a": total + one["x"], "b": [pair[0], pair[1] * 2.0]}

    graph = gs.trace(fn, params, (_X, _X), {"x": _X}).graph

    found = groups(graph)

    assert [group.id for group in found] == [
        "inputs:params",
        *(f"inputs:params[{i}]" for i in range(5)),
        "inputs:pair",
        "outputs:out['b']",
    ]
    assert found[0].members == tuple(f"inputs:params[{i}]" for i in range(5))
    assert found[1].members == ("in0", "in1")
    assert found[1].parent == "inputs:params"
    assert found[-1].label == "out['b']"


def test_captured_constants_are_a_group() -> None:
    """Two constants of the whole program are grouped, one is not."""
    two = gs.trace(lambda x: x + jnp.arange(3.0) * _X, _X).graph
    graph = gs.trace(lambda x: x * (_X + 1.0) + (_X + 2.0), _X).graph

    assert [group.id for group in groups(graph)] == ["consts:captured"] * (
        len(graph.consts) > 1
    )
    assert len(groups(two)) == (len(two.consts) > 1)


def none() -> tuple[()]:
    return ()


def constant() -> float:
    return 1.0


def identity(x: jax.Array) -> jax.Array:
    return x


def twice(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return x, x


def unused(x: jax.Array, y: jax.Array) -> jax.Array:
    return y


@pytest.mark.parametrize("measure", sorted(MEASURES))
@pytest.mark.parametrize("fn", [none, constant, identity, twice, unused])
def test_trivial_programs_are_laid_out(fn: Callable[..., Any], measure: str) -> None:
    """No node, one node, inputs that are outputs: all have a drawing."""
    n_args = {none: 0, constant: 0, unused: 2}.get(fn, 1)
    graph = gs.trace(fn, *[_X] * n_args).graph

    layout = lay_out(graph, (), MEASURES[measure])

    Checker(graph, layout, frozenset()).check()
    assert (layout.width > 0) == (len(graph) > 0)
    assert layout.row(0) is not None


def test_five_hundred_nested_regions_are_laid_out() -> None:
    """Depth is no recursion: five hundred levels open at once."""

    def nested(x: jax.Array) -> jax.Array:
        with contextlib.ExitStack() as scopes:
            for i in range(500):
                scopes.enter_context(jax.named_scope(f"s{i}"))
            return lax.sin(x)

    graph = gs.trace(nested, _X).graph
    opened = frozenset(blocks_of(graph))

    layout = lay_out(graph, opened, _BOX)

    assert len(layout.frames) == 500
    inside = itertools.pairwise(layout.frames.values())
    assert all(a.x < b.x and b.x + b.width < a.x + a.width for a, b in inside)
    assert len(layout.trunks_of(("in0", 0))) == 501


def test_a_layout_can_be_cancelled() -> None:
    """The callback is asked again and again, and stops the work when it says so."""
    graph = zoo_graph("attention")
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    with pytest.raises(LayoutCancelledError):
        lay_out(graph, blocks_of(graph), _BOX, is_cancelled=is_cancelled)

    assert asked == 6


def test_a_long_chain_is_planned_in_stretches_and_does_not_wander_off() -> None:
    """What repeats is planned once, and a drift from one to the next is taken back."""

    def fn(x: jax.Array) -> jax.Array:
        for _ in range(300):
            y = lax.sin(x)
            x = lax.sub(lax.add(y, lax.mul(x, y)), x)
        return x

    graph, cache = gs.trace(fn, _X).graph, LayoutCache()

    layout = lay_out(graph, (), _BOX, cache=cache)

    assert len(layout.placed) == 301
    assert len(cache.part_plans) < 10
    assert layout.width < 150
    Checker(graph, layout, frozenset()).check()


def test_lines_of_a_box_at_a_cut_are_found_above_and_below_it() -> None:
    """Where a region is cut in two, the box between has its operands and its users."""
    graph = gs.trace(lambda x: lax.exp(lax.sin(x)), _X).graph
    layout = lay_out(graph, (), _BOX)

    beside = layout.trunks_beside("0")

    assert [trunk.value for trunk in beside] == [("in0", 0), ("0", 0)]


def test_texts_of_far_values_stand_between_frames() -> None:
    """A text stands above or below a frame or in it, never beside it."""

    @jax.jit
    def wide(x: jax.Array) -> jax.Array:
        return sum(lax.sin(x * i) for i in range(2, 9))

    def fn(x: jax.Array) -> jax.Array:
        return wide(wide(wide(lax.exp(x)))) + x

    graph = gs.trace(fn, _X).graph

    layout = lay_out(graph, [r for r in graph.regions if r], _BOX, long_edge=1)

    assert layout.stubs
    for stub, frame in itertools.product(layout.stubs, layout.frames.values()):
        if frame.y <= stub.y < frame.y + frame.height:
            assert frame.x < stub.x < frame.x + frame.width


def test_many_far_values_share_a_stub() -> None:
    """A closed group of many leaves has one stub for all its far uses."""
    params = {f"w{i:02}": _X for i in range(12)}

    def fn(params: dict[str, jax.Array], x: jax.Array) -> jax.Array:
        for name in sorted(params):
            x = jnp.sin(x * params[name])
        return x

    graph = gs.trace(fn, params, _X).graph

    layout = lay_out(graph, (), _BOX)

    (stub,) = [s for s in layout.stubs if s.side == "from"]
    partners = {s.partner for s in layout.stubs if s.side == "to"}
    assert partners == {"inputs:params"}
    assert stub.label == f"{len(stub.uses)} values"
    assert stub.partner == stub.use[1]


def test_what_only_stubs_lead_away_from_stands_where_the_drawing_begins() -> None:
    """No line holds it anywhere; at the far end, all between would be a void."""

    @jax.jit
    def inner(params: dict[str, jax.Array], x: jax.Array) -> jax.Array:
        for _ in range(12):
            x = jnp.sin(x) + jnp.cos(x)
        for name in sorted(params):
            x = jnp.sin(x * params[name])
        return x

    params = {f"w{i:02}": _X for i in range(12)}
    graph = gs.trace(lambda params, x: inner(params, jnp.exp(x)), params, _X).graph

    layout = lay_out(graph, [r for r in graph.regions if r], _BOX)

    (stub,) = [s for s in layout.stubs if s.side == "from"]
    group, beside = layout.boxes["inputs:params"], layout.boxes["0"]
    assert group.y == beside.y
    assert group.x + group.width <= beside.x
    assert stub.x + stub.width <= beside.x


_PRINT_LAYOUTS = """
import json, sys
import tests.conftest
from tests.layout.test_layout import described

print(json.dumps({name: described(name) for name in sys.argv[1:]}))
"""
_NAMED = ("attention", "hessian", "scan_nested", "nested_containers", "named_scopes")


def described(name: str) -> list[str]:
    """Return everything in some layouts of a program as text."""
    graph = zoo_graph(name)
    found: list[str] = []
    for opened in ((), set(blocks_of(graph)), set(blocks_of(graph)[::2])):
        for direction in ("down", "right"):
            layout = lay_out(graph, opened, _BOX, direction=direction)
            found += map(str, layout.boxes.values())
            found += map(str, layout.frames.values())
            found += map(str, layout.trunks)
            found += map(str, layout.stubs)
    return found


def test_layouts_do_not_depend_on_the_hash_seed() -> None:
    """Two processes with different hash seeds give the same cells in the same order."""
    printed = [
        subprocess.run(
            [sys.executable, "-c", _PRINT_LAYOUTS, *_NAMED],
            check=True,
            capture_output=True,
            text=True,
            cwd=_ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2024")
    ]

    first, second = map(json.loads, printed)
    assert first == second
    assert set(first) == set(_NAMED)
