"""How far a person has come in each lesson, in a file that they can find and delete."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphstep import _files
from graphstep.errors import OutputError
from graphstep.lessons._lesson import Lesson
from graphstep.tracing import one_line

FILE = "lessons.json"
_MOST_BYTES = 1 << 20


@dataclasses.dataclass(frozen=True, slots=True)
class Done:
    """How far somebody has come in one lesson.

    Attributes:
        page: The page that was read last, from 0.
        farthest: The farthest page that was read.
        right: Numbers of the exercises that were answered right, from 0.
        shown: Numbers of those whose answer was shown.
    """

    page: int = 0
    farthest: int = 0
    right: tuple[int, ...] = ()
    shown: tuple[int, ...] = ()

    def at_page(self, page: int) -> Done:
        """Note the page that is read."""
        return dataclasses.replace(self, page=page, farthest=max(page, self.farthest))

    def answered(self, number: int, *, is_shown: bool) -> Done:
        """Note that an exercise was answered right, or its answer shown."""
        if number in (*self.right, *self.shown):
            return self
        if is_shown:
            return dataclasses.replace(self, shown=(*self.shown, number))
        return dataclasses.replace(self, right=(*self.right, number))

    def is_over(self, lesson: Lesson) -> bool:
        """Return whether every page was read and every exercise is settled."""
        n_exercises = sum(len(page.exercises) for page in lesson.pages)
        n_settled = len(self.right) + len(self.shown)
        return self.farthest >= len(lesson.pages) - 1 and n_settled >= n_exercises


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody has come in all lessons.

    Attributes:
        path: The file; `None` keeps nothing.
        lessons: By the name of a lesson.
        problem: Why the file could not be read; then it is left as it is.
    """

    path: Path | None = None
    lessons: Mapping[str, Done] = dataclasses.field(default_factory=dict)
    problem: str = ""

    @classmethod
    def read(cls, folder: Path) -> Progress:
        """Read the file of a folder; one that is missing is empty."""
        path = folder / FILE
        try:
            if path.stat().st_size > _MOST_BYTES:
                return cls(None, {}, f"{path} is too large and is not used")
            found = json.loads(path.read_text("utf-8"))
            lessons = {str(name): _done(said) for name, said in found.items()}
        except FileNotFoundError:
            return cls(path)
        except (
            OSError,
            ValueError,
            TypeError,
            AttributeError,
            RecursionError,
        ) as error:
            said = f"{path} cannot be read and is not used: {one_line(str(error), 80)}"
            return cls(None, {}, said)
        return cls(path, lessons)

    def of(self, name: str) -> Done:
        """Return how far somebody has come in a lesson."""
        return self.lessons.get(name, Done())

    def with_(self, name: str, done: Done) -> Progress:
        """Return this with other progress in one lesson."""
        return dataclasses.replace(self, lessons={**self.lessons, name: done})

    def keep(self) -> str:
        """Write the file; return why it could not be."""
        if self.path is None:
            return ""
        data = {name: dataclasses.asdict(done) for name, done in self.lessons.items()}
        text = json.dumps(data, indent=1, sort_keys=True)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _files.write_atomically(self.path, text.encode())
        except (OSError, OutputError) as error:
            return f"progress cannot be kept: {one_line(str(error), 120)}"
        return ""


def _done(said: Any) -> Done:
    page, farthest = int(said["page"]), int(said["farthest"])
    right, shown = (tuple(int(n) for n in said[key]) for key in ("right", "shown"))
    return Done(max(page, 0), max(farthest, 0), right, shown)
