"""Pictures of a program, through Graphviz, and pages that walk through a recording."""

from __future__ import annotations

from graphstep.export._choosing import (
    Choice,
    ChoiceOptions,
    Chosen,
    choose,
    nodes_named,
)
from graphstep.export._dot import dot_from_drawing, dot_from_view
from graphstep.export._drawing import Amount, Cluster, Drawing, DrawnEdge, DrawnNode
from graphstep.export._drawn import drawing_from_graph
from graphstep.export._expansion import legible_expansion, legible_groups
from graphstep.export._exporting import (
    Export,
    PictureOptions,
    choice_and_style,
    export_from_graph,
    export_to_path,
    write_export,
)
from graphstep.export._formats import FORMATS, TEXTS, format_from_path
from graphstep.export._jaxpr import JaxprPlaces, jaxpr_places
from graphstep.export._json_values import (
    NUMBERS,
    json_number,
    json_operand,
    json_output,
)
from graphstep.export._kinds import KINDS, kind_of_node
from graphstep.export._labels import literal_text
from graphstep.export._notebook import (
    bundle_from_graph,
    bundle_from_recording,
    signature,
)
from graphstep.export._opening import Change
from graphstep.export._picture import (
    Picture,
    picture_from_graph,
    with_text_beside,
)
from graphstep.export._render import picture_from_dot, render
from graphstep.export._style import Style, StyleOptions
from graphstep.export._themes import THEMES, Theme
from graphstep.export.page import page_from_recording

__all__ = [
    "FORMATS",
    "KINDS",
    "NUMBERS",
    "TEXTS",
    "THEMES",
    "Amount",
    "Change",
    "Choice",
    "ChoiceOptions",
    "Chosen",
    "Cluster",
    "Drawing",
    "DrawnEdge",
    "DrawnNode",
    "Export",
    "JaxprPlaces",
    "Picture",
    "PictureOptions",
    "Style",
    "StyleOptions",
    "Theme",
    "bundle_from_graph",
    "bundle_from_recording",
    "choice_and_style",
    "choose",
    "dot_from_drawing",
    "dot_from_view",
    "drawing_from_graph",
    "export_from_graph",
    "export_to_path",
    "format_from_path",
    "jaxpr_places",
    "json_number",
    "json_operand",
    "json_output",
    "kind_of_node",
    "legible_expansion",
    "legible_groups",
    "literal_text",
    "nodes_named",
    "page_from_recording",
    "picture_from_dot",
    "picture_from_graph",
    "render",
    "signature",
    "with_text_beside",
    "write_export",
]
