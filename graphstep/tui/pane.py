"""What all panels have in common: a border, a focus, motions, lines that scroll."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import ClassVar, Literal

from rich.text import Text
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer

from graphstep.tui.arrangement import Border
from graphstep.tui.bordered import BorderedLines
from graphstep.tui.line_strip import line_strip
from graphstep.tui.messages import BorderDragged, PaneFocused, Resized
from graphstep.tui.values import Values
from graphstep.tui.view import View

# Seconds until values that a frame had no time for are asked for again, and between
# two looks whether a thread has read what was left to it.
_MOMENT, _WHILE = 0.01, 0.03

Motion = Literal["up", "down", "left", "right", "page_up", "page_down", "top", "bottom"]


# Keys are bound once, in the table of actions, and reach a panel as motions.
class Pane(BorderedLines, can_focus=True, inherit_bindings=False):
    """One panel; subclasses say what is in it.

    Attributes:
        pane_id: Its name in the arrangement, and its id as a widget.
        heading: What its border says unless `show` says better.
        seen: The part of the lines that is in sight in the frame that is drawn; to ask
            Textual for it once per line costs a twentieth of a step (8.2).
    """

    pane_id: ClassVar[str] = ""
    heading: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__(self.pane_id)
        self.view: View | None = None
        self.seen = Region()
        self._dragged: Border | None = None
        self._return: Timer | None = None
        # The visible lines of one state, and what else they depend on.
        self._painted: dict[int, Strip] = {}
        self._painted_at: object = None
        self.border_title = self.heading

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a frame."""
        self._look()
        return super().render_lines(crop)

    def show(self, view: View) -> None:
        """Show another state. Called once per frame, and only while visible."""
        self.view = view
        self.repaint()

    def repaint(self) -> None:
        """Have those visible lines drawn again that look different by now.

        Most steps change a line or two of a panel, and what Textual does with a line
        costs more than to write it.
        """
        before, self._painted = self._painted, {}
        is_as_before = self._look()
        rows = range(self.seen.height)
        if not is_as_before or len(before) < len(rows):
            self.refresh()
            return
        changed = [y for y in rows if self.render_line(y) != before[y]]
        self._painted.update({y: before[y] for y in set(rows).difference(changed)})
        if changed:
            self.refresh(*[Region(0, y, self.seen.width, 1) for y in changed])

    def _look(self) -> bool:
        """Forget lines that were written for another place or style."""
        size = self.scrollable_content_region.size
        sight = (self.scroll_offset, size, self.rich_style)
        is_as_before = sight == self._painted_at
        if not is_as_before:
            self._painted, self._painted_at = {}, sight
            left, top = (int(each) for each in self.scroll_offset)
            self.seen = Region(left, top, *size)
        return is_as_before

    def render_line(self, y: int) -> Strip:
        """Draw one visible line; it is written once for one state."""
        if y not in self._painted:
            self._painted[y] = self.paint_line(y)
        return self._painted[y]

    def paint_line(self, y: int) -> Strip:
        """Write one visible line of the present state."""
        return Strip.blank(self.seen.width, self.rich_style)

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come that will change what it shows."""
        return self._return is not None

    @property
    def awaits_drawing(self) -> bool:
        """Whether it shows nothing yet, for a thread is at work on that."""
        return False

    def come_back(self, draw: Callable[[], object], values: Values) -> None:
        """Draw once more for values that a frame had no time for, once that helps."""
        if self._return is not None:
            if not values.has_run_out:
                return
            self._return.stop()
        self._return_later(draw, values, None if values.has_run_out else values.n_read)

    def _return_later(
        self, draw: Callable[[], object], values: Values, n_read: int | None
    ) -> None:
        come_back = functools.partial(self._come_back, draw, values, n_read)
        wait = _MOMENT if n_read is None else _WHILE
        self._return = self.set_timer(wait, come_back)

    def _come_back(
        self, draw: Callable[[], object], values: Values, n_read: int | None
    ) -> None:
        self._return = None
        # To find out what looks different takes as long as half a step.
        if n_read is None or values.has_news(n_read):
            draw()
        else:
            self._return_later(draw, values, n_read)

    def move(self, motion: Motion) -> None:
        """Do what an arrow or a page key asks for: here, scroll."""
        page = max(1, self.scrollable_content_region.height - 1)
        by_x, by_y = {
            "up": (0, -1),
            "down": (0, 1),
            "left": (-4, 0),
            "right": (4, 0),
            "page_up": (0, -page),
            "page_down": (0, page),
            "top": (0, -self.virtual_size.height),
            "bottom": (0, self.virtual_size.height),
        }[motion]
        self.scroll_to(
            x=self.scroll_offset.x + by_x,
            y=self.scroll_offset.y + by_y,
            animate=False,
            immediate=True,
        )

    def enter(self) -> bool:
        """Do what Enter asks for; return whether there was anything to do here."""
        return False

    @property
    def text_width(self) -> int:
        """Cells in a line of text, with room kept for the scroll bar."""
        return max(16, self.container_size.width - self.gutter.width - 1)

    def on_resize(self) -> None:
        """Ask for lines of the new width."""
        self.post_message(Resized())

    # Its borders move when they are dragged ---------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take the keys, and hold of the border."""
        # Not when the focus comes: that it was moved to a panel a while ago says
        # nothing of where it should be now.
        self.post_message(PaneFocused(self.pane_id))
        border = self._border_at(event.x, event.y) if event.button == 1 else None
        if border is not None:
            self._dragged = border
            self.capture_mouse()
            event.stop()

    def _border_at(self, x: int, y: int) -> Border | None:
        width, height = self.outer_size
        borders: tuple[tuple[bool, Border], ...] = (
            (x == 0, "left"),
            (x == width - 1, "right"),
            (y == 0, "top"),
            (y == height - 1, "bottom"),
        )
        return next((border for is_there, border in borders if is_there), None)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the border that is held."""
        if self._dragged is not None:
            is_upright = self._dragged in ("left", "right")
            to = event.screen_x if is_upright else event.screen_y
            self.post_message(BorderDragged(self.pane_id, self._dragged, int(to)))
            event.stop()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go."""
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()
            event.stop()


class TextPane(Pane):
    """A panel of styled lines, drawn one by one so that new ones need no new layout."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[Text] = ()

    @property
    def plain(self) -> str:
        """What is written, without styles."""
        return "\n".join(line.plain for line in self._lines)

    def write(self, view: View, width: int) -> tuple[str, Sequence[Text]]:
        """Return the title and the lines of a state, each of `width` cells at most."""
        return self.heading, ()

    def show(self, view: View) -> None:
        """Show a text under a title, from its top if it is another one's."""
        self.view = view
        title, lines = self.write(view, self.text_width)
        before = self.border_title
        self.set_heading(title)
        if before != self.border_title:
            self.scroll_to(y=0, animate=False, immediate=True)
        self._lines = lines
        self.set_length(len(self._lines))
        self.repaint()

    def paint_line(self, y: int) -> Strip:
        """Write one visible line."""
        number = y + self.seen.y
        if number >= len(self._lines):
            return super().paint_line(y)
        line = self._lines[number]
        return line_strip(line, self.seen.width, self.rich_style, self.app.console)
