"""Lines of text one below the other, some of which can be clicked."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text
from textual.message import Message

from graphstep.tui.orders import ActionAsked
from graphstep.tui.palette import Palette

_CONSOLE = Console(width=200, color_system=None)


class LinesWritten:
    """Wraps paragraphs, and keeps in mind what a click on a line asks for.

    Args:
        palette: Styles.
        width: Cells in a line.

    Attributes:
        lines: What is written so far.
        links: What a click on a line asks for.
    """

    def __init__(self, palette: Palette, width: int) -> None:
        self._palette, self._width = palette, width
        self.lines: list[Text] = []
        self.links: dict[int, Message] = {}

    @property
    def text(self) -> Text:
        """All lines."""
        return Text("\n").join(self.lines)

    def paragraph(
        self, text: Text, indent: str = "", first: str = "", asks: Message | None = None
    ) -> None:
        """Write wrapped lines, with a blank one after them.

        Args:
            text: What to write.
            indent: Stands before each line.
            first: Stands before the first line instead.
            asks: What a click on it asks for.
        """
        room = max(8, self._width - len(indent))
        for at, line in enumerate(text.wrap(_CONSOLE, room)):
            line.rstrip()
            if asks is not None:
                self.links[len(self.lines)] = asks
            start = first if at == 0 and first else indent
            self.lines.append(Text(start, self._palette.dim) + line)
        self.gap()

    def close_up(self) -> None:
        """Take the blank line away that was written last."""
        self.lines.pop()

    def gap(self, is_wanted: bool = True) -> None:
        """Write a blank line."""
        if is_wanted:
            self.lines.append(Text())

    def offer(self, text: str, asks: str | Message) -> None:
        """Write a line that does an action, or asks for something, when clicked."""
        message = ActionAsked(asks) if isinstance(asks, str) else asks
        self.links[len(self.lines)] = message
        self.lines.append(Text(text, self._palette.dim))
