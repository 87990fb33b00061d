"""Pictures of programs, made by either way to Graphviz, or the next best thing."""

from __future__ import annotations

import io
import itertools
import re
import shutil
import struct
import subprocess
import time
import zlib
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest
from lxml import etree
from PIL import Image

import graphstep as gs
from graphstep.errors import RenderError, TimeLimitError
from graphstep.export import (
    Choice,
    Style,
    _graphviz_child,
    _picture,
    export_to_path,
    picture_from_dot,
    picture_from_graph,
)
from tests.export.conftest import write_command
from tests.export.test_dot import graph_of, scan_loss

WHOLE = Choice(expanded="all")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def recorded() -> gs.Recording:
    """Return a recording with a loop, a cond and a call."""
    return gs.record(scan_loss, jnp.array([-1.0, 2.0, 3.0]))


def layers(x: jax.Array) -> jax.Array:
    """Regions of several sizes."""
    for i in range(3):
        with jax.named_scope(f"layer{i}"):
            for _ in range(25):
                x = jnp.sin(x)
    return x


def words_in_pdf(pdf: bytes) -> str:
    """Return the text of a PDF: with pdftotext where there is one."""
    command = shutil.which("pdftotext", path="/usr/bin:/usr/local/bin")
    if command is not None:
        done = subprocess.run(
            [command, "-", "-"], input=pdf, capture_output=True, check=True
        )
        return done.stdout.decode()
    # A map from glyphs to Unicode is what lets a reader select and search text.
    found: list[str] = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        if b"beginbfrange" in text or b"beginbfchar" in text:
            found += [
                chr(int(code, 16)) for code in re.findall(rb"<([0-9a-f]{4})>", text)
            ]
    return "".join(sorted(set(found)))


# The files -----------------------------------------------------------------------------


def test_svg(way: str, recorded: gs.Recording) -> None:
    """Boxes, lines and frames have ids, classes and titles; text is text."""
    at = recorded.cursor().last()
    picture = picture_from_graph(recorded.graph, "svg", "all", at=at)

    root = etree.fromstring(picture.content)
    by_id = {e.get("id"): e for e in root.iter(f"{SVG}g")}
    for node in picture.drawing.nodes:
        group = by_id[f"node-{node.key}"]
        assert group.get("class").split() == ["node", node.kind, node.walk]
        (title,) = group.findall(f"{SVG}title")
        assert node.title in title.text
        assert node.type.split(",")[0] in title.text
        assert node.source in title.text
        words = "".join(text.text for text in group.iter(f"{SVG}text"))
        assert node.operation in words or node.name in words
    for edge in picture.drawing.edges:
        assert by_id[f"edge-{edge.key}"].find(f"{SVG}title").text
    for cluster in picture.drawing.clusters:
        assert cluster.kind in by_id[f"cluster-{cluster.key}"].get("class").split()
    assert root.get("aria-label") == "scan_loss · backward 50/50"
    assert [e for e in root.iter() if e.get("stroke") == "transparent"] == []


def test_png_has_the_resolution_asked_for(way: str, recorded: gs.Recording) -> None:
    """Twice the dots per inch are twice the pixels."""
    sizes: list[tuple[int, int]] = []
    for dpi in (72.0, 144.0):
        png = picture_from_graph(recorded.graph, "png", style=Style(dpi=dpi)).content
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        sizes.append(struct.unpack(">II", png[16:24]))

    (width, height), (wide, high) = sizes
    assert (wide / width, high / height) == pytest.approx((2, 2), rel=0.02)


def test_png_is_read_by_somebody_else(way: str, recorded: gs.Recording) -> None:
    """Every pixel is decoded, and boxes of more than one colour are among them."""
    content = picture_from_graph(recorded.graph, "png").content
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert image.format == "PNG"
        colours = image.convert("RGB").getcolors(maxcolors=1 << 24)
    assert colours is not None
    assert len(colours) > 8


def test_pdf_has_text(way: str, recorded: gs.Recording) -> None:
    """Names can be searched for and copied."""
    pdf = picture_from_graph(recorded.graph, "pdf").content

    assert pdf.startswith(b"%PDF")
    assert set("reduce_sum") <= set(words_in_pdf(pdf))


