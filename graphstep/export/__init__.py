"""Pictures of a program: DOT text, and SVG, PNG and PDF through Graphviz."""

from __future__ import annotations

from graphstep.export._dot import dot_from_drawing, dot_from_view
from graphstep.export._drawing import Amount, Cluster, Drawing, DrawnEdge, DrawnNode
from graphstep.export._drawn import drawing_from_graph
from graphstep.export._expansion import legible_expansion, legible_groups
from graphstep.export._kinds import KINDS, kind_of_node
from graphstep.export._labels import literal_text
from graphstep.export._picture import (
    Picture,
    picture_from_graph,
    with_text_beside,
    write_picture,
)
from graphstep.export._render import (
    FORMATS,
    format_from_path,
    picture_from_dot,
    render,
)
from graphstep.export._style import Style, StyleOptions
from graphstep.export._themes import THEMES, Theme

__all__ = [
    "FORMATS",
    "KINDS",
    "THEMES",
    "Amount",
    "Cluster",
    "Drawing",
    "DrawnEdge",
    "DrawnNode",
    "Picture",
    "Style",
    "StyleOptions",
    "Theme",
    "dot_from_drawing",
    "dot_from_view",
    "drawing_from_graph",
    "format_from_path",
    "kind_of_node",
    "legible_expansion",
    "legible_groups",
    "literal_text",
    "picture_from_dot",
    "picture_from_graph",
    "render",
    "with_text_beside",
    "write_picture",
]
