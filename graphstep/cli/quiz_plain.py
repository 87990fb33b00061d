"""A quiz line by line, for terminals without a screen and for pipes."""

from __future__ import annotations

from pathlib import Path

import click

from graphstep._api import Recording
from graphstep.cli.terminal import safe
from graphstep.errors import TargetError
from graphstep.lessons import (
    ChoiceAnswer,
    Quiz,
    Turn,
    add_score,
    make_questions,
    read_scores,
    score_of,
)
from graphstep.tui.quiz_orders import QuizAsked

_HINT, _SKIP, _QUIT = "hint", "skip", "quit"


def ask_plainly(recording: Recording, wanted: QuizAsked, folder: Path) -> int:
    """Ask questions on stdout, read answers from stdin, and keep the score.

    Returns:
        The exit status, 0.

    Raises:
        TargetError: If no step of the program makes a fair question.
    """
    scores = read_scores(folder)
    _complain(scores.problem)
    seed = len(scores.items) if wanted.seed is None else wanted.seed
    questions = make_questions(
        recording.cursor(), wanted.count, seed=seed, kinds=wanted.kinds
    )
    if not questions:
        msg = (
            f"No step of `{recording.fn_name}` makes a fair question of the kinds "
            f"{', '.join(wanted.kinds)}: it takes numbers that are few, real and kept."
        )
        raise TargetError(msg)
    quiz = Quiz.of(recording.fn_name, questions, str(scores.path))
    click.echo(f"Answer, or type {_HINT}, {_SKIP} or {_QUIT}.")
    while not quiz.is_over:
        quiz = _asked(quiz)
    click.echo(f"\n{quiz.score}")
    for turn in quiz.missed:
        click.echo(f"missed: {safe(turn.question.text)}  {safe(turn.right)}")
    if quiz.settled:
        _complain(add_score(folder, score_of(quiz)))
        click.echo(f"Kept in {quiz.kept}; `graphstep quiz --forget` deletes it.")
    return 0


def _asked(quiz: Quiz) -> Quiz:
    """Ask one question until it is settled, and go on."""
    turn = quiz.turn
    click.echo(f"\n{quiz.at + 1}/{len(quiz.turns)}  {safe(turn.question.text)}")
    for given in turn.question.given:
        click.echo(f"    {safe(str(given))}")
    if isinstance(turn.question.answer, ChoiceAnswer):
        for letter, choice in zip(
            "abcdefgh", turn.question.answer.choices, strict=False
        ):
            click.echo(f" {letter}) {safe(choice)}")
    while not turn.is_settled:
        typed = _line()
        if typed == _QUIT:
            return quiz.ended()
        turn = _answered(turn, typed)
        quiz = quiz.with_turn(turn)
    click.echo(f"{safe(turn.right)}  +{turn.points}  {safe(turn.question.reason)}")
    return quiz.onward()


def _answered(turn: Turn, typed: str) -> Turn:
    if typed == _SKIP:
        return turn.given_up()
    if typed == _HINT:
        hinted = turn.hinted()
        said = hinted.hints[-1] if hinted is not turn else "there is no other hint"
        click.echo(f"hint: {safe(said)}")
        return hinted
    turn = turn.answered(typed)
    if turn.grade is not None:
        click.echo(safe(f"{turn.grade.verdict.value}: {turn.grade.message}"))
    return turn


def _line() -> str:
    """Return the next line of input; its end ends the quiz."""
    click.echo("> ", nl=False)
    try:
        return input().strip()
    except EOFError:
        click.echo()
        return _QUIT


def _complain(problem: str) -> None:
    if problem:
        click.echo(f"graphstep: {safe(problem)}", err=True)
