"""The outline's filter and the health of its regions."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

import graphstep as gs
from graphstep.recording import Absence
from graphstep.tui.health import health_of
from graphstep.tui.outline import Outline
from graphstep.tui.outline_filter import FilteredRows, filter_texts
from graphstep.tui.prompt import Prompt
from tests.tui.pilots import (
    app_of,
    line_with,
    press,
    screen_text,
    settle,
    until,
    walk,
)


def deep(x: jax.Array) -> jax.Array:
    with jax.named_scope("outer"):
        y = jax.nn.softmax(x)
        y, _ = jax.lax.scan(lambda c, _: (jnp.log(c - 1), None), y, None, length=3)
    return jnp.sum(jax.jit(jnp.tanh)(y))


X = jnp.ones(3)
GRAPH = gs.trace(deep, X).graph
TEXTS = filter_texts(GRAPH)


@given(text=st.sampled_from(["tanh", "f32[3]", "scan", "outer", "log|sum", "(", "zzz"]))
def test_only_matches_and_what_is_around_them_are_left(text: str) -> None:
    """Each line that is left matches, or is the heading of something that does."""
    rows = FilteredRows(GRAPH, TEXTS, text)

    codes = rows.codes.tolist()
    nodes = {code for code in codes if code >= 0}
    wanted = text.split("|")
    expected = {
        i for i, line in enumerate(TEXTS.nodes) if any(w in line for w in wanted)
    }
    assert nodes == expected
    regions = [rows.region_of_code(code) for code in codes if code < 0]
    for region in regions:
        own = TEXTS.regions[list(GRAPH.regions).index(region.id)]
        inside = [r for r in regions if region in GRAPH.regions.ancestors(r.id)]
        has_node = any(region.start <= i < region.stop for i in nodes)
        assert has_node or any(w in own for w in wanted) or len(inside) > 1
    assert (np.diff(rows.starts) >= 0).all()
    headings = {region.id for region in regions}
    for i in nodes:
        around = GRAPH.regions.ancestors(GRAPH.columns.regions[i])[1:]
        assert {region.id for region in around} <= headings


async def test_the_filter_is_typed_and_cleared() -> None:
    """Backslash asks what lines must contain, Escape shows all of them again."""
    async with walk(deep, X, panes=("outline",)) as pilot:
        before = screen_text(pilot, "outline")
        app = app_of(pilot)
        await press(pilot, "backslash", *"log", "enter")
        await until(pilot, lambda: app.findings.texts(app.state.graph) is not None)
        await press(pilot, "down")

        shown = screen_text(pilot, "outline")
        assert " log " in shown
        assert "tanh" not in shown
        assert "Esc shows all" in shown
        await press(pilot, "down", "down", "down")
        assert app.state.graph.node(app.state.inspected).primitive == "log"
        await press(pilot, "escape")
        assert "tanh" in screen_text(pilot, "outline")
        assert "tanh" in before


@pytest.mark.parametrize("focus", ["graph", "inspector", "source"])
async def test_the_filter_can_be_typed_wherever_the_keys_are(focus: str) -> None:
    """Backslash shows the outline too, and what follows at once is typed."""
    async with walk(deep, X) as pilot:
        app = app_of(pilot)
        app.change(app.state.focused(focus))
        await settle(pilot)
        for key, char in (("backslash", "\\"), ("t", "t"), ("a", "a"), ("n", "n")):
            app.post_message(events.Key(key, char))
        await settle(pilot)

        assert app.state.focus == "outline"
        assert app.query_one(Prompt).value == "tan"
        assert app.state.reading.text == "tan"
        await press(pilot, "enter")
        assert isinstance(app.focused, Outline)


async def test_a_closed_region_counts_what_is_not_finite_inside() -> None:
    """The heading of a loop says how many values inside hold NaN."""
    async with walk(deep, X, panes=("outline",)) as pilot:
        app = app_of(pilot)
        recording = app._values.recording
        await until(pilot, lambda: app.findings.health(recording) is not None)
        app.change(app.state.with_open(frozenset({"outer@0"}) & set(GRAPH.regions)))
        await press(pilot, "G")
        scan = next(r for r in app.state.graph.regions.values() if r.kind == "scan")
        n_bad = sum(
            bool(np.isnan(recording.primal(node)).any())
            for node in app.state.graph.order[scan.start : scan.stop]
        )

        assert n_bad > 0
        line = line_with(pilot, "scan ×3", "outline")
        assert f"{n_bad} with NaN N" in line


@pytest.mark.parametrize("budget", [None, 1])
def test_health_is_that_of_every_value(budget: int | None) -> None:
    """Each node's letter says whether any of its values is not finite."""
    recording = gs.record(deep, X, budget=budget)
    full = gs.record(deep, X)

    health = health_of(recording)

    for position, node in enumerate(GRAPH.order):
        for of in ("primal", "cotangent"):
            array = getattr(full, of)(node)
            is_bad = not isinstance(array, Absence) and bool(np.isnan(array).any())
            assert (health.letter(position, of) == "N") == is_bad


async def test_long_paths_show_what_tells_them_apart() -> None:
    """Of a path without room the beginning is left out, which many have alike."""
    inner = {"weight": jnp.float32(2.0), "bias": jnp.float32(1.0)}
    params = {"a_rather_long_name": {"and_one_that_is_longer": inner}}

    def fn(params: Any) -> jax.Array:
        inner = params["a_rather_long_name"]["and_one_that_is_longer"]
        return inner["weight"] * 3.0 + inner["bias"]

    async with walk(fn, params, size=(80, 24), panes=("outline",)) as pilot:
        lines = [line_with(pilot, f"{end} ", "outline") for end in ("weight", "bias")]

    assert all("…" in line for line in lines)
