"""The line for searching and for commands."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from graphstep.tui.messages import Entered

_HINTS = {
    "/": "name, letter, id, primitive, :12 or a regular expression",
    ":": "goto 12/3 · break h if nan · delete all · find tanh · iter 7 · pass backward",
}


class Prompt(Input):
    """An input line that is there only while it is needed."""

    kind = "/"

    def open(self, kind: str, text: str = "") -> None:
        """Ask for a search (`/`) or a command (`:`), with something typed already."""
        self.kind = kind
        self.border_title = kind
        self.placeholder = _HINTS[kind]
        self.value = text
        self.add_class("-open")
        self.focus()

    def close(self) -> None:
        """Go away."""
        self.remove_class("-open")

    def on_key(self, event: events.Key) -> None:
        """Give up on Escape."""
        if event.key in ("escape", "ctrl+c"):
            event.stop()
            event.prevent_default()
            self.post_message(Entered(self.kind, ""))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the line over."""
        event.stop()
        self.post_message(Entered(self.kind, event.value.strip()))
