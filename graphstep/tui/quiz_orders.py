"""What is asked of a quiz, and what it is told."""

from __future__ import annotations

import dataclasses

from textual.message import Message

from graphstep.lessons import KINDS, Kind, Question
from graphstep.recording import Recording

COUNT = 10


@dataclasses.dataclass
class QuizAsked(Message):
    """A quiz should begin.

    Attributes:
        count: How many questions.
        kinds: What to ask for.
        seed: Which questions; by default others each time.
    """

    count: int = COUNT
    kinds: tuple[Kind, ...] = KINDS
    seed: int | None = None


@dataclasses.dataclass
class QuizClosed(Message):
    """The review of a quiz was read."""


@dataclasses.dataclass
class QuestionsMade(Message):
    """The questions of a quiz are ready.

    Attributes:
        recording: What they are about.
        questions: In the order of the walk.
        seed: What they were chosen by.
        problem: What is wrong with the file of scores.
    """

    recording: Recording
    questions: tuple[Question, ...]
    seed: int = 0
    problem: str = ""
