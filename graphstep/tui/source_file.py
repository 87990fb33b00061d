"""One source file as it is shown: safe lines, read when they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import overload

from rich.cells import cell_len

from graphstep.tracing import SourceText, one_line
from graphstep.tui.source_highlight import Highlighter

_TAB = 4
_LONGEST = 1000


def shown(text: str) -> str:
    """Return a line of source without tabs, and with control characters escaped."""
    if len(text) <= _LONGEST and text.isprintable():
        return text
    parts: list[str] = []
    width = 0
    for c in text[:_LONGEST]:
        if c == "\t":
            part = " " * (_TAB - width % _TAB)
        else:
            part = c if c.isprintable() else one_line(c)
        parts.append(part)
        width += len(part)
    return "".join(parts)


class _ShownLines(Sequence[str]):
    """The lines of a file, each made safe when it is asked for."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._shown: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        found = self._shown.get(index)
        if found is None:
            found = self._shown[index] = shown(self._lines[index])
        return found


class SourceFile:
    """One file.

    Args:
        name: The code's file name.
        text: What there is to read of it.

    Attributes:
        problem: Why there is no text, or why it may be another.
        lines: What is shown.
        highlighter: Its colours.
    """

    def __init__(self, name: str, text: SourceText) -> None:
        self.name = name
        self.problem = text.problem
        self._text = text.lines
        self.lines = _ShownLines(text.lines)
        self.highlighter = Highlighter(self.lines)

    def __len__(self) -> int:
        return len(self._text)

    @property
    def short_name(self) -> str:
        """The file's name without its folders."""
        return one_line(PurePath(self.name).name or self.name, 60)

    def cell(self, line: int, column: int) -> int:
        """Return at which cell of its line, counted from 1, a character stands."""
        return cell_len(shown(self._text[line - 1][:column]))
