"""Files for other programs, opened by those programs or by their own rules."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import graphstep as gs
from graphstep.errors import FormatError, OutputError
from graphstep.export import (
    FORMATS,
    Choice,
    StyleOptions,
    export_from_graph,
    export_to_path,
    format_from_path,
)
from graphstep.export._drawn import drawing_from_graph
from graphstep.export._graphml import token_of
from graphstep.graph import ProgramGraph
from graphstep.recording import Stats
from graphstep.tracing import CallSpec, trace_function
from tests.export.checking import check_mermaid, check_model_explorer
from tests.export.test_dot import HOSTILE, graph_of, scan_loss
from tests.programs import NAMES, build

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


def exported(
    graph: ProgramGraph, format_: str, expanded: Any = None, **rest: Any
) -> bytes:
    """Return a program in a format."""
    return export_from_graph(graph, format_, Choice(expanded=expanded), **rest).content


def node_link(graph: ProgramGraph, expanded: Any = None) -> nx.MultiDiGraph[str]:
    """Return what networkx makes of our JSON."""
    data = json.loads(exported(graph, "json", expanded))
    return nx.node_link_graph(data, edges="edges")


def graphml(content: bytes) -> nx.MultiDiGraph[str]:
    """Return what networkx makes of our GraphML, each node under its own id."""
    read = nx.parse_graphml(content.decode(), force_multigraph=True)
    return nx.relabel_nodes(read, nx.get_node_attributes(read, "node"))


def hostile(text: str, *, is_key: bool = True) -> ProgramGraph:
    """Return a graph with a hostile argument, region and function."""
    import warnings

    def fn(x: Mapping[str, jax.Array]) -> jax.Array:
        with jax.named_scope(text if text.strip("/") else "scope"):
            y = jnp.sin(x[text]) * 2
        return y + 1

    fn.__name__ = fn.__qualname__ = text or "f"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return graph_of(fn, {text: 1.0})


# Structure -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_format_holds_what_is_seen(name: str) -> None:
    """Nodes, uses and regions that a file holds are those of the view."""
    program = build(name)
    spec = CallSpec(static_argnums=program.static_argnums, has_aux=program.has_aux)
    with program.context():
        args, kwargs = program.args, dict(program.kwargs)
        graph = ProgramGraph(trace_function(program.fn, args, kwargs, spec))

    check_node_link(graph)
    check_graphml(graph)
    check_layers(graph)
    for expanded in ("all", None):
        check_chart(graph, expanded)


def check_node_link(graph: ProgramGraph) -> None:
    """Networkx reads the nodes and uses that were written, open or closed."""
    for expanded in ((), "all"):
        read, view = node_link(graph, expanded), graph.view(expanded)

        assert read.is_multigraph()
        assert nx.is_directed_acyclic_graph(read)
        assert list(read) == list(view)
        assert set(read.edges(keys=True)) == set(view.edges(keys=True))
        assert all(
            end in graph
            for _, _, data in read.edges(data=True)
            for end in data["use"][:2]
        )


def check_graphml(graph: ProgramGraph) -> None:
    """Networkx and lxml read the nodes and uses that were written."""
    content = exported(graph, "graphml", "all")
    read, root = graphml(content), etree.fromstring(content)

    assert list(read) == list(graph.order)
    assert sorted(data["use"] for _, _, data in read.edges(data=True)) == sorted(
        f"{u} {v} {key}" for u, v, key in graph.nx.edges(keys=True)
    )
    check_graphml_schema(root)


def check_graphml_schema(root: Any) -> None:
    """Elements stand where GraphML's schema wants them, and refer to what is there.

    http://graphml.graphdrawing.org/xmlns/1.1/graphml.xsd
    """
    *keys, body = root
    assert root.tag == f"{GRAPHML}graphml"
    assert {key.tag for key in keys} == {f"{GRAPHML}key"}
    assert body.tag == f"{GRAPHML}graph"
    assert body.get("edgedefault") == "directed"
    of = {key.get("id"): key.get("for") for key in keys}
    assert len(of) == len(keys)
    names = [(key.get("for"), key.get("attr.name")) for key in keys]
    assert len(names) == len(set(names))
    types = {key.get("attr.type") for key in keys if key.get("id") != "looks"}
    assert types <= {"boolean", "int", "long", "float", "double", "string"}
    nodes, edges = body.findall(f"{GRAPHML}node"), body.findall(f"{GRAPHML}edge")
    data = body.findall(f"{GRAPHML}data")
    assert list(body) == [*data, *nodes, *edges]
    ids = [each.get("id") for each in (*nodes, *edges)]
    assert len(ids) == len(set(ids))
    assert all(map(re.compile(r"[A-Za-z0-9._:-]+").fullmatch, [*of, *ids]))
    known = {node.get("id") for node in nodes}
    assert {edge.get(end) for edge in edges for end in ("source", "target")} <= known
    for element in (body, *nodes, *edges):
        found = [each.get("key") for each in element.findall(f"{GRAPHML}data")]
        assert len(found) == len(set(found))
        assert {f"{GRAPHML}{of[key]}" for key in found} <= {element.tag}
        assert element is body or len(found) == len(element)


def check_layers(graph: ProgramGraph) -> None:
    """Model Explorer's schema holds, and every use enters where it should."""
    nodes = check_model_explorer(json.loads(exported(graph, "model-explorer")))

    assert list(nodes) == list(graph.order)
    uses = {
        (edge["sourceNodeId"], node, int(edge["targetNodeInputId"]))
        for node, data in nodes.items()
        for edge in data["incomingEdges"]
    }
    assert uses == set(graph.nx.edges(keys=True))
    depths = [len(graph.regions.ancestors(graph.node(n).region)) - 1 for n in nodes]
    found = [data["namespace"] for data in nodes.values()]
    parts = [re.split(r"(?<!\\)/", name) if name else [] for name in found]
    assert [len(each) for each in parts] == depths


