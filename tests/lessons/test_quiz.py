"""A quiz counts, and its scores are kept in a file that nothing makes it lose."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from graphstep.errors import OutputError
from graphstep.lessons import (
    FULL,
    SCORES_FILE,
    ChoiceAnswer,
    Given,
    Question,
    Quiz,
    Turn,
    ValueAnswer,
    Verdict,
    add_score,
    forget_scores,
    read_scores,
    score_of,
)

NUMBER = Question(
    "value",
    3,
    "0",
    "What is y?",
    ValueAnswer(np.float32(0.25)),
    (Given("x", np.float32(0.5)),),
    ("square it", "0.5·0.5", "It is about 0.2.", "never shown"),
)
CHOICE = Question(
    "next", 5, "1", "Which?", ChoiceAnswer(("p", "q", "r"), 1), hints=("It is not a.",)
)


def asked(*typed: str, hints: int = 0, question: Question = NUMBER) -> Turn:
    turn = Turn(question)
    for _ in range(hints):
        turn = turn.hinted()
    for text in typed:
        turn = turn.answered(text)
    return turn


def test_a_right_answer_at_once_is_worth_all_points() -> None:
    assert asked("1/4").points == FULL


def test_each_hint_and_each_further_try_costs_a_point() -> None:
    assert asked("1/4", hints=1).points == FULL - 1
    assert asked("3", "1/4").points == FULL - 1
    assert asked("3", "1/4", hints=1).points == FULL - 2


def test_what_was_found_in_the_end_is_worth_something() -> None:
    assert asked("3", "5", "1/4", hints=3).points == 1


def test_what_cannot_be_read_costs_nothing() -> None:
    turn = asked("?", "9**9**9", "1/4")

    assert turn.points == FULL
    assert turn.n_tries == 1


def test_nearly_right_is_said_and_asked_again() -> None:
    turn = asked("-0.25")

    assert turn.grade is not None
    assert turn.grade.verdict is Verdict.NEARLY
    assert not turn.is_settled


def test_after_three_answers_it_is_given_up() -> None:
    turn = asked("1", "2", "3")

    assert turn.is_given_up
    assert turn.points == 0
    assert turn.answered("1/4") == turn


def test_of_choices_the_last_one_is_not_left_to_be_guessed() -> None:
    assert not asked("a", question=CHOICE).is_settled
    assert asked("a", "c", question=CHOICE).is_given_up


def test_there_are_at_most_three_hints() -> None:
    turn = asked(hints=5)

    assert turn.hints == NUMBER.hints[:3]
    assert turn.n_hints_left == 0


def test_skipping_shows_the_answer_and_is_worth_nothing() -> None:
    turn = Turn(NUMBER).given_up()

    assert turn.is_settled
    assert (turn.points, turn.right) == (0, "0.25")


def test_a_quiz_ends_after_its_last_question() -> None:
    quiz = Quiz.of("f", (NUMBER, CHOICE))
    quiz = quiz.with_turn(quiz.turn.answered("1/4")).onward()
    quiz = quiz.with_turn(quiz.turn.given_up()).onward()

    assert quiz.is_over
    assert [turn.question for turn in quiz.missed] == [CHOICE]
    assert quiz.score == "1 of 2 right, 4 of 8 points"


def test_what_was_never_answered_counts_for_nothing() -> None:
    quiz = Quiz.of("f", (NUMBER, CHOICE))
    quiz = quiz.with_turn(quiz.turn.answered("1/4")).onward().ended()

    assert quiz.score == "1 of 1 right, 4 of 4 points"


# Scores ------------------------------------------------------------------------------


def taken() -> Quiz:
    quiz = Quiz.of("f", (NUMBER,))
    return quiz.with_turn(quiz.turn.answered("7").given_up()).ended()


def test_scores_are_read_as_they_were_written(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    score = score_of(taken())

    assert add_score(folder, score) == ""
    assert add_score(folder, dataclasses.replace(score, program="g")) == ""

    scores = read_scores(folder)
    assert [each.program for each in scores.items] == ["f", "g"]
    assert scores.items[0] == score
    assert scores.items[0].missed[0].right == "0.25"
    assert scores.items[0].missed[0].typed == "7"


def test_only_the_latest_are_kept(tmp_path: Path) -> None:
    score = score_of(taken())
    many = [dataclasses.asdict(score)] * 300
    (tmp_path / SCORES_FILE).write_text(json.dumps({"quizzes": many}))

    add_score(tmp_path, dataclasses.replace(score, program="last"))

    items = read_scores(tmp_path).items
    assert len(items) == 200
    assert items[-1].program == "last"


BROKEN = [
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b'{"quizzes": 3}',
    b'{"quizzes": [{"program": 1}]}',
    b"[" * 100_000,
    b" " * (1 << 20) + b"{}",
]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_set_aside_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / SCORES_FILE
    path.write_bytes(content)

    scores = read_scores(tmp_path)

    assert scores.items == ()
    assert "quiz.json.unreadable" in scores.problem
    assert scores.problem.isprintable()
    assert (tmp_path / "quiz.json.unreadable").read_bytes() == content
    assert add_score(tmp_path, score_of(taken())) == ""
    assert len(read_scores(tmp_path).items) == 1


def test_an_older_file_that_was_set_aside_is_not_overwritten(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        (tmp_path / SCORES_FILE).write_bytes(content)
        read_scores(tmp_path)

    aside = sorted(path.read_bytes() for path in tmp_path.iterdir())
    assert aside == [b"one", b"two"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    assert "cannot be kept" in add_score(blocked, score_of(taken()))
    assert blocked.read_text() == "not a folder"


def test_what_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / SCORES_FILE).mkdir()

    assert "cannot be read" in add_score(tmp_path, score_of(taken()))
    assert (tmp_path / SCORES_FILE).is_dir()


def test_scores_are_forgotten(tmp_path: Path) -> None:
    add_score(tmp_path, score_of(taken()))

    assert forget_scores(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not forget_scores(tmp_path)


def test_a_file_that_cannot_be_deleted_is_said(tmp_path: Path) -> None:
    (tmp_path / SCORES_FILE).mkdir()

    with pytest.raises(OutputError, match="Delete it by hand"):
        forget_scores(tmp_path)
