"""The bottom line: the keys that matter most, or one line to the person."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from graphstep.tui.actions import ACTIONS
from graphstep.tui.numbers import fit
from graphstep.tui.palette import Palette
from graphstep.tui.view import View


class KeyBar(Static):
    """As many keys as fit, in the order of their rank."""

    def show(self, view: View) -> None:
        """Write the line anew."""
        state, palette = view.state, view.palette
        width = max(10, self.size.width - 2)
        if state.notice:
            style = palette.trouble if state.is_alarming else palette.bright
            self.update(Text(fit(state.notice, width), style), layout=False)
        else:
            text = keys_text(palette, width, can_walk=view.cursor is not None)
            self.update(text, layout=False)


def keys_text(palette: Palette, width: int, *, can_walk: bool) -> Text:
    """Return the keys that fit in `width` cells, in the order of the table."""
    useful = [a for a in ACTIONS if a.rank and (can_walk or not a.needs_walk)]
    chosen: list[str] = []
    for action in sorted(useful, key=lambda a: a.rank):
        added = cell_len(f"{action.shown} {action.short}") + 2
        if added > width:
            break
        chosen.append(action.name)
        width -= added
    line = Text(no_wrap=True)
    for action in useful:
        if action.name in chosen:
            line.append(action.shown, palette.bright)
            line.append(f" {action.short}  ", palette.dim)
    return line
