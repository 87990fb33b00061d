"""Every lesson holds, and is gone through from its first page to its last."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import jax
import numpy as np
import pytest
from textual.pilot import Pilot

from graphstep.lessons import (
    NAMES,
    LessonRun,
    Progress,
    all_lessons,
    answer_text,
    check_run,
    lesson_named,
)
from graphstep.tui.app import StepApp
from graphstep.tui.learn_picker import LearnApp
from graphstep.tui.lesson_pane import LessonPane
from graphstep.tui.lesson_state import LessonState
from graphstep.tui.prompt import Prompt
from tests.lessons.runs import run_of, wrong_answer
from tests.tui.pilots import app_of, press, screen_text, settle, until


@contextlib.asynccontextmanager
async def opened(
    run: LessonRun,
    progress: Progress | None = None,
    size: tuple[int, int] = (120, 40),
) -> AsyncIterator[Pilot[int]]:
    app = StepApp(
        run.recording.graph,
        trace=run.trace,
        recording=run.recording,
        lesson=LessonState.begun(run, progress or Progress()),
        **run.options,
    )
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


def state_of(pilot: Pilot[int]) -> LessonState:
    lesson = app_of(pilot).state.lesson
    assert lesson is not None
    return lesson


def text_of(pilot: Pilot[int]) -> str:
    """Return the text of the page, on one line."""
    pane = app_of(pilot).pane("lesson")
    assert isinstance(pane, LessonPane)
    return " ".join(pane.plain.split())


async def answer(pilot: Pilot[int], text: str) -> None:
    await press(pilot, "A")
    prompt = pilot.app.query_one(Prompt)
    assert prompt.is_open
    prompt.value = f"answer {text}"
    await press(pilot, "enter")


@pytest.mark.parametrize("name", NAMES)
def test_all_that_a_lesson_says_holds(name: str) -> None:
    """Each claim, stop and answer is what JAX computes, and the lesson is complete."""
    run = run_of(name)

    assert check_run(run) == ()
    lesson = run.lesson
    exercises = [exercise for page in lesson.pages for exercise in page.exercises]
    assert 4 <= len(lesson.pages) <= 8
    assert any(exercise.sets for exercise in exercises)
    assert 5 <= lesson.minutes <= 10
    # What cannot be told from a right answer would teach nothing.
    for exercise in exercises:
        right = run.answer(exercise)
        given, _ = run.respond(exercise, wrong_answer(exercise, right))
        assert not given.is_right
        assert given.is_readable


async def settle_exercise(pilot: Pilot[int], run: LessonRun) -> None:
    """Answer the question that waits: wrongly, with hints, then right."""
    app = app_of(pilot)
    number, exercise = state_of(pilot).question or pytest.fail("no question waits")
    right = run.answer(exercise)
    wrong = wrong_answer(exercise, right)

    await answer(pilot, wrong)
    mark = state_of(pilot).mark(number)
    assert not mark.is_settled
    assert mark.message
    assert " ".join(mark.message.split()[:4]) in text_of(pilot)

    for mistake in exercise.mistakes:
        await answer(pilot, answer_text(run.mistake(exercise, mistake)))
        assert " ".join(mistake.text.plain.split()) in text_of(pilot)
    for hint in exercise.hints:
        assert " ".join(hint.plain.split()) not in text_of(pilot)
        await press(pilot, "f3")
        assert " ".join(hint.plain.split()) in text_of(pilot)

    n_runs = len(app.state.runs.items)
    await answer(pilot, answer_text(right))
    assert state_of(pilot).mark(number).is_settled
    assert f"✓ {answer_text(right)}" in text_of(pilot)
    assert " ".join(exercise.why.plain.split()) in text_of(pilot)
    if exercise.sets:
        await until(pilot, lambda: not app.is_recording)
        await settle(pilot)
        assert len(app.state.runs.items) == n_runs + 1
        expected = run.changed(exercise).recording.outputs
        assert app.recording is not None
        jax.tree.map(np.testing.assert_array_equal, app.recording.outputs, expected)


@pytest.mark.parametrize("name", NAMES)
async def test_a_lesson_is_gone_through(name: str, tmp_path: Path) -> None:
    """Each stop is where the walk is, and each question takes its right answer alone."""
    run = run_of(name)
    async with opened(run, Progress(tmp_path / "lessons.json")) as pilot:
        app = app_of(pilot)
        for number, page in enumerate(run.lesson.pages):
            place = run.place(page.stop)
            assert state_of(pilot).page == number
            assert app.state.cursor is not None
            assert app.state.cursor.index == place.cursor.index
            assert place.open <= app.state.open
            assert page.heading in screen_text(pilot, "lesson")
            while state_of(pilot).question is not None:
                await settle_exercise(pilot, run)
            await press(pilot, "r")
        assert "The end" in text_of(pilot)
        assert "the lesson is over" in app.state.notice
        await until(pilot, lambda: all(w.is_finished for w in app.workers))

    n_exercises = sum(len(page.exercises) for page in run.lesson.pages)
    kept = json.loads((tmp_path / "lessons.json").read_text())
    assert len(kept[name]["right"]) == n_exercises
    assert Progress.read(tmp_path).of(name).is_over(run.lesson)


async def test_who_walks_about_comes_back() -> None:
    """The walk is free at any time, and one key leads back to the stop."""
    run = run_of("least_squares")
    async with opened(run) as pilot:
        await press(pilot, "r", "n", "n", "n")
        app = app_of(pilot)
        assert app.state.cursor is not None
        assert app.state.cursor.step.node != run.scope.node("y")

        await press(pilot, '"')

        assert app.state.cursor.step.node == run.scope.node("y")
        assert state_of(pilot).page == 1


async def test_a_page_turns_back_to_the_first_recording() -> None:
    """After a change the next page speaks of the run that the text is about."""
    run = run_of("fan_out")
    async with opened(run) as pilot:
        app = app_of(pilot)
        await press(pilot, "r", "r", "r", "$", "$")
        await until(pilot, lambda: not app.is_recording)
        await settle(pilot)
        assert app.state.runs.current == 2

        await press(pilot, "u")

        assert app.state.runs.current == 1


async def test_a_solution_that_is_shown_is_not_answered() -> None:
    """Who looks at the answer reads on, and it is not counted as right."""
    run = run_of("least_squares")
    async with opened(run) as pilot:
        await press(pilot, "$")

        assert "The answer: 2" in text_of(pilot)
        assert state_of(pilot).score() == "0 of 5 exercises answered right, 1 shown"
        await press(pilot, "A")
        assert "no question waits here" in app_of(pilot).state.notice


async def test_what_follows_a_question_waits_for_its_answer() -> None:
    """Text after a question may give it away, so it is not shown before."""
    run = run_of("counting_passes")
    after = "In JAX the two ways are"
    async with opened(run) as pilot:
        await press(pilot, "r")
        assert after not in text_of(pilot)

        await answer(pilot, "2")

        assert after in text_of(pilot)


async def test_enter_reads_on_and_a_click_answers() -> None:
    """The text has the keys: Enter asks or turns the page; options can be clicked."""
    run = run_of("where_nan")
    async with opened(run) as pilot:
        await press(pilot, "enter")
        assert pilot.app.query_one(Prompt).is_open
        await press(pilot, "escape")
        pane = app_of(pilot).pane("lesson")
        pane.scroll_to(y=9, animate=False, immediate=True)
        await settle(pilot)
        lines = screen_text(pilot, "lesson").splitlines()
        row = next(at for at, line in enumerate(lines) if "a) yes" in line)

        await pilot.click(pane, offset=(8, row))
        await settle(pilot)

        assert state_of(pilot).question is None
        await press(pilot, "enter")
        assert state_of(pilot).page == 1
        await press(pilot, "left")
        assert state_of(pilot).page == 0


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60)])
async def test_text_fits_every_terminal(size: tuple[int, int]) -> None:
    """No line of a page is cut, and Tab leads to the other panels."""
    run = run_of("matrix_rules")
    async with opened(run, size=size) as pilot:
        for _ in run.lesson.pages:
            pane = app_of(pilot).pane("lesson")
            assert isinstance(pane, LessonPane)
            assert pane.display
            widest = max(len(line) for line in pane.plain.splitlines())
            assert widest <= pane.text_width
            await press(pilot, "r")
        await press(pilot, "tab")
        assert app_of(pilot).state.focus != "lesson"


async def test_without_a_lesson_its_keys_say_so() -> None:
    """In another walk nothing happens but a line that says where lessons are."""
    rec = run_of("fan_out").recording
    app = StepApp(rec.graph, recording=rec)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for key in ("r", "u", "A", "f3", "$", '"'):
            await press(pilot, key)
            assert "graphstep learn" in app.state.notice
            assert "read on" not in screen_text(pilot)


async def test_the_picker_begins_where_something_is_left(tmp_path: Path) -> None:
    """What is over is marked; the file is named; Enter gives the lesson's name."""
    lesson = lesson_named("least_squares")
    folder = tmp_path / ("a_long_name_of_a_folder_" * 5)
    progress = Progress(folder / "lessons.json")
    done = progress.of("least_squares").at_page(len(lesson.pages) - 1)
    for number in range(sum(len(page.exercises) for page in lesson.pages)):
        done = done.answered(number, is_shown=False)
    app = LearnApp(progress.with_("least_squares", done))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        text = "\n".join("".join(s.text for s in strip) for strip in strips)
        assert "✓ least_squares   A graph for ‖Ax − b‖²" in text
        assert "lessons.json" in text
        assert all(each.title in text for each in all_lessons())

        await pilot.press("j", "k", "enter")

    assert app.return_value == "fan_out"


def test_a_broken_file_of_progress_is_left_alone(tmp_path: Path) -> None:
    """It is said so, nothing of it is used, and nothing is written over it."""
    path = tmp_path / "lessons.json"
    for text in ("{", "[1]", '{"a": 1}', '{"a": {"page": "x"}}'):
        path.write_text(text)

        progress = Progress.read(tmp_path)

        assert "cannot be read" in progress.problem
        assert progress.with_("a", progress.of("a").at_page(1)).keep() == ""
        assert path.read_text() == text
