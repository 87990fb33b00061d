"""A window of lines that scroll."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static


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
        with VerticalScroll(id="text") as box:
            box.border_title = self._title.replace("[", r"\[")
            box.border_subtitle = "Esc closes"
            yield Static(Text("\n".join(self._lines)))
