"""A few lines of styled text, drawn as they are: no markup, no wrapping, no layout."""

from __future__ import annotations

from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget

from graphstep.tui.line_strip import line_strip


class TextBar(Widget):
    """Lines above or below the panels.

    Textual's own widget for text makes three copies of it in other forms for every
    frame, a third of what a step costs (Textual 8.2).

    Args:
        id: Its id as a widget.
    """

    def __init__(self, id: str) -> None:  # noqa: A002 -- as every widget calls it.
        super().__init__(id=id)
        self._written = Text()
        self._lines: list[Text] = []

    @property
    def plain(self) -> str:
        """What is written, without styles."""
        return self._written.plain

    def write(self, text: Text) -> None:
        """Show another text, if it is another one."""
        if text != self._written or text.style != self._written.style:
            self._written = text
            self._lines = list(text.split("\n", allow_blank=True))
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, style = self.content_size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, style)
        return line_strip(self._lines[y], width, style, self.app.console)
