"""Every lesson is a page, on which its questions are answered without Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from graphstep.cli.main import program
from graphstep.lessons import (
    NAMES,
    Answer,
    ChoiceAnswer,
    Exercise,
    LessonRun,
    ShapeAnswer,
    ValueAnswer,
    Verdict,
    answer_text,
    glossary,
    grade,
    page_from_lesson,
)
from tests.export.page.chromium import Tab
from tests.lessons.runs import run_of, wrong_answer

Opened = Callable[[LessonRun], Tab]
# The question that waits, and no other.
QUESTION = "[...document.querySelectorAll('.question')].at(-1)"


@pytest.fixture
def lesson_page(page: Tab, tmp_path: Path) -> Opened:
    """Return what opens the page of a lesson in a tab."""

    def open_(run: LessonRun) -> Tab:
        path = tmp_path / "lesson.html"
        path.write_bytes(page_from_lesson(run))
        page.open(path)
        return page

    return open_


def answer(tab: Tab, run: LessonRun, exercise: Exercise, typed: str) -> None:
    """Type an answer and submit it, or press the button of an option."""
    if isinstance(run.answer(exercise), ChoiceAnswer):
        at = exercise.options.index(typed)
        tab.run(f"{QUESTION}.querySelectorAll('.options button')[{at}].click()")
        return
    tab.run(f"{QUESTION}.querySelector('input').value = {json.dumps(typed)}")
    tab.run(f"{QUESTION}.querySelector('form button').click()")


def slips(exercise: Exercise, right: Answer) -> list[str]:
    """Return answers that miss the right one by little, and some that are none."""
    match right:
        case ValueAnswer():
            x = np.asarray(right.array, np.float64)
            missed = [-x, 2 * x, x / 2, np.asarray(x).T, x[None], np.stack([x, x * 0])]
            first = np.array(x)
            first.reshape(-1)[0] += 1.0
            missed += [x * 1.02, first, np.float64(12.5), np.full((2, 2), 7.0)]
            texts = [json.dumps(m.tolist()) for m in missed if np.isfinite(m).all()]
            texts += ["", "1 2", "2x", "[1, [2]]", "(1,)", "1,", "sin", "1/0", "[]"]
            # What happens to be right too would settle the question.
            return [t for t in texts if not grade(right, t).is_right]
        case ShapeAnswer():
            return [
                "",
                "x",
                "3x",
                "q7[2]",
                "scalar",
                "f16[7]",
                "(1, 2, 3, 4)",
                "float99",
            ]
        case _:
            return [] if exercise.options else ["", "nobody", " `nobody` "]


def reply(run: LessonRun, exercise: Exercise, typed: str) -> str:
    """Return what the terminal says to an answer, after the answer itself."""
    given, words = run.respond(exercise, typed)
    sign = "≈" if given.verdict is Verdict.NEARLY else "✗"
    shown = typed if exercise.options else typed.strip()
    return " ".join(f"{sign} {shown[:80]}: {words}".replace("`", "").split())


def said(tab: Tab) -> str:
    """Return what the page says to the last answer."""
    text = tab.run(f"{QUESTION}.querySelector('.answered').innerText")
    return " ".join(text.replace("`", "").split())


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_gone_through_on_its_page(name: str, lesson_page: Opened) -> None:
    """Each stop is where the walk is, and each question takes its right answer alone."""
    run = run_of(name)
    tab = lesson_page(run)
    for number, page in enumerate(run.lesson.pages):
        if number:
            tab.run("document.querySelector('#lesson .on').click()")
        assert page.heading == tab.text("#lesson .text h3")
        step = run.place(page.stop).cursor.index
        assert tab.run("location.hash") == f"#step={step}"
        for exercise in page.exercises:
            right = run.answer(exercise)
            wrong = [wrong_answer(exercise, right)]
            wrong += [answer_text(run.mistake(exercise, m)) for m in exercise.mistakes]
            for typed in [*wrong, *slips(exercise, right)]:
                answer(tab, run, exercise, typed)
                assert said(tab) == reply(run, exercise, typed)
            n_settled = tab.run("document.querySelectorAll('.answered.right').length")
            answer(tab, run, exercise, answer_text(right))
            settled = "document.querySelectorAll('.answered.right')"
            assert tab.run(f"{settled}.length") == n_settled + 1
            why = " ".join(exercise.why.plain.split())
            assert why in " ".join(tab.run(f"{settled}[{n_settled}].innerText").split())
    assert tab.run("document.querySelector('#lesson .on').disabled")
    assert tab.said() == []


def test_hints_come_one_by_one_and_the_answer_can_be_shown(lesson_page: Opened) -> None:
    """What follows a question is there once it is settled, in whichever way."""
    run = run_of("fan_out")
    tab = lesson_page(run)
    hints = run.lesson.pages[0].exercises[0].hints
    assert hints[0].plain not in tab.text("#lesson")

    tab.run(f"{QUESTION}.querySelector('.hint').click()")
    assert hints[0].plain in tab.text("#lesson")
    assert tab.run(f"{QUESTION}.querySelector('.hint').disabled")
    tab.run(f"{QUESTION}.querySelector('.show').click()")

    assert "The answer: cos(u)" in tab.text("#lesson")


RIGHT = (
    "cos(u)", "(cos(u))", "1 - 1 + cos(u)**1", "cos(u) · 2 / 2", "-−cos(u)", "sin(u + pi/2)",
    "cos(u)²/cos(u)", "max(cos(u), cos(u))",
)  # fmt: skip
WRONG = (
    "sin(u)", "cos(u)^2", "1e400", "-cos(u)", "3*cos(u)", "abs(cos(u))", "cos", "cos(u, 1)",
    "cos u", "cos(u", "cos(v)", "", "2cos(u)", "u +", "nan", "(" * 30, "x" * 50, "1" * 2001,
)  # fmt: skip
NOT_KNOWN = ("alert(1)", "constructor(u)", "u.constructor", "toString(u)")


def test_formulas_are_read_on_a_page_as_they_are_meant(
    page: Tab, tmp_path: Path
) -> None:
    """A formula is right however it is written; to what is none, the reply is the same."""
    run = run_of("fan_out")
    exercise = run.lesson.pages[0].exercises[0]
    path = tmp_path / "lesson.html"
    path.write_bytes(page_from_lesson(run))
    page.open(path)
    for typed in (*WRONG, *NOT_KNOWN):
        answer(page, run, exercise, typed)

        if typed in NOT_KNOWN:
            assert "cannot be read" in said(page) or "is not a function" in said(page)
        else:
            assert said(page) == reply(run, exercise, typed)
    for typed in RIGHT:
        page.open(path)

        answer(page, run, exercise, typed)

        assert "✓ cos(u)" in said(page), typed


def test_the_words_of_lessons_are_explained(lesson_page: Opened) -> None:
    """All of the glossary is there, closed, and searched by a piece of a word."""
    tab = lesson_page(run_of("fan_out"))
    shown = "[...document.querySelectorAll('.words > div')].filter((d) => !d.hidden)"
    assert not tab.run("document.querySelector('.glossary').open")
    assert tab.run(f"{shown}.map((d) => d.querySelector('dt').textContent)") == [
        word for word, _ in glossary()
    ]

    tab.run("document.querySelector('.glossary summary').click()")
    tab.run("document.querySelector('.glossary input').focus()")
    tab.call("Input.insertText", text="residu")

    assert tab.run(f"{shown}.length") == 1
    assert dict(glossary())["residual"] in tab.run(f"{shown}[0].textContent")


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    """`learn export` writes a file, and says what is wrong with its name."""
    path = tmp_path / "lesson.html"

    done = CliRunner().invoke(program, ["learn", "export", "fan_out", "-o", str(path)])
    refused = CliRunner().invoke(program, ["learn", "export", "fan_out", "-o", "a.pdf"])

    assert done.exit_code == 0
    assert b"Content-Security-Policy" in path.read_bytes()
    assert refused.exit_code == 2
    assert "ends in .html" in refused.stderr
