"""What is wrong with a lesson, line by line."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from graphstep.errors import LessonError


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        file: The lesson's file.
        line: The line in it.
        text: What is wrong, and what was expected.
    """

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def refuse(problems: Iterable[Problem]) -> None:
    """Raise for the first problems, if there are any.

    Raises:
        LessonError: With one line for each.
    """
    found = sorted(problems)
    if found:
        raise LessonError("\n".join(map(str, found)))
