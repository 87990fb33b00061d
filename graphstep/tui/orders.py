"""What commands, and lines that are clicked, ask of the application."""

from __future__ import annotations

import dataclasses

from textual.message import Message

from graphstep.analysis import Condition
from graphstep.stepping import Breakpoint
from graphstep.tui.found import Found


@dataclasses.dataclass
class ActionAsked(Message):
    """An action of the table was asked for.

    Attributes:
        name: Which one.
        times: How often in a row; it ends early where nothing changes any more.
    """

    name: str
    times: int = 1


@dataclasses.dataclass
class ContinueAsked(Message):
    """The walk should go on to where one of these breakpoints stops.

    Attributes:
        breakpoints: Where to stop; by default at those that are set.
        is_ahead: Whether forward in time.
    """

    breakpoints: tuple[Breakpoint, ...] | None = None
    is_ahead: bool = True


@dataclasses.dataclass
class ValuesSought(Message):
    """The values of these nodes are to be looked at.

    Attributes:
        query: What was typed.
        nodes: Which nodes.
        condition: What must be so of a primal or a cotangent.
    """

    query: str
    nodes: tuple[str, ...]
    condition: Condition


@dataclasses.dataclass
class TextAsked(Message):
    """Some lines should be shown in a window of their own."""

    title: str
    lines: tuple[str, ...]


@dataclasses.dataclass
class HelpAsked(Message):
    """Help was asked for.

    Attributes:
        topic: Only lines with these words in them.
    """

    topic: str = ""


@dataclasses.dataclass
class ThemeAsked(Message):
    """Another theme was asked for."""

    name: str


@dataclasses.dataclass
class PromptAsked(Message):
    """The line for typing was asked for.

    Attributes:
        kind: `/` or `:`.
        text: What stands in it already.
    """

    kind: str
    text: str = ""


@dataclasses.dataclass
class Typed(Message):
    """What stands in the prompt has changed."""

    kind: str
    text: str


@dataclasses.dataclass
class StopChosen(Message):
    """A line of the breakpoints and watches was chosen.

    Attributes:
        number: Which line.
        deed: `select`, `toggle`, or `delete`.
    """

    number: int
    deed: str = "select"


@dataclasses.dataclass
class ValuesFound(Message):
    """Values have been looked at.

    Attributes:
        found: The nodes of which the condition is true.
        n_nodes: How many were looked at.
        n_unseen: At how many some value was not captured.
    """

    found: Found
    n_nodes: int
    n_unseen: int
