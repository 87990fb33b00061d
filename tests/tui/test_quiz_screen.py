"""A quiz in the terminal: asked, hidden, answered, skipped, ended, reviewed."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest
from textual.pilot import Pilot

import graphstep as gs
from graphstep.lessons import KINDS, SCORES_FILE, Kind, Quiz, Veiled, answer_text
from graphstep.recording import Recording
from graphstep.tui.app import StepApp
from graphstep.tui.arrangement import PANES
from graphstep.tui.lesson_pane import LessonPane
from graphstep.tui.prompt import Prompt
from graphstep.tui.quiz_orders import QuizAsked
from graphstep.tui.quiz_page import QuizPage
from graphstep.tui.settings import Settings
from tests.tui.pilots import app_of, press, screen_text, settle, show, until


def loss(x: jax.Array, w: jax.Array) -> jax.Array:
    h = jnp.tanh(x * w)
    return jnp.sum(h * h + h)


X, W = jnp.array([0.31, -0.72, 1.13]), jnp.array([0.55, 0.27, 2.09])


@functools.cache
def recorded() -> tuple[gs.Trace, Recording]:
    trace = gs.trace(loss, X, W)
    return trace, trace.record(verify=False)


@contextlib.asynccontextmanager
async def asking(
    *,
    kinds: tuple[Kind, ...] = KINDS,
    count: int = 4,
    folder: Path | None = None,
    size: tuple[int, int] = (120, 40),
) -> AsyncIterator[Pilot[int]]:
    """Open the walk and begin a quiz, always with the same questions."""
    trace, recording = recorded()
    app = StepApp(
        recording.graph,
        trace=trace,
        recording=recording,
        settings=Settings(folder=folder),
    )
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        app.post_message(QuizAsked(count, kinds, seed=0))
        await until(pilot, lambda: app.state.quiz is not None)
        await settle(pilot)
        yield pilot


def unicode(text: str) -> str:
    """Return a text as the bar over its letters is written here."""
    return unicodedata.normalize("NFC", text)


def quiz_of(pilot: Pilot[int]) -> Quiz:
    quiz = app_of(pilot).state.quiz
    assert quiz is not None
    return quiz


def right(pilot: Pilot[int]) -> str:
    return answer_text(quiz_of(pilot).turn.question.answer)


async def command(pilot: Pilot[int], text: str) -> None:
    await press(pilot, "colon")
    app_of(pilot).query_one(Prompt).value = text
    await press(pilot, "enter")
    await settle(pilot)


async def answer(pilot: Pilot[int], text: str) -> None:
    await press(pilot, "A")
    app_of(pilot).query_one(Prompt).value = f"answer {text}"
    await press(pilot, "enter")
    await settle(pilot)


async def keys(pilot: Pilot[int], *names: str) -> None:
    for name in names:
        await press(pilot, name)
        await settle(pilot)


async def click(pilot: Pilot[int], beginning: str) -> None:
    """Click the line of the quiz that begins so."""
    pane = app_of(pilot).pane("lesson")
    assert isinstance(pane, LessonPane)
    lines = screen_text(pilot).split("\n")
    row = next(
        y for y, line in enumerate(lines) if f"│{beginning}" in line.replace("││", "│")
    )
    await pilot.click(offset=(pane.region.x + 3, row))
    await settle(pilot)


# Asking ------------------------------------------------------------------------------


async def test_in_ascii_questions_tell_cotangents_from_values() -> None:
    """A bar over a letter would be dropped there, and another value be asked for."""
    async with asking() as pilot:
        quiz, app = quiz_of(pilot), app_of(pilot)
        texts = [turn.question.text for turn in quiz.turns]
        at = next(at for at, text in enumerate(texts) if "h̄" in unicode(text))
        page = QuizPage(
            dataclasses.replace(quiz, at=at),
            app.palette,
            60,
            app.actions,
            is_ascii=True,
        )
        written = page.write().plain

        assert "ct(h)" in written
        assert "h̄" not in unicode(written)


async def test_a_question_stands_beside_the_graph_with_what_is_given() -> None:
    async with asking(kinds=("value",)) as pilot:
        shown = screen_text(pilot)
        question = quiz_of(pilot).turn.question

        assert "quiz · 1/" in shown
        assert "Next comes" in shown
        assert all(str(given) in shown for given in question.given)


async def test_a_right_answer_gives_points_and_shows_the_step() -> None:
    async with asking(kinds=("value",)) as pilot:
        app, step = app_of(pilot), quiz_of(pilot).turn.question.step
        assert app.state.cursor is not None
        assert app.state.cursor.index == step - 1

        await answer(pilot, right(pilot))

        assert quiz_of(pilot).points == 4
        assert app.state.cursor.index == step
        assert "Right." in screen_text(pilot)
        assert "r  goes on" in screen_text(pilot)


async def test_a_wrong_answer_may_be_tried_again() -> None:
    async with asking(kinds=("value",)) as pilot:
        await answer(pilot, "12345")
        assert "2 tries left" in screen_text(pilot)

        await answer(pilot, right(pilot))
        assert quiz_of(pilot).points == 3


async def test_a_nearly_right_answer_is_told_by_what_it_missed() -> None:
    async with asking(kinds=("value",)) as pilot:
        await answer(pilot, f"-({right(pilot)})")

        assert "Its sign is wrong" in screen_text(pilot)
        assert quiz_of(pilot).is_asking


async def test_what_cannot_be_read_costs_no_try() -> None:
    async with asking(kinds=("value",)) as pilot:
        await answer(pilot, "__import__('os')")

        assert quiz_of(pilot).turn.n_tries == 0
        assert quiz_of(pilot).is_asking


async def test_hints_cost_points_until_there_are_none() -> None:
    async with asking(kinds=("value",)) as pilot:
        await keys(pilot, *["f3"] * 4)
        assert screen_text(pilot).count("hint: ") == 3
        assert "no other hint" in app_of(pilot).state.notice

        await answer(pilot, right(pilot))
        assert quiz_of(pilot).points == 1


async def test_skipping_shows_the_answer_and_goes_on() -> None:
    async with asking() as pilot:
        expected = right(pilot)
        await keys(pilot, "$")
        assert f"The answer: {expected}"[:40] in screen_text(pilot)

        await keys(pilot, "r")
        assert quiz_of(pilot).at == 1
        assert quiz_of(pilot).points == 0


async def test_a_choice_is_taken_by_a_click() -> None:
    async with asking(kinds=("next",)) as pilot:
        answer_ = quiz_of(pilot).turn.question.answer
        letter = "abcd"[getattr(answer_, "right")]  # noqa: B009 -- one of several types.

        await click(pilot, f" {letter}) ")

        assert quiz_of(pilot).turn.is_right


WAYS = {
    "lesson_hint": ("f3", "F3  gives", "lesson-hint"),
    "lesson_solution": ("$", "$  skips", "lesson-solution"),
    "lesson_answer": ("A", "A  answers", "answer"),
}


@pytest.mark.parametrize("action", WAYS)
async def test_key_mouse_and_command_do_the_same_in_a_quiz(action: str) -> None:
    key, line, name = WAYS[action]
    found: list[object] = []
    for way in range(3):
        async with asking(kinds=("value",), count=2) as pilot:
            before = quiz_of(pilot)
            if way == 0:
                await keys(pilot, key)
            elif way == 1:
                await click(pilot, line)
            else:
                await command(pilot, name)
            prompt = app_of(pilot).query_one(Prompt)
            found.append((quiz_of(pilot), prompt.is_open and prompt.value))
            assert found[0] != (before, False)

    assert found[0] == found[1] == found[2]


# Hiding ------------------------------------------------------------------------------


def texts_of(value: float) -> tuple[str, ...]:
    """Return how a number may be shown, from its digits on."""
    return (f"{abs(value):.4g}", f"{abs(value):.3g}", f"{abs(value):.6g}")


@pytest.mark.parametrize("kind", ["value", "cotangent", "contribution"])
async def test_no_panel_and_no_command_gives_the_answer_away(kind: Kind) -> None:
    async with asking(kinds=(kind,), count=6, size=(160, 60)) as pilot:
        app, question, secret, given = app_of(pilot), None, (), ""
        while question is None or any(text in given for text in secret):
            if question is not None:
                await keys(pilot, "$", "r")
            question = quiz_of(pilot).turn.question
            secret = texts_of(float(right(pilot).replace("−", "-")))
            given = " ".join(map(str, question.given))
        node = question.edge[0] if question.edge else question.node
        for pane in PANES:
            for selected in (question.node, node):
                app.change(app.state.select_node(selected))
                await show(pilot, pane)
                shown = screen_text(pilot)
                assert not any(text in shown for text in secret), (pane, shown)
        for typed in (
            f"print {node}",
            f"watch {question.node}",
            f"find norm > {secret[0]}",
        ):
            await command(pilot, typed)
            shown = screen_text(pilot)
            assert not any(text in shown for text in secret if text not in typed)
            await keys(pilot, "escape") if len(app.screen_stack) > 1 else None
        assert quiz_of(pilot).is_asking


async def test_once_answered_the_panels_show_it() -> None:
    """What is hidden is there: the test before would see it."""
    async with asking(kinds=("value",), count=1, size=(160, 60)) as pilot:
        question = quiz_of(pilot).turn.question
        secret = texts_of(float(right(pilot).replace("−", "-")))
        await answer(pilot, right(pilot))
        app = app_of(pilot)
        app.change(
            dataclasses.replace(
                app.state.select_node(question.node),
                examined=app.state.examined.at(question.index),
            )
        )
        await show(pilot, "array")

        assert any(text in screen_text(pilot) for text in secret)


async def test_the_walk_does_not_go_ahead_of_the_question() -> None:
    async with asking() as pilot:
        app = app_of(pilot)
        at = app.state.cursor
        await keys(pilot, "n")
        assert app.state.cursor is at
        assert "lies ahead" in app.state.notice

        await keys(pilot, "G", "b", "c")
        assert app.state.cursor is at


async def test_one_may_walk_back_and_return() -> None:
    async with asking() as pilot:
        app = app_of(pilot)
        assert app.state.cursor is not None
        at = app.state.cursor.index
        await keys(pilot, "p")
        assert app.state.cursor.index == at - 1

        await keys(pilot, '"')
        assert app.state.cursor.index == at


async def test_nothing_is_recorded_anew_during_a_quiz() -> None:
    async with asking() as pilot:
        app = app_of(pilot)
        for typed in ("let x[0] = 3", "argnums 0", "again", "quiz 3"):
            await command(pilot, typed)
            assert "not during the quiz" in app.state.notice
        assert isinstance(app.recording, Veiled)
        assert len(app.state.runs.items) == 1


# Ending ------------------------------------------------------------------------------


async def test_escape_ends_it_in_the_middle_and_shows_what_was_missed() -> None:
    async with asking(kinds=("value",)) as pilot:
        await answer(pilot, right(pilot))
        await keys(pilot, "r", "$")
        missed = quiz_of(pilot).turn.question.text
        await keys(pilot, "r", "escape")
        shown = screen_text(pilot)

        assert "1 of 2 right, 4 of 8 points" in shown
        assert missed[:30] in shown
        assert not isinstance(app_of(pilot).recording, Veiled)


async def test_after_the_review_everything_is_as_before() -> None:
    async with asking() as pilot:
        app = app_of(pilot)
        await keys(pilot, "$", "escape")
        before = app._before_quiz
        assert before is not None
        await keys(pilot, "escape")

        assert app.state.quiz is None
        assert app.state.arrangement == before.arrangement
        assert app.state.runs == before.runs
        await keys(pilot, "G")
        assert app.state.cursor is not None
        assert app.state.cursor.at_end


async def test_the_last_question_leads_to_the_review() -> None:
    async with asking(count=1) as pilot:
        await keys(pilot, "$", "r")

        assert quiz_of(pilot).is_over
        assert "quiz · review" in screen_text(pilot)


async def test_a_quiz_in_which_nothing_was_answered_leaves_nothing(
    tmp_path: Path,
) -> None:
    async with asking(folder=tmp_path) as pilot:
        await keys(pilot, "Q")

        assert app_of(pilot).state.quiz is None
        assert "nothing was answered" in app_of(pilot).state.notice
    assert not (tmp_path / SCORES_FILE).exists()


async def test_the_score_is_kept_where_the_review_says(tmp_path: Path) -> None:
    async with asking(folder=tmp_path, count=1) as pilot:
        await answer(pilot, right(pilot))
        await keys(pilot, "r")
        await until(pilot, (tmp_path / SCORES_FILE).exists)

        assert "quiz.json" in screen_text(pilot).replace("\n", "")
    (score,) = json.loads((tmp_path / SCORES_FILE).read_text())["quizzes"]
    assert (score["program"], score["points"], score["most"]) == ("loss", 4, 4)


async def test_a_broken_file_of_scores_is_said_and_set_aside(tmp_path: Path) -> None:
    (tmp_path / SCORES_FILE).write_text("not JSON")
    async with asking(folder=tmp_path) as pilot:
        assert "quiz.json.unreadable" in app_of(pilot).state.notice
    assert (tmp_path / "quiz.json.unreadable").read_text() == "not JSON"


async def test_another_quiz_asks_other_questions() -> None:
    async with asking() as pilot:
        first = quiz_of(pilot)
        await keys(pilot, "$", "escape", "Q")
        await until(pilot, lambda: not quiz_of(pilot).is_over)

        assert quiz_of(pilot).turns != first.turns


async def test_of_a_program_without_fair_questions_it_is_said() -> None:
    recording = gs.record(lambda x: x, 1.0)
    app = StepApp(recording.graph, recording=recording)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "Q")
        await until(pilot, lambda: bool(app.state.notice))

        assert "no step here makes a fair question" in app.state.notice
        assert app.state.quiz is None


@pytest.mark.parametrize("count", ["0", "101", "many", "-1", "²"])
async def test_a_count_that_is_none_is_refused(count: str) -> None:
    recording = gs.record(jnp.sin, 1.0)
    app = StepApp(recording.graph, recording=recording)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await command(pilot, f"quiz {count}")

        assert "from 1 to 100 questions" in app.state.notice


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_question_can_be_read_at_every_size(size: tuple[int, int]) -> None:
    async with asking(kinds=("value",), size=size) as pilot:
        assert "Next comes" in screen_text(pilot)
        assert "A  answers" in screen_text(pilot)

        await keys(pilot, "$")
        assert "goes on to the next question" in screen_text(pilot)
        assert "The answer: " in screen_text(pilot)

        await keys(pilot, "r")
        assert "Next comes" in screen_text(pilot)
