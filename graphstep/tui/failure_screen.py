"""The dialog for a recording that failed."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from graphstep.tracing import SourceLocation, one_line, source_line

_ADVICE = (
    "The graph can still be explored. R records again, = records with another input."
)


class FailureScreen(ModalScreen[None]):
    """Says in one line what went wrong, and where; any of the usual keys closes it.

    Args:
        reason: What went wrong.
        place: The user's line at which it did, if that is known.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,space,q", "dismiss", "close")
    ]

    def __init__(self, reason: str, place: SourceLocation | None = None) -> None:
        super().__init__()
        self._reason = reason
        self._place = place

    def compose(self) -> ComposeResult:
        """Hold the text."""
        with Vertical(id="failure") as box:
            box.border_title = "the recording failed"
            box.border_subtitle = "Enter: look at the graph"
            yield Static(self.text())

    def text(self) -> Text:
        """Return what is said."""
        text = Text(self._reason)
        place = self._place
        if place is not None:
            name = one_line(PurePath(place.file).name, 60)
            function = one_line(place.function, 60)
            text.append(f"\n\n{name}:{place.line} in {function}", "dim")
            line = one_line(source_line(place).strip(), 160)
            text.append(f"\n  {line}" if line else "", "bold")
        text.append(f"\n\n{_ADVICE}", "dim")
        return text

    def on_click(self) -> None:
        """Close."""
        self.dismiss()
