"""Write what is chosen of a program, at a step or without, in any format."""

from __future__ import annotations

import dataclasses
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graphstep._files import check_writable, write_atomically
from graphstep.errors import FormatError, RenderError
from graphstep.export._choosing import Choice, ChoiceOptions, Chosen, choose
from graphstep.export._drawn import Expanded, Opened, drawing_from_graph, opened
from graphstep.export._formats import DATA, checked_format, format_from_path
from graphstep.export._graphml import graphml_from_view
from graphstep.export._mermaid import limits_passed, mermaid_from_drawing
from graphstep.export._model_explorer import (
    health_for_model_explorer,
    model_explorer_from_view,
)
from graphstep.export._node_link import node_link_from_view
from graphstep.export._opening import Change
from graphstep.export._picture import picture_from_graph, with_text_beside
from graphstep.export._seen import Seen, seen
from graphstep.export._style import Style, StyleOptions
from graphstep.graph import ProgramGraph
from graphstep.recording import Recording
from graphstep.stepping import Cursor


class PictureOptions(ChoiceOptions, StyleOptions, total=False):
    """What is drawn, and how it looks, as keywords of the facade."""


@dataclasses.dataclass(frozen=True, slots=True)
class Export:
    """A file that was made, not yet written.

    Attributes:
        content: Its bytes.
        format: One of `FORMATS`; SVG where a PNG or PDF would have had no letters.
        n_nodes: Boxes or nodes in it.
        opened: What is open in it.
        notices: In what it is not what was asked for, one sentence each.
        notes: What is to be said of what was asked for, one sentence each.
        beside: A file that belongs to it, as the end of its name and its bytes.
    """

    content: bytes
    format: str
    n_nodes: int
    opened: Opened
    notices: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    beside: tuple[tuple[str, bytes], ...] = ()


def choice_and_style(
    expanded: Expanded, only: Any, options: PictureOptions
) -> tuple[Choice, Style]:
    """Return the keywords of the facade as what is drawn and how it looks."""
    given: dict[str, Any] = dict(options)
    changes = [
        Change(pattern, opens)
        for name, opens in (("expand", True), ("collapse", False))
        for pattern in _several(given.pop(name, ()))
    ]
    names = ChoiceOptions.__annotations__.keys() & given.keys()
    chosen = {name: given.pop(name) for name in names}
    choice = Choice(expanded=expanded, changes=tuple(changes), only=only, **chosen)
    return choice, Style(**given)


def _several(patterns: str | Sequence[str]) -> Sequence[str]:
    return (patterns,) if isinstance(patterns, str) else patterns


def export_from_graph(
    graph: ProgramGraph,
    format: str,  # noqa: A002 -- what Graphviz and Matplotlib call it
    choice: Choice | None = None,
    *,
    recording: Recording | None = None,
    at: Cursor | None = None,
    style: Style | None = None,
    timeout: float = 30.0,
) -> Export:
    """Return a program as a picture, as a page, or as data for other programs.

    Args:
        graph: The program.
        format: One of `FORMATS`.
        choice: What is drawn. By default what stays legible of it; of data, all.
        recording: Its values.
        at: A step of the walk.
        style: How it looks.
        timeout: Seconds that Graphviz may take.

    Raises:
        FormatError: If there is no such format, or it cannot hold what is asked for.
        GraphError: If `choice` names what the program does not have.
        RenderError: If Graphviz is missing, fails or takes too long.
    """
    checked_format(format)
    choice, style = choice or Choice(), style or Style()
    if format == "html":
        return _page(graph, choice, recording, at, style)
    if format in DATA and choice.expanded is None and not choice.changes:
        choice = dataclasses.replace(choice, expanded="all")
    chosen = choose(graph, choice)
    if format in DATA:
        return _data(graph, format, chosen, recording, at)
    if format == "mermaid":
        return _mermaid(graph, chosen, at, style)
    picture = picture_from_graph(
        graph,
        format,
        chosen.opened,
        only=chosen.only,
        at=at,
        style=style,
        timeout=timeout,
    )
    return Export(
        picture.content,
        picture.format,
        len(picture.drawing.nodes),
        _open(graph, chosen),
        picture.notices,
        chosen.notes,
    )


