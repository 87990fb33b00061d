"""The inspector: what is known of the selected node, and a scroll bar beside it."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static


class Inspector(VerticalScroll, can_focus=True):
    """A scrolling text."""

    def compose(self) -> ComposeResult:
        """Hold the text."""
        yield Static(id="inspection")

    @property
    def text_width(self) -> int:
        """Cells in a line of text, with room kept for the scroll bar."""
        return max(16, self.container_size.width - self.gutter.width - 1)

    def show(self, title: str, text: Text) -> None:
        """Show a text under a title, from its top if it is another one's."""
        # Titles are markup otherwise, and a name may look like a tag.
        title = title.replace("[", r"\[")
        if title != self.border_title:
            self.border_title = title
            self.scroll_to(y=0, animate=False)
        self.query_one("#inspection", Static).update(text)
