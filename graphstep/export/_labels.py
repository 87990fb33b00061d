"""The words in a picture: names, primitives, literals, regions."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable
from typing import Any

import graphviz
import numpy as np

from graphstep._jaxcompat import short_type
from graphstep.graph import Node, ProgramGraph, Region
from graphstep.tracing import one_line

_LINE_LIMIT = 60
# Types named on an edge that stands for several uses.
_BUNDLE_LIMIT = 2
# Types named of a node with several results.
_TYPES = 3
# The parameter that says what an equation does, where the primitive's name does not.
_TELLING_PARAMS = {
    "argmax": "axes",
    "argmin": "axes",
    "concatenate": "dimension",
    "cumlogsumexp": "axis",
    "cummax": "axis",
    "cummin": "axis",
    "cumprod": "axis",
    "cumsum": "axis",
    "integer_pow": "y",
    "reduce_and": "axes",
    "reduce_max": "axes",
    "reduce_min": "axes",
    "reduce_or": "axes",
    "reduce_prod": "axes",
    "reduce_sum": "axes",
    "rev": "dimensions",
    "top_k": "k",
    "transpose": "permutation",
}


def label_text(lines: Iterable[str], limit: int = _LINE_LIMIT) -> str:
    """Return a DOT label that Graphviz shows as exactly these lines.

    The characters that Graphviz itself would act upon are escaped: backslashes,
    entities such as `&lt;`, and what it would take for HTML.
    """
    return _dot_text(lines, limit, backslash="\\\\")


def tooltip_text(lines: Iterable[str], limit: int = 200) -> str:
    """Return a DOT tooltip of exactly these lines; of them Graphviz unescapes twice."""
    return _dot_text(lines, limit, backslash="\\\\\\\\")


def _dot_text(lines: Iterable[str], limit: int, *, backslash: str) -> str:
    shown = (one_line(line, limit).replace("&", "&amp;") for line in lines)
    return graphviz.nohtml("\\n".join(line.replace("\\", backslash) for line in shown))


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What a picture says of one node.

    Attributes:
        name: What people call its value, or its values; empty if they have no name.
        operation: The primitive with what tells most of it, or what else it is.
        title: Both in one line.
        type: Shape and dtype of its values; empty if there are none.
    """

    name: str
    operation: str
    title: str
    type: str


def node_words(graph: ProgramGraph, node_id: str) -> Words:
    """Return what is said of a node of the flat graph."""
    node = graph.node(node_id)
    types = [short_type(aval) for aval in node.avals]
    if len(types) > _TYPES:
        types = [*types[:_TYPES], "…"]
    type_ = ", ".join(types)
    names = [graph.name(node_id, out) for out in range(len(node.avals))]
    if node.role == "eqn":
        operation = _operation(node)
        if not any(names):
            return Words("", operation, operation, type_)
        name = ", ".join(name or "_" for name in names)
        return Words(name, operation, f"{name} = {operation}", type_)
    name, what = names[0] or "", node_id.rpartition("/")[2]
    literal = _literal_operand(node)
    if node.role == "binder":
        title = f"{what}: {name}" if name else what + literal
        return Words(name, what, title, type_)
    return Words(name or what, node.role, (name or what) + literal, type_)


def region_title(region: Region, trips: int | None = None) -> str:
    """Return a region's name, kind and how often it runs.

    Args:
        region: The region.
        trips: How often, if that is known better than from the program alone.
    """
    if region.kind == "branch":
        return f"branch {region.name}"
    if region.kind in ("scope", "body"):
        return region.name
    words = region.name
    if region.primitive not in (region.name, "jit"):
        words = f"{region.name} ({region.primitive})"
    times = region.length if trips is None else trips
    if times is not None:
        return f"{words} × {times}"
    if region.branches is not None:
        return f"{words}, {region.branches} branches"
    return words


def bundle_label(texts: Iterable[str]) -> str:
    """Return one label for all uses that run between two boxes."""
    counts = collections.Counter(texts)
    if len(counts) > _BUNDLE_LIMIT:
        return f"{counts.total()} values"
    return ", ".join(
        text if count == 1 else f"{text} × {count}" for text, count in counts.items()
    )


def _operation(node: Node) -> str:
    # A loop's or a conditional's own node stands at the end of its region.
    call = node.primitive if node.region != node.id else f"end of {node.primitive}"
    call += _telling_param(node)
    if any(operand.source is None for operand in node.operands):
        call += f"({_operands(node)})"
    return call


def _operands(node: Node) -> str:
    return ", ".join(
        "·" if operand.source is not None else literal_text(operand.literal)
        for operand in node.operands
    )


def _literal_operand(node: Node) -> str:
    literals = [o.literal for o in node.operands if o.source is None]
    return f" = {literal_text(literals[0])}" if literals else ""


def literal_text(value: Any) -> str:
    """Return a literal as a person would write it."""
    array = np.asarray(value)
    if array.shape:
        return str(array.tolist())
    if array.dtype.kind in "biuc":
        return str(array.item())
    try:
        return f"{float(array):.6g}"
    except (TypeError, ValueError):
        return str(value)


def _telling_param(node: Node) -> str:
    param = _TELLING_PARAMS.get(node.primitive)
    if param is None or param not in node.eqn.params:
        return ""
    return f" {param}={node.eqn.params[param]}"
