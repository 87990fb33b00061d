"""A window of lines that scroll."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static


class _Lines(VerticalScroll):
    """Lines, wrapped at the width, each piece under the beginning of its line."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__(Static(Text("\n".join(lines))), id="text")
        self._lines = lines

    def on_resize(self) -> None:
        """Wrap the lines anew."""
        width, console = self.scrollable_content_region.width, self.app.console
        pieces: list[Text] = []
        for line in self._lines:
            indent = " " * (len(line) - len(line.lstrip()))
            room = max(1, width - len(indent))
            wrapped = Text(line.lstrip()).wrap(console, room)
            pieces += [Text(indent) + piece for piece in wrapped] or [Text("")]
        self.query_one(Static).update(Text("\n").join(pieces))


class TextScreen(ModalScreen[None]):
    """Shows lines until any of the usual keys closes it.

    Args:
        title: What they are.
        lines: The lines; nothing in them is markup.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,space,q", "dismiss", "close")
    ]

    def __init__(self, title: str, lines: tuple[str, ...]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Hold the text."""
        box = _Lines(self._lines)
        box.border_title = self._title.replace("[", r"\[")
        box.border_subtitle = "Esc closes"
        yield box
