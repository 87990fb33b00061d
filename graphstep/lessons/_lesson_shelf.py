"""The lessons that come with graphstep, the template for others, and the glossary."""

from __future__ import annotations

import difflib
import functools
from importlib.resources import as_file, files
from pathlib import Path

from graphstep.errors import TargetError
from graphstep.lessons._lesson import Lesson
from graphstep.lessons._lesson_reading import read_lesson
from graphstep.tracing import one_line

# In the order in which they build on each other.
NAMES = (
    "least_squares",
    "fan_out",
    "three_ways",
    "forward_mode",
    "reverse_mode",
    "counting_passes",
    "memory",
    "elementwise",
    "matrix_rules",
    "softmax",
    "jit_dtype",
    "hessian",
    "through_time",
    "custom_vjp",
    "where_nan",
)
_SUFFIX = ".md"


def lesson_named(name: str) -> Lesson:
    """Return a lesson that comes with graphstep, or that of a file.

    Raises:
        TargetError: If there is none.
        LessonError: If it is written wrongly.
    """
    if name in NAMES:
        return _shelved(name)
    if name.endswith(_SUFFIX) or "/" in name:
        return read_lesson(Path(name))
    near = difflib.get_close_matches(name, NAMES, 1)
    meant = f" Did you mean `{near[0]}`?" if near else ""
    msg = (
        f"There is no lesson `{one_line(name, 60)}`.{meant} `graphstep learn --list` "
        "names them; a file of your own ends in .md."
    )
    raise TargetError(msg)


def all_lessons() -> tuple[Lesson, ...]:
    """Return every lesson that comes with graphstep, in order."""
    return tuple(map(_shelved, NAMES))


@functools.cache
def _shelved(name: str) -> Lesson:
    with as_file(_texts().joinpath(name + _SUFFIX)) as path:
        return read_lesson(path, name)


def template() -> str:
    """Return a lesson to begin one's own from: it is short and passes the check."""
    return _texts().joinpath("_template.md").read_text("utf-8")


def glossary() -> tuple[tuple[str, str], ...]:
    """Return the words of the lessons, each with what it means, in order."""
    text = _texts().joinpath("_glossary.md").read_text("utf-8")
    entries = (
        line[2:].split("**", 2) for line in text.splitlines() if line[:2] == "- "
    )
    return tuple((parts[1], parts[2].lstrip(": ")) for parts in entries)


def _texts() -> Path:
    found = files("graphstep.lessons").joinpath("texts")
    assert isinstance(found, Path)
    return found
