"""Every lesson is a page, on which its questions are answered without Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from graphstep.cli.main import program
from graphstep.lessons import (
    NAMES,
    ChoiceAnswer,
    Exercise,
    LessonRun,
    answer_text,
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


def said(tab: Tab) -> str:
    return " ".join(tab.run(f"{QUESTION}.querySelector('.answered').innerText").split())


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
            answer(tab, run, exercise, wrong_answer(exercise, right))
            assert tab.run(f"{QUESTION}.querySelector('.answered.wrong') !== null")
            for mistake in exercise.mistakes:
                text = answer_text(run.mistake(exercise, mistake))
                answer(tab, run, exercise, text)
                assert said(tab) == " ".join(mistake.text.plain.split())
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


TYPED = {
    "✓ cos(u)": (
        "cos(u)", "(cos(u))", "1 - 1 + cos(u)**1", "cos(u) · 2 / 2", "-−cos(u)",
        "sin(u + pi/2)", "cos(u)²/cos(u)",
    ),
    "That is not it.": ("sin(u)", "cos(u)^2", "1e400"),
    "That could not be read": (
        "cos u", "cos(u", "cos(v)", "", "alert(1)", "2cos(u)", "u.constructor",
    ),
}  # fmt: skip


def test_formulas_are_read_on_a_page_as_they_are_meant(
    page: Tab, tmp_path: Path
) -> None:
    """A formula is right however it is written; what is none is asked again."""
    run = run_of("fan_out")
    exercise = run.lesson.pages[0].exercises[0]
    path = tmp_path / "lesson.html"
    path.write_bytes(page_from_lesson(run))
    for expected, formulas in TYPED.items():
        for typed in formulas:
            page.open(path)

            answer(page, run, exercise, typed)

            assert expected in said(page), typed


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    """`learn export` writes a file, and says what is wrong with its name."""
    path = tmp_path / "lesson.html"

    done = CliRunner().invoke(program, ["learn", "export", "fan_out", "-o", str(path)])
    refused = CliRunner().invoke(program, ["learn", "export", "fan_out", "-o", "a.pdf"])

    assert done.exit_code == 0
    assert b"Content-Security-Policy" in path.read_bytes()
    assert refused.exit_code == 2
    assert "ends in .html" in refused.stderr
