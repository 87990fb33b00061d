"""`graphstep quiz` asks line by line too, and keeps, shows and deletes its scores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from graphstep.cli.main import program
from tests.cli.conftest import Run


@pytest.fixture
def scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRAPHSTEP_CONFIG_DIR", str(tmp_path / "settings"))
    return tmp_path / "settings" / "quiz.json"


def asked(typed: str, *options: str) -> str:
    arguments = ["quiz", "model.py:loss", "--plain", "--shuffle", "1", *options]
    result = CliRunner().invoke(program, arguments, typed, prog_name="graphstep")
    assert result.exit_code == 0, result.output
    return result.output


def test_it_asks_line_by_line(folder: Path, scores: Path) -> None:
    """Hints, skips, answers that cannot be read, and the end of the input."""
    typed = "hint\n9**9**9\n1e6\nskip\n"

    said = asked(typed, "--questions", "3", "--kinds", "value")

    assert "1/3  Next comes" in said
    assert "hint: " in said
    assert "not understood: " in said
    assert "wrong: That is not it." in said
    assert "2/3  Next comes" in said
    assert "0 of 1 right, 0 of 4 points" in said
    (kept,) = json.loads(scores.read_text())["quizzes"]
    assert (kept["program"], kept["points"], len(kept["missed"])) == ("loss", 0, 1)


def test_the_same_number_shuffles_the_same(folder: Path, scores: Path) -> None:
    assert asked("") == asked("")


def test_what_is_quit_at_once_is_not_kept(folder: Path, scores: Path) -> None:
    asked("quit\n")

    assert not scores.exists()


def test_scores_are_shown_with_their_path_and_deleted(run: Run, scores: Path) -> None:
    before = run("quiz", "--scores")
    asked("skip\nquit\n")
    shown = run("quiz", "--scores")
    forgotten = run("quiz", "--forget")

    assert f"Scores are kept in {scores}" in before.out
    assert "loss: 0 of 1 right, 0 of 4 points" in shown.out
    assert "Missed in the last one:" in shown.out
    assert str(scores) in shown.out
    assert (forgotten.status, forgotten.out) == (0, f"{scores} is deleted.\n")
    assert not scores.exists()
    assert run("quiz", "--forget").out == f"{scores} was not there.\n"


def test_a_broken_file_is_said_and_set_aside(run: Run, scores: Path) -> None:
    scores.parent.mkdir()
    scores.write_text("[")

    done = run("quiz", "--scores")

    assert done.status == 0
    assert "quiz.json.unreadable" in done.err
    assert len(done.err.splitlines()) == 1
    assert (scores.parent / "quiz.json.unreadable").read_text() == "["


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--questions", "0"), "0 is not in the range"),
        (("--questions", "many"), "not a valid integer"),
        (("--kinds", "value,nonsense"), "`nonsense` is no kind of question"),
        (("--kinds", ""), "`` is no kind of question"),
        (("--shuffle", "-1"), "-1 is not in the range"),
        ((), "A quiz needs a terminal"),
    ],
)
def test_a_bad_request_is_one_line(
    run: Run, scores: Path, options: tuple[str, ...], said: str
) -> None:
    done = run("quiz", "model.py:loss", *options)

    assert done.status == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_program_without_fair_questions_is_said(run: Run, scores: Path) -> None:
    source = "def f(x):\n    return x\n\nexample_args = (1.0,)\n"

    done = run("quiz", "same.py:f", "--plain", same=source)

    assert done.status == 2
    assert "makes a fair question" in done.err
    assert not scores.exists()


def test_help_names_the_kinds(run: Run) -> None:
    done = run("quiz", "--help")

    assert done.status == 0
    assert "contribution" in done.out