def test_same_bytes(way: str, recorded: gs.Recording) -> None:
    """The same picture is the same file."""
    at = recorded.cursor().seek(20)

    files = {
        picture_from_graph(recorded.graph, "svg", "all", at=at).content
        for _ in range(2)
    }

    assert len(files) == 1


def test_boxes_link_to_the_source(way: str, recorded: gs.Recording) -> None:
    """An SVG can lead back to the code, and does nothing else."""
    style = Style(link="vscode://file/{file}:{line}:{column}")
    picture = picture_from_graph(recorded.graph, "svg", "all", style=style)

    root = etree.fromstring(picture.content)
    for node in picture.drawing.nodes:
        (group,) = root.xpath("//*[@id=$id]", id=f"node-{node.key}")
        links = {link.get("href") for link in group.iter(f"{SVG}a")}
        where = node.location
        expected = set()
        if where is not None:
            file = where.file.lstrip("/")
            expected = {f"vscode://file/{file}:{where.line}:{where.column + 1}"}
        assert links == expected


def test_ends_of_undrawn_lines_lead_to_each_other(way: str) -> None:
    """The row that stands for a line is a link within the picture."""

    def fn(w: jax.Array, x: jax.Array) -> jax.Array:
        for _ in range(10):
            x = jnp.sin(x) * w
        return x

    style = Style(link="https://example.org/{name}#L{line}")
    picture = picture_from_graph(graph_of(fn, 1.0, 2.0), "svg", style=style)
    root = etree.fromstring(picture.content)
    links = [a.get("href") for a in root.iter(f"{SVG}a")]

    n_stubs = sum(edge.is_stub for edge in picture.drawing.edges)
    assert n_stubs > 5
    assert links.count("#node-in0") == n_stubs
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert {"node-in0", *(f"edge-{edge.key}" for edge in picture.drawing.edges)} <= {
        *ids
    }
    assert root.xpath("count(//*[local-name()='a']//*[local-name()='a'])") == 0


def test_each_of_many_undrawn_lines_has_an_element(way: str) -> None:
    """Where one row stands for several lines, there is an id for every one of them."""

    def fn(xs: list[jax.Array]) -> jax.Array:
        early = [jnp.sin(x) for x in xs]
        x = sum(early)
        for _ in range(20):
            x = jnp.cos(x)
        return jnp.stack([x, *early])

    picture = picture_from_graph(graph_of(fn, [1.0] * 9), "svg", "all")
    root = etree.fromstring(picture.content)

    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert {f"edge-{edge.key}" for edge in picture.drawing.edges} <= set(ids)
    assert any("more" in (text.text or "") for text in root.iter(f"{SVG}text"))


def test_a_very_large_png_is_scaled_down(way: str) -> None:
    """It has as many dots as are made in time, and that is said."""

    def fn(xs: list[jax.Array]) -> list[jax.Array]:
        return [jnp.sin(x) for x in xs]

    graph = graph_of(fn, [1.0] * 30)
    picture = picture_from_graph(graph, "png", "all", style=Style(dpi=600))
    small = picture_from_graph(graph, "png", "all", style=Style(dpi=40))

    sizes = [struct.unpack(">II", p.content[16:24]) for p in (picture, small)]
    assert max(sizes[0]) in (7999, 8000, 8001)
    assert max(sizes[1]) < 8000
    assert "8000 dots" in picture.notices[0]
    assert small.notices == ()


# The facade ----------------------------------------------------------------------------


def test_render_draws_the_walk_at_a_step(
    tmp_path: Path, recorded: gs.Recording
) -> None:
    """`at` is a step or a cursor; the end of the walk is drawn without it."""
    path = recorded.render(tmp_path / "step.svg", at=3, theme="dark")
    same = recorded.render(
        tmp_path / "same.svg", at=recorded.cursor().seek(3), theme="dark"
    )
    last = recorded.render(tmp_path / "last.svg")

    assert path.read_bytes() == same.read_bytes()
    assert "forward 4/50" in path.read_text()
    assert "backward 50/50" in last.read_text()


