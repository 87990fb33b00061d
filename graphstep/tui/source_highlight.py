"""Colours of Python, line by line; a big file is read in stretches, when looked at."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pygments.lexers import PythonLexer
from pygments.token import Token
from rich.style import Style

from graphstep.tui.palette import Palette

# A piece of a line, and what it is.
Piece = tuple[str, str]
_STRETCH = 150
_LONGEST = 500
# Where a stretch may begin: a lexer that starts here is in no string.
_START = re.compile(r"(?:    )?(?:async def|def|class|@|import|from)\b|@")
_WORDS = (
    (Token.Comment, "comment"),
    (Token.String.Doc, "string"),
    (Token.String, "string"),
    (Token.Number, "number"),
    (Token.Keyword.Constant, "number"),
    (Token.Keyword, "keyword"),
    (Token.Operator.Word, "keyword"),
    (Token.Name.Function, "name"),
    (Token.Name.Class, "name"),
    (Token.Name.Decorator, "decorator"),
    (Token.Name.Builtin.Pseudo, "decorator"),
    (Token.Name.Builtin, "builtin"),
    (Token.Operator, "mark"),
    (Token.Punctuation, "mark"),
)
_HUES: Mapping[str, str] = MappingProxyType(
    {
        "keyword": "reduction",
        "string": "elementwise",
        "number": "linear",
        "decorator": "rule",
        "builtin": "index",
    }
)


def style_of(palette: Palette, word: str) -> Style:
    """Return the style of a piece."""
    if word in _HUES:
        return palette.kind(_HUES[word])
    if word == "comment":
        return palette.faint + Style(italic=True)
    if word == "name":
        return palette.bright
    return palette.dim if word == "mark" else palette.text


class Highlighter:
    """The pieces of every line of one file.

    A stretch of lines takes longer than a frame, so it is read in a thread.

    Args:
        lines: The text, safe to be shown.

    Attributes:
        wanted: A line that was asked for and is not read yet.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._pieces: dict[int, list[Piece]] = {}
        self.wanted: int | None = None

    def pieces(self, number: int) -> list[Piece]:
        """Return the pieces of a line, counted from 0; one piece if it is not read."""
        found = self._pieces.get(number)
        if found is None:
            self.wanted = number
            return [(self._lines[number], "text")]
        return found

    def read_around(self, number: int) -> None:
        """Read a line and those around it."""
        self._read(*self._stretch(number))

    def _stretch(self, number: int) -> tuple[int, int]:
        """Return a stretch of lines around one that begins and ends at definitions."""
        start = number
        lowest = max(0, number - _LONGEST)
        while start > lowest and not _START.match(self._lines[start]):
            start -= 1
        stop = min(number + _STRETCH, len(self._lines))
        highest = min(stop + _LONGEST, len(self._lines))
        while stop < highest and not _START.match(self._lines[stop]):
            stop += 1
        return start, stop

    def _read(self, start: int, stop: int) -> None:
        text = "\n".join(self._lines[start:stop])
        # The lexer would drop empty lines at both ends.
        lexer = PythonLexer(stripnl=False, ensurenl=False)
        lines: list[list[Piece]] = [[]]
        for token, value in lexer.get_tokens(text):
            word = next((word for kind, word in _WORDS if token in kind), "text")
            for piece, is_last in _split(value):
                if piece:
                    lines[-1].append((piece, word))
                if not is_last:
                    lines.append([])
        for number, pieces in zip(range(start, stop), lines, strict=False):
            self._pieces[number] = pieces
        for number in range(start + len(lines), stop):
            self._pieces[number] = [(self._lines[number], "text")]


def _split(value: str) -> itertools.chain[tuple[str, bool]]:
    *full, last = value.split("\n")
    return itertools.chain(((each, False) for each in full), [(last, True)])
