"""Make one short, printable line of any text that a program hands us."""

from __future__ import annotations

from typing import Any

_ELLIPSIS = "…"


def one_line(text: str, limit: int = 300) -> str:
    r"""Return `text` on one line, its control characters escaped.

    White space becomes single spaces. Escape sequences, bidirectional controls and
    lone surrogates, which could change how the rest of a terminal line looks or break
    it, become `\x1b` and the like.

    Args:
        text: Any text, of any length.
        limit: The most characters to return.
    """
    # Most texts are names, of which nothing has to be changed.
    if text.isprintable() and len(text) <= limit and " " not in text:
        return text
    # Escaping lengthens a text by up to ten times, never shortens it.
    words = " ".join(text[: 4 * limit].split())
    visible = words
    if not words.isprintable():
        visible = "".join(c if c.isprintable() else _escaped(c) for c in words)
    if len(visible) > limit or len(text) > 4 * limit:
        return visible[: limit - 1].rstrip() + _ELLIPSIS
    return visible


def without_traceback(report: str) -> str:
    """Return a report; of one with a traceback its last line, which is the cause.

    A callback that raised is reported by XLA with all of its traceback.
    """
    lines = report.strip().splitlines()
    return lines[-1].strip() if "Traceback" in report else report


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def text_of(value: Any) -> str:
    """Return `str(value)`, or its type's name when that fails."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - user-defined `__str__`s may raise anything.
        return f"<{type(value).__name__}>"
