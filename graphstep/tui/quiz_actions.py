"""A quiz on the walk: what lies ahead is hidden until it was predicted."""

from __future__ import annotations

import dataclasses
from typing import Any

from textual.message import Message

from graphstep.lessons import (
    SCORES_FILE,
    Quiz,
    Turn,
    Veiled,
    add_score,
    make_questions,
    read_scores,
    score_of,
)
from graphstep.recording import Recording
from graphstep.stepping import Cursor
from graphstep.tui.background import Task
from graphstep.tui.lesson_actions import LessonActions
from graphstep.tui.lesson_orders import AnswerGiven
from graphstep.tui.messages import Noticed, RecordingMade
from graphstep.tui.orders import PromptAsked
from graphstep.tui.quiz_orders import QuestionsMade, QuizAsked, QuizClosed
from graphstep.tui.recording_job import Attempt
from graphstep.tui.remembering import RememberingActions
from graphstep.tui.state import UiState
from graphstep.tui.values import Values

_NOT_YET = "that lies ahead: answer first, or skip the question; Esc ends the quiz"
_NOT_NOW = "not during the quiz; Esc ends it"
_NONE = (
    "no step here makes a fair question: it takes numbers that are few, real and kept"
)

# The question needs more room than what is known.
_SHOWN, _WEIGHTS = ("lesson", "chain"), (("lesson", 24),)


