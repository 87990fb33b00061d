"""The help screen: every key, command and mark; a click or Enter does what it says."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input

from graphstep.tui.action import Action
from graphstep.tui.actions import ACTIONS
from graphstep.tui.commands import WRITTEN
from graphstep.tui.help_lines import HelpLine, Sheet, help_lines, narrowed, sheet
from graphstep.tui.lines_view import LinesView
from graphstep.tui.palette import Palette


class HelpSheet(LinesView, can_focus=False):
    """The lines, narrowed by what is typed."""

    def __init__(self, lines: tuple[HelpLine, ...], palette: Palette) -> None:
        super().__init__(id="help-lines")
        self._all = lines
        self._palette = palette
        self._words = ""
        self._shown = lines
        self._sheet = Sheet((), 1)
        self.chosen: HelpLine | None = None

    def narrow(self, words: str) -> None:
        """Show only lines with these words."""
        self._words = words
        self._shown = narrowed(self._all, words)
        self.chosen = self._shown[0] if words and self._shown else None
        self._lay_out()
        self.scroll_to(y=0, animate=False, immediate=True)

    def choose(self, by: int) -> None:
        """Choose another line."""
        shown = [each for column in self._sheet.columns for each in column]
        offered = [each for each in shown if not each.is_heading]
        if not offered:
            return
        at = -1 if self.chosen is None else offered.index(self.chosen)
        at = max(at, 0) if self.chosen is None and by < 0 else at + by
        self.chosen = offered[min(max(at, 0), len(offered) - 1)]
        row, top = self._sheet.row_of(self.chosen), int(self.scroll_offset.y)
        height = max(1, self.scrollable_content_region.height)
        if not top <= row < top + height:
            y = row if row < top else row - height + 1
            self.scroll_to(y=y, animate=False, immediate=True)
        self.refresh()

    def page(self, by: int) -> None:
        """Scroll by pages."""
        height = max(1, self.scrollable_content_region.height - 1)
        self.scroll_to(
            y=self.scroll_offset.y + by * height, animate=False, immediate=True
        )

    def _lay_out(self) -> None:
        # With room for a scroll bar, which may come and go with the lines.
        width = max(1, self.size.width - 2)
        self._sheet = sheet(self._shown, width)
        self.set_length(self._sheet.height)
        self.refresh()

    def on_resize(self) -> None:
        """Use the room that there is."""
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        width = self.scrollable_content_region.width
        row = y + int(self.scroll_offset.y)
        strip = self._sheet.strip(row, self._palette, self.chosen)
        if y == 0 and not self._shown:
            strip = Strip([Segment(" nothing with these words", self._palette.dim)])
        return strip.adjust_cell_length(width).apply_style(self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Do what the line under the pointer says."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        line = self._sheet.at(offset.x, offset.y + int(self.scroll_offset.y))
        if line is not None and line.message is not None:
            self.screen.dismiss(line.message)


class HelpScreen(ModalScreen[Message | None]):
    """Every key, every command, every mark; gives back what was chosen.

    Args:
        palette: Styles.
        topic: Words to show only some lines by.
        actions: The table of actions.
        can_walk: Whether there is a recording.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,ctrl+c", "leave_help", "close", priority=True),
        Binding("up", "choose(-1)", "up"),
        Binding("down", "choose(1)", "down"),
        Binding("pageup", "page(-1)", "page up"),
        Binding("pagedown", "page(1)", "page down"),
    ]

    def __init__(
        self,
        palette: Palette,
        topic: str = "",
        actions: tuple[Action, ...] = ACTIONS,
        *,
        can_walk: bool = True,
    ) -> None:
        super().__init__()
        self._topic = topic
        lines = help_lines(actions, WRITTEN, can_walk=can_walk)
        self._sheet = HelpSheet(lines, palette)

    def compose(self) -> ComposeResult:
        """Hold filter and lines."""
        with Vertical(id="help") as box:
            box.border_title = "help"
            box.border_subtitle = (
                "type to narrow   ↑↓ Enter or click: do it   Esc closes"
            )
            yield Input(
                self._topic,
                id="help-filter",
                placeholder="a key, a command or a word",
                select_on_focus=False,
            )
            yield self._sheet

    def on_mount(self) -> None:
        """Let the person type."""
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show only lines with these words; `q` and `?` at once close."""
        event.stop()
        if event.value in ("q", "?"):
            self.dismiss(None)
            return
        self._sheet.narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do what the chosen line says."""
        event.stop()
        chosen = self._sheet.chosen
        self.dismiss(None if chosen is None else chosen.message)

    def action_leave_help(self) -> None:
        """Show all lines again, or close."""
        line = self.query_one(Input)
        if line.value:
            line.value = ""
        else:
            self.dismiss(None)

    def action_choose(self, by: int) -> None:
        """Choose another line."""
        self._sheet.choose(by)

    def action_page(self, by: int) -> None:
        """Scroll by pages."""
        self._sheet.page(by)
