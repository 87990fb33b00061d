"""The `graphstep` command: loads what a command needs, and turns errors into one line."""

from __future__ import annotations

import contextlib
import difflib
import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from graphstep.cli.interrupt import end_at_once, is_working
from graphstep.cli.options import TRACEBACK
from graphstep.cli.terminal import safe
from graphstep.errors import (
    ArgumentError,
    FileFormatError,
    FormatError,
    GraphError,
    GraphstepError,
    LessonError,
    OutputError,
    SeedMismatchError,
    ShapeMismatchError,
    TargetError,
)

# Help must be instant, so a command's module, which imports JAX, is loaded only when
# the command runs.
_COMMANDS = {
    "step": "Walk forward and backward through a function, in the terminal.",
    "open": "Walk through a recording that was saved, without the function.",
    "show": "Print regions, equations and values as a tree.",
    "learn": "Learn automatic differentiation by lessons in the terminal.",
    "quiz": "Predict what a function's walk shows next: values, cotangents, Jacobians.",
    "modes": "Say what forward and reverse mode cost, and which to use.",
    "rules": "Show the local derivatives of primitives, and check them.",
    "why": "Say why a gradient is zero or missing, and where it is cut off.",
    "export": "Draw the graph, or write it as a page or for other programs.",
}

_FAILED, _BAD_REQUEST = 1, 2
# As the shell reports a program that a signal ended.
_INTERRUPTED, _BROKEN_PIPE = 130, 141

# What the caller asked for cannot be; everything else is a run that failed.
_BAD_REQUESTS = (
    ArgumentError,
    FileFormatError,
    FormatError,
    GraphError,
    LessonError,
    OutputError,
    SeedMismatchError,
    ShapeMismatchError,
    TargetError,
)


class Program(click.Group):
    """A group whose commands are imported on demand and whose errors are one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and return the command."""
        if cmd_name not in _COMMANDS:
            return None
        return importlib.import_module(f"graphstep.cli.{cmd_name}").command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which are like it."""
        name = args[0] if args else ""
        if not name.startswith("-") and name not in _COMMANDS:
            near = difflib.get_close_matches(name, _COMMANDS, n=1)
            guess = f" Did you mean `{near[0]}`?" if near else ""
            known = ", ".join(_COMMANDS)
            msg = f"There is no command `{name}`.{guess} The commands are: {known}."
            raise click.UsageError(msg, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run, report what went wrong in one line, and exit."""
        _never_fail_to_print()
        extra["standalone_mode"] = False
        try:
            status: Any = super().main(*args, **extra)
        except click.ClickException as error:
            status = _report_usage(error)
        except click.Abort:
            status = _INTERRUPTED
        status = status if isinstance(status, int) else 0
        if is_working():
            end_at_once(status)
        sys.exit(status)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit):
            raise
        except KeyboardInterrupt:
            ctx.exit(_interrupted())
        except BrokenPipeError:
            _close_stdout()
            ctx.exit(_BROKEN_PIPE)
        except Exception as error:  # noqa: BLE001 -- the edge: nothing else reports it.
            ctx.exit(_report(error, with_traceback=ctx.meta.get(TRACEBACK, False)))
        return result


def _report(error: Exception, *, with_traceback: bool) -> int:
    """Write one line about `error` to stderr and return the exit status."""
    if with_traceback:
        traceback.print_exception(error)
    if isinstance(error, GraphstepError):
        _say_error(str(error))
        return _BAD_REQUEST if isinstance(error, _BAD_REQUESTS) else _FAILED
    said = f": {error}" if str(error) else ""
    hint = "" if with_traceback else " (--traceback shows where)"
    _say_error(f"{type(error).__name__}{said}", hint)
    return _FAILED


def _report_usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    hint = f" Try `{context.command_path} --help`." if context else ""
    message = error.format_message()
    _say_error(message if message.endswith((".", "?", ")")) else f"{message}.", hint)
    return _BAD_REQUEST


def _say_error(message: str, hint: str = "") -> None:
    click.echo(f"graphstep: error: {safe(message)}{hint}", err=True)


def _interrupted() -> int:
    click.echo("graphstep: interrupted", err=True)
    return _INTERRUPTED


def _never_fail_to_print() -> None:
    """Let a terminal that lacks a character show its code instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _close_stdout() -> None:
    # Python flushes stdout again when it exits, and would complain.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"graphstep {version('graphstep')}")
        ctx.exit()


@click.group(
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
@click.pass_context
def program(ctx: click.Context) -> None:
    """See a JAX function as the graph it is, and step through it.

    A TARGET is FILE.py:FUNCTION or package.module:FUNCTION.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line with `args`, by default those of the process."""
    program.main(args, prog_name="graphstep")
