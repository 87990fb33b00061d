"""The actions that look around without moving the cursor, and the prompt."""

from __future__ import annotations

from graphstep.tui import commands
from graphstep.tui.help_screen import HelpScreen
from graphstep.tui.inspector import Inspector
from graphstep.tui.messages import Entered, RowChosen
from graphstep.tui.outline import Outline
from graphstep.tui.prompt import Prompt
from graphstep.tui.walking import Walking


class Looking(Walking):
    """Selecting, folding, searching, commands, help."""

    def _select(self, by: int) -> None:
        self.change(self.state.select_row(self.state.selected_row + by))

    @property
    def _is_reading(self) -> bool:
        """Whether keys scroll the inspector instead of the outline."""
        return isinstance(self.focused, Inspector)

    def action_up(self) -> None:
        """Select the line above, or scroll."""
        self.query_one(Inspector).scroll_up() if self._is_reading else self._select(-1)

    def action_down(self) -> None:
        """Select the line below, or scroll."""
        self.query_one(Inspector).scroll_down() if self._is_reading else self._select(1)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._select(1 - max(2, self.query_one(Outline).size.height - 2))

    def action_page_down(self) -> None:
        """Go a page down."""
        self._select(max(2, self.query_one(Outline).size.height - 2) - 1)

    def action_top(self) -> None:
        """Select the first line."""
        self.change(self.state.select_row(0))

    def action_bottom(self) -> None:
        """Select the last line."""
        self.change(self.state.select_row(len(self.state.rows) - 1))

    def action_open_close(self) -> None:
        """Open or close the selected region."""
        self.change(self.state.toggled())

    def action_fold(self) -> None:
        """Close the region, or select the heading of the one around."""
        self.change(self.state.folded())

    def action_unfold(self) -> None:
        """Open the region."""
        region = self.state.selected_region
        if region is not None and region.id not in self.state.open:
            self.change(self.state.toggled())

    def action_where(self) -> None:
        """Select the cursor again."""
        self.change(self.state.followed())

    def on_row_chosen(self, message: RowChosen) -> None:
        """Select a line that was clicked."""
        state = self.state.select_row(message.row)
        self.change(state.toggled() if message.toggles else state)

    def action_switch_panel(self) -> None:
        """Move between the outline and the inspector."""
        is_reading = self._is_reading
        self.screen_stack[0].set_class(not is_reading, "-inspecting")
        self.query_one(Outline if is_reading else Inspector).focus()

    def action_help(self) -> None:
        """Show every key."""
        self.push_screen(HelpScreen(self.palette))

    # Prompt --------------------------------------------------------------------------

    def action_search(self) -> None:
        """Ask what to find."""
        self.query_one(Prompt).open("/")

    def action_command(self) -> None:
        """Ask for a command."""
        self.query_one(Prompt).open(":")

    def action_next_hit(self) -> None:
        """Go to the next thing found."""
        self.change(commands.next_hit(self.state, 1))

    def action_previous_hit(self) -> None:
        """Go to the previous thing found."""
        self.change(commands.next_hit(self.state, -1))

    def on_entered(self, message: Entered) -> None:
        """Do what was typed."""
        self.query_one(Prompt).close()
        self.query_one(Outline).focus()
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
