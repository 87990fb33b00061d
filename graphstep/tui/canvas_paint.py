"""Paint one row of a drawing: frames, boxes, stubs, lines, in that order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from graphstep.layout import Box, Frame, Layout, LineCell, Stub
from graphstep.tui.canvas_glyphs import (
    BITS,
    DOTS,
    DOUBLE,
    HEADS,
    HEADS_BACK,
    HEAVY,
    LINES,
    SHAFTS,
    joint,
)
from graphstep.tui.canvas_marks import Look, Marks
from graphstep.tui.canvas_readings import NORM_WIDTH
from graphstep.tui.canvas_text import BoxText, Labels, short_path
from graphstep.tui.lines import trips_of
from graphstep.tui.numbers import fit
from graphstep.tui.strips import glyphs_of
from graphstep.tui.values import Of
from graphstep.tui.view import View

# Cells of a border that a title leaves: some border and a blank on both sides.
_BESIDE_TITLE = 4
# Less border than this has no title.
_LEAST_TITLE = 6
_PLAIN = Style()
# Columns before the text of a box: border, blank, mark, blank.
_INDENT = 4
# Letters of NaN and of infinities, wherever these are marked.
_TROUBLE = ("N", "I")
# What stands before a value, so that no colour is needed to tell which it is.
_SIGNS: dict[Of, str] = {"primal": "  ", "cotangent": "∂ ", "tangent": "˙ "}


class Painter:
    """Paints rows of one drawing in one state.

    Args:
        view: The state, its values, the styles.
        layout: Where things are.
        labels: What the boxes say.
        marks: How the walk marks them.
        zoom: The zoom of the layout.
    """

    def __init__(
        self, view: View, layout: Layout, labels: Labels, marks: Marks, zoom: int
    ) -> None:
        self.view, self.layout, self.labels = view, layout, labels
        self.marks, self.zoom = marks, zoom
        direction = view.state.drawing.direction
        self.head_back = HEADS_BACK[direction]
        # Between dots, heads would be most of what is seen.
        self.head = HEADS[direction] if zoom else SHAFTS[direction]

    def looks(
        self,
        y: int,
        frames: Sequence[Frame],
        boxes: Sequence[Box],
        trunks: Sequence[int],
    ) -> tuple[Any, ...]:
        """Return all that decides how row `y` looks, given what is in it."""
        marks = self.marks
        return (
            marks.sender_at(y),
            *[marks.frame_style(frame.id) for frame in frames],
            *[self._titles(frame) for frame in frames if frame.y == y],
            *[marks.look(box.id, self._text(box)) for box in boxes],
            *[marks.trunk_style(index) for index in trunks],
        )

    def _text(self, box: Box) -> BoxText:
        is_open = box.id in self.view.state.open
        return self.labels.text(box.id, self.zoom, is_open=is_open)

    def row(
        self,
        y: int,
        x0: int,
        width: int,
        cells: Sequence[LineCell],
        base: Style = _PLAIN,
    ) -> Strip:
        """Return the cells of row `y` from column `x0` on.

        Args:
            y: Row of the drawing; there need not be one.
            x0: First column; may be negative.
            width: How many cells.
            cells: The lines in that row, `Layout.row(y)`.
            base: Style under everything.
        """
        row = _Row(x0, y, width)
        if 0 <= y < self.layout.height:
            frames, boxes = self.layout.boxes_in(x0, y, x0 + width - 1, y)
            for frame in frames:
                border, style, _ = self.marks.frame_style(frame.id)
                _border(row, frame, y, border, style)
            for box in boxes:
                self._box(row, box, y)
            for stub in self.layout.stubs_in(y):
                self._stub(row, stub)
            self._lines(row, cells)
            for frame in frames:
                if y == frame.y and frame.title_width >= _LEAST_TITLE:
                    self._title(row, frame, cells)
        return row.strip(base)

    # Parts -----------------------------------------------------------------------------

    def _title(self, row: _Row, frame: Frame, cells: Sequence[LineCell]) -> None:
        """Write what a frame is over its border, where that can be read."""
        titles = self._titles(frame)
        x, width = frame.title_x, frame.title_width
        text = _that_fits(titles, width)
        if x + 1 < row.x0 or x + 1 + cell_len(text) > row.x0 + row.width:
            # What is inside is in sight, but not the usual place of the title.
            x, width = _stretch_in_sight(row, frame, cells)
            if width < _LEAST_TITLE:
                return
            text = _that_fits(titles, width)
        row.write(x + 1, text, self.marks.frame_style(frame.id)[2])

    def _titles(self, frame: Frame) -> tuple[str, ...]:
        """Return the titles of a frame, the longest first."""
        trips = None
        if frame.id in self.view.graph.regions:
            region = self.view.graph.regions[frame.id]
            trips = trips_of(self.view.cursor, self.view.values, region)
        return self.labels.titles(frame.id, trips)

    def _box(self, row: _Row, box: Box, y: int) -> None:
        text = self._text(box)
        look = self.marks.look(box.id, text)
        if self.zoom == 0:
            # Many lines make a dot wider than it is drawn.
            x = box.x + (box.width - 1) // 2
            self._dot(row, x, box.id, look, is_closed=text.is_closed)
            return
        if box.height < 3 or box.width < 3:
            self._small(row, box, look, text.lines[0])
            return
        _border(row, box, y, look.border, look.border_style)
        inside = y - box.y - 1
        if not 0 <= inside < box.height - 2:
            if y == box.y:
                self._flags(row, box, look)
            return
        room = box.width - 2
        row.write(box.x + 1, " " * room, self.view.palette.text)
        if inside < len(text.lines):
            style = look.style if inside == 0 else self._second(look)
            row.write(
                box.x + _INDENT, fit(text.lines[inside], room - 3).rstrip(), style
            )
            if inside == 0:
                row.write(box.x + 2, look.mark, look.mark_style)
        elif inside - len(text.lines) < len(look.values):
            self._value(row, box, look, inside - len(text.lines))

    def _second(self, look: Look) -> Style:
        return look.style if look.border == DOUBLE else self.view.palette.dim

    def _value(self, row: _Row, box: Box, look: Look, number: int) -> None:
        palette = self.view.palette
        reading = look.values[number]
        short = reading.short
        style = palette.pass_("backward" if reading.of == "cotangent" else "forward")
        if short.is_absent:
            style = palette.faint
        x, end = box.x + _INDENT, box.x + box.width - 1
        row.write(x, _SIGNS[reading.of], style)
        x += 2
        if reading.cells is not None:
            is_ascii = self.view.is_ascii
            for glyph, extra in glyphs_of(reading.cells, is_ascii=is_ascii):
                look_of = palette.trouble if glyph.strip() in _TROUBLE else style
                row.write(x, glyph, look_of if extra is None else look_of + extra)
                x += len(glyph)
            # Norms stand below each other, however few elements there are.
            x = end - NORM_WIDTH
        words = fit(short.text, end - x).rstrip()
        row.write(x, words, palette.trouble if short.flag else style)

    def _small(self, row: _Row, box: Box, look: Look, words: str) -> None:
        room = box.width - 3
        background = self.view.palette.selected_line
        if look.border == DOUBLE:
            background = self.view.palette.cursor_line
        row.write(box.x, " " * box.width, background)
        row.write(box.x, look.mark, look.mark_style + background)
        style = look.style + background
        if look.border == HEAVY:
            style += Style(reverse=True)
        row.write(box.x + 2, fit(words, min(room, cell_len(words))), style)
        for letter, letter_style in look.flags[:1]:
            row.write(box.x + box.width - 1, letter, letter_style + background)

    def _dot(
        self, row: _Row, x: int, item: str, look: Look, *, is_closed: bool
    ) -> None:
        glyph, style = DOTS["closed" if is_closed else "node"], look.style
        if item == self.marks.current:
            glyph = DOTS["current"]
        elif item == self.marks.selected:
            glyph = DOTS["selected"]
        elif look.flags and look.flags[0][0] in _TROUBLE:
            glyph, style = look.flags[0]
        row.write(x, glyph, style)

    def _flags(self, row: _Row, box: Box, look: Look) -> None:
        for number, (letter, style) in enumerate(look.flags):
            row.write(box.x + box.width - 2 - number, letter, style)

    def _stub(self, row: _Row, stub: Stub) -> None:
        sign = "←" if stub.side == "to" else "→"
        words = sign + short_path(stub.label, stub.width - 1)
        style = self.view.palette.dim + Style(italic=True)
        row.write(stub.x + (stub.width - cell_len(words)) // 2, words, style)

    def _lines(self, row: _Row, cells: Sequence[LineCell]) -> None:
        palette = self.view.palette
        for cell in cells:
            if not row.x0 <= cell.x < row.x0 + row.width:
                continue
            style = self.marks.trunk_style(cell.trunk)
            if cell.is_arrow and self.marks.sends_back(cell.trunk, cell.x, row.y):
                # The contribution leaves the equation against the data's direction.
                row.put(cell.x, self.head_back, palette.bright + palette.backward)
            elif cell.is_arrow:
                row.put(cell.x, self.head, style)
            elif cell.is_crossing:
                row.put(cell.x, "─", style)
            else:
                under = row.at(cell.x)
                meeting = joint(under, cell.bits)
                if meeting is not None:
                    row.put(cell.x, meeting, None)
                elif under in BITS:
                    is_border = under != " "
                    char = LINES[cell.bits | BITS[under]]
                    row.put(
                        cell.x,
                        char,
                        palette.dim if is_border and style is palette.faint else style,
                    )


def _that_fits(titles: Sequence[str], width: int) -> str:
    """Return the longest title for which a stretch of border has room."""
    room = width - _BESIDE_TITLE
    title = next((t for t in titles if cell_len(t) <= room), titles[-1])
    text = f" {title} "
    return fit(text, min(width - 2, cell_len(text)))


def _stretch_in_sight(
    row: _Row, frame: Frame, cells: Sequence[LineCell]
) -> tuple[int, int]:
    """Return the widest part of the upper border in sight without lines."""
    start = max(frame.x + 1, row.x0) - 1
    stop = min(frame.x + frame.width - 1, row.x0 + row.width)
    inside = sorted({cell.x for cell in cells if start < cell.x < stop})
    gaps = itertools.pairwise([start, *inside, stop])
    start, stop = max(gaps, key=lambda gap: gap[1] - gap[0])
    return start + 1, stop - start - 1


def _border(row: _Row, shape: Box | Frame, y: int, chars: str, style: Style) -> None:
    left, right = shape.x, shape.x + shape.width - 1
    if y == shape.y:
        row.write(left, chars[0] + chars[1] * (shape.width - 2) + chars[2], style)
    elif y == shape.y + shape.height - 1:
        row.write(left, chars[4] + chars[1] * (shape.width - 2) + chars[5], style)
    else:
        row.put(left, chars[3], style)
        row.put(right, chars[3], style)


class _Row:
    """Cells of one row under construction."""

    def __init__(self, x0: int, y: int, width: int) -> None:
        self.x0, self.y, self.width = x0, y, width
        self.chars = [" "] * width
        self.styles: list[Style | None] = [None] * width

    def at(self, x: int) -> str:
        return self.chars[x - self.x0]

    def put(self, x: int, char: str, style: Style | None) -> None:
        """Write one character; `None` keeps the style that is there."""
        i = x - self.x0
        if 0 <= i < self.width:
            self.chars[i] = char
            if style is not None:
                self.styles[i] = style

    def write(self, x: int, text: str, style: Style) -> None:
        """Write a text from a column on; a wide character takes two cells."""
        i = x - self.x0
        if text.isascii() or cell_len(text) == len(text):
            start, stop = max(i, 0), min(i + len(text), self.width)
            if start < stop:
                self.chars[start:stop] = text[start - i : stop - i]
                self.styles[start:stop] = [style] * (stop - start)
            return
        for char in text:
            cells = cell_len(char)
            if cells == 0:
                if 0 < i <= self.width:
                    self.chars[i - 1] += char
                continue
            if i >= 0 and i + cells <= self.width:
                self.chars[i], self.styles[i] = char, style
                if cells == 2:
                    self.chars[i + 1], self.styles[i + 1] = "", style
            i += cells

    def strip(self, base: Style) -> Strip:
        segments: list[Segment] = []
        start, styles, chars = 0, self.styles, self.chars
        for i in range(1, self.width + 1):
            if i == self.width or styles[i] is not styles[start]:
                style = styles[start]
                style = base if style is None else base + style
                segments.append(Segment("".join(chars[start:i]), style))
                start = i
        return Strip(segments, self.width)
