"""`graphstep learn`: lessons in the terminal, their check, their template, their pages."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import click

import graphstep._api as api
from graphstep._files import check_writable, write_atomically
from graphstep.cli.options import ascii_option, traceback_option
from graphstep.cli.terminal import Terminal, cells, safe
from graphstep.errors import FormatError, LessonError, TargetError
from graphstep.lessons import (
    NAMES,
    Lesson,
    LessonFailureError,
    Progress,
    all_lessons,
    check_lesson,
    counts,
    glossary,
    lesson_named,
    lesson_run,
    page_from_lesson,
    template,
)

_FAILED = 1
_GROUP_HELP = """Learn automatic differentiation by lessons that walk through functions.

Without a word it lets you choose a lesson. With the name of one, or with a FILE.md of
your own, it opens that.
"""


class LearnGroup(click.Group):
    """A group in which any other word is the name of a lesson."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take a word that is no command as a lesson to open."""
        if args and self.get_command(ctx, args[0]) is None:
            if args[0].startswith("-"):
                raise click.NoSuchOption(args[0], ctx=ctx)
            args = ["open", *args]
        return super().resolve_command(ctx, args)


@click.group(
    "learn",
    cls=LearnGroup,
    invoke_without_command=True,
    subcommand_metavar="[NAME | FILE.md | COMMAND]",
    help=_GROUP_HELP,
)
@click.option("--list", "is_list", is_flag=True, help="Name the lessons, one a line.")
@click.option(
    "--template", "is_template", is_flag=True, help="Print a lesson to adapt."
)
@ascii_option
@click.pass_context
def command(
    ctx: click.Context,
    is_list: bool,
    is_template: bool,
    ascii: bool | None,  # noqa: A002 -- the option's name.
) -> None:
    """Choose a lesson."""
    if is_list or is_template:
        if ctx.invoked_subcommand is not None:
            msg = "--list and --template stand alone."
            raise click.UsageError(msg, ctx)
        click.echo(_listed() if is_list else template(), nl=False)
    elif ctx.invoked_subcommand is None:
        _need_terminal("learn --list", "names the lessons")
        ctx.exit(_choose(ascii))
    else:
        ctx.obj = ascii


@command.command("open", hidden=True)
@click.argument("name")
@ascii_option
@traceback_option
@click.pass_context
def open_command(
    ctx: click.Context,
    name: str,
    ascii: bool | None,  # noqa: A002 -- the option's name.
) -> None:
    """Open one lesson."""
    lesson = _read(name)
    _need_terminal(f"learn export {name} -o FILE", "writes it as a page")
    ctx.exit(_open(lesson, ctx.obj if ascii is None else ascii))


@command.command("check")
@click.argument("names", nargs=-1, required=True, metavar="FILE...")
@traceback_option
@click.pass_context
def check_command(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Run lessons, and verify each claim, stop and answer in them.

    What is wrong is printed as FILE:LINE: WHAT, and the exit status is then 1.
    """
    n_problems = 0
    for name in names:
        try:
            lesson = lesson_named(name)
        except LessonError as error:
            found = str(error).splitlines()
        else:
            found = [str(problem) for problem in check_lesson(lesson, api.trace)]
            if not found:
                click.echo(f"{safe(name)}: {counts(lesson)}: all of it holds")
        for line in found:
            click.echo(safe(line))
        n_problems += len(found)
    if n_problems:
        noun = "problem" if n_problems == 1 else "problems"
        click.echo(f"graphstep: {n_problems} {noun}", err=True)
        ctx.exit(_FAILED)


@command.command("new")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@traceback_option
def new_command(file: Path) -> None:
    """Write a short lesson to a new FILE.md, to be changed into another."""
    if file.suffix != ".md":
        msg = f"A lesson is a file that ends in .md, and `{file}` does not."
        raise TargetError(msg)
    if file.exists():
        msg = f"`{file}` is there already. Name a new file."
        raise TargetError(msg)
    write_atomically(file, template().encode())
    shown = safe(str(file))
    click.echo(
        f"{shown}: a lesson to change; `graphstep learn check {shown}` checks it"
    )


@command.command("export")
@click.argument("name")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Page to write; its name ends in .html.",
)
@traceback_option
def export_command(name: str, output: Path) -> None:
    """Write a lesson as one page of HTML, which any browser opens."""
    if output.suffix not in (".html", ".htm"):
        msg = f"A page is a file that ends in .html, and `{output}` does not."
        raise FormatError(msg)
    check_writable(output)
    run = lesson_run(_read(name), api.trace)
    try:
        page = page_from_lesson(run)
    except LessonFailureError as error:
        msg = f"{run.lesson.file}:{error.line}: {error.text}"
        raise LessonError(msg) from error
    write_atomically(output, page)
    click.echo(f"{safe(str(output))}: {counts(run.lesson)}")


@command.command("glossary")
@traceback_option
def glossary_command() -> None:
    """Explain the words of the lessons."""
    width = min(Terminal.of(sys.stdout).width, 88)
    for word, meaning in glossary():
        click.echo(textwrap.fill(f"{word}: {meaning}", width, subsequent_indent="    "))


def _read(name: str) -> Lesson:
    """Return a lesson; of all that is wrong with it, the first is said."""
    try:
        return lesson_named(name)
    except LessonError as error:
        first, *more = str(error).splitlines()
        hint = (
            f" (`graphstep learn check {name}` says {len(more)} more)" if more else ""
        )
        raise LessonError(first + hint) from error


def _listed() -> str:
    lessons = all_lessons()
    room = max(cells(name) for name in NAMES)
    return "".join(
        f"{lesson.name:{room}}  {lesson.minutes:2} min  {lesson.summary}\n"
        for lesson in lessons
    )


def _need_terminal(instead: str, what: str) -> None:
    from graphstep.tui.surroundings import USES, stream_without_terminal

    stream = stream_without_terminal()
    if stream is not None:
        msg = (
            f"A lesson needs a terminal, and {stream}, which {USES[stream]}, is none. "
            f"`graphstep {instead}` {what}."
        )
        raise TargetError(msg)


def _choose(ascii: bool | None) -> int:  # noqa: A002 -- the option's name.
    """Let a person choose lessons until they have had enough."""
    from graphstep.tui.learn_picker import choose_lesson

    name = ""
    while True:
        name = choose_lesson(_progress(), name)
        if not name:
            return 0
        _open(_read(name), ascii)


def _open(lesson: Lesson, ascii: bool | None) -> int:  # noqa: A002
    from graphstep.tui.lesson_app import run_lesson

    click.echo(f"{lesson.title} …", err=True)
    return run_lesson(lesson_run(lesson, api.trace), _progress(), ascii=ascii)


def _progress() -> Progress:
    from graphstep.tui.settings import settings_folder

    return Progress.read(settings_folder())
