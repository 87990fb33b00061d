"""`graphstep export`: draw the program with Graphviz."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import click

from graphstep._files import check_writable, write_atomically
from graphstep.cli.options import request_from_options, trace_options
from graphstep.cli.session import Ticker, open_session, precision
from graphstep.cli.terminal import safe
from graphstep.cli.user_code import output_on_stderr
from graphstep.errors import RegionNotFoundError
from graphstep.export import (
    FORMATS,
    dot_from_view,
    format_from_path,
    legible_expansion,
    picture_from_dot,
)
from graphstep.graph import ProgramGraph

_STDOUT = "-"
_TEXT_FORMATS = ("dot", "svg")
_DEPTH = re.compile(r"depth=(\d{1,9})")


@click.command("export", help="Draw the graph as SVG, PNG, PDF or DOT.")
@trace_options
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="File to write, or - for stdout (DOT and SVG).",
)
@click.option(
    "--expand",
    multiple=True,
    metavar="WHAT",
    help="Regions to open: all, none, depth=N, or a regular expression searched in "
    "their names. Default: as many as stay legible. Repeat it for more.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Default: what the name of the file ends in; DOT for -.",
)
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
    expand: tuple[str, ...],
    format_: str | None,
    timeout: float,
    **options: Any,
) -> None:
    """Draw the graph of a function."""
    request = request_from_options(options)
    chosen = _format(ctx, output, format_)
    if output != _STDOUT:
        check_writable(output)
    with precision(request), output_on_stderr():
        session = open_session(request, draw=False)
        graph = session.trace.graph
    opened = opened_regions(graph, expand)
    with Ticker() as ticker:
        ticker.show("graphviz")
        picture = picture_from_dot(dot_from_view(graph, opened), chosen, timeout)
    if output == _STDOUT:
        click.echo(picture, nl=False)
        return
    write_atomically(output, picture)
    view = graph.view(opened)
    is_open = sum(region in opened for region in graph.regions) - 1
    total = len(graph.regions) - 1
    what = f"{len(view)} nodes, {is_open} of {total} regions open"
    click.echo(f"{safe(output)}: {what}")
    sys.stdout.flush()


def opened_regions(graph: ProgramGraph, wanted: Sequence[str]) -> frozenset[str]:
    """Return the regions that `--expand` opens, and all those around them.

    Raises:
        RegionNotFoundError: If a pattern fits no region or is malformed.
    """
    if not wanted:
        return legible_expansion(graph)
    opened = {graph.regions.root.id}
    for pattern in wanted:
        depth = _DEPTH.fullmatch(pattern)
        if pattern == "none":
            continue
        if pattern == "all":
            opened |= set(graph.regions)
        elif depth:
            levels = int(depth[1])
            opened |= {r.id for r in graph.regions.values() if r.depth <= levels}
        else:
            opened |= _matching(graph, pattern)
    return frozenset(opened)


def _matching(graph: ProgramGraph, pattern: str) -> set[str]:
    try:
        regex = re.compile(pattern)
    except re.error as error:
        msg = f"--expand `{pattern}` is not a regular expression: {error}."
        raise RegionNotFoundError(msg) from None
    found = [
        region
        for region in graph.regions.values()
        if region.parent is not None
        and (region.id == pattern or regex.search(region.name))
    ]
    if not found:
        names = list(
            dict.fromkeys(
                r.name for r in graph.regions.values() if r.parent is not None
            )
        )
        known = (
            f"The regions are: {', '.join(names[:10])}."
            if names
            else "It has no regions."
        )
        raise RegionNotFoundError(f"--expand `{pattern}` fits no region. {known}")
    return {
        outer.id for region in found for outer in graph.regions.ancestors(region.id)
    }


def _format(ctx: click.Context, output: str, format_: str | None) -> str:
    if output != _STDOUT:
        return format_ or format_from_path(output)
    chosen = format_ or "dot"
    if chosen not in _TEXT_FORMATS and sys.stdout.isatty():
        msg = f"A {chosen} is no text for a terminal. Name a file: -o graph.{chosen}."
        raise click.UsageError(msg, ctx)
    return chosen
