"""What a notebook shows, and the notebook that teaches with it."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import lxml.etree
import nbclient
import nbconvert
import nbformat
import networkx as nx
import pytest
from IPython.core.formatters import DisplayFormatter

import graphstep as gs

NOTEBOOK = Path(__file__).parents[2] / "examples" / "chain_rule.ipynb"


def loss(x: Any) -> Any:
    with_nan = jnp.tanh(x) * x
    return jnp.sum(with_nan)


@pytest.fixture(scope="module")
def rec() -> gs.Recording:
    return gs.record(loss, jnp.ones(3))


def displayed(shown: Any) -> dict[str, str]:
    """Return what IPython takes from an object, by MIME type."""
    data, _ = DisplayFormatter().format(shown)
    return data


def texts_of(svg: str) -> list[str]:
    return ["".join(e.itertext()) for e in lxml.etree.fromstring(svg.encode()).iter()]


def test_a_trace_and_its_graph_are_pictures() -> None:
    """Both show every box of the program, and say in text what it takes and gives."""
    trace = gs.trace(loss, jnp.ones(3))

    shown = displayed(trace)

    assert any("tanh" in text for text in texts_of(shown["image/svg+xml"]))
    assert shown["text/plain"].splitlines()[1] == "loss(x f32[3]) -> f32[]"
    assert displayed(trace.graph)["image/svg+xml"] == shown["image/svg+xml"]


def test_a_view_is_the_picture_of_what_is_open() -> None:
    """What is closed in the view is closed in the picture, also after networkx."""
    graph = gs.trace(jax.jit(loss), jnp.ones(3)).graph
    closed, opened = graph.view(), graph.view("all")

    def is_shown(view: Any) -> bool:
        svg = displayed(view)["image/svg+xml"]
        return any("tanh" in text for text in texts_of(svg))

    assert (is_shown(closed), is_shown(opened)) == (False, True)
    assert nx.utils.graphs_equal(opened, nx.MultiDiGraph(opened))
    assert list(displayed(opened.copy())) == ["text/plain"]


def test_a_recording_is_its_page_in_a_frame(rec: gs.Recording) -> None:
    """The frame holds the page that `to_html` gives, apart from what is around it."""
    shown = displayed(rec)["text/html"]

    (page,) = re.findall(r'srcdoc="([^"]*)"', shown)

    assert html.unescape(page) == rec.to_html()
    assert 'sandbox="allow-scripts' in shown
    assert "allow-same-origin" not in shown


def test_a_page_that_is_too_large_is_not_put_into_the_notebook(
    rec: gs.Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text says how to write it to a file instead."""
    monkeypatch.setattr("graphstep.export._notebook._LARGEST", 1000)

    shown = displayed(rec)

    assert list(shown) == ["text/plain"]
    assert "rec.to_html(FILE)" in shown["text/plain"]


def test_without_graphviz_there_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell shows why there is no picture, and no traceback."""
    monkeypatch.setattr("graphstep.export._render._commands", lambda *_asked: [])

    shown = displayed(gs.trace(loss, jnp.ones(3)))

    assert list(shown) == ["text/plain"]
    assert "pygraphviz" in shown["text/plain"]


def test_what_was_loaded_shows_itself_too(rec: gs.Recording, tmp_path: Path) -> None:
    """A recording from a file and its graph show what they showed before."""
    rec.save(tmp_path / "run.gstep")
    loaded = gs.load(tmp_path / "run.gstep")

    assert repr(loaded) == repr(rec)
    assert displayed(loaded).keys() == displayed(rec).keys()
    assert "image/svg+xml" in displayed(loaded.graph.view("all"))


def test_the_notebook_teaches_what_is_so() -> None:
    """It runs to its end, its claims hold, and its pictures survive an export."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()

    shown = [
        kind
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        for kind in output.get("data", ())
    ]
    page, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)

    assert shown.count("text/html") == 2
    assert shown.count("image/svg+xml") == 1
    assert page.count("<iframe") == 2
    assert all(not cell.get("outputs") for cell in nbformat.read(NOTEBOOK, 4).cells)
