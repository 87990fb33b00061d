"""What workers and panels tell the application; its handlers own every change."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

from textual.message import Message

from graphstep.recording import Absence, Recording
from graphstep.stepping import Cursor, Stop
from graphstep.tracing import SourceLocation
from graphstep.tui.arrangement import Border
from graphstep.tui.array_look import Look
from graphstep.tui.examined import Way
from graphstep.tui.findings import Question
from graphstep.tui.runs_compare import Change, Comparison
from graphstep.tui.runs_state import Run
from graphstep.tui.values import ValueKey, Values

if TYPE_CHECKING:
    from graphstep.tui.fetch_job import FetchJob
    from graphstep.tui.job import Job


# Textual writes to its messages, so they cannot be frozen; nobody else does.
@dataclasses.dataclass
class StageBegan(Message):
    """A recording, or a run for arrays that were not kept, has come to a stage.

    Attributes:
        job: The one at work.
        stage: One of `graphstep.recording.STAGES`.
        seconds: Since it began.
    """

    job: Job
    stage: str
    seconds: float


@dataclasses.dataclass
class RecordingMade(Message):
    """A recording is ready.

    Attributes:
        run: The recording, for the list.
        unsaved: Why it is not in the file that was asked for; empty if it is.
    """

    run: Run
    unsaved: str = ""


@dataclasses.dataclass
class RecordingFailed(Message):
    """There is no recording.

    Attributes:
        reason: One line for a person.
        is_cancelled: Whether that is what the person wanted.
        place: The line of the user's where it failed, if that is known.
    """

    reason: str
    is_cancelled: bool = False
    place: SourceLocation | None = None


@dataclasses.dataclass
class Compared(Message):
    """A large value has been compared with that of another recording."""

    comparison: Comparison
    key: ValueKey
    change: Change | None


@dataclasses.dataclass
class RunChosen(Message):
    """A line of the list of recordings was chosen.

    Attributes:
        number: Which recording.
        shows: Whether it is to be looked at.
    """

    number: int
    shows: bool = False


@dataclasses.dataclass
class Noticed(Message):
    """Something in the background has ended.

    Attributes:
        text: One line for the person.
        is_alarming: Whether it is a problem.
    """

    text: str
    is_alarming: bool = False


@dataclasses.dataclass
class EditAsked(Message):
    """Something should be changed and recorded again.

    Attributes:
        kind: What: an input, the seed or argnums.
        text: The change.
    """

    kind: Literal["input", "seed", "argnums", "tangents"]
    text: str


@dataclasses.dataclass
class SaveAsked(Message):
    """The recording that is looked at should be written to a file."""

    path: str


@dataclasses.dataclass
class ShowRunAsked(Message):
    """Another recording should be looked at."""

    number: int


@dataclasses.dataclass
class Printed(Message):
    """The program wrote something that the screen must not show as it is."""


@dataclasses.dataclass
class Searched(Message):
    """A walk to the next breakpoint has ended.

    Attributes:
        start: Where it began.
        cursor: Where it ended.
        hit: What stopped it, if anything did.
        problem: What is to be said of it if none did.
        bad: The output that holds NaN or an infinity, and the first such element, if
            that is what stopped it.
    """

    start: Cursor
    cursor: Cursor
    hit: Stop | None
    problem: str = ""
    bad: tuple[int, tuple[int, ...]] | None = None


@dataclasses.dataclass
class Measured(Message):
    """A large array has been fetched and looked at.

    Attributes:
        values: What it is a value of.
        key: Which value.
        look: What is said of it.
        array: The array, or an `Absence`.
    """

    values: Values
    key: ValueKey
    look: Look | Absence
    array: Any


@dataclasses.dataclass
class ElementChosen(Message):
    """An element of the inspected array was chosen.

    Attributes:
        index: Which; `None` for the leading one, whichever that is.
        way: How it was come to.
        said: One line for the person.
    """

    index: tuple[int, ...] | None
    way: Way = ""
    said: str = ""


@dataclasses.dataclass
class ElementMoved(Message):
    """Another element of the inspected array was asked for.

    Attributes:
        motion: Where it is from the present one.
    """

    motion: str


@dataclasses.dataclass
class OutputChosen(Message):
    """Another output of the inspected node was asked for.

    Attributes:
        out: Which one.
    """

    out: int


@dataclasses.dataclass
class FetchAsked(Message):
    """The program should be run again for arrays that were not kept."""


@dataclasses.dataclass
class Fetched(Message):
    """The program was run again for arrays that were not kept.

    Attributes:
        job: The one that has ended.
        recording: The recording that has them now.
        zoomed: The run that brought them, if it came to its end.
        problem: Why there are none; empty if there are, or if nobody wants them now.
    """

    job: FetchJob
    recording: Recording
    zoomed: Recording | None = None
    problem: str = ""


@dataclasses.dataclass
class RowChosen(Message):
    """A line of the outline was chosen.

    Attributes:
        row: Which line.
        folding: Whether it should open or close too.
    """

    row: int
    folding: Literal["", "fold", "unfold", "toggle"] = ""


@dataclasses.dataclass
class FoundOut(Message):
    """Something was worked out in the background.

    Attributes:
        question: What was asked.
        answer: What came out.
    """

    question: Question
    answer: Any


@dataclasses.dataclass
class Highlighted(Message):
    """The colours of some lines of source are known now."""


@dataclasses.dataclass
class LineChosen(Message):
    """A line of the source was chosen.

    Attributes:
        file: Its file.
        line: Its number, from 1.
        goes: Whether to go to its equation, or to the next of them.
    """

    file: str
    line: int
    goes: bool = False


@dataclasses.dataclass
class EquationChosen(Message):
    """An equation of the chosen line was chosen.

    Attributes:
        node: Its id.
    """

    node: str


@dataclasses.dataclass
class FrameChosen(Message):
    """Another of the calls that made the inspected node is to be looked at.

    Attributes:
        by: 1 for the call around, -1 for the one inside.
    """

    by: int


@dataclasses.dataclass
class MatchChosen(Message):
    """A line among those that match was chosen, be it hidden or not otherwise.

    Attributes:
        code: See `Rows`.
    """

    code: int


@dataclasses.dataclass
class FilterChosen(Message):
    """The outline is to show other lines.

    Attributes:
        text: What they must contain; empty for all of them.
    """

    text: str


@dataclasses.dataclass
class ItemChosen(Message):
    """A node, region or group was chosen in the drawing.

    Attributes:
        item: Its id.
        toggles: Whether it should open or close too.
    """

    item: str
    toggles: bool = False


@dataclasses.dataclass
class SeekAsked(Message):
    """A step of the walk was pointed at.

    Attributes:
        index: Which step.
    """

    index: int


@dataclasses.dataclass
class StepsAsked(Message):
    """So many steps on were asked for, or back."""

    by: int


@dataclasses.dataclass
class IterationAsked(Message):
    """An iteration of the loop around the cursor was pointed at."""

    turn: int


@dataclasses.dataclass
class LayoutMade(Message):
    """A thread has made a layout of the graph."""


@dataclasses.dataclass
class PaneFocused(Message):
    """A panel has the keys now."""

    pane: str


@dataclasses.dataclass
class BorderDragged(Message):
    """The border of a panel was dragged.

    Attributes:
        pane: Which panel.
        border: Which of its borders.
        to: The column, or the row, of the screen that it was dragged to.
    """

    pane: str
    border: Border
    to: int


@dataclasses.dataclass
class Stale(Message):
    """The panels show less than the application knows."""


@dataclasses.dataclass
class Resized(Message):
    """A panel has another size, and its lines another width."""


@dataclasses.dataclass
class Entered(Message):
    """A line was typed into the prompt.

    Attributes:
        kind: `/` or `:`.
        text: The line.
        is_given_up: Whether the person left the prompt instead.
    """

    kind: str
    text: str
    is_given_up: bool = False
