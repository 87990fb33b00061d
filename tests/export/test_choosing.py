"""What is drawn: near a node, between two, and what is open."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphstep as gs
from graphstep.errors import GraphError, NodeNotFoundError, PatternError
from graphstep.export import Change, Choice, choose, dot_from_view, drawing_from_graph
from graphstep.graph import ProgramGraph
from tests.export.test_dot import graph_of, scan_loss

CHAIN = 12


def chain(x: jax.Array) -> jax.Array:
    """Twelve nodes in a row, six of them in a scope of their own."""
    for _ in range(6):
        x = jnp.sin(x)
    with jax.named_scope("later"):
        for _ in range(6):
            x = jnp.cos(x)
    return x


def layers(params: list[Mapping[str, jax.Array]], x: jax.Array) -> jax.Array:
    """Thirty layers, too many nodes to be legible."""
    for i, layer in enumerate(params):
        with jax.named_scope(f"layer{i}"):
            x = jnp.tanh(x @ layer["w"] + layer["b"])
    return x.sum()


@pytest.fixture(scope="module")
def deep() -> ProgramGraph:
    """Return the graph of `layers`."""
    params = [{"w": jnp.eye(2), "b": jnp.zeros(2)} for _ in range(30)]
    return graph_of(layers, params, jnp.ones(2))


def drawn(graph: ProgramGraph, choice: Choice) -> set[str]:
    """Return the ids of the boxes that are drawn."""
    chosen = choose(graph, choice)
    drawing = drawing_from_graph(graph, chosen.opened, only=chosen.only)
    return {node.id for node in drawing.nodes}


@given(st.integers(0, CHAIN - 1), st.integers(0, CHAIN))
def test_radius_counts_lines(node: int, radius: int) -> None:
    """In a chain, what is near is a stretch of it."""
    graph = graph_of(chain, 1.0)
    order = list(graph.order)
    place = order.index(str(node))

    found = drawn(graph, Choice(focus=str(node), radius=radius))

    assert found == set(order[max(0, place - radius) : place + radius + 1])


def test_focus_opens_what_is_around_it(deep: ProgramGraph) -> None:
    """A node of a layer that would be closed is drawn, with its neighbours as boxes."""
    (tanh,) = [n for n in deep.find("tanh") if "layer20" in deep.node(n).region]

    found = drawn(deep, Choice(focus=tanh, radius=4))

    assert tanh in found
    assert any("layer19" in each for each in found if each not in deep)
    assert len(found) < 15


def test_what_is_cut_off_is_counted() -> None:
    """The uses that leave the picture are told at the boxes that they leave."""
    graph = graph_of(chain, 1.0)
    chosen = choose(graph, Choice(focus="3", radius=0))

    (node,) = drawing_from_graph(graph, chosen.opened, only=chosen.only).nodes

    assert (node.hidden_in, node.hidden_out) == (1, 1)
    assert chosen.notes == ("1 of 14 nodes are in the picture.",)
    dot = dot_from_view(graph, chosen.opened, only=chosen.only)
    assert dot.count("… 1") == 2


def test_a_loop_is_a_path() -> None:
    """What a loop carries into its next turn counts as a way."""
    graph = graph_of(scan_loss, jnp.ones(3))
    source, _, carry = graph.feedback()[0]

    chosen = choose(graph, Choice(between=(source, carry)))

    assert chosen.only is not None
    assert {source, carry} <= chosen.only


def test_few_nodes_need_no_boxes(deep: ProgramGraph) -> None:
    """What is left of a large program is opened as far as it stays legible."""
    whole = drawing_from_graph(deep)
    chosen = choose(deep, Choice(between=("layer28", "out")))
    part = drawing_from_graph(deep, chosen.opened, only=chosen.only)

    assert any(node.role == "region" for node in whole.nodes)
    assert not any(node.role == "region" for node in part.nodes)
    assert {node.id for node in part.nodes} == chosen.only


def test_groups_of_inputs_open_by_name(deep: ProgramGraph) -> None:
    """Inputs that are drawn as one box are opened by what the box says."""
    closed = drawn(deep, Choice(changes=(Change("none", opens=True),)))
    opened = drawn(deep, Choice(changes=(Change(r"^params$", opens=True),)))

    assert "inputs:params" in closed
    assert "inputs:params" not in opened


def test_conditions_hold_together() -> None:
    """Each condition narrows what the others leave."""

    def fn(x: jax.Array, n: jax.Array) -> jax.Array:
        return jnp.sin(x) * jnp.cos(jax.lax.stop_gradient(x)) + n

    graph = graph_of(fn, 1.0, 2)
    (sin,), (cos,) = graph.find("sin"), graph.find("cos")

    with pytest.raises(GraphError, match="No path leads"):
        choose(graph, Choice(between=(cos, "out"), only_differentiable=True))
    chosen = choose(graph, Choice(between=(sin, "out"), only_differentiable=True))
    assert chosen.only is not None
    assert sin in chosen.only
    assert cos not in chosen.only


def test_nothing_carries_gradient() -> None:
    """Programs of integers have no such part, which is said."""
    with pytest.raises(GraphError, match="Nothing in this program carries gradient"):
        choose(graph_of(lambda n: n + 1, 1), Choice(only_differentiable=True))


def test_regions_are_nodes_too(deep: ProgramGraph) -> None:
    """The name of a region stands for what is in it."""
    found = drawn(deep, Choice(focus="layer7", radius=0))

    assert found
    assert all("layer7" in deep.node(each).region for each in found)


def test_patterns_that_never_end_are_refused(deep: ProgramGraph) -> None:
    """No search is begun that Python could not end."""
    with pytest.raises(PatternError, match="for ever"):
        choose(deep, Choice(changes=(Change("(a|aa)+$", opens=True),)))


def test_the_facade_takes_the_same_words() -> None:
    """Keywords of `to_dot` say what is drawn, with the names of the command line."""
    trace = gs.trace(chain, 1.0)

    assert trace.to_dot(focus="3", radius=1).count('id="node-') == 3
    assert trace.to_dot(between=("0", "2")).count('id="node-') == 3
    assert "subgraph" not in trace.to_dot(expand="all", collapse="later")
    assert "subgraph" in trace.to_dot(expand=["later"])
    assert trace.to_dot(only=["0", "1"], theme="dark").count('id="node-') == 2
    with pytest.raises(NodeNotFoundError, match="Did you mean"):
        trace.to_dot(focus="outt")