def test_trace_renders_a_part(tmp_path: Path) -> None:
    """Only the nodes asked for are drawn."""
    trace = gs.trace(layers, 1.0)
    path = trace.render(tmp_path / "part.svg", "all", only=["0", "1"], title="")

    root = etree.fromstring(path.read_bytes())
    ids = [
        e.get("id") for e in root.iter(f"{SVG}g") if e.get("class", "")[:4] == "node"
    ]
    assert ids == ["node-0", "node-1"]


# The next best thing -------------------------------------------------------------------


def test_without_graphviz_the_text_is_written(
    commands: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The graph is beside the picture that could not be made, with what to do."""
    broken = commands / "child.py"
    broken.write_text("raise SystemExit(3)")
    monkeypatch.setattr(_graphviz_child, "__file__", str(broken))

    with pytest.raises(RenderError, match="neither `dot` nor pygraphviz") as caught:
        export_to_path(graph_of(layers, 1.0), tmp_path / "a.svg")

    text = tmp_path / "a.svg.dot"
    assert f"`dot -Tsvg {text} -o {tmp_path / 'a.svg'}` draws it" in str(caught.value)
    assert text.read_text().startswith("digraph")
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg.dot"]


def test_a_coarser_view_is_drawn_when_time_runs_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The view with fewer nodes is made in the time that is left, and a warning says so."""
    given: list[float] = []

    def slow(dot: str, suffix: str, timeout: float, *rest: float) -> bytes:
        given.append(timeout)
        if "node-74" in dot:
            raise TimeLimitError("too slow")
        return picture_from_dot(dot, suffix, timeout, *rest)

    monkeypatch.setattr(_picture, "picture_from_dot", slow)
    graph = graph_of(layers, 1.0)

    with pytest.warns(RuntimeWarning, match=r"77 nodes in time.* 5 nodes are drawn"):
        path = export_to_path(graph, tmp_path / "a.svg", WHOLE, timeout=100.0)

    assert "layer0" in path.read_text()
    assert 'id="node-74"' not in path.read_text()
    assert given[0] <= 60
    assert all(later < earlier for earlier, later in itertools.pairwise(given))


def test_a_child_that_hangs_is_stopped_in_time(commands: Path, tmp_path: Path) -> None:
    """All tries together end within the limit, and the text is kept."""
    write_command(commands / "dot", "exec /bin/sleep 600")
    start = time.monotonic()

    with pytest.raises(TimeLimitError, match=r"did not finish in 1 s.*a\.svg\.dot"):
        export_to_path(graph_of(layers, 1.0), tmp_path / "a.svg", WHOLE, timeout=1.0)

    assert time.monotonic() - start < 60
    assert (tmp_path / "a.svg.dot").read_text().count('id="node-') == 77


def test_a_dot_that_dies_is_replaced_by_pygraphviz(
    commands: Path, tmp_path: Path
) -> None:
    """A broken command is no reason to go without a picture."""
    write_command(commands / "dot", "kill -SEGV $$")

    path = export_to_path(graph_of(layers, 1.0), tmp_path / "a.svg")

    assert path.read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize("suffix", ["png", "pdf"])
def test_without_fonts_an_svg_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """A PNG without letters is of no use; an SVG is shown with the reader's fonts."""
    empty = tmp_path / "empty"
    empty.mkdir()
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{empty}</dir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    _picture._finds_fonts.cache_clear()

    try:
        with pytest.warns(RuntimeWarning, match="no fonts"):
            path = export_to_path(graph_of(layers, 1.0), tmp_path / f"a.{suffix}")
    finally:
        _picture._finds_fonts.cache_clear()

    assert path == tmp_path / f"a.{suffix}.svg"
    assert path.read_bytes().startswith(b"<?xml")


def test_a_long_chain_without_regions_is_drawn() -> None:
    """A thousand nodes flat take a moment, not minutes."""

    def fn(x: jax.Array) -> jax.Array:
        y = x
        for i in range(500):
            y = jnp.sin(y) * (x if i % 7 else y)
        return y

    picture = picture_from_graph(graph_of(fn, 1.0), "svg", "all", timeout=60.0)

    assert len(picture.drawing.nodes) == 1002
    assert picture.notices == ()
