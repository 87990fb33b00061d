"""Pictures of a program, through Graphviz, and pages that walk through a recording."""

from __future__ import annotations

from graphstep.export._dot import dot_from_drawing, dot_from_view
from graphstep.export._drawing import Amount, Cluster, Drawing, DrawnEdge, DrawnNode
from graphstep.export._drawn import drawing_from_graph
from graphstep.export._expansion import legible_expansion, legible_groups
from graphstep.export._jaxpr import JaxprPlaces, jaxpr_places
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
from graphstep.export.page import page_from_recording

__all__ = [
    "FORMATS",
    "KINDS",
    "THEMES",
    "Amount",
    "Cluster",
    "Drawing",
    "DrawnEdge",
    "DrawnNode",
    "JaxprPlaces",
    "Picture",
    "Style",
    "StyleOptions",
    "Theme",
    "dot_from_drawing",
    "dot_from_view",
    "drawing_from_graph",
    "format_from_path",
    "jaxpr_places",
    "kind_of_node",
    "legible_expansion",
    "legible_groups",
    "literal_text",
    "page_from_recording",
    "picture_from_dot",
    "picture_from_graph",
    "render",
    "with_text_beside",
    "write_picture",
]