def write_export(
    export: Export, path: str | os.PathLike[str], wanted: str
) -> tuple[Path, ...]:
    """Write what was made of a program; the file asked for comes first.

    Raises:
        OutputError: If a file cannot be written.
    """
    name = os.fspath(path)
    target = name if export.format == wanted else f"{name}.{export.format}"
    files = [(target, export.content)]
    stem = name.removesuffix(Path(name).suffix)
    files += [(f"{stem}{suffix}", content) for suffix, content in export.beside]
    for file, _ in files:
        check_writable(file)
    for file, content in files:
        write_atomically(file, content)
    return tuple(Path(file) for file, _ in files)


def export_to_path(
    graph: ProgramGraph,
    path: str | os.PathLike[str],
    choice: Choice | None = None,
    *,
    format: str | None = None,  # noqa: A002
    recording: Recording | None = None,
    at: Cursor | None = None,
    style: Style | None = None,
    timeout: float = 30.0,
) -> Path:
    """Write a program into a file, and return the file that was written.

    Args:
        graph: The program.
        path: File to write; nothing is written unless the whole of it was made.
        choice: As for `export_from_graph`.
        format: By default what the suffix of `path` says.
        recording: As for `export_from_graph`.
        at: As for `export_from_graph`.
        style: As for `export_from_graph`.
        timeout: As for `export_from_graph`.

    Raises:
        FormatError: If there is no such format, or it cannot hold what is asked for.
        OutputError: If `path` cannot be written.
        RenderError: If Graphviz is missing, fails or takes too long. The graph is then
            beside `path` as DOT text, and the message says how to draw that.

    Warns:
        RuntimeWarning: If the file is not quite what was asked for.
    """
    wanted = format_from_path(path) if format is None else checked_format(format)
    check_writable(path)
    try:
        made = export_from_graph(
            graph,
            wanted,
            choice,
            recording=recording,
            at=at,
            style=style,
            timeout=timeout,
        )
    except RenderError as error:
        raise with_text_beside(error, path, wanted) from error
    for notice in made.notices:
        warnings.warn(notice, RuntimeWarning, stacklevel=3)
    return write_export(made, path, wanted)[0]


def _open(graph: ProgramGraph, chosen: Chosen) -> Opened:
    return opened(graph, None) if chosen.opened is None else chosen.opened


def _mermaid(
    graph: ProgramGraph, chosen: Chosen, at: Cursor | None, style: Style
) -> Export:
    drawing = drawing_from_graph(
        graph,
        chosen.opened,
        only=chosen.only,
        at=at,
        values=style.values,
        stubs=False,
    )
    text = mermaid_from_drawing(drawing, style)
    what, passed = _open(graph, chosen), limits_passed(text, drawing)
    content = text.encode()
    return Export(content, "mermaid", len(drawing.nodes), what, passed, chosen.notes)


def _data(
    graph: ProgramGraph,
    format: str,  # noqa: A002
    chosen: Chosen,
    recording: Recording | None,
    at: Cursor | None,
) -> Export:
    what = _open(graph, chosen)
    view = seen(graph, what, chosen.only, recording=recording, at=at)
    beside: tuple[tuple[str, bytes], ...] = ()
    if format == "model-explorer" and recording is not None:
        beside = ((".health.json", health_for_model_explorer(view).encode()),)
    content = _document(view, format)
    n_nodes = len(view.view)
    return Export(content, format, n_nodes, what, (), chosen.notes, beside)


def _document(view: Seen, format: str) -> bytes:  # noqa: A002
    if format == "graphml":
        return graphml_from_view(view)
    if format == "json":
        return node_link_from_view(view).encode()
    return model_explorer_from_view(view).encode()


def _page(
    graph: ProgramGraph,
    choice: Choice,
    recording: Recording | None,
    at: Cursor | None,
    style: Style,
) -> Export:
    from graphstep.export.page import page_from_recording

    if recording is None:
        msg = "A page walks through values, so it needs a recording: see `record`."
        raise FormatError(msg)
    conditions = (choice.only, choice.focus, choice.between, choice.source)
    if choice.only_differentiable or any(each is not None for each in conditions):
        msg = (
            "A page holds the whole program, which is searched there. Leave out focus, "
            "between, source and what else chooses nodes, or write an SVG."
        )
        raise FormatError(msg)
    chosen = choose(graph, choice)
    what = _open(graph, chosen)
    page = page_from_recording(
        recording,
        None if chosen.opened is None else sorted(what.regions),
        at=None if at is None else at.index,
        title=style.title,
    )
    return Export(page, "html", len(graph), what)
