"""Whatever names hold, DOT and SVG stay what they are, and show the names as text."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pygraphviz import AGraph

import graphstep as gs
from graphstep.export import (
    Drawing,
    Style,
    dot_from_drawing,
    drawing_from_graph,
    picture_from_dot,
)
from graphstep.export._svg import tidy_svg
from graphstep.tracing import one_line
from tests.export.test_dot import scan_loss

SVG = "{http://www.w3.org/2000/svg}"
TAGS = {"svg", "g", "title", "polygon", "text", "path", "ellipse", "polyline", "a"}
NASTY = (
    'a"b\\',
    "\\N \\G \\l \\\\",
    "<b>x</b>",
    "</script><script>alert(1)</script>",
    "</TD></TR></TABLE>>",
    "&lt;&#60;&unknown;",
    "]]>",
    "<!-- -->",
    "<!DOCTYPE x [<!ENTITY y 'z'>]>",
    "\x00\x07\x1b[31m",
    "a\nb\r\nc\td",
    "\u202egnp.exe\u2066",
    "مرحبا שלום",
    "👩\u200d🔬 🏳️\u200d🌈",
    "\ud800",
    "\ufffe\uffff",
    "n" * 10_000,
    "",
    " ",
    "{a|b}",
    "javascript:alert(1)",
    "∂ = Σ ∂",
)
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=40),
    st.text('<>&"\\|{}[]/:;=- \n', max_size=20),
)


def base() -> Drawing:
    """Return a drawing with boxes, values, frames, and lines of all sorts."""
    rec = gs.record(scan_loss, jnp.array([-1.0, 2.0, 3.0]))
    return drawing_from_graph(rec.graph, "all", at=rec.cursor().seek(30))


BASE = base()


def renamed(texts: list[str]) -> Drawing:
    """Return the drawing with these words in the place of all of its own."""
    words = [texts[i % len(texts)] for i in range(1000)]
    number = iter(range(1000))

    def word() -> str:
        return words[next(number)]

    nodes = [
        dataclasses.replace(
            node,
            name=word(),
            operation=word(),
            title=word(),
            type=word(),
            amounts=tuple(
                dataclasses.replace(a, text=word(), name=word()) for a in node.amounts
            ),
        )
        for node in BASE.nodes
    ]
    edges = [
        dataclasses.replace(edge, label=word(), name=word(), is_stub=i % 4 == 0)
        for i, edge in enumerate(BASE.edges)
    ]
    clusters = [dataclasses.replace(each, title=word()) for each in BASE.clusters]
    return dataclasses.replace(
        BASE,
        fn_name=words[0],
        nodes=tuple(nodes),
        edges=tuple(edges),
        clusters=tuple(clusters),
    )


@settings(max_examples=12)
@given(texts=st.lists(TEXTS, min_size=1, max_size=30))
def test_dot_keeps_its_structure(texts: list[str]) -> None:
    """The same boxes and lines are read from it, whatever they are called."""
    drawing = renamed(texts)
    dot = dot_from_drawing(
        drawing, Style(legend=True, source_lines=True, title=texts[-1])
    )

    drawn = AGraph(string=dot)
    keys = {node.key for node in drawing.nodes}
    assert {str(node) for node in drawn.nodes()} == keys | {"legend"}
    lines = [edge for edge in drawing.edges if not edge.is_stub]
    assert drawn.number_of_edges() == len(lines)
    dot.encode()


@settings(max_examples=8)
@given(texts=st.lists(TEXTS, min_size=10, max_size=40))
def test_svg_keeps_its_structure(texts: list[str]) -> None:
    """It is valid XML without a foreign element, and each name is there as text."""
    check_svg(texts)


def test_svg_of_each_nasty_text(way: str) -> None:
    """Those that are known to have broken something, somewhere."""
    check_svg([*NASTY])


def check_svg(texts: list[str]) -> None:
    """Draw and read."""
    drawing = renamed(texts)
    svg = tidy_svg(
        picture_from_dot(dot_from_drawing(drawing, Style(title=texts[0])), "svg"),
        one_line(texts[0]),
    )

    root = etree.fromstring(svg)
    elements = [e for e in root.iter() if isinstance(e.tag, str)]
    assert {e.tag for e in elements} <= {SVG + tag for tag in TAGS}
    links = {e.get("href") for e in root.iter(f"{SVG}a")}
    assert all(link.startswith("#node-") for link in links)
    assert not any(name.startswith("on") for e in elements for name in e.attrib)
    for node in drawing.nodes:
        (group,) = root.xpath("//*[@id=$id]", id=f"node-{node.key}")
        shown = "".join(text.text or "" for text in group.iter(f"{SVG}text"))
        is_named = bool(node.name) and node.role == "eqn"
        wanted = one_line(node.operation if is_named else node.title, 44)
        assert wanted in shown
        (title,) = group.findall(f"{SVG}title")
        assert one_line(node.type, 200) in title.text
        assert not any(c in shown for c in "\x00\x1b\n\r\u202e\u2066\ud800\ufffe")
