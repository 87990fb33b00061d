"""The actions that look around without moving the cursor, and the prompt."""

from __future__ import annotations

from graphstep.tui import commands
from graphstep.tui.arranging import Arranging
from graphstep.tui.help_screen import HelpScreen
from graphstep.tui.messages import Entered, ItemChosen, RowChosen
from graphstep.tui.prompt import Prompt


class LookingActions(Arranging):
    """Selecting, folding, searching, commands, help."""

    def action_open_close(self) -> None:
        """Do what Enter does in this panel, or open or close the selected region."""
        if not self.pane(self.state.focus).enter():
            self.change(self.state.toggled())

    def action_where(self) -> None:
        """Select the cursor again."""
        self.change(self.state.followed())

    def on_row_chosen(self, message: RowChosen) -> None:
        """Select a line of the outline, and open or close it."""
        state = self.state.select_row(message.row)
        if message.folding == "fold":
            state = state.folded()
        elif message.folding == "unfold":
            state = state.unfolded()
        elif message.folding == "toggle":
            state = state.toggled()
        self.change(state)

    def on_item_chosen(self, message: ItemChosen) -> None:
        """Select what was chosen in the drawing, and open or close it."""
        state = self.state.select_item(message.item)
        self.change(state.toggled_item(message.item) if message.toggles else state)

    def action_help(self) -> None:
        """Show every key."""
        self.push_screen(HelpScreen(self.palette))

    # Prompt --------------------------------------------------------------------------

    def ask(self, kind: str, text: str = "") -> None:
        """Open the prompt, with something typed already."""
        self.query_one(Prompt).open(kind, text)

    def action_search(self) -> None:
        """Ask what to find."""
        self.ask("/")

    def action_command(self) -> None:
        """Ask for a command."""
        self.ask(":")

    def action_next_hit(self) -> None:
        """Go to the next thing found."""
        self.change(commands.next_hit(self.state, 1))

    def action_previous_hit(self) -> None:
        """Go to the previous thing found."""
        self.change(commands.next_hit(self.state, -1))

    def on_entered(self, message: Entered) -> None:
        """Do what was typed."""
        self.query_one(Prompt).close()
        self.pane(self.state.focus).focus()
        if not message.text:
            return
        if message.kind == "/":
            self.change(commands.find(self.state, message.text))
        elif "quit".startswith(message.text):
            self.call_later(self.run_action, "leave")
        elif "help".startswith(message.text):
            self.action_help()
        else:
            self.change(commands.run_command(self.state, message.text))
