"""Paint one row of a drawing: frames, boxes, stubs, lines, in that order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from graphstep.layout import Box, Frame, LineCell, Row, Stub
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
from graphstep.tui.canvas_text import BoxText, Labels
from graphstep.tui.leaf_path import short_path
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

# Something in a row that may look different in another state: a box or frame by its id,
# a frame's title likewise, a trunk by its index, heads that may point back by the row.
Item = tuple[Literal["box", "frame", "title", "trunk", "heads"], Any]


def items_of(y: int, row: Row) -> frozenset[Item]:
    """Return what may look different in what is in row `y`."""
    return frozenset(
        [
            ("heads", y),
            *[("box", box.id) for box in row.boxes],
            *[("frame", frame.id) for frame in row.frames],
            *[("title", frame.id) for frame in row.frames if frame.y == y],
            *[("trunk", cell.trunk) for cell in row.cells],
        ]
    )


class Painter:
    """Paints rows of one drawing in one state.

    Args:
        view: The state, its values, the styles.
        labels: What the boxes say.
        marks: How the walk marks them.
        zoom: The zoom of the layout.
    """

    def __init__(self, view: View, labels: Labels, marks: Marks, zoom: int) -> None:
        self.view, self.labels, self.marks, self.zoom = view, labels, marks, zoom
        direction = view.state.drawing.direction
        self.head_back = HEADS_BACK[direction]
        # Between dots, heads would be most of what is seen.
        self.head = HEADS[direction] if zoom else SHAFTS[direction]

    def look(self, item: Item) -> object:
        """Return all that decides how something in a row looks, besides its place."""
        part, which = item
        if part == "box":
            return self.marks.look(which, self._text(which))
        if part == "trunk":
            return self.marks.trunk_style(which)
        if part == "frame":
            return self.marks.frame_style(which)
        return self._titles(which) if part == "title" else self.marks.sender_at(which)

    def _text(self, item: str) -> BoxText:
        is_open = item in self.view.state.open
        return self.labels.text(item, self.zoom, is_open=is_open)

    def row(
        self, y: int, x0: int, width: int, content: Row, base: Style = _PLAIN
    ) -> Strip:
        """Return the cells of row `y` from column `x0` on.

        Args:
            y: Row of the drawing; there need not be one.
            x0: First column; may be negative.
            width: How many cells.
            content: What is in these cells, `Layout.row(y)`, or more.
            base: Style under everything.
        """
        cells = _Cells(x0, y, width)
        for frame in content.frames:
            border, style, _ = self.marks.frame_style(frame.id)
            _border(cells, frame, y, border, style)
        for box in content.boxes:
            self._box(cells, box, y)
        for stub in content.stubs:
            self._stub(cells, stub)
        self._lines(cells, content.cells)
        for frame in content.frames:
            if y == frame.y and frame.title_width >= _LEAST_TITLE:
                self._title(cells, frame, content.cells)
        return cells.strip(base)

    # Parts -----------------------------------------------------------------------------

    def _title(self, cells: _Cells, frame: Frame, lines: Sequence[LineCell]) -> None:
        """Write what a frame is over its border, where that can be read."""
        titles = self._titles(frame.id)
        x, width = frame.title_x, frame.title_width
        text = _that_fits(titles, width)
        if x + 1 < cells.x0 or x + 1 + cell_len(text) > cells.x0 + cells.width:
            # What is inside is in sight, but not the usual place of the title.
            x, width = _stretch_in_sight(cells, frame, lines)
            if width < _LEAST_TITLE:
                return
            text = _that_fits(titles, width)
        cells.write(x + 1, text, self.marks.frame_style(frame.id)[2])

    def _titles(self, frame: str) -> tuple[str, ...]:
        """Return the titles of a frame, the longest first."""
        trips = None
        if frame in self.view.graph.regions:
            region = self.view.graph.regions[frame]
            trips = trips_of(self.view.cursor, self.view.values, region)
        return self.labels.titles(frame, trips)

    def _box(self, cells: _Cells, box: Box, y: int) -> None:
        text = self._text(box.id)
        look = self.marks.look(box.id, text)
        if self.zoom == 0:
            # Many lines make a dot wider than it is drawn.
            x = box.x + (box.width - 1) // 2
            self._dot(cells, x, box.id, look, is_closed=text.is_closed)
            return
        if box.height < 3 or box.width < 3:
            self._small(cells, box, look, text.lines[0])
            return
        _border(cells, box, y, look.border, look.border_style)
        inside = y - box.y - 1
        if not 0 <= inside < box.height - 2:
            if y == box.y:
                self._flags(cells, box, look)
            return
        room = box.width - 2
        cells.write(box.x + 1, " " * room, self.view.palette.text)
        if inside < len(text.lines):
            style = look.style if inside == 0 else self._second(look)
            cells.write(
                box.x + _INDENT, fit(text.lines[inside], room - 3).rstrip(), style
            )
            if inside == 0:
                cells.write(box.x + 2, look.mark, look.mark_style)
        elif inside - len(text.lines) < len(look.values):
            self._value(cells, box, look, inside - len(text.lines))

    def _second(self, look: Look) -> Style:
        return look.style if look.border == DOUBLE else self.view.palette.dim

    def _value(self, cells: _Cells, box: Box, look: Look, number: int) -> None:
        palette = self.view.palette
        reading = look.values[number]
        short = reading.short
        style = palette.pass_("backward" if reading.of == "cotangent" else "forward")
        if short.is_absent:
            style = palette.faint
        x, end = box.x + _INDENT, box.x + box.width - 1
        cells.write(x, _SIGNS[reading.of], style)
        x += 2
        if reading.cells is not None:
            is_ascii = self.view.is_ascii
            for glyph, extra in glyphs_of(reading.cells, is_ascii=is_ascii):
                look_of = palette.trouble if glyph.strip() in _TROUBLE else style
                cells.write(x, glyph, look_of if extra is None else look_of + extra)
                x += len(glyph)
            # Norms stand below each other, however few elements there are.
            x = end - NORM_WIDTH
        words = fit(short.text, end - x).rstrip()
        cells.write(x, words, palette.trouble if short.flag else style)

    def _small(self, cells: _Cells, box: Box, look: Look, words: str) -> None:
        room = box.width - 3
        background = self.view.palette.selected_line
        if look.border == DOUBLE:
            background = self.view.palette.cursor_line
        cells.write(box.x, " " * box.width, background)
        cells.write(box.x, look.mark, look.mark_style + background)
        style = look.style + background
        if look.border == HEAVY:
            style += Style(reverse=True)
        cells.write(box.x + 2, fit(words, min(room, cell_len(words))), style)
        for letter, letter_style in look.flags[:1]:
            cells.write(box.x + box.width - 1, letter, letter_style + background)

    def _dot(
        self, cells: _Cells, x: int, item: str, look: Look, *, is_closed: bool
    ) -> None:
        glyph, style = DOTS["closed" if is_closed else "node"], look.style
        if look.flags and look.flags[0][0] in _TROUBLE:
            glyph, style = look.flags[0]
            if item in (self.marks.current, self.marks.selected):
                # There is no room for a ring around the letter.
                style += Style(reverse=True)
        elif item == self.marks.current:
            glyph = DOTS["current"]
        elif item == self.marks.selected:
            glyph = DOTS["selected"]
        cells.write(x, glyph, style)

    def _flags(self, cells: _Cells, box: Box, look: Look) -> None:
        for number, (letter, style) in enumerate(look.flags):
            cells.write(box.x + box.width - 2 - number, letter, style)

    def _stub(self, cells: _Cells, stub: Stub) -> None:
        sign = "←" if stub.side == "to" else "→"
        words = sign + short_path(stub.label, stub.width - 1)
        style = self.view.palette.dim + Style(italic=True)
        cells.write(stub.x + (stub.width - cell_len(words)) // 2, words, style)

    def _lines(self, cells: _Cells, lines: Sequence[LineCell]) -> None:
        palette = self.view.palette
        for cell in lines:
            if not cells.x0 <= cell.x < cells.x0 + cells.width:
                continue
            style = self.marks.trunk_style(cell.trunk)
            if cell.is_arrow and self.marks.sends_back(cell.trunk, cell.x, cells.y):
                # The contribution leaves the equation against the data's direction.
                cells.put(cell.x, self.head_back, palette.bright + palette.backward)
            elif cell.is_arrow:
                cells.put(cell.x, self.head, style)
            elif cell.is_crossing:
                cells.put(cell.x, "─", style)
            else:
                under = cells.at(cell.x)
                meeting = joint(under, cell.bits)
                if meeting is not None:
                    cells.put(cell.x, meeting, None)
                elif under in BITS:
                    is_border = under != " "
                    char = LINES[cell.bits | BITS[under]]
                    cells.put(
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
    cells: _Cells, frame: Frame, lines: Sequence[LineCell]
) -> tuple[int, int]:
    """Return the widest part of the upper border in sight without lines."""
    start = max(frame.x + 1, cells.x0) - 1
    stop = min(frame.x + frame.width - 1, cells.x0 + cells.width)
    inside = sorted({cell.x for cell in lines if start < cell.x < stop})
    gaps = itertools.pairwise([start, *inside, stop])
    start, stop = max(gaps, key=lambda gap: gap[1] - gap[0])
    return start + 1, stop - start - 1


def _border(
    cells: _Cells, shape: Box | Frame, y: int, chars: str, style: Style
) -> None:
    left, right = shape.x, shape.x + shape.width - 1
    if y == shape.y:
        cells.write(left, chars[0] + chars[1] * (shape.width - 2) + chars[2], style)
    elif y == shape.y + shape.height - 1:
        cells.write(left, chars[4] + chars[1] * (shape.width - 2) + chars[5], style)
    else:
        cells.put(left, chars[3], style)
        cells.put(right, chars[3], style)


class _Cells:
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