class QuizActions(RememberingActions, LessonActions):
    """Asks questions about the steps ahead, and hides what would answer them.

    While a quiz is on, the values that are shown come from a `Veiled` recording.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._quiz_wanted: QuizAsked | None = None
        self._quiz_seed: int | None = None
        # As it was before the quiz.
        self._before_quiz: UiState | None = None

    # Beginning -----------------------------------------------------------------------

    def want_quiz(self, wanted: QuizAsked) -> None:
        """Begin a quiz once there is a recording."""
        self._quiz_wanted = wanted

    def on_recording_made(self, message: RecordingMade) -> None:
        """Begin the quiz that waits for it, once it is shown."""
        if self._quiz_wanted is not None:
            self.call_later(self.post_message, self._quiz_wanted)
            self._quiz_wanted = None

    def action_quiz(self) -> None:
        """Begin a quiz, or end the one that is on."""
        quiz = self.state.quiz
        if quiz is None or quiz.is_over:
            self.on_quiz_asked(QuizAsked())
        else:
            self._end_quiz(quiz)

    def on_quiz_asked(self, message: QuizAsked) -> None:
        """Make the questions in a thread."""
        quiz = self.state.quiz
        if quiz is not None and not quiz.is_over:
            self.change(self.state.say(_NOT_NOW, is_alarming=True))
            return
        cursor, recording = self.state.cursor, self.recording
        if cursor is None or recording is None or self.is_busy():
            return
        self._close_review()
        folder, known = self.settings.folder, self._quiz_seed

        def work(task: Task) -> Message:
            scores = None if folder is None else read_scores(folder)
            seed = 0 if scores is None else len(scores.items)
            seed = next((s for s in (known, message.seed) if s is not None), seed)
            for start in (cursor, cursor.first()):
                questions = make_questions(
                    start,
                    message.count,
                    seed=seed,
                    kinds=message.kinds,
                    is_unwanted=lambda: task.is_cancelled,
                )
                if questions:
                    break
            problem = "" if scores is None else scores.problem
            return QuestionsMade(recording, questions, seed, problem)

        self.work_apart("thinking of questions …", work)

    def on_questions_made(self, message: QuestionsMade) -> None:
        """Ask the first question."""
        # Another recording may have been asked for in the meantime.
        if message.recording is not self.recording or self.is_busy():
            return
        self._quiz_seed = message.seed + 1
        if not message.questions:
            self.change(self.state.say(_NONE, is_alarming=True))
            return
        self._before_quiz = self.state
        folder = self.settings.folder
        kept = "" if folder is None else str(folder / SCORES_FILE)
        quiz = Quiz.of(self.state.graph.trace.fn_name, message.questions, kept)
        self._ask_question(quiz)
        if message.problem:
            self.change(self.state.say(message.problem, is_alarming=True))

    # Asking --------------------------------------------------------------------------

    def _ask_question(self, quiz: Quiz) -> None:
        """Go to where the question is asked, or to what answers it; hide the rest."""
        before = self._before_quiz
        assert before is not None
        assert before.cursor is not None
        turn = quiz.turn
        question, is_open = turn.question, not turn.is_settled
        limit = before.cursor.seek(question.step - is_open)
        recording = limit.recording
        assert isinstance(recording, Recording)
        veiled = Veiled(recording, limit, question.value if is_open else None)
        self._values = Values(veiled)
        runs = tuple(
            dataclasses.replace(run, output="hidden") for run in before.runs.items
        )
        arrangement = dataclasses.replace(
            before.arrangement,
            shown=_SHOWN,
            share=50,
            weights=_WEIGHTS,
            is_maximised=False,
        )
        state = dataclasses.replace(
            self.state,
            quiz=quiz,
            runs=dataclasses.replace(before.runs, items=runs, compared=0),
        )
        if self.state.quiz is None:
            state = dataclasses.replace(state, arrangement=arrangement)
        state = state.moved(Cursor(veiled, limit.timeline, limit.index)).followed()
        if question.kind != "next" and is_open:
            state = state.select_node(question.node)
        self.change(state.focused("lesson"))

    def _turn_now(self) -> tuple[Quiz, Turn] | None:
        quiz = self.state.quiz
        return None if quiz is None or not quiz.is_asking else (quiz, quiz.turn)

    def _take(self, quiz: Quiz, turn: Turn) -> None:
        """Show what has become of the question."""
        quiz = quiz.with_turn(turn)
        if turn.is_settled:
            self._ask_question(quiz)
        else:
            self.change(dataclasses.replace(self.state, quiz=quiz))

    def action_lesson_answer(self) -> None:
        """Ask for the answer."""
        if self.state.quiz is None:
            super().action_lesson_answer()
        elif self._turn_now() is not None:
            self.post_message(PromptAsked(":", "answer "))

    def on_answer_given(self, message: AnswerGiven) -> None:
        """Grade it."""
        if self.state.quiz is None:
            return
        # It is not for the lesson, whose handler would come next.
        message.prevent_default()
        found = self._turn_now()
        if found is not None:
            quiz, turn = found
            self._take(quiz, turn.answered(message.text))

    def action_lesson_hint(self) -> None:
        """Show one more hint."""
        found = self._turn_now()
        if self.state.quiz is None:
            super().action_lesson_hint()
        elif found is not None:
            quiz, turn = found
            if turn.n_hints_left:
                self._take(quiz, turn.hinted())
            else:
                self.change(self.state.say("there is no other hint"))

    def action_lesson_solution(self) -> None:
        """Skip the question, and show the answer."""
        found = self._turn_now()
        if self.state.quiz is None:
            super().action_lesson_solution()
        elif found is not None:
            quiz, turn = found
            self._take(quiz, turn.given_up())

    def action_lesson_next(self) -> None:
        """Go on to the next question."""
        quiz = self.state.quiz
        if quiz is None:
            super().action_lesson_next()
        elif quiz.is_asking:
            self.change(self.state.say(_NOT_YET))
        elif not quiz.is_over:
            following = quiz.onward()
            if following.is_over:
                self._end_quiz(quiz)
            else:
                self._ask_question(following)

    def action_lesson_previous(self) -> None:
        """Turn back a page of a lesson; a quiz has none."""
        if self.state.quiz is None:
            super().action_lesson_previous()

    def action_lesson_here(self) -> None:
        """Come back to where the question is asked."""
        quiz = self.state.quiz
        if quiz is None:
            super().action_lesson_here()
        elif not quiz.is_over:
            self._ask_question(quiz)

    # Hiding --------------------------------------------------------------------------

    @property
    def _is_quizzing(self) -> bool:
        return self.state.quiz is not None and not self.state.quiz.is_over

    def change(self, state: UiState) -> None:
        """Go over to another state, but not ahead of the question."""
        quiz, values = state.quiz, self._values
        if quiz is not None and not quiz.is_over and values is not None:
            veiled, cursor = values.recording, state.cursor
            assert isinstance(veiled, Veiled)
            assert cursor is not None
            if cursor.recording is not veiled or cursor.index > veiled.limit.index:
                state = self.state.say(_NOT_YET)
        super().change(state)

    def keep_soon(self) -> None:
        """Remember how panels stand, but not how they do in a quiz."""
        if self.state.quiz is None:
            super().keep_soon()

    def start_recording(self, attempt: Attempt) -> None:
        """Record anew, unless questions are asked about what was recorded."""
        if self._is_quizzing:
            self.change(self.state.say(_NOT_NOW, is_alarming=True))
        else:
            super().start_recording(attempt)

    def show_run(self, number: int) -> None:
        """Look at another recording, unless questions are asked about this one."""
        if self._is_quizzing:
            self.change(self.state.say(_NOT_NOW, is_alarming=True))
        else:
            super().show_run(number)

    # Ending --------------------------------------------------------------------------

    def key_escape(self) -> None:
        """End the quiz, or close its review."""
        quiz = self.state.quiz
        if quiz is None or self.is_working:
            super().key_escape()
        elif quiz.is_over:
            self._close_review()
        else:
            self._end_quiz(quiz)

    def _end_quiz(self, quiz: Quiz) -> None:
        """Show everything again, and what was missed."""
        before, run = self._before_quiz, self.state.runs
        assert before is not None
        assert before.cursor is not None
        assert self.state.cursor is not None
        current = before.runs.get(run.current)
        assert current is not None
        self._values = current.values
        cursor = before.cursor.seek(self.state.cursor.index)
        over = quiz.ended()
        state = dataclasses.replace(
            self.state, quiz=over, runs=before.runs, cursor=cursor, came_from=None
        )
        self.change(state)
        if quiz.settled:
            self._keep_score(over)
        else:
            self._close_review()
            self.change(self.state.say("the quiz is over; nothing was answered"))

    def on_quiz_closed(self, _: QuizClosed) -> None:
        """Close the review."""
        self._close_review()

    def _close_review(self) -> None:
        before = self._before_quiz
        if self.state.quiz is None or before is None:
            return
        self._before_quiz = None
        state = dataclasses.replace(
            self.state, quiz=None, arrangement=before.arrangement
        )
        self.change(state.focused(before.focus))

    def _keep_score(self, quiz: Quiz) -> None:
        folder = self.settings.folder
        if folder is None:
            return

        def keep() -> None:
            problem = add_score(folder, score_of(quiz))
            if problem:
                self.post_message(Noticed(problem, is_alarming=True))

        # Waiting for a disk may take longer than a frame.
        self.run_worker(keep, thread=True, group="quiz")
