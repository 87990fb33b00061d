"""DOT text: golden lines, structure, and labels that are only ever data."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from pygraphviz import AGraph

from graphstep.export import (
    dot_from_view,
)
from graphstep.graph import ProgramGraph
from graphstep.tracing import CallSpec, trace_function

SOURCE = """
import jax
import jax.numpy as jnp

def loss(x, w):
    h = jnp.tanh(x @ w)
    return jnp.sum((h - 1.0) * h)
"""
TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">'
GOLDEN = f"""\
	in0 [label=<{TABLE}<TR><TD><FONT COLOR="#2b303b"><B>x</B></FONT></TD></TR><TR><TD>\
<FONT COLOR="#565e70" POINT-SIZE="9">f32[2]</FONT></TD></TR></TABLE>> class=input \
color="#548ebb" fillcolor="#e6eff5" id="node-in0" penwidth=1 style="filled,rounded" \
tooltip="x\\nf32[2]"]
	0 [label=<<FONT COLOR="#2b303b">dot_general</FONT>> class=linear color="#97844c" \
fillcolor="#f0ede6" id="node-0" penwidth=1 style="filled,rounded" \
tooltip="0: dot_general\\nf32[3]\\n<string>:6"]
	in0 -> 0 [label=" f32[2] → 0 " class=use id="edge-in0-0-0" \
tooltip="x → dot_general, operand 0\\nf32[2]"]
	2 -> 3 [label=" f32[3] " class=use id="edge-2-3-0" \
tooltip="sub(·, 1) → mul\\nf32[3]"]
"""
HOSTILE = {
    "quotes": "a\"b'c\\",
    "trailing backslash": "x\\\\\\",
    "escapes": r"\N \G \l \n \"",
    "html": "<b>bold</b>",
    "whole html": "<TABLE><TR><TD>1</TD></TR></TABLE>",
    "entities": "&lt;&amp;&#60;",
    "ansi": "\x1b[31mred\x1b[0m",
    "newlines": "one\ntwo\r\nthree\x00",
    "direction": "\u202egnp.exe\u2066\u200f",
    "surrogate": "\udc80",
    "long": "n" * 10_000,
    "empty": "",
    "keyword": "digraph",
    "port": "a:b:c",
    "comment": "/* x */ // y # z",
    "unicode": "‖x‖² 数学 é",
}


def graph_of(fn: Any, *args: Any) -> ProgramGraph:
    """Return the graph of a function."""
    return ProgramGraph(trace_function(fn, args, {}, CallSpec()))


def loss_graph() -> ProgramGraph:
    """Return the graph of the golden program, whose lines never move."""
    namespace: dict[str, Any] = {}
    exec(compile(SOURCE, "<string>", "exec"), namespace)  # noqa: S102
    return graph_of(namespace["loss"], jnp.ones(2), jnp.ones((2, 3)))


def scan_loss(x: jax.Array) -> jax.Array:
    """A loop with a cond inside, and a call around it."""

    def step(h: jax.Array, xi: jax.Array) -> tuple[jax.Array, jax.Array]:
        y = jax.lax.cond(xi > 0, jnp.sin, jnp.cos, h)
        return y, y + xi

    h, ys = jax.lax.scan(step, 0.0, x)
    return h + jax.jit(lambda v: jnp.sum(v * v))(ys)


def words_of(label: str) -> str:
    """Return the words of one of Graphviz's HTML-like labels, cells apart by a bar."""
    text = re.sub(r"</TD>", "|", label)
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip("|")


def test_golden_text() -> None:
    """The same program gives exactly these bytes."""
    lines = dot_from_view(loss_graph()).splitlines()

    assert [line for line in GOLDEN.splitlines() if line not in lines] == []


def test_nodes_are_named_after_variables() -> None:
    """The user's own name stands before the primitive."""

    def fn(x: jax.Array) -> jax.Array:
        hidden = jnp.tanh(x)
        return hidden * 2

    dot = dot_from_view(graph_of(fn, 1.0))

    labels = [words_of(line) for line in dot.splitlines()]
    assert any("hidden = tanh" in label for label in labels)
    assert any("mul(·, 2)" in label for label in labels)


def test_same_bytes_with_another_hash_seed() -> None:
    """Neither `id()` nor the order of a set shows."""
    code = (
        "from tests.export.test_dot import *; import sys, graphstep\n"
        "rec = graphstep.record(scan_loss, jnp.arange(3.0))\n"
        "sys.stdout.write(dot_from_view(rec.graph, 'all'))\n"
        "sys.stdout.write(rec.to_dot(at=30, legend=True, source_lines=True))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
            encoding="utf-8",
        ).stdout
        for seed in ("1", "2")
    }

    assert len(texts) == 1
    assert "cluster_" in texts.pop()


