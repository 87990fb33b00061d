"""The window in which the Jacobian fills, pass by pass."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from graphstep.analysis import Accumulated
from graphstep.tui.array_heat import Hues
from graphstep.tui.jacobian_orders import Mode, PassesAsked, PassesLeft
from graphstep.tui.jacobian_page import Look, jacobian_text
from graphstep.tui.palette import SIXTEEN, Palette

_EDGES = 6
_LINKS = (
    ("column", "c next column"),
    ("row", "r next row"),
    ("columns", "C all columns"),
    ("rows", "R all rows"),
    ("close", "Esc close"),
)


class JacobianScreen(ModalScreen[None]):
    """Shows the Jacobian and asks for passes.

    Args:
        title: Of which function.
        found: What is filled by now.
        palette: Styles.
        is_ascii: Whether to draw with ASCII alone.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c,right", "column", "next column"),
        Binding("r", "row", "next row"),
        Binding("C", "columns", "all columns"),
        Binding("R", "rows", "all rows"),
        Binding("escape,q,ctrl+c", "close", "cancel, close"),
    ]

    def __init__(
        self, title: str, found: Accumulated, palette: Palette, *, is_ascii: bool
    ) -> None:
        super().__init__()
        self._title = title
        self._palette = palette
        self._is_ascii = is_ascii
        self._said, self._is_bad = "", False
        self.found = found
        self.is_at_work = False

    def compose(self) -> ComposeResult:
        """Hold the matrix, and a line of what can be done."""
        with VerticalScroll(id="jacobian") as box:
            box.border_title = self._title.replace("[", r"\[")
            yield Static(id="jacobian-text")
        links = "   ".join(
            f"[@click=screen.{name}]{words}[/]" for name, words in _LINKS
        )
        yield Static(links, id="jacobian-links")

    def on_mount(self) -> None:
        """Write it."""
        self._write()

    def on_resize(self, _: events.Resize) -> None:
        """Write it in lines of the new width."""
        self._write()

    def show(self, found: Accumulated, said: str = "", *, is_bad: bool = False) -> None:
        """Show what is filled by now, and a line about what is going on."""
        self.found, self._said, self._is_bad = found, said, is_bad
        self._write()

    def _write(self) -> None:
        width = max(24, min(self.size.width, 132) - _EDGES)
        look = Look(self._palette, width, self._hues(), self._is_ascii)
        text = jacobian_text(self.found, look, self._said, is_bad=self._is_bad)
        self.query_one("#jacobian-text", Static).update(text)

    def _hues(self) -> Hues | None:
        """Return the colours of heat, if there are enough colours."""
        app = self.app
        is_plain = app.no_color or app.current_theme.name == SIXTEEN.name
        if is_plain or self._is_ascii:
            return None
        box = self.query_one("#jacobian")
        return Hues.of(self._palette, box.background_colors[1])

    # What can be done --------------------------------------------------------------------

    def _ask(self, mode: Mode, *, is_all: bool) -> None:
        self.app.post_message(PassesAsked(mode, is_all))

    def action_column(self) -> None:
        """Run one forward pass."""
        self._ask("column", is_all=False)

    def action_row(self) -> None:
        """Run one reverse pass."""
        self._ask("row", is_all=False)

    def action_columns(self) -> None:
        """Run forward passes until all columns are filled."""
        self._ask("column", is_all=True)

    def action_rows(self) -> None:
        """Run reverse passes until all rows are filled."""
        self._ask("row", is_all=True)

    def action_close(self) -> None:
        """Stop what is going on, or else close."""
        if self.is_at_work:
            self.app.post_message(PassesLeft())
        else:
            self.dismiss()
