"""What a notebook shows of a program and of a recording: a picture, a page, text."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from graphstep._jaxcompat import short_type
from graphstep.errors import RenderError, TimeLimitError
from graphstep.export._drawn import Expanded
from graphstep.export._picture import picture_from_graph
from graphstep.export.page import page_from_recording
from graphstep.graph import ProgramGraph
from graphstep.tracing import one_line

if TYPE_CHECKING:
    from graphstep.recording import Recording

Bundle = dict[str, str]
"""Texts by MIME type; a notebook shows the richest one that it knows."""

# Seconds that Graphviz may take, for a cell should not wait longer.
_TIMEOUT = 10.0
# Characters: notebooks grow slow to open and to save with larger outputs.
_LARGEST = 10_000_000
_MOST_NAMED = 8
_FRAME = (
    '<iframe title="{title}" sandbox="allow-scripts allow-popups" srcdoc="{page}" '
    'style="width:100%;height:680px;border:1px solid #c8c8c8;border-radius:6px">'
    "</iframe>"
)


def signature(graph: ProgramGraph) -> str:
    """Return a program in one line: `loss(x f32[2], A f32[3,2]) -> f32[]`."""
    takes = [
        f"{graph.label(node)} {short_type(graph.aval(node))}" for node in graph.inputs
    ]
    gives = [short_type(graph.aval(node)) for node in graph.outputs]
    name = graph.trace.fn_name
    return one_line(f"{name}({_listed(takes)}) -> {_listed(gives) or '()'}")


def bundle_from_graph(
    graph: ProgramGraph, text: str, expanded: Expanded = None
) -> Bundle:
    """Return a program as a picture, or as text alone where there is no Graphviz.

    Args:
        graph: The program.
        text: What a terminal shows of it.
        expanded: What is open; by default as much as stays legible.
    """
    try:
        picture = picture_from_graph(graph, "svg", expanded, timeout=_TIMEOUT)
    except (RenderError, TimeLimitError) as error:
        return {"text/plain": f"{text}\n{one_line(str(error))}"}
    lines = [text, *picture.notices]
    return {"text/plain": "\n".join(lines), "image/svg+xml": picture.content.decode()}


def bundle_from_recording(rec: Recording, text: str) -> Bundle:
    """Return a recording as a page to walk through, in a frame of its own.

    The page runs without a network, and apart from the notebook around it: it can
    neither read nor change it.

    Args:
        rec: The recording.
        text: What a terminal shows of it.
    """
    page = page_from_recording(rec).decode()
    if len(page) > _LARGEST:
        size = f"{len(page) / 1e6:.0f} MB"
        note = f"Its page is too large for a notebook ({size}): rec.to_html(FILE)."
        return {"text/plain": f"{text}\n{note}"}
    title = html.escape(one_line(f"graphstep: {rec.fn_name}"))
    frame = _FRAME.format(title=title, page=html.escape(page))
    return {"text/plain": text, "text/html": frame}


def _listed(parts: list[str]) -> str:
    more = len(parts) - _MOST_NAMED
    shown = parts[:_MOST_NAMED] + ([f"{more} more"] if more > 0 else [])
    return ", ".join(shown)
