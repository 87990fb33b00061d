"""Make the picture of a program, or the next best thing, and say which it is."""

from __future__ import annotations

import dataclasses
import functools
import os
import struct
import time
from collections.abc import Collection, Iterator

from graphstep._files import write_atomically
from graphstep.errors import OutputError, RenderError, TimeLimitError
from graphstep.export._dot import dot_from_drawing
from graphstep.export._drawing import Drawing
from graphstep.export._drawn import drawing_from_graph
from graphstep.export._expansion import legible_expansion, n_outermost
from graphstep.export._opened import Expanded, opened
from graphstep.export._render import MOST_DOTS, picture_from_dot
from graphstep.export._style import Style
from graphstep.export._svg import tidy_svg
from graphstep.graph import ProgramGraph
from graphstep.stepping import Cursor

# Nodes in the views that are tried when time runs out, and the share of the time that
# is left which each of them, and the one that was asked for, may take.
_COARSER = (60, 25)
_SHARE = 0.6
_FONT = b"/Font"


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was made.

    Attributes:
        content: The bytes of the file.
        format: One of `FORMATS`; SVG where a PNG or PDF would have had no letters.
        drawing: What it shows.
        notices: In what it is not what was asked for, one sentence each.
    """

    content: bytes
    format: str
    drawing: Drawing
    notices: tuple[str, ...] = ()


def picture_from_graph(
    graph: ProgramGraph,
    format: str,  # noqa: A002 -- what Graphviz and Matplotlib call it
    expanded: Expanded = None,
    *,
    only: Collection[str] | None = None,
    at: Cursor | None = None,
    style: Style | None = None,
    timeout: float = 30.0,
) -> Picture:
    """Return the picture of a program.

    If Graphviz does not finish with the view that was asked for, one with fewer open
    regions is drawn in the time that is left.

    Args:
        graph: The program.
        format: `svg`, `png`, `pdf` or `dot`.
        expanded: What is open, as `drawing_from_graph` takes it.
        only: Ids of the nodes to draw; by default all.
        at: A step of the walk, whose state is drawn.
        style: How it looks.
        timeout: Seconds that Graphviz may take, for all of its tries.

    Raises:
        FormatError: If the format is not one of `FORMATS`.
        RegionNotFoundError: If `expanded` names something that is no region.
        TimeLimitError: If not even the coarsest view was finished in time.
        RenderError: If Graphviz is missing or fails. Its attribute `dot` is the text
            that could not be drawn.
    """
    style = style or Style()
    deadline = time.monotonic() + timeout
    views = _views(graph, expanded)
    wanted: Drawing | None = None
    while True:
        regions, is_last = next(views)
        drawing = drawing_from_graph(
            graph, regions, only=only, at=at, values=style.values
        )
        wanted = wanted or drawing
        dot = dot_from_drawing(drawing, style)
        left = deadline - time.monotonic()
        try:
            content, actual, notices = _drawn(
                dot, format, left if is_last else left * _SHARE, style.dpi
            )
        except TimeLimitError:
            if is_last:
                msg = (
                    f"Graphviz did not finish in {timeout:g} s and was stopped, and not "
                    "with fewer open regions either. Allow more time, or write the "
                    "graph as text (.dot)."
                )
                raise TimeLimitError(msg, dot=dot_from_drawing(wanted, style)) from None
            continue
        except RenderError as error:
            raise RenderError(str(error), dot=dot) from error
        if actual == "svg":
            title = drawing.caption if not style.title else style.title
            content = tidy_svg(content, title)
        if drawing is not wanted:
            said = (
                f"Graphviz did not finish with {len(wanted.nodes)} nodes in time, so "
                f"fewer regions are open: {len(drawing.nodes)} nodes are drawn."
            )
            notices = (said, *notices)
        return Picture(content, actual, drawing, notices)


def with_text_beside(
    error: RenderError,
    path: str | os.PathLike[str],
    format: str,  # noqa: A002
) -> RenderError:
    """Write the DOT text of a picture that could not be made beside it.

    Returns:
        An error of the same class that says so, and how to draw it.
    """
    if error.dot is None:
        return error
    name = os.fspath(path)
    try:
        write_atomically(f"{name}.dot", error.dot.encode())
    except OutputError:
        return error
    said = (
        f"{error} The graph is in `{name}.dot`: "
        f"`dot -T{format} {name}.dot -o {name}` draws it."
    )
    return type(error)(said, dot=error.dot)


def _views(graph: ProgramGraph, expanded: Expanded) -> Iterator[tuple[Expanded, bool]]:
    """Yield what is open in the views to try, and whether it is the last one."""
    yield expanded, False
    regions = opened(graph, expanded).regions
    for limit in _COARSER:
        fewer = regions & legible_expansion(graph, limit)
        if len(fewer) < len(regions):
            yield fewer, False
    yield None if n_outermost(graph) > _COARSER[0] else (), True


def _drawn(
    dot: str,
    format: str,  # noqa: A002
    timeout: float,
    dpi: float,
) -> tuple[bytes, str, tuple[str, ...]]:
    """Return the bytes of a picture, its format, and what is to be said of it."""
    deadline = time.monotonic() + timeout
    content = picture_from_dot(dot, format, timeout, dpi)
    if format not in ("png", "pdf") or _has_fonts(content, format):
        return content, format, _said_of_size(content, format, dpi)
    notice = (
        f"Graphviz finds no fonts here, so a {format} would have no letters: it was made "
        "as SVG, which is shown with the fonts of whoever looks at it. Install fonts, "
        "for instance fonts-dejavu-core."
    )
    left = deadline - time.monotonic()
    return picture_from_dot(dot, "svg", left), "svg", (notice,)


def _said_of_size(content: bytes, format: str, dpi: float) -> tuple[str, ...]:  # noqa: A002
    """Return what is to be said of a PNG that was scaled down."""
    if format != "png" or max(struct.unpack(">II", content[16:24])) < MOST_DOTS - 1:
        return ()
    notice = (
        f"A PNG has at most {MOST_DOTS} dots on a side, so this one has fewer than "
        f"{dpi:g} per inch. An SVG has no such limit; or draw less, or ask for fewer "
        "dots."
    )
    return (notice,)


def _has_fonts(content: bytes, format: str) -> bool:  # noqa: A002
    """Return whether a picture that was just made has letters."""
    # A PDF names the fonts that it holds, a PNG does not.
    return _FONT in content if format == "pdf" else _finds_fonts()


@functools.cache
def _finds_fonts() -> bool:
    try:
        return _FONT in picture_from_dot('graph {a [label="a"]}', "pdf", 10.0)
    except RenderError:
        # It has made a picture already, which then is all that can be had.
        return True
