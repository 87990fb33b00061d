"""The dialog for a recording that failed."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static


class FailureScreen(ModalScreen[None]):
    """Says in one line what went wrong; any of the usual keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,space,q", "dismiss", "close")
    ]

    def __init__(self, reason: str) -> None:
        super().__init__()
        self._reason = reason

    def compose(self) -> ComposeResult:
        """Hold the text."""
        with Vertical(id="failure") as box:
            box.border_title = "the recording failed"
            box.border_subtitle = "Enter: look at the graph"
            yield Static(Text(self._reason))
