"""The graph, drawn: only visible rows are painted, and big layouts wait in a thread."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip

from graphstep.graph import Value
from graphstep.layout import Box, Frame, Layout
from graphstep.tracing import one_line
from graphstep.tui.canvas_layouts import LayoutKey, Layouts
from graphstep.tui.canvas_marks import Marks, selected_item
from graphstep.tui.canvas_moves import stub_at
from graphstep.tui.canvas_paint import Painter
from graphstep.tui.canvas_rows import PaintedRows
from graphstep.tui.lines import label_of, type_of
from graphstep.tui.messages import ItemChosen, LayoutMade
from graphstep.tui.minimap import Minimap
from graphstep.tui.pane import Motion, Pane
from graphstep.tui.view import View

# Cells to keep in sight around what matters.
_MARGIN_X, _MARGIN_Y = 4, 2
_STEP_X, _STEP_Y = 8, 3
# Seconds until values that a frame had no time for are asked for again.
_LATER = 0.01


class Canvas(Pane):
    """The drawing, and how a person moves about in it."""

    pane_id = "graph"
    heading = "graph"

    def __init__(self) -> None:
        super().__init__()
        self.layouts: Layouts | None = None
        self.drawn: Layout | None = None
        self.has_minimap = True
        self._key: LayoutKey | None = None
        self._minimap: Minimap | None = None
        self._painter: Painter | None = None
        self._rows: PaintedRows | None = None
        # The lines of the small picture, as they were painted last.
        self._corner: tuple[Any, list[Strip]] | None = None
        self._hovered: Value | None = None
        self._grip: tuple[int, int] | None = None
        self._has_moved = False
        # What stays where it is on the screen when the layout changes.
        self._anchor: str | None = None
        self._wants_sight = False

    # What is shown -----------------------------------------------------------------------

    def show(self, view: View) -> None:
        """Show another state; the old drawing stays until the new one is there."""
        before, self.view = self.view, view
        state = view.state
        if self.layouts is None or self.layouts.labels.graph is not view.graph:
            self.layouts = Layouts(view.graph, self._tell)
            self.drawn = self._key = None
        key = LayoutKey.of(state)
        item = selected_item(state)
        if key != self._key:
            layout = self.layouts.find(key, len(state.rows))
            if layout is not None:
                self._go_over(layout, key, item)
        has_moved = (
            before is None
            or before.state.selected != state.selected
            or before.cursor is not view.cursor
        )
        if has_moved or self._wants_sight:
            self._wants_sight = self.drawn is None or key != self._key
            self.bring_into_sight()
        self._painter = None
        self._write_heading()
        self._refresh_changed()

    def _tell(self) -> None:
        self.post_message(LayoutMade())

    def _go_over(self, layout: Layout, key: LayoutKey, item: str | None) -> None:
        """Show another layout; what is selected stays where it is on the screen."""
        anchor = self._anchor or item
        self._anchor = None
        before = None if self.drawn is None else _shape(self.drawn, anchor)
        self.drawn, self._key = layout, key
        self._rows = None
        self._minimap = None
        after = _shape(layout, anchor)
        x, y = self.scroll_offset
        self.set_extent(Size(layout.width, layout.height))
        if before is not None and after is not None:
            x += after.x - before.x + (after.width - before.width) // 2
            y += after.y - before.y
            self._scroll(x, y)
        elif before is None:
            self._scroll(max(0, (layout.width - self._room.width) // 2), 0)

    @property
    def is_up_to_date(self) -> bool:
        """Whether what is drawn is laid out as the state wants it."""
        return self.view is not None and LayoutKey.of(self.view.state) == self._key

    @property
    def _room(self) -> Size:
        return self.scrollable_content_region.size

    @property
    def _pad(self) -> int:
        """Blank columns that centre a narrow drawing."""
        width = 0 if self.drawn is None else self.drawn.width
        return max(0, (self._room.width - width) // 2)

    def _scroll(self, x: float, y: float) -> None:
        self.scroll_to(max(0, x), max(0, y), animate=False, immediate=True)

    def on_resize(self) -> None:
        """Keep in sight what matters."""
        if self.drawn is not None:
            self.set_extent(Size(self.drawn.width, self.drawn.height))
            self.bring_into_sight()
        super().on_resize()

    def bring_into_sight(self, *, is_centred: bool = False) -> None:
        """Move the view, as little as possible, to what is selected."""
        if self.drawn is None or self.view is None:
            return
        shape = self.focus_shape
        if shape is None:
            return
        room, (left, top) = self._room, self.scroll_offset
        if is_centred:
            self._scroll(
                shape.x + shape.width // 2 - room.width // 2,
                shape.y + min(shape.height, room.height) // 2 - room.height // 2,
            )
            return
        height = min(shape.height, max(room.height - 2 * _MARGIN_Y, 1))
        self._scroll(
            _nearest(left, room.width, shape.x, shape.width, _MARGIN_X),
            _nearest(top, room.height, shape.y, height, _MARGIN_Y),
        )

    @property
    def focus_shape(self) -> Box | Frame | None:
        """The box of the cursor while it is followed, else of what is selected."""
        assert self.view is not None
        state = self.view.state
        item = selected_item(state)
        if state.follows and state.cursor_position is not None:
            item = state.graph.order[state.cursor_position]
        return None if self.drawn is None else _shape(self.drawn, item)

    def _write_heading(self) -> None:
        assert self.view is not None
        state, graph = self.view.state, self.view.graph
        node = state.inspected
        path = [one_line(graph.trace.fn_name, 40)]
        if node is not None:
            inside = graph.columns.regions[graph.position(node)]
            path += [
                one_line(region.name, 30)
                for region in graph.regions.ancestors(inside)[1:]
            ]
        notes: list[str] = []
        if self._hovered is not None:
            notes.append(
                f"{label_of(graph, *self._hovered)} {type_of(graph, *self._hovered)}"
            )
        if state.drawing.spotlight:
            notes.append(f"only {state.drawing.spotlight}")
        if LayoutKey.of(state) != self._key:
            notes.append("laying out …")
        self.set_heading(
            f"graph ── {' ▸ '.join(path[:1] + path[1:][-4:])}", " · ".join(notes)
        )

    # Painting ----------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a frame; values it has no time for come in the next."""
        values = None if self.view is None else self.view.values
        if values is not None:
            values.begin_frame()
        self._sheet()
        self._small_picture()
        strips = super().render_lines(crop)
        if values is not None and values.has_put_off:
            self.set_timer(_LATER, self._repaint)
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
        top, height = int(self.scroll_offset.y), self._room.height
        lines = {y - top for y in rows.changed(range(top, top + height))}
        corner, found = self._corner, self._small_picture()
        if (None if corner is None else corner[1]) is not found:
            lines |= self._lines_of(corner) | self._lines_of(self._corner)
        width = self._room.width
        if lines:
            self.refresh(*[Region(0, line, width, 1) for line in sorted(lines)])
        if values is not None and values.has_put_off:
            self.set_timer(_LATER, self._repaint)

    def _sheet(self) -> PaintedRows | None:
        """Return the rows as the present state wants them, if there is a drawing."""
        layout, view = self.drawn, self.view
        if layout is None or view is None or self._key is None or self.layouts is None:
            return None
        if self._painter is None:
            labels, zoom = self.layouts.labels, self._key.zoom
            marks = Marks(view, layout, labels, self._hovered, zoom)
            self._painter = Painter(view, layout, labels, marks, zoom)
        x0, width = int(self.scroll_offset.x) - self._pad, self._room.width
        base = self.rich_style
        if self._rows is None or not self._rows.fits(layout, x0, width, base):
            self._rows = PaintedRows(layout, x0, width, base)
        self._rows.paint_with(self._painter)
        return self._rows

    def render_line(self, y: int) -> Strip:
        """Draw one visible row."""
        rows = self._rows
        if rows is None:
            return Strip.blank(self._room.width, self.rich_style)
        return self._with_minimap(rows.strip(y + int(self.scroll_offset.y)), y)

    # The small picture in the corner -------------------------------------------------------

    @property
    def minimap(self) -> Minimap | None:
        """The small picture, if there is more to the drawing than is seen."""
        layout, room = self.drawn, self._room
        if layout is None or not self.has_minimap or not layout.boxes:
            return None
        if layout.width <= room.width and layout.height <= room.height:
            return None
        if self._minimap is None:
            self._minimap = Minimap.of(layout)
        found = self._minimap
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
            and y + min(shape.height, 4) > top
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

    # Moving about --------------------------------------------------------------------------

    def move(self, motion: Motion) -> None:
        """Pan."""
        page = max(1, self._room.height - 2)
        x, y = self.scroll_offset
        by = {
            "up": (0, -_STEP_Y),
            "down": (0, _STEP_Y),
            "left": (-_STEP_X, 0),
            "right": (_STEP_X, 0),
            "page_up": (0, -page),
            "page_down": (0, page),
            "top": (0, -self.virtual_size.height),
            "bottom": (0, self.virtual_size.height),
        }[motion]
        self._scroll(x + by[0], y + by[1])

    def enter(self) -> bool:
        """Open or close what is selected, a group of inputs too."""
        if self.drawn is None or self.view is None:
            return False
        state = self.view.state
        item = selected_item(state)
        if item is None or state.selected_region is not None:
            return False
        shown = self.drawn.shown(item)
        around = self.drawn.around(item)
        group = shown if shown in self._group_ids else around
        if group is None or group not in self._group_ids:
            return False
        self.post_message(ItemChosen(group, toggles=True))
        return True

    @property
    def _group_ids(self) -> frozenset[str]:
        return (
            frozenset()
            if self.layouts is None
            else frozenset(self.layouts.labels.groups)
        )

    # The mouse -----------------------------------------------------------------------------

    def _cell(self, event: events.MouseEvent) -> tuple[int, int] | None:
        """Return the cell of the drawing under the pointer."""
        offset = event.get_content_offset(self)
        if offset is None:
            return None
        left, top = self.scroll_offset
        return offset.x + int(left) - self._pad, offset.y + int(top)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the drawing, of the border or of the small picture."""
        offset = event.get_content_offset(self)
        if offset is None:
            super().on_mouse_down(event)
            return
        self._grip, self._has_moved = (event.screen_x, event.screen_y), False
        self.capture_mouse()
        self._jump_in_minimap(offset.x, offset.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the drawing, or light the line under the pointer."""
        offset = event.get_content_offset(self)
        if self._grip is None:
            super().on_mouse_move(event)
            self._hover(event)
            return
        if offset is not None and self._jump_in_minimap(offset.x, offset.y):
            return
        by_x, by_y = event.screen_x - self._grip[0], event.screen_y - self._grip[1]
        if by_x or by_y:
            self._has_moved = True
            self._grip = (event.screen_x, event.screen_y)
            x, y = self.scroll_offset
            self._scroll(x - by_x, y - by_y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go."""
        if self._grip is None:
            super().on_mouse_up(event)
            return
        self._grip = None
        self.release_mouse()

    def _jump_in_minimap(self, x: int, y: int) -> bool:
        place = self._minimap_place(x, y)
        if place is None:
            return False
        self._has_moved = True
        self._scroll(
            place[0] - self._room.width // 2, place[1] - self._room.height // 2
        )
        return True

    def _hover(self, event: events.MouseMove) -> None:
        cell = self._cell(event)
        found: Value | None = None
        if cell is not None and self.drawn is not None and self.view is not None:
            trunks = self.drawn.trunks_at(*cell)
            if trunks:
                found = self.drawn.trunks[trunks[0]].value
            else:
                item = self.drawn.item_at(*cell)
                if item and item in self.view.graph and item in self.drawn.boxes:
                    value = self.view.graph.resolve(item)
                    found = value if isinstance(value, tuple) else None
        if found != self._hovered:
            self._hovered = found
            self._write_heading()
            self._repaint()

    def on_leave(self, _: events.Leave) -> None:
        """Light nothing any more."""
        if self._hovered is not None:
            self._hovered = None
            self._repaint()

    def on_click(self, event: events.Click) -> None:
        """Select what is under the pointer; a double click opens or closes it."""
        cell = self._cell(event)
        if cell is None or self._has_moved or self.drawn is None or event.button != 1:
            return
        stub = stub_at(self.drawn, *cell)
        if stub is not None:
            self.post_message(ItemChosen(stub.partner))
            return
        item = self.drawn.item_at(*cell)
        if item:
            self.hold(item)
            self.post_message(ItemChosen(item, toggles=event.chain == 2))

    def hold(self, item: str | None) -> None:
        """Keep something where it is on the screen when the layout changes next."""
        self._anchor = item


def _shape(layout: Layout, item: str | None) -> Box | Frame | None:
    """Return the box or frame that stands for something."""
    shown = None if item is None else layout.shown(item)
    if not shown:
        return None
    return layout.boxes.get(shown) or layout.frames.get(shown)


def _nearest(now: float, room: int, start: int, length: int, margin: int) -> float:
    """Return the nearest scroll position at which a stretch is in sight."""
    margin = max(0, min(margin, (room - length) // 2))
    if length > room:
        # Its beginning says what it is.
        return start if not now <= start < now + room // 2 else now
    return min(max(now, start + length + margin - room), start - margin)
