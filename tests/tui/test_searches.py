"""What `/` finds, and going from one hit to the next."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

import graphstep as gs
from graphstep.analysis import Condition
from graphstep.errors import NodeNotFoundError
from graphstep.tui.finding import search
from graphstep.tui.search import matches, read_query
from graphstep.tui.search_values import look_at_values
from graphstep.tui.state import UiState
from tests.tui.pilots import (
    app_of,
    example,
    line_with,
    press,
    settle,
    until,
    walk,
)


@jax.jit
def squash(x: jax.Array) -> jax.Array:
    h = jnp.tanh(x)
    return h / jnp.sum(h)


def program(x: jax.Array, W: jax.Array) -> jax.Array:
    with jax.named_scope("head"):
        logits = x @ W
    return jnp.sum(squash(logits) * logits)


GRAPH = gs.trace(program, jnp.ones((8, 3)), jnp.ones((3, 5), jnp.bfloat16)).graph


def primitives(found: tuple[str, ...]) -> set[str]:
    return {GRAPH.node(item).primitive for item in found if item in GRAPH}


@pytest.mark.parametrize("out", ["x", "W", "logits", "h"])
def test_a_name_finds_what_has_it(out: str) -> None:
    """A name finds the nodes of that name and no others."""
    found = matches(GRAPH, out)

    assert found
    assert all(GRAPH.name(node) == out for node in found)


def test_every_id_letter_and_primitive_finds_its_node() -> None:
    """What a node is called leads to it; a name goes before the same letter."""
    names = {GRAPH.name(node) for node in GRAPH.order}
    for node in GRAPH.order:
        eqn = GRAPH.node(node)
        assert matches(GRAPH, node) == (node,)
        assert node in matches(GRAPH, eqn.primitive or eqn.role)
        letter = GRAPH.letter(node)
        if letter not in names:
            assert node in matches(GRAPH, letter)


@pytest.mark.parametrize(
    ("query", "shape"),
    [
        ("f32[8,3]", (8, 3)),
        ("f32[*,3]", (8, 3)),
        ("[8,*]", (8, 3)),
        ("[..., 3]", (8, 3)),
        ("[*,5]", (8, 5)),
        ("bf16", (3, 5)),
        ("f32[]", ()),
    ],
)
def test_a_type_finds_the_values_that_have_it(
    query: str, shape: tuple[int, ...]
) -> None:
    """Stars stand for any length, dots for any number of them."""
    found = matches(GRAPH, query)

    assert any(GRAPH.aval(node).shape == shape for node in found)
    dtype = query.partition("[")[0]
    assert all(
        GRAPH.aval(n).str_short(short_dtypes=True).startswith(dtype) for n in found
    )


def test_a_type_that_nothing_has_finds_nothing() -> None:
    """The number of stars is the number of axes."""
    assert matches(GRAPH, "f32[*,*,*]") == ()


def test_scopes_and_functions_are_found_as_regions() -> None:
    """A region without a node of its own is a hit itself."""
    for name in ("head", "squash"):
        found = matches(GRAPH, name)

        assert [GRAPH.regions[item].name for item in found] == [name]


def test_a_line_finds_the_equations_it_made() -> None:
    """`:12` and `file.py:12` find what that line of the source made."""
    line = squash.__wrapped__.__code__.co_firstlineno + 2

    found = matches(GRAPH, f":{line}")
    assert primitives(found) == {"tanh"}
    assert matches(GRAPH, f"test_searches.py:{line}") == found
    assert matches(GRAPH, f"elsewhere.py:{line}") == ()


def test_an_expression_finds_what_it_matches() -> None:
    """Small letters find capital ones too, and words must all be so."""
    assert primitives(matches(GRAPH, "^(TANH|div)$".lower())) == {"tanh", "div"}
    assert {"tanh", "div"} >= primitives(matches(GRAPH, "tanh|div f32[8,5]"))
    assert primitives(matches(GRAPH, "reduce.* f32[]")) == {"reduce_sum"}


def test_a_malformed_expression_is_taken_as_it_is() -> None:
    """Half a name with a bracket is still the beginning of that name."""
    graph = gs.trace(lambda p: p["w(1"] * 2, {"w(1": 1.0}).graph

    assert matches(graph, "w(1") == ("in0",)
    with pytest.raises(NodeNotFoundError):
        matches(graph, "(((")


@pytest.mark.parametrize(
    ("text", "where", "condition"),
    [
        ("nan", "", "nan"),
        ("norm>1e3", "", "norm > 1000"),
        ("tanh if nan", "tanh", "nan"),
        ("tanh f32[*,5] absmax < 0.1", "tanh f32[*,5]", "absmax < 0.1"),
        ("nano", "nano", "None"),
        ("size > 3", "size > 3", "None"),
    ],
)
def test_a_query_may_ask_for_values(text: str, where: str, condition: str) -> None:
    """A condition at the end is asked of the values, all before it of the nodes."""
    query = read_query(text)

    assert (query.where, str(query.condition)) == (where, condition)


def test_hits_are_in_program_order() -> None:
    """A region comes before what is in it, and nodes as they are computed."""
    state = search(UiState.of(GRAPH), "reduce|squash|mul")
    assert isinstance(state, UiState)
    starts = [
        GRAPH.position(i) if i in GRAPH else GRAPH.regions[i].start for i in state.hits
    ]

    assert len(starts) >= 3
    assert starts == sorted(starts)


async def test_typing_marks_and_counts_before_enter() -> None:
    """While a query is typed its hits are marked; Escape takes that back."""
    async with walk(program, jnp.ones((8, 3)), jnp.ones((3, 5))) as pilot:
        app = app_of(pilot)
        await press(pilot, "slash", *"tanh")
        await until(pilot, lambda: app.state.hits != ())
        await settle(pilot)

        assert app.state.hits == matches(app.state.graph, "tanh")
        assert "1 found" in line_with(pilot, "1 found")
        await press(pilot, "escape")
        assert app.state.hits == ()
        assert app.state.selected_row == 0


async def test_going_on_wraps_and_says_where_it_is() -> None:
    """`.` goes through all hits and back to the first; `,` goes back."""
    async with walk(program, jnp.ones((8, 3)), jnp.ones((3, 5))) as pilot:
        app = app_of(pilot)
        await press(pilot, "slash", *"logits|tanh|sum", "enter")
        n_hits = len(app.state.hits)
        seen = [app.state.selected]
        for _ in range(n_hits):
            await press(pilot, "full_stop")
            seen.append(app.state.selected)
        said = app.state.notice
        await press(pilot, "comma")

        assert n_hits > 2
        assert len(set(seen)) == n_hits
        assert seen[-1] == seen[0]
        assert said.startswith(f"1 of {n_hits}: ")
        assert app.state.selected == seen[-2]


def test_a_region_that_is_found_is_named() -> None:
    """Its id alone would say nothing."""
    state = search(UiState.of(GRAPH), "squash")
    assert isinstance(state, UiState)
    (region,) = (r for r in GRAPH.regions.values() if r.name == "squash")

    assert state.selected_region == region
    assert state.notice == f"1 of 1: jit squash ({region.id})"


async def test_a_search_for_nan_finds_exactly_the_nodes_with_nan() -> None:
    """Primal or cotangent, in any iteration: what is found has it, the rest not."""
    module = example("sqrt_where_nan")
    async with walk(module.loss, *module.example_args()) as pilot:
        app = app_of(pilot)
        await press(pilot, "slash", *"nan", "enter")
        await until(pilot, lambda: bool(app.state.hits))
        rec = app.recording
        expected = [
            node
            for node in rec.graph.order
            for of in ("primal", "cotangent")
            if getattr(rec.stats(node, 0, of), "nan", 0)
        ]

        assert set(app.state.hits) == set(expected)
        await settle(pilot)
        assert "NaN" in app.state.notice


async def test_a_search_for_large_values_looks_into_loops() -> None:
    """In a scan a hit is what some iteration satisfies, not all of them together."""

    def fn(x: jax.Array) -> jax.Array:
        def body(c: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
            c = c * 3.0
            return c, jnp.sin(c)

        last, ys = jax.lax.scan(body, x, None, length=5)
        return last + ys.sum()

    async with walk(fn, 1.0) as pilot:
        app = app_of(pilot)
        await press(pilot, "slash", *"mul max > 200", "enter")
        await until(pilot, lambda: bool(app.state.hits))
        (node,) = app.state.hits
        assert app.state.graph.node(node).primitive == "mul"
        await press(pilot, "slash", *"mul max > 300", "enter")
        await until(pilot, lambda: "nowhere" in app.state.notice)

        assert app.state.hits == ()


def test_a_search_in_a_long_loop_can_be_ended() -> None:
    """Whether to go on is asked within one node, too, whose iterations are many."""

    def fn(x: jax.Array) -> jax.Array:
        return jax.lax.scan(lambda c, _: (jnp.sin(c), None), x, None, length=3000)[0]

    cursor = gs.record(fn, 1.0, verify=False).cursor()
    (node,) = (n for n in cursor.recording.graph.order if n.endswith("/0"))
    asked: list[int] = []

    def is_done(n_looked: int) -> bool:
        asked.append(n_looked)
        return len(asked) > 1

    seen = look_at_values(cursor, (node,), Condition.parse("norm > 1"), is_done)

    assert asked == [1, 1]
    assert seen.notes == {}


async def test_a_region_that_is_found_is_selected_and_drawn() -> None:
    """A scope or a function without a node of its own is a hit like any other."""
    async with walk(program, jnp.ones((8, 3)), jnp.ones((3, 5))) as pilot:
        app = app_of(pilot)
        await press(pilot, "slash", *"squash", "enter")
        assert app.state.selected_region.name == "squash"
        await press(pilot, "slash", *"head|tanh", "enter", "full_stop")

        assert len(app.state.hits) == 2
        assert app.state.notice.startswith(("1 of 2", "2 of 2"))


@pytest.mark.parametrize("typed", ["/(a+)+$", ":find -n (a+)+$", ":break name=(a+)+$"])
async def test_what_could_take_for_ever_is_not_begun(typed: str) -> None:
    """Python cannot stop a match; the person is told what to write instead."""

    def many_ways(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab: float) -> jax.Array:
        return jnp.sin(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab)

    async with walk(many_ways, 1.0) as pilot:
        app = app_of(pilot)
        await press(pilot, *typed, "enter")

        assert "could take for ever" in app.state.notice
        await press(pilot, "n")
        assert app.state.cursor is not None
        assert app.state.cursor.index == 1
