"""Commands of a lesson."""

from __future__ import annotations

from collections.abc import Iterable

from textual.message import Message

from graphstep.lessons import ChoiceAnswer
from graphstep.tui.command import Command
from graphstep.tui.lesson_orders import AnswerGiven
from graphstep.tui.orders import ActionAsked
from graphstep.tui.state import UiState


def _answer(_state: UiState, text: str) -> UiState | Message:
    return AnswerGiven(text) if text else ActionAsked("lesson_answer")


def _words(state: UiState, _typed: str) -> Iterable[str]:
    lesson, quiz = state.lesson, state.quiz
    if quiz is not None and quiz.is_asking:
        answer = quiz.turn.question.answer
        return answer.choices if isinstance(answer, ChoiceAnswer) else ()
    question = None if lesson is None else lesson.question
    return () if question is None else question[1].options


COMMANDS: tuple[Command, ...] = (
    Command(
        "answer",
        "answer TEXT",
        "answer the question of the lesson or quiz",
        _answer,
        words=_words,
        action="lesson_answer",
        group="Lesson",
    ),
)
