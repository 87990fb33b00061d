"""The command that begins a quiz."""

from __future__ import annotations

from textual.message import Message

from graphstep.errors import AnswerError
from graphstep.tui.command import Command
from graphstep.tui.orders import ActionAsked
from graphstep.tui.quiz_orders import QuizAsked
from graphstep.tui.state import UiState

MOST = 100


def _quiz(_state: UiState, text: str) -> UiState | Message:
    if not text:
        return ActionAsked("quiz")
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST):
        msg = f"A quiz has from 1 to {MOST} questions: `quiz 5`."
        raise AnswerError(msg)
    return QuizAsked(int(text))


COMMANDS: tuple[Command, ...] = (
    Command(
        "quiz",
        "quiz [COUNT]",
        "a quiz on the steps ahead; without a count, once more ends it",
        _quiz,
        action="quiz",
        group="Quiz",
    ),
)
