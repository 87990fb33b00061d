"""`--web`: the same walk, shown in a browser."""

from __future__ import annotations

import ipaddress
import re
import shlex
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import click

from graphstep.errors import InterfaceError

_Command = TypeVar("_Command", bound=Callable[..., Any])
_HERE, _PORT = "localhost", 8000
_ADDRESS = re.compile(r"(?:(?P<host>[\w.-]+|\[[\da-fA-F:.]+\])?:)?(?P<port>\d{1,5})")
# Where a context notes the words that a command was given.
_WORDS = "graphstep.words"


class Address(NamedTuple):
    """Where to serve.

    Attributes:
        host: Name or number of this machine.
        port: Which port; 0 for one that is free.
    """

    host: str
    port: int

    @property
    def is_local(self) -> bool:
        """Whether only this machine can come there."""
        if self.host == _HERE:
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False


class ServableCommand(click.Command):
    """A command that remembers its words, to be run again for every browser."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words, and remember them."""
        ctx.meta[_WORDS] = list(args)
        return super().parse_args(ctx, args)


def _address(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> Address | None:
    """Read `8000`, `:8000` or `localhost:8000`."""
    if value is None:
        return None
    match = _ADDRESS.fullmatch(value)
    if match is None or int(match["port"]) > 65535:
        msg = f"`{value}` is not HOST:PORT; write --web last, or --web=HOST:PORT"
        raise click.BadParameter(msg, ctx, param)
    return Address(match["host"] or _HERE, int(match["port"]))


def web_option(command: _Command) -> _Command:
    """Add the option."""
    option = click.option(
        "--web",
        is_flag=False,
        flag_value=f"{_HERE}:{_PORT}",
        default=None,
        callback=_address,
        metavar="[HOST:PORT]",
        help=f"Show it in a browser instead. Default: {_HERE}:{_PORT}.",
    )
    return option(command)


def serve(ctx: click.Context, address: Address, title: str) -> int:
    """Serve the command to browsers until Ctrl-C, and return the exit status.

    Raises:
        InterfaceError: If textual-serve is missing or the address is taken.
    """
    words = [sys.executable, "-m", "graphstep", ctx.info_name or ""]
    words += _without_web(ctx.meta[_WORDS])
    if not address.is_local:
        click.echo(
            f"graphstep: warning: whoever can reach {address.host}:{address.port} sees "
            "and controls this walk, with your rights and without a password.",
            err=True,
        )
    try:
        from graphstep.tui.web import serve_command
    except ModuleNotFoundError as error:
        if error.name not in ("textual_serve", "aiohttp"):
            raise
        msg = (
            "--web needs the package textual-serve, which is not installed. "
            "`pip install 'graphstep[web]'` installs it."
        )
        raise InterfaceError(msg) from error

    def tell(url: str) -> None:
        click.echo(f"graphstep: {title} at {url} (Ctrl-C ends it)", err=True)

    return serve_command(shlex.join(words), address.host, address.port, title, tell)


def _without_web(words: list[str]) -> list[str]:
    kept: list[str] = []
    is_value = False
    for word in words:
        if is_value and _ADDRESS.fullmatch(word):
            is_value = False
            continue
        is_value = word == "--web"
        if not is_value and not word.startswith("--web="):
            kept.append(word)
    return kept
