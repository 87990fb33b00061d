"""Pictures and files of a recording with tangents show these beside the primals."""

from __future__ import annotations

import io
import json

import jax
import jax.numpy as jnp
import networkx as nx
import pytest

import graphstep as gs
from graphstep.export import drawing_from_graph, export_from_graph
from graphstep.export.chain import number


def loss(x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return two results, so that one node has tangents of its own for each."""
    low, high = jnp.split(jnp.sin(x) * y, 2)
    return jnp.sum(low), jnp.sum(high)


ARGS = (jnp.array([0.5, -1.0]), jnp.array([2.0, 3.0]))
DIRECTION = (jnp.array([1.0, 0.25]), jnp.array([0.0, -1.0]))


@pytest.fixture(scope="module")
def recorded() -> gs.Recording:
    return gs.trace(loss, *ARGS).record(tangents=DIRECTION)


def test_boxes_have_tangents(recorded: gs.Recording) -> None:
    """At the last step each box has a primal and a tangent, that of `jax.jvp`."""
    _, tangents = jax.jvp(loss, ARGS, DIRECTION)

    drawing = drawing_from_graph(recorded.graph, "all", at=recorded.cursor().last())

    outputs = [node for node in drawing.nodes if node.role == "output"]
    shown = [a.text for node in outputs for a in node.amounts if a.of == "tangent"]
    assert shown == [number(float(t)) for t in tangents]
    assert not [a for n in drawing.nodes for a in n.amounts if a.of == "cotangent"]


def test_tangents_are_told_by_their_sign(recorded: gs.Recording) -> None:
    """A dot stands before them, as in the terminal, and the legend says so."""
    dot = recorded.to_dot(legend=True)

    assert "˙ " in dot
    assert ">tangent<" in dot
    assert "∂" not in dot


def test_files_have_tangents_of_every_result(recorded: gs.Recording) -> None:
    """GraphML and JSON hold statistics of the first result and of others."""
    _, (_, expected) = jax.jvp(
        lambda x, y: jnp.split(jnp.sin(x) * y, 2), ARGS, DIRECTION
    )
    (split,) = recorded.graph.find("split")

    def exported(format_: str) -> bytes:
        return export_from_graph(recorded.graph, format_, recording=recorded).content

    graph = nx.read_graphml(io.BytesIO(exported("graphml")))
    data = json.loads(exported("json"))

    (node,) = [data for _, data in graph.nodes(data=True) if data["node"] == split]
    assert node["out1_tangent_mean"] == pytest.approx(float(expected[0]))
    assert {"primal_mean", "tangent_mean", "out1_primal_mean"} <= set(node)
    assert not [key for key in node if "cotangent" in key]
    (found,) = [each for each in data["nodes"] if each["id"] == split]
    assert found["outputs"][1]["tangent"]["mean"] == pytest.approx(float(expected[0]))
