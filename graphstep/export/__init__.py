"""Pictures of a program: DOT text, and SVG, PNG and PDF through Graphviz."""

from __future__ import annotations

from graphstep.export._dot import dot_from_view
from graphstep.export._expansion import legible_expansion
from graphstep.export._kinds import KINDS, kind_of_node
from graphstep.export._labels import literal_text
from graphstep.export._notes import value_notes
from graphstep.export._render import (
    FORMATS,
    format_from_path,
    picture_from_dot,
    render,
)

__all__ = [
    "FORMATS",
    "KINDS",
    "dot_from_view",
    "format_from_path",
    "kind_of_node",
    "legible_expansion",
    "literal_text",
    "picture_from_dot",
    "render",
    "value_notes",
]
