"""What is asked of a lesson, besides its actions."""

from __future__ import annotations

import dataclasses

from textual.message import Message


@dataclasses.dataclass
class AnswerGiven(Message):
    """A question of the lesson was answered.

    Attributes:
        text: What was typed, or the letter of what was chosen.
    """

    text: str
