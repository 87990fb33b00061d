"""Every action of the tables of keys as a command, by its own name."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from textual.message import Message

from graphstep.tui.action import Action
from graphstep.tui.command import Command
from graphstep.tui.commands_walk import count
from graphstep.tui.orders import ActionAsked
from graphstep.tui.state import UiState

# Words of debuggers for actions that are called otherwise here.
_ALIASES = {
    "into": ("step", "s"),
    "out": ("finish", "fin", "return", "r", "f", "o"),
    "reverse_out": ("reverse-finish",),
    "continue": ("c", "cont"),
    "reverse_continue": ("rc",),
    "leave": ("quit",),
    "breakpoint": ("toggle-break",),
}
# In a debugger, `up` and `down` go from frame to frame; `output 1` is of a node.
_RENAMED = {
    "up": "move-up",
    "down": "move-down",
    "left": "move-left",
    "right": "move-right",
    "output": "printed",
}


def command_of(action: Action) -> Command:
    """Return the command that does an action, once or so many times."""
    name = _RENAMED.get(action.name, action.name.replace("_", "-"))
    return Command(
        name,
        name,
        action.help,
        functools.partial(_asked, action.name),
        _ALIASES.get(action.name, ()),
        action=action.name,
        group=action.group,
    )


def _asked(name: str, _state: UiState, text: str) -> UiState | Message:
    return ActionAsked(name, count(text))


def commands_of(actions: Iterable[Action], taken: Iterable[str]) -> tuple[Command, ...]:
    """Return commands for all actions that no command does already.

    Args:
        actions: The table.
        taken: Names of actions that have a command of their own.
    """
    known = set(taken)
    return tuple(command_of(action) for action in actions if action.name not in known)
