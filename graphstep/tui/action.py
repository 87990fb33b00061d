"""What one line of the tables of actions says."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do: by key, from the help screen, as a command.

    Attributes:
        name: The application's method is `action_<name>`, the command is `name`.
        keys: Keys as Textual spells them.
        shown: The keys as a person reads them.
        short: One or two words, for the footer.
        help: One line, for the help screen.
        group: Heading on the help screen.
        rank: Place in the footer, lowest first; 0 leaves it out.
        needs_walk: Whether there must be a recording.
    """

    name: str
    keys: tuple[str, ...]
    shown: str
    short: str
    help: str
    group: str
    rank: int = 0
    needs_walk: bool = False
