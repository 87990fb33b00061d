"""Draw with ASCII alone, where the terminal or the locale knows no more."""

from __future__ import annotations

import functools
import os
import unicodedata
from collections.abc import Mapping

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

# Terminals whose fonts or encodings lack most of what is drawn.
_POOR_TERMINALS = frozenset({"ansi", "dumb", "linux", "vt100", "vt102", "vt220"})

# ruff: noqa: RUF001 -- what looks alike is what this table is about.
_BY_LOOKS = {
    "|": "│┃║╎╏┆┇┊┋╷╵╹╻▏▎▍▌▐▕‖∣",
    "-": "─━╌╍┄┅┈┉╴╶╸╺−–—‐‑⁻⊟‾",
    "=": "═≡»",
    "+": "┌┐└┘├┤┬┴┼╭╮╯╰┏┓┗┛┣┫┳┻╋┝┞┟┠┡┢┥┦┧┨┩┪┭┮┯┰┱┲┵┶┷┸┹┺┽┾┿╀╁╂╃╄╅╆╇╈╉╊⊞±",
    "#": "╔╗╚╝╠╣╦╩╬╒╓╕╖╘╙╛╜╞╟╡╢╤╥╧╨╪╫■▣◼",
    ">": "→▶▸▹▷›≥⇒⟩↦",
    "<": "←◀◂◃◁‹≤⟨⌫",
    "^": "↑▲▴△⇧▀ˆ",
    "v": "↓▼▾▽✓✔",
    "x": "×✗✘⨯✕",
    ".": "·∙⋅◦‧",
    "~": "…≈∼",
    "o": "○◌⊙◎",
    "*": "●★⊗⊛•",
    "&": "◆",
    ":": "⠐",
    "@": "◈◉",
    "!": "≠",
    "d": "∂",
    "u": "µμ",
    "s": "∑Σ",
    "I": "∞",
    "/": "⠋⠴√",
    "\\": "⠙⠦",
    "'": "⠹⠧‘’′`",
    '"': "“”″",
    ",": "⠸⠇",
    ";": "⠼⠏",
    "b": "□",
    " ": "\N{NO-BREAK SPACE}",
}
_BRAILLE = range(0x2800, 0x2900)
_BY_DOTS = " ..:::+##"
# From little to much: columns and shades are told apart by how dark they are.
_BY_AMOUNT = {"▁▂▃▄▅▆▇█": ".:-=+*#@", "░▒▓": ":+#"}
_TABLE: Mapping[int, str] = {
    ord(glyph): plain for plain, glyphs in _BY_LOOKS.items() for glyph in glyphs
} | {
    ord(glyph): plain
    for glyphs, plains in _BY_AMOUNT.items()
    for glyph, plain in zip(glyphs, plains, strict=True)
}


@functools.lru_cache(maxsize=4096)
def ascii_glyph(glyph: str) -> str:
    """Return as many ASCII characters as a character takes cells."""
    width = cell_len(glyph)
    found = _TABLE.get(ord(glyph))
    if found is None and ord(glyph) in _BRAILLE:
        # The low byte has a bit for each of the eight dots.
        found = _BY_DOTS[(ord(glyph) - _BRAILLE.start).bit_count()]
    if found is None:
        parts = unicodedata.normalize("NFKD", glyph)
        found = "".join(part for part in parts if part.isascii() and part.isprintable())
    return found if len(found) == width else "?" * width


@functools.lru_cache(maxsize=8192)
def ascii_text(text: str) -> str:
    """Return a text of ASCII characters, one for each cell that `text` takes."""
    if text.isascii():
        return text
    plain = "".join(each if each.isascii() else ascii_glyph(each) for each in text)
    # Characters may join to fewer cells than each takes by itself.
    width = cell_len(text)
    return plain if len(plain) == width else set_cell_size(plain, width)


class AsciiFilter(LineFilter):
    """Puts ASCII in the place of everything else, as the last step of drawing."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII, of the same widths."""
        del background
        return [
            Segment(ascii_text(text), style, control)
            for text, style, control in segments
        ]


def prefers_ascii(environ: Mapping[str, str] | None = None) -> bool:
    """Return whether the locale or the terminal wants nothing but ASCII.

    Without any locale Python itself assumes UTF-8, and so does this.
    """
    environ = os.environ if environ is None else environ
    if environ.get("TERM", "") in _POOR_TERMINALS:
        return True
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    locale = next(filter(None, (environ.get(name) for name in names)), "")
    return bool(locale) and "utf" not in locale.lower()
