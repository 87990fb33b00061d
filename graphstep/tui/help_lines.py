"""The lines of the help screen, in columns, narrowed by words, each one clickable."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from graphstep.tui.action import Action
from graphstep.tui.command import Command
from graphstep.tui.commands_actions import command_of
from graphstep.tui.lines import BREAK_OFF, COMPLETE, CURRENT, DONE, PENDING, STOP
from graphstep.tui.numbers import fit
from graphstep.tui.orders import ActionAsked, PromptAsked
from graphstep.tui.palette import Palette

_MARKS = (
    (CURRENT, "the cursor: this step"),
    (DONE, "done in this pass"),
    (PENDING, "still to come in this pass"),
    ("·", "the backward pass does not come here"),
    (COMPLETE, "its cotangent is complete"),
    (f"{STOP} {BREAK_OFF}", "a breakpoint, one that is off"),
    ("▲ ◀", "a head of a line that points back: the cotangent that is sent there now"),
    ("∂ ˙", "before a value in a box: its cotangent, its tangent"),
    ("N I", "holds NaN, holds an infinity"),
    ("‖·‖", "Euclidean norm of an array"),
    ("▂▅▇", "an array in order, by the greatest of each stretch; − hangs, reversed"),
)
_KEY_CELLS, _USAGE_CELLS = 11, 26
# A column narrower than this cuts the texts short.
_COLUMN = 84


@dataclasses.dataclass(frozen=True, slots=True)
class HelpLine:
    """One line of help.

    Attributes:
        group: Heading that it stands under.
        left: The keys, the usage or the mark.
        right: What it does or means.
        words: Further words that find it.
        message: What a click asks for; `None` if there is nothing to do.
        is_useful: Whether it can be done now.
    """

    group: str
    left: str
    right: str
    words: str = ""
    message: Message | None = None
    is_useful: bool = True

    @property
    def is_heading(self) -> bool:
        """Whether it is the name of a group, or the blank line after one."""
        return not self.left and self.message is None


def help_lines(
    actions: Iterable[Action], commands: Iterable[Command], *, can_walk: bool
) -> tuple[HelpLine, ...]:
    """Return all lines: actions by group, then commands, then marks.

    Args:
        actions: The table of actions.
        commands: The commands that are more than an action by its name.
        can_walk: Whether there is a recording.
    """
    groups: dict[str, list[HelpLine]] = {}
    for action in actions:
        line = HelpLine(
            action.group,
            action.shown or f":{command_of(action).name}",
            action.help,
            f"{action.short} {command_of(action).name}",
            ActionAsked(action.name),
            can_walk or not action.needs_walk,
        )
        groups.setdefault(action.group, []).append(line)
    lines = [line for group in groups.values() for line in group]
    heading = "Commands, after : (each action is one too, by its name)"
    for command in commands:
        asked = PromptAsked(":", f"{command.name} ")
        words = " ".join(command.spellings)
        lines.append(HelpLine(heading, command.usage, command.help, words, asked))
    return (*lines, *(HelpLine("Marks", mark, text) for mark, text in _MARKS))


def narrowed(lines: Iterable[HelpLine], words: str) -> tuple[HelpLine, ...]:
    """Return the lines that have all of these words somewhere."""
    wanted = words.lower().split()
    return tuple(
        line
        for line in lines
        if all(
            word in f"{line.left} {line.right} {line.words} {line.group}".lower()
            for word in wanted
        )
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """Lines in columns.

    Attributes:
        columns: Lines from top to bottom; headings and blanks among them.
        width: Cells of one column.
    """

    columns: tuple[tuple[HelpLine, ...], ...]
    width: int

    @property
    def height(self) -> int:
        """Number of rows."""
        return max(map(len, self.columns), default=0)

    def at(self, x: int, y: int) -> HelpLine | None:
        """Return the line at a cell."""
        number = x // max(1, self.width)
        if not 0 <= number < len(self.columns) or not 0 <= y < len(
            self.columns[number]
        ):
            return None
        line = self.columns[number][y]
        return None if line.is_heading else line

    def row_of(self, line: HelpLine) -> int:
        """Return the row in which a line stands."""
        return next(c.index(line) for c in self.columns if line in c)

    def strip(self, y: int, palette: Palette, chosen: HelpLine | None) -> Strip:
        """Draw one row."""
        segments: list[Segment] = []
        for column in self.columns:
            line = column[y] if y < len(column) else None
            segments += _segments(line, self.width, palette, is_chosen=line is chosen)
        return Strip(segments)


def sheet(lines: Sequence[HelpLine], width: int) -> Sheet:
    """Put lines under their headings, in as many columns as there is room for."""
    blocks: dict[str, list[HelpLine]] = {}
    for line in lines:
        blocks.setdefault(line.group, [HelpLine(line.group, "", line.group)])
        blocks[line.group].append(line)
    n_columns = max(1, width // _COLUMN)
    total = sum(len(block) + 1 for block in blocks.values())
    columns: list[list[HelpLine]] = [[]]
    for block in blocks.values():
        is_full = len(columns[-1]) + len(block) // 2 > total / n_columns
        if is_full and columns[-1] and len(columns) < n_columns:
            columns.append([])
        if columns[-1]:
            columns[-1].append(HelpLine("", "", ""))
        columns[-1] += block
    return Sheet(tuple(map(tuple, columns)), max(1, width // len(columns)))


def _segments(
    line: HelpLine | None, width: int, palette: Palette, *, is_chosen: bool
) -> list[Segment]:
    if line is None:
        return [Segment(" " * width)]
    if line.is_heading:
        return [Segment(fit(line.right, width), palette.dim)]
    wide = line.group.startswith("Commands")
    left = _USAGE_CELLS if wide else _KEY_CELLS
    left = min(max(left, cell_len(line.left) + 1), width // 2)
    background = palette.cursor_line if is_chosen else Style()
    bright = palette.bright if line.is_useful else palette.faint
    text = palette.text if line.is_useful else palette.faint
    mark = "›" if is_chosen else " "  # noqa: RUF001 -- marks the chosen line.
    return [
        Segment(f"{mark} ", palette.bright + background),
        Segment(fit(line.left, left), bright + background),
        Segment(fit(line.right, width - left - 2), text + background),
    ]
