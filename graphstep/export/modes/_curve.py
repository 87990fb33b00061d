"""The bytes that are alive along the two passes, drawn in characters."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from graphstep.analysis import Alive
from graphstep.export.modes._units import bytes_text


@dataclasses.dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn with.

    Attributes:
        residual: A cell of residuals.
        other: A cell of other values.
        bar: A cell of a bar.
        light: A cell of a lighter bar.
        line: The line below.
        turn: Where the backward pass begins on it.
    """

    residual: str = "█"
    other: str = "░"
    bar: str = "█"
    light: str = "▒"
    line: str = "─"
    turn: str = "┴"


PLAIN = Marks("#", ".", "#", "=", "-", "+")


def curve(
    memory: Sequence[Alive], width: int, height: int, marks: Marks
) -> tuple[str, ...]:
    """Return a drawing of `height` lines and two more, none wider than `width`.

    Steps go from left to right, bytes from the bottom to the top; residuals are below
    everything else that is alive. Several steps share a column if there are many: the
    one with the most bytes is drawn.
    """
    if not memory:
        return ()
    label = bytes_text(max(step.total for step in memory))
    room = max(8, width - len(label) - 1)
    columns = _columns(memory, room)
    top = max(1, *(column.total for column in columns))
    lines: list[str] = []
    for row in range(height, 0, -1):
        least = top * (row - 0.5) / height
        cells = [
            marks.residual
            if column.residuals >= least
            else marks.other
            if column.total >= least
            else " "
            for column in columns
        ]
        title = label if row == height else "0 B" if row == 1 else ""
        lines.append(f"{title:>{len(label)}} {''.join(cells)}".rstrip())
    indent = " " * (len(label) + 1)
    turn = sum(column.direction == "forward" for column in columns)
    base = marks.line * turn + marks.turn + marks.line * max(0, len(columns) - turn - 1)
    words = f"{'forward':<{max(8, turn)}}backward"
    return (*lines, indent + base, indent + words[: max(room, 16)])


def _columns(memory: Sequence[Alive], room: int) -> list[Alive]:
    """Return one step for each column."""
    n = len(memory)
    found: list[Alive] = []
    for column in range(room):
        first = column * n // room
        last = max(first + 1, (column + 1) * n // room)
        found.append(max(memory[first:last], key=lambda step: step.total))
    return found
