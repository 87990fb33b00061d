"""The drawing as lines of the screen, with a small picture of all of it in a corner."""

from __future__ import annotations

import contextlib
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from graphstep.graph import Value
from graphstep.layout import Box, Layout
from graphstep.tui.canvas_marks import Marks
from graphstep.tui.canvas_paint import Painter
from graphstep.tui.canvas_rows import PaintedRows
from graphstep.tui.canvas_sight import Sight
from graphstep.tui.minimap import Minimap
from graphstep.tui.numbers import fit
from graphstep.tui.strips import Strips
from graphstep.tui.values import Values

# A drawing this much larger than what is seen of it needs no small picture, which
# would hide more than it shows.
_NEARLY_ALL = 1.25


class Sheet(Sight):
    """A panel that paints its layout: only lines that are seen and look different.

    Attributes:
        has_minimap: Whether a person wants the small picture.
        strips: The strips of the recording that is looked at.
    """

    def __init__(self) -> None:
        super().__init__()
        self.has_minimap = True
        self.strips: Strips | None = None
        self._hovered: Value | None = None
        self._painter: Painter | None = None
        self._rows: PaintedRows | None = None
        # The small picture of a layout, and its lines as they were painted last.
        self._minimap: tuple[Layout, int, Minimap] | None = None
        self._corner: tuple[Any, list[Strip]] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a frame; values it has no time for come in the next."""
        values = None if self.view is None else self.view.values
        if values is not None:
            values.begin_frame()
        rows = self._sheet()
        if rows is not None:
            rows.paint(self._rows_in_sight)
        self._small_picture()
        strips = super().render_lines(crop)
        if values is not None and values.has_put_off:
            self.come_back(self._repaint, values)
        return strips

    def _repaint(self) -> None:
        self._painter = None
        self._refresh_changed()

    def _refresh_changed(self) -> None:
        """Have only those lines drawn that look different by now."""
        before = self._rows
        values = None if self.view is None else self.view.values
        if values is not None:
            values.begin_frame()
        rows = self._sheet()
        if rows is None or rows is not before:
            self.refresh()
            return
        in_sight = self._rows_in_sight
        lines = {y - in_sight.start for y in rows.changed(in_sight)}
        corner, found = self._corner, self._small_picture()
        if (None if corner is None else corner[1]) is not found:
            lines |= self._lines_of(corner) | self._lines_of(self._corner)
        width = self._room.width
        if lines:
            self.refresh(*[Region(0, line, width, 1) for line in sorted(lines)])
        if values is not None and values.has_put_off:
            self.come_back(self._repaint, values)

    def _sheet(self) -> PaintedRows | None:
        """Return the rows as the present state wants them, if there is a drawing."""
        layout, view = self.drawn, self.view
        if layout is None or view is None or self._key is None or self.layouts is None:
            return None
        if self._painter is None:
            labels, zoom = self.layouts.labels, self._key.zoom
            strips = self._strips_of(view.values)
            marks = Marks(view, layout, labels, self._hovered, zoom, strips)
            self._painter = Painter(view, labels, marks, zoom)
        x0, width = int(self.scroll_offset.x) - self._pad, self._room.width
        base = self.rich_style
        if self._rows is None or not self._rows.fits(layout, x0, width, base):
            self._rows = PaintedRows(layout, x0, width, base)
        self._rows.paint_with(self._painter)
        return self._rows

    @property
    def _rows_in_sight(self) -> range:
        top = int(self.scroll_offset.y)
        return range(top, top + self._room.height)

    def _strips_of(self, values: Values | None) -> Strips | None:
        """Return the strips of a recording; the same as before if it is the same."""
        if values is None:
            self.strips = None
        elif self.strips is None or self.strips.values is not values:
            self.strips = Strips(values, self._tell_of_strip)
        return self.strips

    def _tell_of_strip(self) -> None:
        # Nobody is there to hear it once the application was left.
        with contextlib.suppress(RuntimeError):
            self.call_later(self._repaint)

    @property
    def awaits_drawing(self) -> bool:
        """Whether the first drawing, or the rest of it, is still to come."""
        return self.drawn is None or self.drawn.is_sketch

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; strips of large arrays may be."""
        is_at_work = self.strips is not None and self.strips.is_at_work
        return is_at_work or super().has_more_to_show

    def _look(self) -> bool:
        is_as_before = super()._look()
        if not is_as_before:
            # Another theme has another background under the same state.
            self._sheet()
            self._small_picture()
        return is_as_before

    def render_line(self, y: int) -> Strip:
        """Draw one visible row."""
        rows = self._rows
        if rows is None:
            return self._before_the_first(y)
        return self._with_minimap(rows.strip(y + self.seen.y), y)

    def _before_the_first(self, y: int) -> Strip:
        """Return a line of the panel while there is no drawing yet."""
        room, view = self._room, self.view
        if view is None or y != room.height // 2:
            return Strip.blank(room.width, self.rich_style)
        words = f"laying out {len(view.graph):,} nodes …"
        words = fit(words, room.width) if cell_len(words) > room.width else words
        line = words.center(room.width)
        return Strip([Segment(line, view.palette.dim)]).apply_style(self.rich_style)

    # The small picture in the corner -------------------------------------------------------

    @property
    def minimap(self) -> Minimap | None:
        """The small picture, if there is more to the drawing than is seen."""
        layout, room = self.drawn, self._room
        if layout is None or not self.has_minimap or not layout.boxes:
            return None
        if layout.is_sketch:
            # What is left out would be left out there too.
            return None
        seen = room.width * room.height
        whole = max(layout.width, room.width) * max(layout.height, room.height)
        if whole <= _NEARLY_ALL * seen:
            return None
        widest = room.width // 4
        if self._minimap is None or self._minimap[:2] != (layout, widest):
            self._minimap = layout, widest, Minimap.of(layout, widest)
        found = self._minimap[2]
        is_small = 2 * found.width > room.width or 2 * found.height > room.height
        return None if is_small else found

    def _minimap_top(self, found: Minimap) -> int:
        """Return its first row: at the bottom, unless it would hide what matters."""
        top = self._room.height - found.height
        shape = self.focus_shape
        if shape is None:
            return top
        x = shape.x - int(self.scroll_offset.x) + self._pad
        y = shape.y - int(self.scroll_offset.y)
        is_hidden = (
            x + shape.width > self._room.width - found.width
            and y + shape.height > top
            and isinstance(shape, Box)
        )
        return 0 if is_hidden else top

    def _small_picture(self) -> list[Strip] | None:
        """Return the lines of the small picture; the same list while they are."""
        found, view = self.minimap, self.view
        if found is None or view is None:
            self._corner = None
            return None
        left, top = (int(each) for each in self.scroll_offset)
        room = self._room
        seen = (left, top, left + room.width - 1, top + room.height - 1)
        shape, palette = self.focus_shape, view.palette
        here = None if shape is None else (shape.x + shape.width // 2, shape.y)
        first, base = self._minimap_top(found), self.rich_style
        facts = (found, seen, here, first, palette, base)
        if self._corner is None or self._corner[0] != facts:
            styles = (palette.faint, palette.bright, palette.forward)
            lines = [
                found.strip(line, seen, here, styles).apply_style(base)
                for line in range(found.height)
            ]
            self._corner = (facts, lines)
        return self._corner[1]

    def _lines_of(self, corner: tuple[Any, list[Strip]] | None) -> set[int]:
        """Return the lines of the screen that a small picture covers."""
        if corner is None:
            return set()
        first = corner[0][3]
        return set(range(first, first + len(corner[1])))

    def _with_minimap(self, strip: Strip, y: int) -> Strip:
        corner = self._corner
        if corner is None:
            return strip
        (found, *_), lines = corner
        line = y - corner[0][3]
        if not 0 <= line < len(lines):
            return strip
        return Strip.join([strip.crop(0, strip.cell_length - found.width), lines[line]])

    def _minimap_place(self, x: int, y: int) -> tuple[int, int] | None:
        found = self.minimap
        if found is None:
            return None
        x -= self._room.width - found.width
        y -= self._minimap_top(found)
        is_inside = 0 <= x < found.width and 0 <= y < found.height
        return found.place(x, y) if is_inside else None
