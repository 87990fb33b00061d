"""`graphstep export`: write the program as a picture, a page, or for other programs."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import click

import graphstep._api as api
from graphstep._files import check_writable
from graphstep.cli.options import Request, record_options, request_from_options
from graphstep.cli.picturing import (
    ExportCommand,
    choice_from_options,
    picture_options,
    style_from_options,
)
from graphstep.cli.session import Ticker, open_session, precision, record
from graphstep.cli.terminal import safe
from graphstep.cli.user_code import output_on_stderr
from graphstep.errors import RenderError, TargetError
from graphstep.export import (
    FORMATS,
    TEXTS,
    Export,
    export_from_graph,
    format_from_path,
    nodes_named,
    with_text_beside,
    write_export,
)
from graphstep.graph import ProgramGraph
from graphstep.stepping import Cursor, cursor

_STDOUT = "-"
_RECORDING = ".gstep"
_PASSES = ("forward", "seed", "backward")


@click.command(
    "export",
    cls=ExportCommand,
    help="Draw the graph, or write it as a page or for other programs.\n\nA TARGET may "
    "also be a recording that was kept, such as run.gstep.",
)
@record_options
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="File to write, or - for stdout.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Default: what the name of the file ends in (.svg, .png, .pdf, .dot, .html, "
    ".mmd, .graphml, .json); DOT for -.",
)
@picture_options
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Time that Graphviz may take.",
)
@click.pass_context
def command(
    ctx: click.Context,
    output: str,
    format_: str | None,
    timeout: float,
    **options: Any,
) -> None:
    """Write the graph of a function."""
    request = request_from_options(options)
    choice, style = choice_from_options(ctx, options), style_from_options(options)
    wanted = _format(ctx, output, format_)
    if output != _STDOUT:
        check_writable(output)
    needs_values = wanted == "html" or options["values"] or options["at"] is not None
    if not needs_values and (request.seed is not None or request.budget is not None):
        msg = "--seed and --budget are for recording: add --values or --at STEP."
        raise click.UsageError(msg, ctx)
    with _program(request, needs_values=needs_values) as (graph, rec):
        at = None
        if rec is not None and (options["at"] is not None or wanted != "html"):
            at = _place(graph, cursor(rec), options["at"])
        with Ticker() as ticker:
            ticker.show("page" if wanted == "html" else "drawing")
            try:
                made = export_from_graph(
                    graph,
                    wanted,
                    choice,
                    recording=rec,
                    at=at,
                    style=style,
                    timeout=timeout,
                )
            except RenderError as error:
                if output == _STDOUT:
                    raise
                raise with_text_beside(error, output, wanted) from error
    for notice in (*made.notes, *made.notices):
        click.echo(f"graphstep: {safe(notice)}", err=True)
    if output == _STDOUT:
        click.echo(made.content, nl=False)
        return
    files = write_export(made, output, wanted)
    names = " and ".join(safe(str(file)) for file in files)
    click.echo(f"{names}: {_summary(graph, made)}")
    sys.stdout.flush()


@contextlib.contextmanager
def _program(
    request: Request, *, needs_values: bool
) -> Generator[tuple[ProgramGraph, api.Recording | None]]:
    """Give the graph, and the values if they are needed."""
    if _is_recording(request.target):
        rec = _loaded(request)
        yield rec.graph, rec if needs_values else None
        return
    with precision(request):
        with output_on_stderr():
            session = open_session(request, draw=needs_values)
            if needs_values and not session.has_values:
                msg = (
                    f"The arguments of `{session.target.name}` are types without "
                    "values, so there is nothing to record. Give arrays with --args."
                )
                raise TargetError(msg)
            rec = record(session) if needs_values else None
        yield session.trace.graph, rec


def _is_recording(target: str) -> bool:
    return target.endswith(_RECORDING) or (
        not target.endswith(".py") and Path(target).is_file()
    )


def _loaded(request: Request) -> api.Recording:
    given = dataclasses.asdict(request)
    names = {"args": None, "spec": (), "argnums": None, "has_aux": False}
    names |= {"static": (), "x64": False, "seed": None, "budget": None}
    for name, default in names.items():
        if given[name] != default:
            option = "--" + name.replace("_", "-")
            msg = (
                f"{option} says how to record, but `{request.target}` is a recording. "
                "Leave it out, or name the function."
            )
            raise TargetError(msg)
    if not Path(request.target).exists():
        msg = (
            f"There is no file `{request.target}`. `graphstep step TARGET --save FILE` "
            "and `Recording.save` write one."
        )
        raise TargetError(msg)
    return api.load(request.target)


def _place(graph: ProgramGraph, start: Cursor, text: str | None) -> Cursor:
    """Return the step that `--at` names: by default the end.

    Raises:
        TargetError: If the walk has no such step.
        NodeNotFoundError: If it is neither a step nor a node.
        SteppingError: If the walk does not come there.
    """
    if text is None or text == "end":
        return start.last()
    if text in _PASSES:
        return start.to_pass(text)
    if text.isdecimal() and len(text) < 19:
        length = start.timeline.length
        if not 1 <= int(text) <= length:
            msg = f"--at {text} is no step of this walk, which has {length} (1 first)."
            raise TargetError(msg)
        return start.seek(int(text) - 1)
    return start.to(nodes_named(graph, "place of --at", text)[0])


def _summary(graph: ProgramGraph, made: Export) -> str:
    is_open = len(made.opened.regions & graph.regions.keys()) - 1
    nodes = "1 node" if made.n_nodes == 1 else f"{made.n_nodes} nodes"
    return f"{nodes}, {is_open} of {len(graph.regions) - 1} regions open"


def _format(ctx: click.Context, output: str, format_: str | None) -> str:
    if output != _STDOUT:
        return format_ or format_from_path(output)
    chosen = format_ or "dot"
    if chosen not in TEXTS and sys.stdout.isatty():
        msg = f"A {chosen} is no text for a terminal. Name a file: -o graph.{chosen}."
        raise click.UsageError(msg, ctx)
    return chosen
