"""`graphstep step`: open the walk in the terminal."""

from __future__ import annotations

import sys
from typing import Any

import click

from graphstep.cli.options import record_options, request_from_options
from graphstep.cli.session import Session, open_session, precision
from graphstep.errors import TargetError


@click.command(
    "step", help="Walk forward and backward through a function, in the terminal."
)
@record_options
@click.pass_context
def command(ctx: click.Context, **options: Any) -> None:
    """Open the walk."""
    request = request_from_options(options)
    if not is_terminal():
        msg = (
            "The walk needs a terminal, and this is none (stdin or stdout is a file or "
            f"a pipe). `graphstep show {request.target}` prints the same on any output."
        )
        raise TargetError(msg)
    with precision(request):
        session = open_session(request)
        if not session.has_values:
            msg = (
                f"The arguments of `{session.target.name}` are types without values, so "
                "there is nothing to walk through. Give arrays with --args."
            )
            raise TargetError(msg)
        ctx.exit(_walk(session))


def is_terminal() -> bool:
    """Return whether there is a terminal to read keys from and to draw on."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _walk(session: Session) -> int:
    """Open the interface and return the exit status."""
    from graphstep.tui.app import run

    # Pyright does not take a cached_property for the protocol's property.
    trace: Any = session.trace
    return run(trace, seed=session.seed, budget=session.budget)
