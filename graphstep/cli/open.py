"""`graphstep open`: walk through a recording from a file, without the user's code."""

from __future__ import annotations

from pathlib import Path

import click

import graphstep._api as api
from graphstep.cli.options import ascii_option, traceback_option
from graphstep.cli.web import Address, ServableCommand, serve, web_option
from graphstep.errors import TargetError
from graphstep.tui.surroundings import USES, stream_without_terminal


@click.command(
    "open",
    cls=ServableCommand,
    help="Walk through a recording that was saved, without the function.",
)
@click.argument("file", type=click.Path(path_type=Path))
@ascii_option
@web_option
@traceback_option
@click.pass_context
def command(
    ctx: click.Context,
    file: Path,
    ascii: bool | None,  # noqa: A002 -- the option's name.
    web: Address | None,
) -> None:
    """Open the walk."""
    if not file.exists():
        msg = (
            f"There is no file `{file}`. `graphstep step TARGET --save FILE` and "
            "`Recording.save` write one."
        )
        raise TargetError(msg)
    recording = api.load(file)
    if web is not None:
        ctx.exit(serve(ctx, web, f"graphstep {file.name}"))
    stream = stream_without_terminal()
    if stream is not None:
        msg = f"The walk needs a terminal, and {stream}, which {USES[stream]}, is none."
        raise TargetError(msg)
    from graphstep.tui.app import run

    ctx.exit(run(None, recording=recording, ascii=ascii))
