"""A quiz: questions in turn, what was answered, what that is worth."""

from __future__ import annotations

import dataclasses

from graphstep.lessons._answers import ChoiceAnswer, Grade
from graphstep.lessons._grading import answer_text, grade
from graphstep.lessons._question import Question
from graphstep.tracing import one_line

# For an answer that is right at once; each hint and each further try costs one.
FULL = 4
_TRIES, _HINTS = 3, 3


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """One question, and what has become of it.

    Attributes:
        question: What is asked.
        typed: The last answer.
        grade: What was said of it.
        n_tries: How many answers could be read.
        n_hints: How many hints are shown.
        is_given_up: Whether the answer was shown without being found.
    """

    question: Question
    typed: str = ""
    grade: Grade | None = None
    n_tries: int = 0
    n_hints: int = 0
    is_given_up: bool = False

    @property
    def is_right(self) -> bool:
        """Whether the answer was found."""
        return self.grade is not None and self.grade.is_right

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to answer."""
        return self.is_right or self.is_given_up

    @property
    def points(self) -> int:
        """What it is worth, at least 1 if the answer was found."""
        if not self.is_right:
            return 0
        return max(1, FULL - self.n_hints - (self.n_tries - 1))

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints that are shown."""
        return self.question.hints[: self.n_hints]

    @property
    def n_hints_left(self) -> int:
        """How many hints there are still."""
        return min(_HINTS, len(self.question.hints)) - self.n_hints

    @property
    def n_tries_left(self) -> int:
        """How many answers may still be given."""
        answer, most = self.question.answer, _TRIES
        if isinstance(answer, ChoiceAnswer):
            most = min(most, len(answer.choices) - 1)
        return most - self.n_tries

    @property
    def right(self) -> str:
        """The right answer."""
        return answer_text(self.question.answer)

    def answered(self, typed: str) -> Turn:
        """Grade an answer; after the last one that may be given, it is given up."""
        if self.is_settled:
            return self
        found = grade(self.question.answer, typed)
        turn = dataclasses.replace(
            self,
            typed=one_line(typed, 80),
            grade=found,
            n_tries=self.n_tries + found.is_readable,
        )
        is_over = not turn.is_right and not turn.n_tries_left
        return dataclasses.replace(turn, is_given_up=is_over)

    def hinted(self) -> Turn:
        """Show one more hint, if there is one."""
        if self.is_settled or not self.n_hints_left:
            return self
        return dataclasses.replace(self, n_hints=self.n_hints + 1)

    def given_up(self) -> Turn:
        """Show the answer."""
        return self if self.is_settled else dataclasses.replace(self, is_given_up=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Quiz:
    """Questions about a walk, in its order.

    Attributes:
        program: Name of the function.
        turns: The questions, and what has become of them.
        at: Which one is asked, from 0.
        is_over: Whether it has ended, with questions left or not.
        kept: The file in which its score is kept; empty if it is not.
    """

    program: str
    turns: tuple[Turn, ...]
    at: int = 0
    is_over: bool = False
    kept: str = ""

    @classmethod
    def of(cls, program: str, questions: tuple[Question, ...], kept: str = "") -> Quiz:
        """Return a quiz at its first question."""
        return cls(program, tuple(map(Turn, questions)), kept=kept)

    @property
    def turn(self) -> Turn:
        """The question that is asked."""
        return self.turns[self.at]

    @property
    def is_asking(self) -> bool:
        """Whether an answer is awaited."""
        return not self.is_over and not self.turn.is_settled

    @property
    def settled(self) -> tuple[Turn, ...]:
        """The questions that were answered or given up."""
        return tuple(turn for turn in self.turns if turn.is_settled)

    @property
    def missed(self) -> tuple[Turn, ...]:
        """The questions whose answer was not found."""
        return tuple(turn for turn in self.settled if not turn.is_right)

    @property
    def points(self) -> int:
        """What all answers are worth."""
        return sum(turn.points for turn in self.turns)

    @property
    def most(self) -> int:
        """What they could have been worth."""
        return FULL * len(self.settled)

    @property
    def score(self) -> str:
        """Return `7 of 10 right, 24 of 40 points`."""
        n_right = len(self.settled) - len(self.missed)
        asked = len(self.settled)
        return f"{n_right} of {asked} right, {self.points} of {self.most} points"

    def with_turn(self, turn: Turn) -> Quiz:
        """Return this with something done about the question that is asked."""
        turns = (*self.turns[: self.at], turn, *self.turns[self.at + 1 :])
        return dataclasses.replace(self, turns=turns)

    def onward(self) -> Quiz:
        """Go to the next question; after the last one it is over."""
        if self.at + 1 < len(self.turns):
            return dataclasses.replace(self, at=self.at + 1)
        return self.ended()

    def ended(self) -> Quiz:
        """End it here."""
        return dataclasses.replace(self, is_over=True)
