"""What the terminal can show: its width, colours and characters."""

from __future__ import annotations

import dataclasses
import os
import sys
import unicodedata
from typing import Any, TextIO

import click

# Longest text from a program in one message.
_LIMIT = 800
_NARROWEST, _USUAL_WIDTH = 20, 80


def safe(text: str, limit: int = _LIMIT) -> str:
    """Return `text` on one line with nothing in it that a terminal would act upon."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    # Late, because this import loads JAX.
    from graphstep.tracing import one_line

    return one_line(text, limit)


def cells(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    return sum(_character_cells(character) for character in text)


def _character_cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fitted(text: str, width: int, ellipsis: str) -> str:
    """Return `text`, cut at its end if it takes more than `width` columns."""
    if cells(text) <= width:
        return text
    room = width - len(ellipsis)
    if room <= 0:
        return ellipsis[: max(0, width)]
    kept: list[str] = []
    for character in text:
        room -= _character_cells(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + ellipsis


def shortened(text: str, width: int, ellipsis: str) -> str:
    """Return `text`, cut in its middle if it takes more than `width` columns.

    Both ends of a path such as `model.blocks[0].norm.weight` tell it from others.
    """
    if cells(text) <= width:
        return text
    room = width - len(ellipsis)
    if room <= 1:
        return fitted(text, width, ellipsis)
    head = fitted(text, room // 4, "")
    tail = fitted(text[::-1], room - cells(head), "")[::-1]
    return head + ellipsis + tail


@dataclasses.dataclass(frozen=True, slots=True)
class Glyphs:
    """Characters outside of ASCII, or what stands for them."""

    branch: str = "├─"
    last: str = "└─"
    bar: str = "│ "
    ellipsis: str = "…"
    times: str = "×"
    closed: str = "▸"
    cotangent: str = "∂"
    dot: str = "·"


ASCII = Glyphs("|-", "`-", "| ", "...", "x", "+", "ct", "-")


@dataclasses.dataclass(frozen=True, slots=True)
class Terminal:
    """How to write to one stream.

    Attributes:
        width: Columns in a line.
        has_colour: Whether to use colours.
        glyphs: The characters to draw with.
    """

    width: int
    has_colour: bool
    glyphs: Glyphs

    @classmethod
    def of(cls, stream: TextIO) -> Terminal:
        """Return what `stream` can show.

        The width of a pipe is that of the terminal behind it, if there is one, else
        80; the environment variable `COLUMNS` comes first. `NO_COLOR` is respected.
        """
        colour = stream.isatty() and not os.environ.get("NO_COLOR")
        return cls(
            width=_width(),
            has_colour=bool(colour) and os.environ.get("TERM") != "dumb",
            glyphs=Glyphs() if _can_show_unicode(stream) else ASCII,
        )

    def style(self, text: str, **style: Any) -> str:
        """Return `text` in colour or bold, where the terminal has it."""
        return click.style(text, **style) if self.has_colour and text else text


def _width() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return max(_NARROWEST, int(columns))
    for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
        try:
            if stream is not None:
                width = os.get_terminal_size(stream.fileno()).columns
                return max(_NARROWEST, width or _USUAL_WIDTH)
        except (OSError, ValueError):
            continue
    return _USUAL_WIDTH


def _can_show_unicode(stream: TextIO) -> bool:
    glyphs = "".join(getattr(Glyphs(), f.name) for f in dataclasses.fields(Glyphs))
    try:
        glyphs.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
