"""Lines of the outline under every choice of open regions."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphstep as gs
from graphstep.tui.rows import Rows
from graphstep.tui.state import UiState


def deep(x: jax.Array) -> jax.Array:
    with jax.named_scope("outer"):
        y = jax.nn.softmax(x)
        y, _ = jax.lax.scan(lambda c, _: (jax.nn.relu(c * 2), None), y, None, length=3)
    return jax.lax.cond(y[0] > 0, lambda v: jnp.sum(jax.nn.gelu(v)), jnp.sum, y)


GRAPH = gs.trace(deep, jnp.ones(3)).graph
IDS = tuple(GRAPH.regions)[1:]
OPEN = st.sets(st.sampled_from(IDS))


def test_all_open_shows_every_node_once() -> None:
    """With all regions open there is a line for each node and each region."""
    rows = Rows(GRAPH, IDS)

    nodes = rows.codes[rows.codes >= 0]
    assert nodes.tolist() == list(range(len(GRAPH)))
    assert len(rows) == len(GRAPH) + len(IDS)


@settings(max_examples=40)
@given(open_=OPEN)
def test_positions_never_fall(open_: set[str]) -> None:
    """Lines stand in program order whatever is open."""
    rows = Rows(GRAPH, open_)

    assert (np.diff(rows.starts) >= 0).all()


@settings(max_examples=40)
@given(open_=OPEN)
def test_a_node_is_found_or_hidden_by_a_closed_region(open_: set[str]) -> None:
    """Looking a node up gives its own line or a closed heading that holds it."""
    rows = Rows(GRAPH, open_)

    for position in range(len(GRAPH)):
        row = rows.row_at(position)
        region = rows.region(row)
        if region is None:
            assert rows.code(row) == position
        else:
            assert region.start <= position < region.stop
            assert region.id not in rows.shown


@settings(max_examples=40)
@given(open_=OPEN)
def test_box_lines_are_two_cells_per_open_region(open_: set[str]) -> None:
    """Guides are as deep as the regions around, and every box is closed."""
    rows = Rows(GRAPH, open_)

    guides = [rows.guides(row) for row in range(len(rows))]
    assert all(len(g) == 2 * len(rows.around(r)) for r, g in enumerate(guides))
    ends = sum(g.count("╰") + g.count("┴") for g in guides)
    assert ends == len(rows.shown) - 1


@settings(max_examples=40)
@given(open_=OPEN, data=st.data())
def test_folding_keeps_something_selected(open_: set[str], data: st.DataObject) -> None:
    """Whatever is closed, the selected line is one of those shown."""
    state = UiState.of(GRAPH).with_open(frozenset(open_))
    row = data.draw(st.integers(0, len(state.rows) - 1))

    state = state.select_row(row).with_open(frozenset())

    assert state.rows.row_of(state.selected) is not None


@pytest.mark.parametrize("node", GRAPH.order)
def test_selecting_a_node_opens_what_hides_it(node: str) -> None:
    """Every node can be reached, its regions opening for it."""
    state = UiState.of(GRAPH).select_node(node)

    assert state.selected_node == node
