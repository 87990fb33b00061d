"""`graphstep why`: say where a gradient is cut off."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import click

from graphstep.analysis import Cut, Why, why
from graphstep.cli.options import record_options, request_from_options
from graphstep.cli.session import Session, open_session, precision, record
from graphstep.cli.terminal import ASCII, Terminal
from graphstep.cli.user_code import output_on_stderr
from graphstep.errors import NodeNotFoundError, TargetError
from graphstep.export import NUMBERS, json_number
from graphstep.export.chain import why_lines
from graphstep.graph import ProgramGraph

# A pattern that fits more nodes than this is none that was meant.
_MOST = 24


@click.command(
    "why", help="Say why a gradient is zero or missing, and where it is cut off."
)
@record_options
@click.argument("node", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(node: str | None, as_json: bool, **options: Any) -> None:
    """Explain zeros: of an argument, of any node, or of every argument.

    NODE is an argument's name, or whatever names a node: an id, a variable of the
    source, a letter, a primitive, a line such as `:12`. Without it, every argument.
    """
    request = request_from_options(options)
    with precision(request), output_on_stderr():
        session = open_session(request)
        if not session.has_values:
            msg = (
                f"The arguments of `{session.target.name}` are types without values, so "
                "there is no gradient to ask about. Give arrays with --args."
            )
            raise TargetError(msg)
        values = _values(session.trace.graph, node)
        rec = record(session)
        found = [why(rec, *value) for value in values]
    if as_json:
        click.echo(json.dumps(_document(session, found), allow_nan=False))
        return
    for line in _text(session.trace.graph, found):
        click.echo(line)


def _values(graph: ProgramGraph, query: str | None) -> list[tuple[str, int]]:
    """Return the values that were asked for.

    Raises:
        NodeNotFoundError: If there are none, or far too many.
    """
    if query is None:
        return [(node, 0) for node in graph.inputs]
    names = zip(graph.inputs, graph.trace.in_names, strict=True)
    leaves = [
        node for node, name in names if name.startswith((f"{query}[", f"{query}."))
    ]
    is_call = query not in graph and query in graph.columns.results
    found = [query] if is_call else leaves or [*graph.find(query)]
    found = [node for node in found if is_call or graph.node(node).avals]
    if not found:
        msg = (
            f"`{query}` names no argument and no node of {graph.trace.fn_name}. "
            "`graphstep show` lists the nodes and their ids."
        )
        raise NodeNotFoundError(msg)
    if len(found) > _MOST:
        msg = f"`{query}` names {len(found)} nodes. Give the id of one: {found[0]}, …"
        raise NodeNotFoundError(msg)
    if is_call:
        return [(query, out) for out in range(len(graph.columns.results[query]))]
    return [(n, out) for n in found for out in range(len(graph.node(n).avals))]


def _text(graph: ProgramGraph, found: list[Why]) -> Iterator[str]:
    terminal = Terminal.of(sys.stdout)
    for number, each in enumerate(found):
        if number:
            yield ""
        for line in why_lines(graph, each):
            text = line.replace("−", "-") if terminal.glyphs == ASCII else line
            indent = " " * (len(text) - len(text.lstrip()))
            if not text.strip():
                yield ""
            yield from textwrap.wrap(text, terminal.width, subsequent_indent=indent)


def _document(session: Session, found: list[Why]) -> dict[str, Any]:
    return {
        "format": "graphstep-why",
        "version": 1,
        "function": session.target.name,
        "module": session.target.place,
        "numbers": NUMBERS,
        "values": [_value(each) for each in found],
    }


def _value(each: Why) -> dict[str, Any]:
    node, out = each.value
    return {
        "node": node,
        "out": out,
        "name": each.name,
        "type": each.type,
        "state": each.state,
        "n_zero": each.n_zero,
        "size": each.size,
        "zeros": [list(index) for index in each.zeros],
        "reason": each.reason,
        "is_structural": bool(each.cuts) and each.is_structural,
        "cuts": [_cut(cut) for cut in each.cuts],
    }


def _cut(cut: Cut) -> dict[str, Any]:
    node, out = cut.value
    place = cut.location
    return {
        "kind": cut.kind,
        "is_structural": cut.is_structural,
        "node": cut.node,
        "value": {"node": node, "out": out},
        "edges": [{"from": u, "to": v, "key": key} for u, v, key in cut.edges],
        "message": cut.message,
        "n_cut": cut.n_cut,
        "size": cut.size,
        "low": json_number(cut.low),
        "high": json_number(cut.high),
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
    }
