"""The dialog in which an edit is typed, and told at once whether it can be made."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from graphstep.errors import GraphstepError
from graphstep.tracing import one_line
from graphstep.tui.edit_forms import Choice, Form
from graphstep.tui.numbers import fit
from graphstep.tui.palette import Palette

_NAME_CELLS = 28


class EditScreen(ModalScreen[str]):
    """Asks for one edit; gives back the line, or an empty one if it was given up.

    Args:
        form: What to ask.
        palette: Styles.
        text: What stands in the line at first; by default what the first choice types.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "give_up", "cancel"),
        Binding("up", "choose(-1)", "previous"),
        Binding("down", "choose(1)", "next"),
    ]

    def __init__(self, form: Form, palette: Palette, text: str = "") -> None:
        super().__init__()
        self._form = form
        self._palette = palette
        self._text = text or form.choices[form.first].text

    def compose(self) -> ComposeResult:
        """Lay list, line and verdict out."""
        with Vertical(id="edit") as box:
            box.border_title = self._form.title
            box.border_subtitle = "↑↓ choose   Enter record   Esc cancel"
            choices = OptionList(
                *(Option(self._line(choice)) for choice in self._form.choices)
            )
            choices.can_focus = False
            yield choices
            # Choosing a line of the list should not leave its text half replaced.
            yield Input(self._text, select_on_focus=False)
            yield Static(id="verdict")

    def _line(self, choice: Choice) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(
            fit(one_line(choice.name, 60), _NAME_CELLS) + "  ", self._palette.bright
        )
        text.append(one_line(choice.detail, 80), self._palette.dim)
        return text

    def on_mount(self) -> None:
        """Select the first choice and give the line the keys."""
        self.query_one(OptionList).highlighted = self._form.first
        line = self.query_one(Input)
        line.focus()
        line.cursor_position = len(line.value)
        self._judge()

    def on_input_changed(self) -> None:
        """Say what the line would do."""
        self._judge()

    def _judge(self) -> str | None:
        """Show what the line would do; return why it cannot be done."""
        text = self.query_one(Input).value.strip()
        verdict = self.query_one("#verdict", Static)
        is_begun = any(text == choice.text.strip() for choice in self._form.choices)
        problem = None
        try:
            said, style = f"✓ {self._form.check(text)}", self._palette.good
        except GraphstepError as error:
            problem = one_line(str(error), 240)
            said, style = f"✗ {problem}", self._palette.trouble
            if not text or is_begun:
                said, style = self._form.hint, self._palette.dim
        verdict.update(Text(said, style), layout=False)
        return problem

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the edit over, if it can be made."""
        event.stop()
        problem = self._judge()
        if problem is None:
            self.dismiss(event.value.strip())
        else:
            verdict = self.query_one("#verdict", Static)
            verdict.update(Text(f"✗ {problem}", self._palette.trouble), layout=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Type what was clicked on."""
        event.stop()
        self._type(event.option_index)

    def action_choose(self, by: int) -> None:
        """Go to another choice, and type it."""
        choices = self.query_one(OptionList)
        here = choices.highlighted or 0
        choices.highlighted = (here + by) % len(self._form.choices)
        self._type(choices.highlighted)

    def _type(self, number: int) -> None:
        line = self.query_one(Input)
        line.value = self._form.choices[number].text
        line.cursor_position = len(line.value)
        line.focus()

    def action_give_up(self) -> None:
        """Close without an edit."""
        self.dismiss("")
