"""`graphstep quiz`: predict the steps of a function's walk, and see how well that went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from graphstep.cli.interrupt import heed
from graphstep.cli.options import ascii_option, record_options, request_from_options
from graphstep.cli.session import Session, open_session, precision, record
from graphstep.cli.terminal import safe
from graphstep.errors import TargetError
from graphstep.lessons import (
    KINDS,
    SCORES_FILE,
    Kind,
    forget_scores,
    read_scores,
)
from graphstep.tui.settings import settings_folder
from graphstep.tui.surroundings import USES, stream_without_terminal

_COUNT, _MOST = 10, 100


def _at_once(what: Callable[[], None]) -> Callable[..., None]:
    """Return what an option does that needs no target."""

    def do(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            what()
            ctx.exit()

    return do


def _show_scores() -> None:
    scores = read_scores(settings_folder())
    if scores.problem:
        click.echo(f"graphstep: {safe(scores.problem)}", err=True)
    if not scores.items:
        click.echo(f"No quiz was taken yet. Scores are kept in {scores.path}.")
        return
    for score in scores.items:
        n_right = score.n_asked - len(score.missed)
        click.echo(
            f"{safe(score.day)}  {safe(score.program)}: {n_right} of {score.n_asked} "
            f"right, {score.points} of {score.most} points"
        )
    missed = scores.items[-1].missed
    if missed:
        click.echo("Missed in the last one:")
    for each in missed:
        click.echo(f"  {safe(each.question)}")
        said = f"you said {safe(each.typed)}, " if each.typed else ""
        click.echo(f"    {said}it is {safe(each.right)}")
    click.echo(f"Kept in {scores.path}; `graphstep quiz --forget` deletes it.")


def _forget() -> None:
    path = settings_folder() / SCORES_FILE
    was_there = forget_scores(settings_folder())
    click.echo(f"{path} {'is deleted' if was_there else 'was not there'}.")


def _kinds(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[Kind, ...]:
    """Read `value,next`."""
    if value is None:
        return KINDS
    wanted = [word.strip() for word in value.split(",")]
    for word in wanted:
        if word not in KINDS:
            known = ", ".join(KINDS)
            msg = f"`{word}` is no kind of question; there are: {known}"
            raise click.BadParameter(msg, ctx, param)
    return tuple(kind for kind in KINDS if kind in wanted)


@click.command(
    "quiz",
    help="Predict what a function's walk shows next: values, cotangents, Jacobians.",
)
@record_options
@click.option(
    "--questions",
    type=click.IntRange(1, _MOST),
    default=_COUNT,
    show_default=True,
    metavar="COUNT",
    help="How many questions.",
)
@click.option(
    "--kinds",
    callback=_kinds,
    metavar="NAMES",
    help=f"What to ask for, with commas: {', '.join(KINDS)}. Default: all of it.",
)
@click.option(
    "--shuffle",
    type=click.IntRange(0),
    metavar="NUMBER",
    help="Which questions: the same ones for the same number. Default: new ones.",
)
@click.option(
    "--plain", is_flag=True, help="Ask line by line, on any terminal or from a pipe."
)
@click.option(
    "--scores",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_at_once(_show_scores),
    help="Print how quizzes went, and where that is kept; needs no target.",
)
@click.option(
    "--forget",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_at_once(_forget),
    help="Delete the file of scores; needs no target.",
)
@ascii_option
@click.pass_context
def command(
    ctx: click.Context,
    questions: int,
    kinds: tuple[Kind, ...],
    shuffle: int | None,
    plain: bool,
    ascii: bool | None,  # noqa: A002 -- the option's name.
    **options: Any,
) -> None:
    """Open the quiz."""
    from graphstep.tui.quiz_orders import QuizAsked

    request = request_from_options(options)
    stream = None if plain else stream_without_terminal()
    if stream is not None:
        msg = (
            f"A quiz needs a terminal, and {stream}, which {USES[stream]}, is none. "
            f"`graphstep quiz {request.target} --plain` asks line by line."
        )
        raise TargetError(msg)
    wanted = QuizAsked(questions, kinds, shuffle)
    with precision(request):
        session = open_session(request)
        if not session.has_values:
            msg = (
                f"The arguments of `{session.target.name}` are types without values, so "
                "there is nothing to ask about. Give arrays with --args."
            )
            raise TargetError(msg)
        ctx.exit(
            _ask_plainly(session, wanted) if plain else _ask(session, wanted, ascii)
        )


def _ask(session: Session, wanted: Any, ascii: bool | None) -> int:  # noqa: A002
    from graphstep.tui.job import is_working
    from graphstep.tui.quiz_app import run_quiz

    # Whether the quiz ends well or badly, its recording is not waited for.
    heed(is_working)
    return run_quiz(
        session.trace,
        wanted,
        ascii=ascii,
        seed=session.seed,
        budget=session.budget,
    )


def _ask_plainly(session: Session, wanted: Any) -> int:
    from graphstep.cli.quiz_plain import ask_plainly

    return ask_plainly(record(session), wanted, settings_folder())
