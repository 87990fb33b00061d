"""`graphstep step`: open the walk in the terminal."""

from __future__ import annotations

import sys
from typing import Any, TextIO

import click

from graphstep.cli.interrupt import end_at_once
from graphstep.cli.options import record_options, request_from_options
from graphstep.cli.session import Session, open_session, precision
from graphstep.errors import TargetError

# What the interface does with each stream. Textual draws on stderr, and asks stdout
# for the size of the terminal; without one it would draw 80 columns whatever there is.
_USES = {
    "stdin": "it reads keys from",
    "stdout": "it takes its size from",
    "stderr": "it draws on",
}


@click.command(
    "step", help="Walk forward and backward through a function, in the terminal."
)
@record_options
@click.pass_context
def command(ctx: click.Context, **options: Any) -> None:
    """Open the walk."""
    request = request_from_options(options)
    stream = stream_without_terminal()
    if stream is not None:
        msg = (
            f"The walk needs a terminal, and {stream}, which {_USES[stream]}, is none. "
            f"`graphstep show {request.target}` prints the same on any output."
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


def stream_without_terminal() -> str | None:
    """Return the first of the standard streams that is no terminal, if there is one."""
    for name in _USES:
        stream: TextIO | None = getattr(sys, name)
        if stream is None or not stream.isatty():
            return name
    return None


def _walk(session: Session) -> int:
    """Open the interface and return the exit status."""
    from graphstep.tui.app import run
    from graphstep.tui.recording_job import is_working

    status = run(session.trace, seed=session.seed, budget=session.budget)
    if is_working():
        end_at_once(status)
    return status
