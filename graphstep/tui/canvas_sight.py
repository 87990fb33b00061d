"""What part of the drawing is seen, and what stays in place when it changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from textual.geometry import Region, Size

from graphstep.layout import Box, Frame, Layout
from graphstep.tui.canvas_layouts import LayoutKey, Layouts
from graphstep.tui.canvas_marks import selected_item
from graphstep.tui.messages import LayoutMade
from graphstep.tui.pane import Pane

# Cells to keep in sight around what matters.
_MARGIN_X, _MARGIN_Y = 4, 2


class Sight(Pane):
    """A panel that holds a layout and shows a part of it.

    Attributes:
        layouts: Makes the layouts of the program.
        drawn: The layout that is shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layouts: Layouts | None = None
        self.drawn: Layout | None = None
        self._key: LayoutKey | None = None
        # What stays where it is on the screen when the layout changes.
        self._anchor: str | None = None
        self._wants_sight = False

    def hold(self, item: str | None) -> None:
        """Keep something where it is on the screen when the layout changes next."""
        self._anchor = item

    def _tell(self) -> None:
        self.post_message(LayoutMade())

    def _go_over(self, layout: Layout, key: LayoutKey, item: str | None) -> None:
        """Show another layout; what is selected stays where it is on the screen."""
        anchor = self._anchor_in_sight(self._anchor or item)
        self._anchor = None
        before = None if self.drawn is None else _shape(self.drawn, anchor)
        pad = self._pad
        self.drawn, self._key = layout, key
        after = _shape(layout, anchor)
        x, y = self.scroll_offset
        self.set_extent(Size(layout.width, layout.height))
        if before is not None and after is not None:
            x += after.x - before.x + (after.width - before.width) // 2
            x += self._pad - pad
            y += after.y - before.y
            if isinstance(after, Frame) and isinstance(before, Box):
                x, y = self._look_into(after, x, y)
            self._scroll(x, y)
        elif before is None:
            self._scroll(self._first_column(layout), 0)

    def _first_column(self, layout: Layout) -> int:
        """Return from where on the first screen shows most, and where one is."""
        room, shape = self._room, self.focus_shape
        most = max(0, layout.width - room.width)
        _, boxes = layout.boxes_in(0, 0, layout.width - 1, room.height - 1)
        if not most or not boxes or shape is None or shape.y >= room.height:
            return most // 2
        # Where `bring_into_sight` would leave it.
        least = shape.x + shape.width + _MARGIN_X - room.width
        low, high = (min(max(each, 0), most) for each in (least, shape.x - _MARGIN_X))
        return _fullest(boxes, range(min(low, high), high + 1), room.width)[0]

    def _look_into(self, frame: Frame, x: float, y: float) -> tuple[float, float]:
        """Return where to look so that something is seen of what was opened."""
        layout, room = self.drawn, self._room
        assert layout is not None
        below = y + room.height - frame.y
        y += max(0, min(frame.height, room.height * 2 // 3) - below)
        right, bottom = frame.x + frame.width - 1, int(y) + room.height - 1
        _, boxes = layout.boxes_in(frame.x, frame.y, right, bottom)
        if frame.width <= room.width or not boxes:
            return x, self._below_void(frame, x, y)
        # Others than these show no more, and a frame may be thousands of columns wide.
        offered = sorted({max(frame.x, box.x - _MARGIN_X) for box in boxes})
        best, most = _fullest(boxes, offered, room.width)
        _, seen = _fullest(boxes, [int(x) - self._pad], room.width)
        # What stays where it is tells where one is; a void tells nothing.
        x = x if 2 * seen >= most else best
        return x, self._below_void(frame, x, y)

    def _below_void(self, frame: Frame, x: float, y: float) -> float:
        """Return where to look down, so that a frame that is cut has no void above it."""
        layout, room = self.drawn, self._room
        assert layout is not None
        if frame.y + frame.height <= y + room.height:
            return y
        left, top = int(x) - self._pad, max(0, int(y))
        _, above = layout.boxes_in(left, top, left + room.width - 1, frame.y - 1)
        return y if above else max(y, frame.y - 1)

    def _anchor_in_sight(self, item: str | None) -> str | None:
        """Return what is to stay where it is: the box in the middle, if need be."""
        layout = self.drawn
        if layout is None:
            return item
        x, y = int(self.scroll_offset.x) - self._pad, int(self.scroll_offset.y)
        seen = Region(x, y, self._room.width, self._room.height)
        shape = _shape(layout, item)
        if shape is not None and seen.overlaps(_region(shape)):
            return item
        _, boxes = layout.boxes_in(seen.x, seen.y, seen.right - 1, seen.bottom - 1)
        middle = seen.center
        # A cell is about twice as high as it is wide.
        nearest = min(
            boxes,
            key=lambda box: (
                abs(_region(box).center[0] - middle[0])
                + 2 * abs(_region(box).center[1] - middle[1])
            ),
            default=None,
        )
        return item if nearest is None else nearest.id

    def _near_boxes(self, x: float, y: float) -> float:
        """Return where to look across, so that rows from `y` on are not seen blank."""
        layout, room = self.drawn, self._room
        left, top = int(x) - self._pad, int(y)
        if layout is None:
            return x
        last = top + room.height - 1
        if layout.boxes_in(left, top, left + room.width - 1, last)[1]:
            return x
        middle = left + room.width // 2
        _, boxes = layout.boxes_in(0, top, layout.width - 1, last)
        if not boxes:
            return x
        nearest = min(boxes, key=lambda box: abs(box.x + box.width // 2 - middle))
        return nearest.x + nearest.width // 2 - room.width // 2

    @property
    def is_up_to_date(self) -> bool:
        """Whether what is drawn is laid out as the state wants it, and all of it."""
        return (
            self.view is not None
            and LayoutKey.of(self.view.state) == self._key
            and self.drawn is not None
            and not self.drawn.is_sketch
        )

    @property
    def has_more_to_show(self) -> bool:
        """Whether another layout is to come, or what it looks like."""
        is_due = self.view is not None and not self.is_up_to_date
        return is_due or super().has_more_to_show

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


def _shape(layout: Layout, item: str | None) -> Box | Frame | None:
    """Return the box or frame that stands for something."""
    shown = None if item is None else layout.shown(item)
    if not shown:
        return None
    return layout.boxes.get(shown) or layout.frames.get(shown)


def _fullest(
    boxes: Sequence[Box], offered: Sequence[int], width: int
) -> tuple[int, int]:
    """Return from which column on most boxes are seen whole, and how many are."""
    x = np.array([box.x for box in boxes])
    ends = x + np.array([box.width for box in boxes])
    first = np.asarray(offered)[:, np.newaxis]
    seen = ((first <= x) & (ends <= first + width)).sum(axis=1)
    return offered[int(np.argmax(seen))], int(seen.max())


def _region(shape: Box | Frame) -> Region:
    return Region(shape.x, shape.y, shape.width, shape.height)


def _nearest(now: float, room: int, start: int, length: int, margin: int) -> float:
    """Return the nearest scroll position at which a stretch is in sight."""
    margin = max(0, min(margin, (room - length) // 2))
    if length > room:
        # Its beginning says what it is.
        return start if not now <= start < now + room // 2 else now
    found = min(max(now, start + length + margin - room), start - margin)
    # What comes from far away is better seen with what is around it.
    is_far = abs(found - now) > room // 2
    return start + length // 2 - room // 2 if is_far else found
