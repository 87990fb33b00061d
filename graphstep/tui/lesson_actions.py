"""The actions of a lesson: its pages, its questions, its changes."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import jax

from graphstep.lessons import (
    Exercise,
    LessonFailureError,
    Progress,
    answer_text,
    glossary,
)
from graphstep.tracing import one_line
from graphstep.tui.arrangement import PANES
from graphstep.tui.edit_recipe import Recipe
from graphstep.tui.lesson_orders import AnswerGiven
from graphstep.tui.lesson_state import LessonState, Mark
from graphstep.tui.messages import Noticed
from graphstep.tui.orders import PromptAsked, TextAsked
from graphstep.tui.rerunning import RerunningActions
from graphstep.tui.state import UiState

_NO_LESSON = "no lesson is open; `graphstep learn` lets you choose one"
_FIRST = 1


class LessonActions(RerunningActions):
    """Reading a lesson beside the walk, and answering its questions."""

    def open_lesson(self, lesson: LessonState) -> None:
        """Begin where somebody stopped, with the text in sight."""
        arrangement = dataclasses.replace(
            self.state.arrangement,
            shown=("lesson", "chain"),
            share=56,
            weights=(("lesson", 34),),
        )
        state = dataclasses.replace(self.state, arrangement=arrangement)
        self.state = _at_stop(state.focused("lesson"), lesson)

    def _lesson(self) -> LessonState | None:
        """Return the lesson, or say that there is none."""
        if self.state.lesson is None:
            self.change(self.state.say(_NO_LESSON, is_alarming=True))
        return self.state.lesson

    def _turn(self, by: int) -> None:
        lesson = self._lesson()
        if lesson is None:
            return
        page = lesson.page + by
        if page < 0:
            self.change(self.state.say("this is the first page"))
        elif page >= len(lesson.lesson.pages):
            self.change(self.state.say(f"the lesson is over: {lesson.score()}"))
        else:
            self._go_to(lesson.at_page(page))

    def _go_to(self, lesson: LessonState) -> None:
        # The text speaks of the first recording.
        self.show_run(_FIRST)
        self.change(_at_stop(self.state, lesson))
        self._keep_progress(lesson.progress)

    def action_lesson_next(self) -> None:
        """Go to the next stop."""
        self._turn(1)

    def action_lesson_previous(self) -> None:
        """Go to the stop before."""
        self._turn(-1)

    def action_lesson_here(self) -> None:
        """Come back to the stop."""
        lesson = self._lesson()
        if lesson is not None:
            self._go_to(lesson)

    def action_pane_lesson(self) -> None:
        """Show or hide the text of the lesson."""
        self.toggle_pane("lesson")

    def action_glossary(self) -> None:
        """Explain the words of lessons."""
        lines = tuple(f"{word}: {meaning}" for word, meaning in glossary())
        self.post_message(TextAsked("words", lines))

    # Questions -------------------------------------------------------------------------

    def _asked(self) -> tuple[LessonState, int, Exercise] | None:
        """Return the question that waits for an answer, or say that none does."""
        lesson = self._lesson()
        if lesson is None:
            return None
        if lesson.question is None:
            self.change(self.state.say("no question waits here; r reads on"))
            return None
        return (lesson, *lesson.question)

    def action_lesson_answer(self) -> None:
        """Ask for the answer."""
        if self._asked() is not None:
            self.post_message(PromptAsked(":", "answer "))

    def on_answer_given(self, message: AnswerGiven) -> None:
        """Say whether it is right."""
        asked = self._asked()
        if asked is None:
            return
        lesson, number, exercise = asked
        given, said = lesson.run.respond(exercise, message.text)
        mark = dataclasses.replace(
            lesson.mark(number),
            typed=one_line(message.text, 80),
            verdict=given.verdict,
            message=one_line(said, 400),
            is_settled=given.is_right,
        )
        self._mark(lesson, number, exercise, mark)

    def action_lesson_hint(self) -> None:
        """Show one more hint."""
        asked = self._asked()
        if asked is None:
            return
        lesson, number, exercise = asked
        mark = lesson.mark(number)
        if mark.n_hints == len(exercise.hints):
            said = "there is no other hint; $ shows the answer"
            self.change(self.state.say(said))
            return
        mark = dataclasses.replace(mark, n_hints=mark.n_hints + 1)
        self._mark(lesson, number, exercise, mark)

    def action_lesson_solution(self) -> None:
        """Show the answer."""
        asked = self._asked()
        if asked is None:
            return
        lesson, number, exercise = asked
        text = answer_text(lesson.run.answer(exercise))
        mark = dataclasses.replace(
            lesson.mark(number), typed=text, is_settled=True, is_shown=True
        )
        self._mark(lesson, number, exercise, mark)

    def _mark(
        self, lesson: LessonState, number: int, exercise: Exercise, mark: Mark
    ) -> None:
        lesson = lesson.marked(number, mark)
        self.change(dataclasses.replace(self.state, lesson=lesson))
        if mark.is_settled:
            self._keep_progress(lesson.progress)
            if exercise.sets:
                self._record_change(lesson, exercise)

    def _record_change(self, lesson: LessonState, exercise: Exercise) -> None:
        leaves = tuple(jax.tree.leaves(lesson.run.changed(exercise).arguments))
        what = "; ".join(f"{name} = {made.text}" for name, made in exercise.sets)
        self._rerun(
            one_line(what, 80), functools.partial(_changed, self._recipe(), leaves)
        )

    # Progress --------------------------------------------------------------------------

    def _keep_progress(self, progress: Progress) -> None:
        if progress.path is None:
            return

        def keep() -> None:
            problem = progress.keep()
            if problem:
                self.post_message(Noticed(problem, is_alarming=True))

        # Waiting for a disk may take longer than a frame.
        self.run_worker(keep, thread=True, group="lesson")


def _changed(recipe: Recipe, leaves: tuple[Any, ...]) -> Recipe:
    return dataclasses.replace(recipe, leaves=leaves)


def _at_stop(state: UiState, lesson: LessonState) -> UiState:
    """Go to the place of a page: the cursor, what is open, selected and shown."""
    stop = lesson.here.stop
    state = dataclasses.replace(state, lesson=lesson)
    if state.cursor is None:
        return state
    try:
        place = lesson.run.place(stop)
    except LessonFailureError as error:
        return state.say(one_line(error.text, 120), is_alarming=True)
    cursor = state.cursor.seek(place.cursor.index)
    state = state.moved(cursor).followed()
    if place.open - state.open:
        state = state.with_open(state.open | place.open).followed()
    if place.select:
        state = state.select_node(place.select)
    if stop.show and stop.show not in state.arrangement.shown:
        shown = tuple(p for p in PANES if p in ("lesson", stop.show))
        arrangement = dataclasses.replace(state.arrangement, shown=shown)
        state = dataclasses.replace(state, arrangement=arrangement)
    return state
