"""The text of a source file, and whether the code that ran can have come from it."""

from __future__ import annotations

import dataclasses
import linecache
from pathlib import Path
from types import CodeType

from graphstep.tracing._one_line import one_line
from graphstep.tracing._source import SourceLocation
from graphstep.tracing._statements import source_index


@dataclasses.dataclass(frozen=True, slots=True)
class SourceText:
    """What there is to read of a source file.

    Attributes:
        lines: The text, without line ends; empty if there is none.
        problem: One line that says why there is no text, or why it may be another one
            than that which ran; empty if there is nothing to say.
    """

    lines: tuple[str, ...]
    problem: str = ""


def source_text(file: str, line: int, location: SourceLocation | None) -> SourceText:
    """Return the text of a file that made part of a program.

    Args:
        file: A code's file name, or `<stdin>` and the like.
        line: A line of it that ran.
        location: A place to which code of that file led: it tells whether the file has
            changed since it was imported.
    """
    lines = tuple(text.rstrip("\r\n") for text in linecache.getlines(file))
    name = one_line(Path(file).name or file, 60)
    if not lines:
        return SourceText((), _absence(file, name))
    codes = [
        code for code, _ in (location.raw if location else ()) if _is_of(code, file)
    ]
    index = source_index(file)
    is_other = line > len(lines) or (
        index is not None and not all(index.defines(code) for code in codes)
    )
    if is_other:
        return SourceText(
            lines, f"{name} has changed since it ran; its lines may stand elsewhere"
        )
    if location is not None and not location.raw:
        return SourceText(lines, f"{name} as it is now; the recording carries no text")
    return SourceText(lines)


def _is_of(code: CodeType, file: str) -> bool:
    return code.co_filename == file


def _absence(file: str, name: str) -> str:
    if not file.startswith("<"):
        what = "is empty" if Path(file).exists() else "is not there"
        return f"{name} {what}, so there is no source to show"
    if file.startswith(("<stdin", "<python-input", "<console", "<input")):
        return f"typed at a prompt ({name}), whose lines Python does not keep"
    return f"made at run time ({name}), without a text to show"
