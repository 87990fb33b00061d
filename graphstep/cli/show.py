"""`graphstep show`: print the program as a tree, or as JSON."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import click

from graphstep._api import Recording
from graphstep.cli.document import document
from graphstep.cli.health import Health, health
from graphstep.cli.options import record_options, request_from_options
from graphstep.cli.session import Session, open_session, precision, record
from graphstep.cli.table import table
from graphstep.cli.terminal import ASCII, Terminal, fitted, safe
from graphstep.cli.tree import rows
from graphstep.cli.user_code import output_on_stderr

_NO_VALUES = "Only types were given, so there are no values."


@click.command("show", help="Print regions, equations and values as a tree.")
@record_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--values/--no-values", default=True, help="Run it, or print the graph alone."
)
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    metavar="N",
    help="Open N levels of regions. Default: all.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Exit with 1 if there is any NaN or Inf, but for constants.",
)
@click.pass_context
def command(
    ctx: click.Context,
    as_json: bool,
    values: bool,
    depth: int | None,
    check: bool,
    **options: Any,
) -> None:
    """Print the graph of a function, with values and cotangents."""
    if check and not values:
        raise click.UsageError("--check needs values, so leave out --no-values.", ctx)
    request = request_from_options(options)
    with precision(request), output_on_stderr():
        session = open_session(request, draw=values)
        if check and not session.has_values:
            msg = f"--check needs values. {_NO_VALUES} Give --args or example_args."
            raise click.UsageError(msg, ctx)
        rec = record(session) if values and session.has_values else None
    found = health(session.trace.graph, rec) if rec else None
    if as_json:
        for line in document(session, rec):
            click.echo(line)
    else:
        for line in _text(session, rec, found, depth):
            click.echo(line)
    if check and found is not None and found.has_trouble:
        sys.stdout.flush()
        click.echo(f"graphstep: check failed: {safe(found.text)}", err=True)
        ctx.exit(1)


def _text(
    session: Session, rec: Recording | None, found: Health | None, depth: int | None
) -> Iterator[str]:
    terminal = Terminal.of(sys.stdout)
    graph = session.trace.graph
    n_eqns = sum(role == "eqn" for role in graph.columns.roles)
    counts = ", ".join(
        f"{n} {noun if n == 1 else noun + 's'}"
        for n, noun in (
            (len(graph), "node"),
            (n_eqns, "equation"),
            (len(graph.regions) - 1, "region"),
        )
    )
    file = getattr(session.target.module, "__file__", None)
    name, place = safe(session.target.name), safe(session.target.place)
    title = fitted(f"{name}  {place}", terminal.width, terminal.glyphs.ellipsis)
    yield terminal.style(title, bold=True)
    yield fitted(counts, terminal.width, terminal.glyphs.ellipsis)
    yield from table(rows(graph, rec, depth, file), terminal)
    if rec is None:
        if not session.has_values:
            yield _NO_VALUES
        return
    assert found is not None
    if rec.verification is not None:
        yield _sentence(f"Compared with jit: {rec.verification.summary()}.", terminal)
    for note in rec.notes:
        yield _sentence(note, terminal)
    style = {"fg": "red", "bold": True} if found.has_trouble else {}
    yield terminal.style(_sentence(found.text, terminal), **style)


def _sentence(text: str, terminal: Terminal) -> str:
    """Return a sentence broken into lines that fit."""
    if terminal.glyphs == ASCII:
        text = text.replace("≤", "<=")
    return textwrap.fill(safe(text), terminal.width)
