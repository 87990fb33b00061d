"""What a question is."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, get_args

import numpy as np

from graphstep.export.chain import index_text, number
from graphstep.graph import Edge, Value
from graphstep.lessons._answers import Answer
from graphstep.lessons._grading import value_text
from graphstep.lessons._questions_local import Part

Kind = Literal["value", "cotangent", "contribution", "structure", "shape", "next"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_DIGITS = 6


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A number, or a few, that the learner is told.

    Attributes:
        name: What it is called: `x[1,2]`, `h̄[0]`.
        value: What it is.
    """

    name: str
    value: Any

    def __str__(self) -> str:
        """Return `x[1,2] = 0.5`."""
        return f"{self.name} = {value_text(self.value)}"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Something to predict before the walk shows it.

    Attributes:
        kind: What is asked for.
        step: Index of the step that shows it.
        node: The node that it is about.
        text: The question, on one line.
        given: The numbers that suffice to answer it.
        answer: What the answer should be.
        hints: From the vaguest to the plainest.
        reason: Why the answer is right, for when it is shown.
        index: Which element is asked for.
        edge: The use whose contribution is asked for.
        value: The value, node and output, whose contributions add up to the answer.
    """

    kind: Kind
    step: int
    node: str
    text: str
    answer: Answer
    given: tuple[Given, ...] = ()
    hints: tuple[str, ...] = ()
    reason: str = ""
    index: tuple[int, ...] = ()
    edge: Edge | None = None
    value: Value | None = None

    def __eq__(self, other: object) -> bool:
        """Return whether both ask the same."""
        return isinstance(other, Question) and self._asked == other._asked

    def __hash__(self) -> int:
        return hash(self._asked)

    @property
    def _asked(self) -> tuple[Any, ...]:
        return self.kind, self.step, self.text


def part_name(name: str, part: Part) -> str:
    """Return `x[1,2]`, `x[1,:]`, or of a scalar its name alone."""
    if not part:
        return name
    text = ",".join(":" if isinstance(i, slice) else str(i) for i in part)
    return f"{name}[{text}]"


def element_name(name: str, index: tuple[int, ...]) -> str:
    """Return `x[1,2]`, or of a scalar its name alone."""
    return f"{name}{index_text(index)}" if index else name


def about(value: Any) -> tuple[str, ...]:
    """Return the hint that comes last, if there is one: a number to one digit."""
    if np.asarray(value).dtype.kind == "b":
        return ()
    x = float(np.asarray(value))
    if not np.isfinite(x):
        return ("It is no ordinary number.",)
    if x == 0:
        return ("It is neither positive nor negative.",)
    return (f"It is about {number(x, 1)}.",)