def check_chart(graph: ProgramGraph, expanded: Any) -> None:
    """Mermaid's grammar holds, with a box for each node and a line for each edge."""
    drawing = drawing_from_graph(graph, expanded, stubs=False)
    chart = check_mermaid(exported(graph, "mermaid", expanded).decode())

    assert len(chart.boxes) == len(drawing.nodes)
    assert len(chart.lines) == len(drawing.edges)
    assert len(chart.frames) == len(drawing.clusters)


# Names are data ------------------------------------------------------------------------


def check_hostile(text: str) -> None:
    """Write a program full of `text` in each format and read it again."""
    graph = hostile(text)
    for expanded in ((), "all"):
        read = node_link(graph, expanded)
        assert list(read) == list(graph.view(expanded))
        content = exported(graph, "graphml", expanded)
        assert len(graphml(content)) == len(read)
        check_graphml_schema(etree.fromstring(content))
        choice = Choice(expanded=expanded)
        made = export_from_graph(graph, "model-explorer", choice).content
        assert len(check_model_explorer(json.loads(made))) == len(read)
        drawing = drawing_from_graph(graph, expanded, stubs=False)
        chart = check_mermaid(exported(graph, "mermaid", expanded).decode())
        assert len(chart.boxes) == len(drawing.nodes)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_stay_names(kind: str) -> None:
    """Quotes, tags, entities, escape sequences and half characters break nothing."""
    check_hostile(HOSTILE[kind])


@given(st.text(st.characters(codec=None), max_size=12))
def test_any_name_stays_a_name(text: str) -> None:
    """Whatever a name holds, every file is read as it was meant."""
    check_hostile(text)


@pytest.mark.parametrize(
    "text", ["end", "style a:b", "%%{init: {}}%%", "classDef x:#1;", "`x`", '"]:::x']
)
def test_words_of_mermaid_are_shown(text: str) -> None:
    """Keywords, directives and brackets are labels like others."""
    chart = check_mermaid(exported(hostile(text), "mermaid", "all").decode())

    assert any(text in label for label in chart.boxes.values())


# What is in the files ------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded() -> gs.Recording:
    """Return a recording with a loop, a cond, a NaN in a cotangent, and integers."""

    def fn(x: jax.Array) -> jax.Array:
        return scan_loss(x) + jnp.sqrt(x[0] - x[0]) * jnp.argmax(x)

    return gs.record(fn, jnp.array([-1.0, 2.0, 3.0]))


def test_json_holds_the_values(recorded: gs.Recording) -> None:
    """Statistics are those of the recording, small arrays are there in full."""
    made = export_from_graph(recorded.graph, "json", recording=recorded)
    data = json.loads(made.content)

    (x,) = [node for node in data["nodes"] if node["id"] == "in0"]
    stats = recorded.stats("in0")
    assert isinstance(stats, Stats)
    assert x["outputs"][0]["primal"]["l2"] == stats.l2
    assert x["outputs"][0]["primal"]["data"] == [-1.0, 2.0, 3.0]
    assert x["outputs"][0]["shape"] == [3]
    assert x["outputs"][0]["dtype"] == "float32"


def test_graphml_has_types(recorded: gs.Recording) -> None:
    """Numbers are numbers when networkx reads them."""
    content = export_from_graph(
        recorded.graph, "graphml", recording=recorded, at=recorded.cursor()
    ).content
    nodes = graphml(content).nodes

    stats = recorded.stats("in0")
    assert isinstance(stats, Stats)
    assert nodes["in0"]["primal_l2"] == stats.l2
    assert isinstance(nodes["in0"]["index"], int)
    assert nodes["in0"]["state"] == recorded.cursor().state("in0")


