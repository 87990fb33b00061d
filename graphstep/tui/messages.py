"""What workers and panels tell the application; its handlers own every change."""

from __future__ import annotations

import dataclasses

from textual.message import Message

from graphstep.recording import Recording, Stats
from graphstep.stepping import Cursor, Stop
from graphstep.tui.values import ValueKey


# Textual writes to its messages, so they cannot be frozen; nobody else does.
@dataclasses.dataclass
class StageBegan(Message):
    """The recording has come to a stage.

    Attributes:
        stage: One of `graphstep.recording.STAGES`.
        seconds: Since the recording began.
    """

    stage: str
    seconds: float


@dataclasses.dataclass
class RecordingMade(Message):
    """The recording is ready, and a cursor stands at its first step."""

    recording: Recording
    cursor: Cursor


@dataclasses.dataclass
class RecordingFailed(Message):
    """There is no recording.

    Attributes:
        reason: One line for a person.
        is_cancelled: Whether that is what the person wanted.
    """

    reason: str
    is_cancelled: bool = False


@dataclasses.dataclass
class Searched(Message):
    """A walk to the next breakpoint has ended.

    Attributes:
        start: Where it began.
        cursor: Where it ended.
        hit: The breakpoint that stopped it, if one did.
        problem: One line, if it could not be made.
    """

    start: Cursor
    cursor: Cursor
    hit: Stop | None
    problem: str = ""


@dataclasses.dataclass
class Measured(Message):
    """The statistics of a large array have been computed."""

    key: ValueKey
    stats: Stats


@dataclasses.dataclass
class RowChosen(Message):
    """A line of the outline was clicked.

    Attributes:
        row: Which line.
        toggles: Whether it should open or close too.
    """

    row: int
    toggles: bool


@dataclasses.dataclass
class Stale(Message):
    """The panels show less than the application knows."""


@dataclasses.dataclass
class Resized(Message):
    """A panel has another size, and its lines another width."""


@dataclasses.dataclass
class Entered(Message):
    """A line was typed into the prompt; empty if it was given up."""

    kind: str
    text: str
