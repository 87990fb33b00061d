"""What an answer should be, and what is said of the one that was typed."""

from __future__ import annotations

import dataclasses
import enum
import re
from typing import Any, TypeAlias

import numpy as np

from graphstep.errors import AnswerError


class Verdict(enum.Enum):
    """How good an answer is."""

    RIGHT = "right"
    NEARLY = "nearly right"
    WRONG = "wrong"
    UNREADABLE = "not understood"


class Near(enum.Enum):
    """By what a nearly right answer missed."""

    ROUNDING = "rounding"
    SIGN = "sign"
    FACTOR = "a factor"
    RECIPROCAL = "the reciprocal"
    CONJUGATE = "the conjugate"
    TRANSPOSED = "a transpose"
    SUM = "a sum that was forgotten"
    SHAPE = "values, in the right shape"
    DTYPE = "the dtype"
    DOMAIN = "part of the domain"


@dataclasses.dataclass(frozen=True, slots=True)
class Grade:
    """What there is to say of an answer.

    Attributes:
        verdict: How good it is; what could not be read is not wrong, but asked again.
        understood: What the answer was taken to be; empty if it was not understood.
        message: One line to the learner, which does not give the answer away.
        near: By what it missed, if it is nearly right.
    """

    verdict: Verdict
    understood: str
    message: str
    near: Near | None = None

    @property
    def is_right(self) -> bool:
        """Whether nothing is left to ask."""
        return self.verdict is Verdict.RIGHT

    @property
    def is_readable(self) -> bool:
        """Whether it counts as an answer."""
        return self.verdict is not Verdict.UNREADABLE


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ValueAnswer:
    """A number or an array is expected.

    Attributes:
        value: The right one, in the dtype in which it was computed.
        scale: Size of the largest number that it is computed from by adding: how far
            rounding may have moved it. By default that of the value itself.
        terms: What it is the sum of, so that a term alone is told from a guess.
        given: Numbers that may be called by name in the answer.
        tolerance: Relative; by default three digits must be right, of integers all.
    """

    value: Any
    scale: float | None = None
    terms: tuple[Any, ...] = ()
    given: tuple[tuple[str, Any], ...] = ()
    tolerance: float | None = None

    @property
    def array(self) -> np.ndarray:
        """The right value as an array."""
        return np.asarray(self.value)


@dataclasses.dataclass(frozen=True, slots=True)
class ShapeAnswer:
    """A shape is expected: `f32[3,4]` with its dtype, `[3,4]` without.

    Attributes:
        text: The right one.
    """

    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class ChoiceAnswer:
    """One of several is expected: its letter, its number or its text.

    Attributes:
        choices: What there is to choose from.
        right: Which of them is right, from 0.
    """

    choices: tuple[str, ...]
    right: int


@dataclasses.dataclass(frozen=True, slots=True)
class NameAnswer:
    """A name is expected, of a node say.

    Attributes:
        right: All the names that are right: `h`, its letter `c`, its id `12`.
        known: Every name that could be meant; another one is asked again.
    """

    right: tuple[str, ...]
    known: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Variable:
    """What may occur in a formula, and where it is tried out.

    Attributes:
        name: As it is typed.
        shape: Of its values.
        low: The least of its values.
        high: The greatest.
    """

    name: str
    shape: tuple[int, ...] = ()
    low: float = -2.0
    high: float = 2.0


@dataclasses.dataclass(frozen=True, slots=True)
class FormulaAnswer:
    """A formula is expected, however it is written.

    Attributes:
        text: A right one.
        variables: What may occur in it.
    """

    text: str
    variables: tuple[Variable, ...] = ()


Answer: TypeAlias = (
    ValueAnswer | ShapeAnswer | ChoiceAnswer | NameAnswer | FormulaAnswer
)


@dataclasses.dataclass(frozen=True, slots=True)
class TypedShape:
    """A shape that was read.

    Attributes:
        shape: The sizes.
        dtype: `f32`; empty if none was given.
    """

    shape: tuple[int, ...]
    dtype: str = ""

    def __str__(self) -> str:
        """Return `f32[3,4]`."""
        return f"{self.dtype}[{','.join(map(str, self.shape))}]"


_SHAPE = re.compile(
    r"(?P<dtype>[a-z][a-z0-9]*)?\s*(?:[\[(]\s*(?P<sizes>[\d\s,x×]*)[\])])?"
)
_DTYPE = re.compile(r"(?:[fc](?:16|32|64|128)|[iu](?:4|8|16|32|64)|bf16|bool)")
_LONG = {"bfloat": "bf", "float": "f", "uint": "u", "int": "i", "complex": "c"}


def read_shape(text: str) -> TypedShape:
    """Return the shape that `f32[3,4]`, `float32[3,4]`, `(3, 4)` or `3x4` spells.

    Raises:
        AnswerError: If it spells none.
    """
    line = " ".join(text.lower().split())
    if line == "scalar":
        return TypedShape(())
    if re.fullmatch(r"\d[\d\s,x×]*", line):
        line = f"[{line}]"
    match = _SHAPE.fullmatch(line)
    if not match or not line or len(line) > 100:
        msg = "A shape is written as `f32[3,4]`, `(3, 4)` or `()`."
        raise AnswerError(msg)
    dtype = re.sub("^[a-z]+", lambda m: _LONG.get(m[0], m[0]), match["dtype"] or "")
    if dtype and not _DTYPE.fullmatch(dtype):
        msg = (
            f"`{match['dtype'][:20]}` is not a dtype; `f32`, `i32` and `bool` are some."
        )
        raise AnswerError(msg)
    sizes = re.findall(r"\d+", match["sizes"] or "")
    return TypedShape(tuple(int(size[:19]) for size in sizes), dtype)
