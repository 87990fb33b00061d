"""The inspector: what is known of the selected node, as lines that scroll."""

from __future__ import annotations

from rich.text import Text
from textual.strip import Strip

from graphstep.tui.lines_view import LinesView
from graphstep.tui.messages import Resized


class Inspector(LinesView, can_focus=True):
    """A scrolling text, drawn line by line so that a new one needs no new layout."""

    def __init__(self) -> None:
        super().__init__(id="inspector")
        self._lines: list[Text] = []

    @property
    def text_width(self) -> int:
        """Cells in a line of text, with room kept for the scroll bar."""
        return max(16, self.container_size.width - self.gutter.width - 1)

    @property
    def plain(self) -> str:
        """What is written, without styles."""
        return "\n".join(line.plain for line in self._lines)

    def show(self, title: str, text: Text) -> None:
        """Show a text under a title, from its top if it is another one's."""
        # Titles are markup otherwise, and a type such as `f32[2]` looks like a tag.
        title = title.replace("[", r"\[")
        if title != self.border_title:
            self.border_title = title
            self.scroll_to(y=0, animate=False, immediate=True)
        self._lines = list(text.split("\n", allow_blank=False))
        self.set_length(len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        """Ask for lines of the new width."""
        self.post_message(Resized())

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        width = self.scrollable_content_region.width
        number = y + int(self.scroll_offset.y)
        if number >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        segments = self._lines[number].render(self.app.console)
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)
