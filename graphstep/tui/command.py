"""What one line of the tables of commands says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from textual.message import Message

from graphstep.tui.state import UiState


def no_words(_state: UiState, _typed: str) -> Iterable[str]:
    """Complete nothing."""
    return ()


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be typed after `:`.

    To add commands, make a table `COMMANDS` of these in a module of their subject, and
    join it in `commands.py`. A command that needs no more than the state returns
    another state; all others return a message, which a handler of the application
    acts on. A `GraphstepError` that is raised becomes the notice.

    Attributes:
        name: The word. It may be two, such as `set theme`, which then go before any
            command named by the first alone. Any beginning of it will do that no
            other command begins with.
        usage: How it is written.
        help: One line.
        run: From the state and what follows the word, to a state or a message.
        aliases: Other words for it; they win over beginnings of other words.
        words: From the state and what follows the word, to what could complete its
            last part.
        action: The action that it does when nothing follows the word.
        group: Heading on the help screen.
    """

    name: str
    usage: str
    help: str
    run: Callable[[UiState, str], UiState | Message]
    aliases: tuple[str, ...] = ()
    words: Callable[[UiState, str], Iterable[str]] = no_words
    action: str = ""
    group: str = "Commands"

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every word for it."""
        return (self.name, *self.aliases)
