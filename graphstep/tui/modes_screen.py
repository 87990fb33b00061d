"""A window of linked lines: the costs of the modes, or the programs that JAX makes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from graphstep.tui.modes_orders import MeasureAsked, MeasureLeft
from graphstep.tui.modes_sheet import LinkedSheet, Write
from graphstep.tui.palette import Palette


class LinkedScreen(ModalScreen[str | None]):
    """Shows linked lines; gives back the node that was taken.

    Args:
        title: What they are.
        write: Makes the lines.
        palette: Styles.
        can_measure: Whether `t` asks for times.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+c", "leave_lines", "close", priority=True),
        Binding("enter", "take", "go there"),
        Binding("up,k", "move(-1)", "up"),
        Binding("down,j", "move(1)", "down"),
        Binding("left,h", "across(-1)", "left"),
        Binding("right,l", "across(1)", "right"),
        Binding("pageup", "page(-1)", "page up"),
        Binding("pagedown,space", "page(1)", "page down"),
        Binding("t", "measure", "time"),
    ]

    def __init__(
        self, title: str, write: Write, palette: Palette, *, can_measure: bool = False
    ) -> None:
        super().__init__()
        self._title = title
        self._sheet = LinkedSheet(write, palette)
        self._can_measure = can_measure
        self._is_measuring = False
        self._status = Static("", id="linked-status")

    def compose(self) -> ComposeResult:
        """Hold the lines, and one that says what is going on."""
        with Vertical(id="linked") as box:
            box.border_title = self._title.replace("[", r"\[")
            keys = (
                "↑↓ and pointer mark what belongs together   Enter or click: go there"
            )
            time = "   t: time every mode" if self._can_measure else ""
            box.border_subtitle = f"{keys}{time}   Esc closes"
            yield self._sheet
            yield self._status

    def tell(self, text: str) -> None:
        """Say what is going on."""
        self._status.update(text)

    def begin(self) -> None:
        """Say that measuring has begun."""
        self._is_measuring = True

    def end(self, said: str, write: Write | None = None) -> None:
        """Show what came of measuring."""
        self._is_measuring = False
        self.tell(said)
        if write is not None:
            self._sheet.rewrite(write)

    def action_measure(self) -> None:
        """Ask for the time that every mode takes."""
        if self._can_measure and not self._is_measuring:
            self.app.post_message(MeasureAsked())

    def action_leave_lines(self) -> None:
        """Stop measuring, or close."""
        if self._is_measuring:
            self.app.post_message(MeasureLeft())
        else:
            self.dismiss(None)

    def action_take(self) -> None:
        """Go to the node of the chosen line."""
        self._leave_for(self._sheet.chosen)

    def action_move(self, by: int) -> None:
        """Choose another line."""
        self._sheet.move(by)

    def action_across(self, by: int) -> None:
        """Choose what belongs to the same node in the next program."""
        self._sheet.move_across(by)

    def action_page(self, by: int) -> None:
        """Scroll by pages."""
        self._sheet.page(by)

    def on_linked_sheet_taken(self, message: LinkedSheet.Taken) -> None:
        """Go to the node that was clicked."""
        message.stop()
        self._leave_for(message.node)

    def _leave_for(self, node: str) -> None:
        if node and not self._is_measuring:
            self.dismiss(node)
