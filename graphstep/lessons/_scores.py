"""Scores of quizzes, in a file that a person can find and delete."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

from graphstep import _files
from graphstep.errors import OutputError
from graphstep.lessons._quiz import Quiz, Turn
from graphstep.tracing import one_line

SCORES_FILE = "quiz.json"
_MOST_BYTES, _KEPT = 1 << 20, 200


@dataclasses.dataclass(frozen=True, slots=True)
class Missed:
    """A question whose answer was not found.

    Attributes:
        question: The question, with what was given.
        typed: The last answer.
        right: The right one.
    """

    question: str
    typed: str
    right: str


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """How one quiz went.

    Attributes:
        program: Name of the function.
        day: When, as `2026-11-28`.
        points: What the answers were worth.
        most: What they could have been worth.
        n_asked: How many questions were answered or given up.
        missed: Those whose answer was not found.
    """

    program: str
    day: str
    points: int
    most: int
    n_asked: int
    missed: tuple[Missed, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Scores:
    """How quizzes went.

    Attributes:
        path: The file.
        items: From the oldest on.
        problem: Why an older file could not be read, and where it is now.
    """

    path: Path
    items: tuple[Score, ...] = ()
    problem: str = ""


def score_of(quiz: Quiz) -> Score:
    """Return what is kept of a quiz."""
    missed = tuple(
        Missed(question_text(turn), turn.typed, turn.right) for turn in quiz.missed
    )
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    n_asked = len(quiz.settled)
    program = one_line(quiz.program, 80)
    return Score(program, day, quiz.points, quiz.most, n_asked, missed)


def question_text(turn: Turn) -> str:
    """Return a question and what was given, on one line."""
    given = ", ".join(map(str, turn.question.given))
    return one_line(f"{turn.question.text}  {given}".strip(), 400)


def read_scores(folder: Path) -> Scores:
    """Read the file in a folder; one that is missing is empty.

    One that cannot be understood is set aside under another name, so that nothing in it
    is lost, and a new one is begun.
    """
    path = folder / SCORES_FILE
    try:
        if path.stat().st_size > _MOST_BYTES:
            return _set_aside(path, "it is too large")
        found = json.loads(path.read_text("utf-8"))
        return Scores(path, tuple(_score(each) for each in found["quizzes"]))
    except FileNotFoundError:
        return Scores(path)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return _set_aside(path, one_line(str(error), 80))
    except OSError as error:
        return Scores(
            path, problem=f"{path} cannot be read: {one_line(str(error), 80)}"
        )


def add_score(folder: Path, score: Score) -> str:
    """Add one to the file; return what went wrong, on one line, or nothing."""
    scores = read_scores(folder)
    if scores.problem and scores.path.exists():
        return scores.problem
    items = (*scores.items, score)[-_KEPT:]
    data = {"quizzes": [dataclasses.asdict(item) for item in items]}
    text = json.dumps(data, indent=1, ensure_ascii=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _files.write_atomically(scores.path, text.encode())
    except (OSError, OutputError) as error:
        return f"the score cannot be kept: {one_line(str(error), 120)}"
    return scores.problem


def forget_scores(folder: Path) -> bool:
    """Delete the file; return whether there was one.

    Raises:
        OutputError: If it cannot be deleted.
    """
    path = folder / SCORES_FILE
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        reason = str(error.strerror or error).lower()
        raise OutputError(path, reason, "Delete it by hand.") from error
    return True


def _score(found: Any) -> Score:
    missed = tuple(
        Missed(
            *(one_line(str(each[name]), 400) for name in ("question", "typed", "right"))
        )
        for each in found["missed"]
    )
    program, day = (one_line(str(found[name]), 80) for name in ("program", "day"))
    points, most, n_asked = (int(found[name]) for name in ("points", "most", "n_asked"))
    return Score(program, day, points, most, n_asked, missed)


def _set_aside(path: Path, reason: str) -> Scores:
    number, aside = 1, path.with_name(f"{path.name}.unreadable")
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.unreadable-{number}")
    try:
        path.rename(aside)
    except OSError as error:
        said = f"{path} cannot be read or moved: {one_line(str(error), 80)}"
        return Scores(path, problem=said)
    said = f"{path} could not be understood ({reason}); it is now {aside.name}"
    return Scores(path, problem=said)
