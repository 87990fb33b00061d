"""What the boxes of the graph read of their values: numbers, strips, letters of trouble."""

from __future__ import annotations

import dataclasses

from graphstep.layout import Layout
from graphstep.tui.canvas_text import BoxText
from graphstep.tui.drawing_state import VALUES
from graphstep.tui.health import Health
from graphstep.tui.lines import DONE, PENDING
from graphstep.tui.passes import BACKWARD, FORWARD, is_complete
from graphstep.tui.strips import Cells, Strips
from graphstep.tui.values import Of, Short, value_key
from graphstep.tui.view import View

# Columns of a box that its strip leaves: border, blank, mark, blank; what it is of;
# the gap and the norm after it; border.
NORM_WIDTH = 12
BESIDE_STRIP = 4 + 2 + 1 + NORM_WIDTH + 1
# From this zoom on values are read for their letters.
_READ = 2
# What health knows of.
_LOOKED_AT: tuple[Of, ...] = ("primal", "cotangent")


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """A value as its box shows it.

    Attributes:
        of: Which value.
        short: A number, a norm, or why there is nothing.
        cells: Its strip, if it is an array.
    """

    of: Of
    short: Short
    cells: Cells | None = None


class Readings:
    """What is read of the values of one state; asked for boxes that are visible.

    Args:
        view: The state, its values, what is known of their health.
        layout: Where things are.
        zoom: The zoom of the layout.
        strips: Where the strips of arrays come from.
    """

    def __init__(
        self, view: View, layout: Layout, zoom: int, strips: Strips | None
    ) -> None:
        self.view, self.layout, self.zoom = view, layout, zoom
        self._strips = strips
        self._health = _troubled(view)

    def of_box(
        self, item: str, text: BoxText, stretch: tuple[int, int], walk: str
    ) -> tuple[tuple[Reading, ...], str]:
        """Return the values that a box shows, and its letter of trouble.

        Args:
            item: Its id.
            text: What it says.
            stretch: Positions of the first node it stands for, and after the last.
            walk: Where the walk is: one of the outline's marks.
        """
        if text.is_closed:
            return (), self._letter_within(item, text, stretch, walk)
        if self.zoom < _READ:
            return (), self._letter(item, text, stretch[0], walk)
        return self._values(item, text, walk)

    def _due(self, item: str, text: BoxText, walk: str) -> list[Of]:
        """Return what is known by now of a box, wherever the walk is."""
        cursor, values = self.view.cursor, self.view.values
        if cursor is None or values is None:
            return []
        due: list[Of] = []
        if cursor.pass_ != FORWARD or walk != PENDING:
            due.append("primal")
            if values.recording.has_tangents:
                due.append("tangent")
        has_sent = cursor.pass_ == BACKWARD and walk == DONE
        if has_sent if text.is_closed else is_complete(cursor, item):
            due.append("cotangent")
        return due

    def _letter_within(
        self, item: str, text: BoxText, stretch: tuple[int, int], walk: str
    ) -> str:
        letters = {of: self._health_within(stretch, of) for of in _LOOKED_AT}
        if not any(letters.values()):
            return ""
        due = self._due(item, text, walk)
        return max((letters.get(of, "") for of in due), default="")

    def _health_within(self, stretch: tuple[int, int], of: Of) -> str:
        return "" if self._health is None else self._health.letter_within(*stretch, of)

    def _letter(self, item: str, text: BoxText, position: int, walk: str) -> str:
        """Return the letter of a value that is not read unless something is wrong."""
        health, cursor, values = self._health, self.view.cursor, self.view.values
        if health is None or cursor is None or values is None:
            return ""
        # Most are sound, and what is due of them need not be found out.
        if not health.letter(position):
            return ""
        letters = [""]
        for of in self._due(item, text, walk):
            letter = health.letter(position, of) if of in _LOOKED_AT else ""
            key = value_key(cursor, of, item) if letter else None
            if key is None:
                continue
            if key.iteration:
                # Some iteration is meant; this one may be sound.
                short = values.short(key)
                letter = "" if short is None else short.flag
            letters.append(letter)
        return max(letters)

    def _values(
        self, item: str, text: BoxText, walk: str
    ) -> tuple[tuple[Reading, ...], str]:
        """Return short values that are known by now, and the letter of trouble."""
        cursor, values = self.view.cursor, self.view.values
        if cursor is None or values is None or not self.view.graph.node(item).avals:
            return (), ""
        n_cells = 0 if self._strips is None or self.zoom < VALUES else self._room(item)
        readings: list[Reading] = []
        letter = ""
        for of in self._due(item, text, walk):
            key = value_key(cursor, of, item)
            if key is None:
                continue
            if n_cells and self._strips is not None:
                short, cells = self._strips.find(key, n_cells) or (None, None)
            else:
                short, cells = values.short(key), None
            if short is None:
                continue
            letter = short.flag or letter
            readings.append(Reading(of, short, cells))
        return (tuple(readings) if self.zoom >= VALUES else ()), letter

    def _room(self, item: str) -> int:
        """Return how many cells of a strip there are in a box; none without room."""
        box = self.layout.boxes.get(item)
        if box is None:
            return 0
        room = box.width - BESIDE_STRIP
        return max(0, room // 2 if self.view.is_ascii else room)


def _troubled(view: View) -> Health | None:
    """Return which values are not finite, if that is known and there are any."""
    recording = view.recording
    health = None if recording is None else view.findings.health(recording)
    return None if health is None or health.is_sound else health