@given(ids=st.sets(st.text(st.sampled_from("ab1._:-/ \t\xe9\ud800")), max_size=30))
def test_tokens_of_different_ids_differ(ids: set[str]) -> None:
    """GraphML's schema wants ids of few characters, and all of them distinct."""
    tokens = {token_of(each) for each in ids}

    assert len(tokens) == len(ids)
    assert all(map(re.compile(r"[A-Za-z0-9._:-]+").fullmatch, tokens))
    assert {token_of("12:0/in1"), token_of("a.b_c")} == {"12:0.in1", "a_2e_b_5f_c"}


def test_model_explorer_gets_health(recorded: gs.Recording, tmp_path: Path) -> None:
    """Beside the graph are node data that say where a NaN is."""
    export_to_path(
        recorded.graph, tmp_path / "g.json", format="model-explorer", recording=recorded
    )

    assert {p.name for p in tmp_path.iterdir()} == {"g.json", "g.health.json"}
    nodes = check_model_explorer(json.loads((tmp_path / "g.json").read_text()))
    data = json.loads((tmp_path / "g.health.json").read_text())
    (results,) = [each["results"] for each in data.values()]
    assert results.keys() <= nodes.keys()
    for node, result in results.items():
        seen = [
            recorded.stats(node, out, of)
            for out in range(len(recorded.graph.node(node).avals))
            for of in ("primal", "cotangent")
        ]
        has_nan = any(isinstance(s, Stats) and s.nan for s in seen)
        assert (result["value"] == "NaN") == has_nan
    assert {result["value"] for result in results.values()} == {"NaN", "Inf", "finite"}


def test_mermaid_shows_values_and_the_walk(recorded: gs.Recording) -> None:
    """Marks and values are those of the picture."""
    at = recorded.cursor().to_pass("backward")
    made = export_from_graph(recorded.graph, "mermaid", at=at)
    chart = check_mermaid(made.content.decode())

    assert at.pass_ in chart.title
    assert any("∂" in label for label in chart.boxes.values())
    assert any(label.startswith("▶") for label in chart.boxes.values())


def test_mermaid_says_what_its_limits_are() -> None:
    """Pages refuse large flowcharts, which is said when one is written."""

    def long(x: jax.Array) -> jax.Array:
        for _ in range(600):
            x = jnp.sin(x)
        return x

    made = export_from_graph(graph_of(long, 1.0), "mermaid", Choice(expanded="all"))

    assert len(made.notices) == 1
    assert "maxEdges" in made.notices[0]


def test_style_of_mermaid() -> None:
    """Direction, title, theme and links arrive."""
    style: StyleOptions = {
        "direction": "right",
        "title": "T: x",
        "theme": "dark",
        "link": "https://example.org/{name}#L{line}",
    }
    trace = gs.trace(scan_loss, jnp.ones(3))
    chart = check_mermaid(trace_text(trace, style))

    assert (chart.direction, chart.title) == ("LR", "T: x")
    assert any("test_dot.py#L" in link for link in chart.links)


def trace_text(trace: gs.Trace, style: StyleOptions) -> str:
    """Return a Mermaid flowchart in some style."""
    from graphstep.export import Style

    return export_from_graph(
        trace.graph, "mermaid", style=Style(**style)
    ).content.decode()


# Names of formats ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.mmd", "mermaid"), ("a.GraphML", "graphml"), ("a.json", "json")],
)
def test_suffixes(name: str, expected: str) -> None:
    """Each format but one is named by a suffix."""
    assert format_from_path(name) == expected
    assert expected in FORMATS


def test_unknown_format_is_refused(tmp_path: Path) -> None:
    """The error lists what there is, and nothing is written."""
    graph = graph_of(lambda x: x * 2, 1.0)

    with pytest.raises(FormatError, match=r"`bmp` .* svg, .*model-explorer"):
        export_to_path(graph, tmp_path / "a.svg", format="bmp")
    assert not list(tmp_path.iterdir())


def test_missing_folder_is_said_first(tmp_path: Path) -> None:
    """Nothing is worked out for a file that cannot be written."""
    graph = graph_of(lambda x: x * 2, 1.0)

    with pytest.raises(OutputError, match="no folder"):
        export_to_path(graph, tmp_path / "no" / "a.mmd")


def test_the_same_bytes_in_every_run() -> None:
    """Two traces of one function give the same files."""
    for format_ in ("mermaid", "graphml", "json", "model-explorer", "dot"):
        both = {
            exported(graph_of(scan_loss, jnp.ones(3)), format_, "all") for _ in range(2)
        }
        assert len(both) == 1


def test_arrays_of_json_are_json(recorded: gs.Recording) -> None:
    """NaN and infinities are strings, so that any reader takes them."""
    text = export_from_graph(recorded.graph, "json", recording=recorded).content

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    json.loads(text, parse_constant=refuse)
    assert np.isnan(np.asarray(recorded.in_cotangents[0])).any()
