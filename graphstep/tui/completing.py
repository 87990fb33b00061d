"""What could stand where a person is typing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from graphstep.tui.command import Command
from graphstep.tui.commands import all_words, read_command
from graphstep.tui.places_typed import place_words
from graphstep.tui.state import UiState

_MOST = 60


class Completion(NamedTuple):
    """Words that could take the place of the last one typed.

    Attributes:
        start: Where that word begins.
        words: What could stand there.
    """

    start: int
    words: tuple[str, ...]


def complete(state: UiState, kind: str, typed: str) -> Completion:
    """Return what could stand at the end of a line of the prompt.

    Args:
        state: For the names in the program.
        kind: `/` for a search, `:` for a command.
        typed: The line, up to where the person is.
    """
    if kind == "/":
        return _last_word(typed, 0, place_words(state, typed))
    word, space, _ = typed.lstrip().partition(" ")
    if not space:
        return _last_word(typed, 0, (w for w in all_words() if " " not in w))
    found, rest = read_command(typed)
    firsts = [w for w in all_words() if w.startswith(f"{word} ")]
    seconds = [w.partition(" ")[2] for w in firsts]
    start = len(typed) - len(typed.lstrip()) + len(word) + 1
    if not isinstance(found, Command):
        return _last_word(typed, start, seconds)
    # Behind two words, what follows begins after both.
    rest = typed[start:] if " " not in found.name else rest
    return _last_word(typed, start, [*seconds, *found.words(state, rest)])


def _last_word(typed: str, start: int, words: Iterable[str]) -> Completion:
    begun = max(typed.rfind(" ") + 1, start)
    prefix = typed[begun:].lower()
    found = sorted(
        {w for w in words if w.lower().startswith(prefix) and w != typed[begun:]}
    )
    return Completion(begun, tuple(found[:_MOST]))


def usage_of(typed: str) -> str:
    """Return how the command that is being typed is written, and what it does."""
    if not typed.strip():
        return ""
    found, _ = read_command(typed)
    return f"{found.usage}: {found.help}" if isinstance(found, Command) else ""
