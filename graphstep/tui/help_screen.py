"""The help screen: the table of actions, group by group, and what the marks mean."""

from __future__ import annotations

import itertools
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from graphstep.tui.actions import ACTIONS
from graphstep.tui.commands import COMMANDS
from graphstep.tui.lines import COMPLETE, CURRENT, DONE, PENDING, STOP
from graphstep.tui.palette import Palette

_MARKS = (
    (CURRENT, "the cursor: this step"),
    (DONE, "done in this pass"),
    (PENDING, "still to come in this pass"),
    ("·", "the backward pass does not come here"),
    (COMPLETE, "its cotangent is complete"),
    (STOP, "a breakpoint"),
    ("N I", "holds NaN, holds an infinity"),
    ("‖·‖", "Euclidean norm of an array"),
)


class HelpScreen(ModalScreen[None]):
    """Every key, every command, every mark."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss", "close")
    ]

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette

    def compose(self) -> ComposeResult:
        """Hold the text."""
        with VerticalScroll(id="help") as box:
            box.border_title = "keys"
            box.border_subtitle = "Esc closes"
            yield Static(help_text(self._palette))


def help_text(palette: Palette) -> Text:
    """Return the tables as text."""
    text = Text()
    for group, actions in itertools.groupby(ACTIONS, key=lambda a: a.group):
        text.append(f"{group}\n", palette.dim)
        for action in actions:
            text.append(f"  {action.shown:<8}", palette.bright)
            text.append(f"{action.help}\n", palette.text)
        text.append("\n")
    text.append("Commands, after :\n", palette.dim)
    for command in COMMANDS:
        text.append(f"  {command.usage:<20}", palette.bright)
        text.append(f"{command.help}\n", palette.text)
    text.append("\nMarks\n", palette.dim)
    for mark, meaning in _MARKS:
        text.append(f"  {mark:<8}", palette.bright)
        text.append(f"{meaning}\n", palette.text)
    return text
