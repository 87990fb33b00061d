"""What can be typed after `:`, joined from tables, and how a line of it is read."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from textual.message import Message

from graphstep.errors import GraphstepError
from graphstep.tracing import one_line
from graphstep.tui import (
    commands_array,
    commands_derivatives,
    commands_look,
    commands_modes,
    commands_nodes,
    commands_runs,
    commands_stops,
    commands_values,
    commands_walk,
    lesson_commands,
    quiz_commands,
)
from graphstep.tui.actions import ACTIONS
from graphstep.tui.command import Command
from graphstep.tui.commands_actions import commands_of
from graphstep.tui.state import UiState

# Tables of other subjects are joined here; see `Command` for what a row says.
WRITTEN: tuple[Command, ...] = (
    *commands_walk.COMMANDS,
    *commands_stops.COMMANDS,
    *commands_values.COMMANDS,
    *commands_nodes.COMMANDS,
    *commands_array.COMMANDS,
    *commands_look.COMMANDS,
    *commands_derivatives.COMMANDS,
    *commands_runs.COMMANDS,
    *commands_modes.COMMANDS,
    *lesson_commands.COMMANDS,
    *quiz_commands.COMMANDS,
)
COMMANDS: tuple[Command, ...] = (
    *WRITTEN,
    *commands_of(ACTIONS, (each.action for each in WRITTEN)),
)
_FEW = 6


def run_command(state: UiState, text: str) -> UiState | Message:
    """Return the state after a command, or a message to the application.

    A line that cannot be read leaves the state as it is, with a notice why.
    """
    found, rest = read_command(text)
    if not isinstance(found, Command):
        return state.say(found, is_alarming=True)
    try:
        return found.run(state, rest)
    except GraphstepError as error:
        return state.say(one_line(str(error)), is_alarming=True)


def read_command(text: str) -> tuple[Command | str, str]:
    """Return the command that a line names and what follows it, or why there is none.

    A number may stand before the word: `10 n` is `n 10`.
    """
    words = text.split(maxsplit=1)
    if not words:
        return "no command", ""
    number = ""
    if words[0].isdecimal() and words[1:]:
        number, text = words[0], words[1]
        words = text.split(maxsplit=1)
    first, rest = words[0], (words[1].strip() if words[1:] else "")
    second, _, after = rest.partition(" ")
    found = commands_named(f"{first} {second}") if second else ()
    if len(found) == 1:
        rest = after.strip()
    else:
        found = commands_named(first)
    if len(found) == 1:
        return found[0], f"{number} {rest}".strip()
    return _complaint(first, [each.name for each in found]), ""


def commands_named(word: str) -> tuple[Command, ...]:
    """Return the commands that a word may be: the one it is, or all it begins."""
    wanted = _plain(word)
    exact = [c for c in COMMANDS if wanted in map(_plain, c.spellings)]
    if exact:
        return tuple(exact[:1])
    n_words = wanted.count(" ")
    for table in (WRITTEN, COMMANDS):
        begun = [
            c
            for c in table
            if any(
                s.count(" ") == n_words and _begins(s, wanted)
                for s in map(_plain, c.spellings)
            )
        ]
        if begun and (table is COMMANDS or len(begun) == 1):
            return tuple(begun)
    return ()


def all_words() -> Iterable[str]:
    """Return every word that a command can be called by."""
    return (spelling for command in COMMANDS for spelling in command.spellings)


def _plain(word: str) -> str:
    return word.replace("_", "-").lower()


def _begins(spelling: str, wanted: str) -> bool:
    """Return whether each word of a spelling begins as that typed does."""
    return all(
        part.startswith(typed)
        for part, typed in zip(spelling.split(), wanted.split(), strict=True)
    )


def _complaint(word: str, found: list[str]) -> str:
    shown = one_line(word, 40)
    if found:
        more = ", …" if found[_FEW:] else ""
        return f"`{shown}` could be: {', '.join(found[:_FEW])}{more}"
    near = difflib.get_close_matches(_plain(word), [_plain(w) for w in all_words()], 1)
    meant = f"; did you mean `{near[0]}`?" if near else ""
    return f"`{shown}` is none of the commands{meant} (:help lists them)"
