"""A bar along which a person seeks with the mouse: click, drag, wheel."""

from __future__ import annotations

from textual import events

from graphstep.tui.text_bar import TextBar


class DragBar(TextBar):
    """A bar that follows the pointer while it is held; subclasses say where to.

    Attributes:
        first_line: The first line that can be taken hold of.
    """

    first_line = 0

    def __init__(self, id: str) -> None:  # noqa: A002 -- as every widget calls it.
        super().__init__(id)
        self._is_dragged = False

    def seek(self, x: int) -> None:
        """Go to what is at a column of the bar."""

    def go_on(self, by: int) -> None:
        """Go one on, or one back: `by` is 1 or −1."""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go to what is under the pointer."""
        if event.button == 1 and event.y >= self.first_line:
            self._is_dragged = True
            self.capture_mouse()
            self.seek(event.x)
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the pointer while it is held."""
        if self._is_dragged:
            self.seek(event.x)
            event.stop()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go."""
        if self._is_dragged:
            self._is_dragged = False
            self.release_mouse()
            event.stop()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go one on."""
        event.stop()
        self.go_on(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go one back."""
        event.stop()
        self.go_on(-1)
