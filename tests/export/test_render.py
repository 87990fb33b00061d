"""Pictures are made by Graphviz, in a process that can be stopped."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lxml import etree

from graphstep.errors import FormatError, OutputError, RenderError
from graphstep.export import (
    dot_from_view,
    format_from_path,
    picture_from_dot,
    render,
)
from tests.export.test_dot import HOSTILE, loss_graph

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("kind", HOSTILE)
def test_svg_shows_hostile_text_as_text(kind: str) -> None:
    """Names become text of the SVG: no element, no attribute, no link."""
    dot = dot_from_view(loss_graph(), title=HOSTILE[kind])

    root = etree.fromstring(picture_from_dot(dot, "svg"))

    tags = {element.tag for element in root.iter() if isinstance(element.tag, str)}
    assert tags <= {
        SVG + t
        for t in (
            "svg",
            "g",
            "title",
            "polygon",
            "text",
            "path",
            "ellipse",
            "polyline",
            "a",
        )
    }
    links = [e.attrib for e in root.iter(f"{SVG}a")]
    assert all(not any("href" in key for key in link) for link in links)


def test_html_is_shown_literally() -> None:
    """Angle brackets arrive as they were."""
    dot = dot_from_view(loss_graph(), title="<b>&lt;</b>")

    root = etree.fromstring(picture_from_dot(dot, "svg"))

    assert "<b>&lt;</b>" in [text.text for text in root.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.svg", "svg"), ("a.b.PNG", "png"), ("x/a.pdf", "pdf"), ("a.gv", "dot")],
)
def test_format_from_path(name: str, expected: str) -> None:
    """The last suffix decides, in any case."""
    assert format_from_path(name) == expected


@pytest.mark.parametrize("name", ["a", "a.jpg", ".svg", "a.svg "])
def test_unknown_suffix(name: str) -> None:
    """The error lists the formats."""
    with pytest.raises(FormatError, match=r"\.svg, \.png, \.pdf, \.dot"):
        format_from_path(name)


def test_unknown_format(tmp_path: Path) -> None:
    """A format by name is checked as well, and nothing is written."""
    with pytest.raises(FormatError, match="`bmp`"):
        render("digraph {}", tmp_path / "a", format="bmp")
    assert list(tmp_path.iterdir()) == []


def test_returns_the_path(tmp_path: Path) -> None:
    """So that a notebook can show it."""
    assert render("digraph {}", str(tmp_path / "a.dot")) == tmp_path / "a.dot"


def test_unwritable_is_known_before_graphviz_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No one waits for a picture that cannot be kept."""
    monkeypatch.setattr(subprocess, "Popen", None)

    with pytest.raises(OutputError):
        render("digraph {}", tmp_path / "no" / "a.svg")


def test_malformed_dot_is_reported(tmp_path: Path) -> None:
    """Graphviz's own words are passed on."""
    with pytest.raises(RenderError, match=r"(?i)syntax error|invalid input"):
        render("digraph { a -> ", tmp_path / "a.svg")
    assert list(tmp_path.iterdir()) == []


def test_interrupt_stops_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C leaves no process behind."""
    started: list[subprocess.Popen[bytes]] = []

    def interrupted(process: subprocess.Popen[bytes], *_: object, **__: object) -> None:
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)

    with pytest.raises(KeyboardInterrupt):
        picture_from_dot("digraph {}", "svg")
    assert [process.poll() for process in started] == [-9]