def test_clusters_nest_as_regions_do() -> None:
    """Each open region is a cluster inside that of its parent, with kind and length."""
    graph = graph_of(scan_loss, jnp.arange(3.0))
    drawn = AGraph(string=dot_from_view(graph, "all"))

    def title(cluster: AGraph) -> str:
        return words_of(cluster.graph_attr["label"])

    (scan,) = [s for s in drawn.subgraphs() if title(s) == "scan × 3"]
    (cond,) = scan.subgraphs()
    assert title(cond) == "cond, 2 branches"
    assert [title(s) for s in cond.subgraphs()] == ["branch 0", "branch 1"]


def test_closed_regions_are_nodes_that_say_their_size() -> None:
    """A closed region is one node, and its uses are bundled."""
    graph = graph_of(scan_loss, jnp.arange(3.0))

    drawn = AGraph(string=dot_from_view(graph, ()))

    labels = [words_of(node.attr["label"]) for node in drawn.nodes()]
    size = graph.regions["0"].size
    assert f"⊞ scan × 3|{size} nodes" in labels
    assert drawn.subgraphs() == []


def test_every_use_is_an_edge_with_its_type() -> None:
    """Between flat nodes nothing is merged: `h * h` has two edges."""
    graph = graph_of(lambda h: h * h - 2 * h, jnp.ones((2, 3)))

    drawn = AGraph(string=dot_from_view(graph))

    assert drawn.number_of_edges() == graph.nx.number_of_edges()
    labels = [edge.attr["label"] for edge in drawn.edges()]
    assert labels.count(" f32[2,3] ") == 4
    # Only `sub` does not commute.
    assert labels.count(" f32[2,3] → 0 ") == labels.count(" f32[2,3] → 1 ") == 1


def test_values_of_nodes_with_several_results_are_named() -> None:
    """Which result an edge takes is on the edge."""
    graph = graph_of(lambda a: jnp.linalg.qr(a)[1], jnp.ones((3, 2)))

    dot = dot_from_view(graph, "all")

    assert ": f32[2,2]" in dot


def test_what_a_loop_carries_is_a_dashed_edge() -> None:
    """It goes backward in the picture, and takes no part in the layout."""
    graph = graph_of(scan_loss, jnp.arange(3.0))

    dot = dot_from_view(graph, "all")

    (line,) = [text for text in dot.splitlines() if "next iteration" in text]
    assert '-> "0_carry0" [' in line
    assert "constraint=false" in line
    assert "style=dashed" in line


def test_title() -> None:
    """A title can be given or left out."""
    graph = loss_graph()

    assert "<B>loss</B>" in dot_from_view(graph)
    assert "<B>" not in dot_from_view(graph, title="").splitlines()[1]
    assert "<B>my title</B>" in dot_from_view(graph, title="my title")


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_stay_labels(kind: str) -> None:
    """Graphviz reads what was meant; nothing in a name is acted upon."""
    name = HOSTILE[kind]

    def fn(x: dict[str, jax.Array]) -> dict[str, jax.Array]:
        with jax.named_scope(name.replace("/", "") or "scope"):
            y = x[name] * 2
        return {name: y}

    graph = graph_of(fn, {name: jnp.ones(2)})
    for expanded in ("all", ()):
        dot = dot_from_view(graph, expanded, title=name)

        drawn = AGraph(string=dot)

        assert drawn.number_of_nodes() == 3
        assert drawn.number_of_edges() == 2
        assert not any(c in dot for c in "\x00\x1b\r\u202e\u200f\u2066\udc80")
        assert max(len(line) for line in dot.splitlines()) < 3000


def test_entities_are_shown_as_they_are_written() -> None:
    """Graphviz would turn `&lt;` into `<`."""
    graph = graph_of(lambda x: x * 2, 1.0)

    dot = dot_from_view(graph, title="a&lt;b")

    assert "<B>a&amp;lt;b</B>" in dot


def test_deep_nesting_needs_no_recursion() -> None:
    """Five hundred regions inside one another are drawn as any others."""

    def fn(x: jax.Array) -> jax.Array:
        return jnp.sin(x)

    for _ in range(500):
        fn = jax.jit(lambda x, inner=fn: inner(x) + 1)
    # JAX's own tracing recurses.
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        graph = graph_of(fn, 1.0)
    finally:
        sys.setrecursionlimit(limit)

    dot = dot_from_view(graph, "all")

    assert dot.count("subgraph cluster_") == len(graph.regions) - 1
