"""`graphstep step`: open the walk in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from graphstep._files import check_writable
from graphstep.cli.interrupt import heed
from graphstep.cli.options import (
    ascii_option,
    record_options,
    request_from_options,
)
from graphstep.cli.session import Session, open_session, precision
from graphstep.cli.web import Address, ServableCommand, serve, web_option
from graphstep.errors import ArgumentError, EditError, TargetError
from graphstep.tui.surroundings import USES, stream_without_terminal


@click.command(
    "step",
    cls=ServableCommand,
    help="Walk forward and backward through a function, in the terminal.",
)
@record_options
@click.option(
    "--tangents",
    metavar="DIRECTION",
    help="Walk in forward mode instead: tangents flow with the primals in one pass. "
    "`x[2, 1]` is 1 there and 0 elsewhere, `ones` 1 everywhere; "
    "'x = [1, 0]; b = 0.5' gives numbers.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the recording to a file, which `graphstep open` shows.",
)
@ascii_option
@web_option
@click.pass_context
def command(
    ctx: click.Context,
    tangents: str | None,
    save: Path | None,
    ascii: bool | None,  # noqa: A002 -- the option's name.
    web: Address | None,
    **options: Any,
) -> None:
    """Open the walk."""
    request = request_from_options(options)
    if web is not None:
        ctx.exit(serve(ctx, web, f"graphstep {request.target}"))
    stream = stream_without_terminal()
    if stream is not None:
        msg = (
            f"The walk needs a terminal, and {stream}, which {USES[stream]}, is none. "
            f"`graphstep show {request.target}` prints the same on any output."
        )
        raise TargetError(msg)
    if save is not None:
        check_writable(save)
    with precision(request):
        session = open_session(request)
        if not session.has_values:
            msg = (
                f"The arguments of `{session.target.name}` are types without values, so "
                "there is nothing to walk through. Give arrays with --args."
            )
            raise TargetError(msg)
        direction = None if tangents is None else _direction(session, tangents)
        ctx.exit(_walk(session, direction, save, is_ascii=ascii))


def _direction(session: Session, text: str) -> Any:
    """Return the direction that was asked for, as `record` takes tangents.

    Raises:
        ArgumentError: If it is none.
    """
    from graphstep.tui.tangent_edit import read_tangents

    if session.seed is not None:
        msg = (
            "--seed starts a backward pass and --tangents a forward one. Give one of "
            "the two."
        )
        raise ArgumentError(msg)
    try:
        return read_tangents(text, session.trace.program, None)
    except EditError as error:
        msg = f"--tangents: {error}"
        raise ArgumentError(msg) from error


def _walk(
    session: Session, direction: Any, save: Path | None, *, is_ascii: bool | None
) -> int:
    """Open the interface and return the exit status."""
    from graphstep.tui.app import run
    from graphstep.tui.job import is_working

    # Whether the walk ends well or badly, its recording is not waited for.
    heed(is_working)
    options: dict[str, Any] = {} if save is None else {"save": save}
    if is_ascii is not None:
        options["ascii"] = is_ascii
    if direction is not None:
        options["tangents"] = direction
    return run(session.trace, seed=session.seed, budget=session.budget, **options)
