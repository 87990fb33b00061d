"""Colours of JAX's own text."""

from __future__ import annotations

import re

from graphstep.tui.source_highlight import Piece

_TOKENS = re.compile(
    r"(?P<keyword>\blambda\b|\blet\b|\bin\b)"
    r"|(?P<comment>(?<=:)(?:[a-z]+\d*(?:<[^>]*>)?|key<[^>]*>)\[[^\]]*\](?:\{[^}]*\})?)"
    r"|(?P<name>(?<==\s)\w+)"
    r"|(?P<number>(?<![\w.])-?\d[\w.]*)"
    r"|(?P<mark>[][{}()=:;,]+)"
)


def pieces_of_line(line: str) -> list[Piece]:
    """Return the pieces of a line of a jaxpr, types faint and primitives bright."""
    pieces: list[Piece] = []
    here = 0
    for match in _TOKENS.finditer(line):
        if match.start() > here:
            pieces.append((line[here : match.start()], "text"))
        pieces.append((match.group(), match.lastgroup or "text"))
        here = match.end()
    if here < len(line):
        pieces.append((line[here:], "text"))
    return pieces
