"""Breakpoints, and the values that are watched."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events

from graphstep.graph import ProgramGraph
from graphstep.tracing import one_line
from graphstep.tui.breaks import Break
from graphstep.tui.leaf_path import short_path
from graphstep.tui.numbers import fit
from graphstep.tui.orders import StopChosen
from graphstep.tui.palette import Palette
from graphstep.tui.pane import Motion, TextPane
from graphstep.tui.paper import lines_of
from graphstep.tui.view import View
from graphstep.tui.watch import Watch
from graphstep.tui.watching import before, seen, watch_label

ON, OFF = "■", "□"
_NONE = "none yet"
_OFFERS = (
    ("  B  at the selected node", ":break h if norm > 10"),
    ("  W  watch the inspected value", ":watch cotangent h"),
)
_OFFER_CELLS = 33
# Cells before the text of a line: a click there turns a breakpoint on or off.
_MARK_CELLS = 6
# In fewer cells than this there is no room for words.
_WIDE = 44
_SHORT_OF = {"primal": "", "cotangent": "ct"}


class StopsPane(TextPane):
    """Breakpoints, and the values that are watched."""

    pane_id = "stops"
    heading = "breakpoints and watches"

    def __init__(self) -> None:
        super().__init__()
        # Per row, which line of the state it shows; headings are none.
        self._line_of: list[int | None] = []

    def write(self, view: View, width: int) -> tuple[str, Sequence[Text]]:
        """Return the breakpoints, then the watches."""
        state, palette = view.state, view.palette
        text = Text(no_wrap=True)
        self._line_of = []
        items, watches = state.breaks.items, state.watches
        for each in items:
            style = self._style(view, len(self._line_of))
            name = _name_at(view.graph, each)
            text.append_text(break_text(each, name, palette, width, style))
            text.append("\n")
            self._line_of.append(len(self._line_of))
        if items and watches:
            text.append("\n")
            self._line_of.append(None)
        for number, watch in enumerate(watches, 1):
            line = len(items) + number - 1
            text.append_text(
                watch_text(view, watch, number, width, self._style(view, line))
            )
            text.append("\n")
            self._line_of.append(line)
        if not items and not watches:
            for line in (_NONE, *_offers(width)):
                text.append(f"{fit(line, width)}\n", palette.dim)
        text.rstrip()
        return self.heading, lines_of(text)

    def _style(self, view: View, line: int) -> Style:
        is_chosen = line == view.state.stop_line and view.state.focus == self.pane_id
        return view.palette.selected_line if is_chosen else Style()

    def show(self, view: View) -> None:
        """Show another state, with the selected line in sight."""
        super().show(view)
        line = view.state.stop_line
        if line not in self._line_of:
            return
        row, top = self._line_of.index(line), int(self.scroll_offset.y)
        height = max(1, self.scrollable_content_region.height)
        if not top <= row < top + height:
            y = row if row < top else row - height + 1
            self.scroll_to(y=y, animate=False, immediate=True)

    def move(self, motion: Motion) -> None:
        """Select another line."""
        if self.view is None:
            return
        page = max(1, self.scrollable_content_region.height - 1)
        line = self.view.state.stop_line
        last = len(self._line_of)
        to = {
            "up": line - 1,
            "down": line + 1,
            "page_up": line - page,
            "page_down": line + page,
            "top": 0,
            "bottom": last,
        }
        if motion in to:
            self.post_message(StopChosen(to[motion]))
        else:
            super().move(motion)

    def enter(self) -> bool:
        """Turn the breakpoint of the line on or off; of a watch, show its node."""
        if self.view is None or not any(each is not None for each in self._line_of):
            return False
        self.post_message(StopChosen(self.view.state.stop_line, "toggle"))
        return True

    def on_key(self, event: events.Key) -> None:
        """Delete the line."""
        if event.key == "delete" and self.view is not None:
            event.stop()
            self.post_message(StopChosen(self.view.state.stop_line, "delete"))

    def on_click(self, event: events.Click) -> None:
        """Select a line; its mark turns it on or off, twice shows where it stops."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        row = offset.y + int(self.scroll_offset.y)
        line = self._line_of[row] if row < len(self._line_of) else None
        if line is None:
            return
        deed = "select"
        if event.chain == 2:
            deed = "show"
        elif offset.x < _MARK_CELLS:
            deed = "toggle"
        self.post_message(StopChosen(line, deed))


def _offers(width: int) -> list[str]:
    """Return how breakpoints and watches are made: a command stands beside its key."""
    beside = [f"{key:{_OFFER_CELLS}}{command}" for key, command in _OFFERS]
    if max(map(cell_len, beside)) <= width:
        return beside
    return [line for key, command in _OFFERS for line in (key, f"     {command}")]


def _name_at(graph: ProgramGraph, each: Break) -> str:
    """Return what people know the node by at which a breakpoint is set."""
    node = each.breakpoint.node
    name = graph.label(node) if node is not None and node in graph else ""
    return "" if name == node else name


def break_text(
    each: Break, name: str, palette: Palette, width: int, background: Style
) -> Text:
    """Return a breakpoint in `width` cells: mark, number, where, how often so far."""
    stops = f"stopped {each.stops}×" if each.stops else "not reached"
    if not each.is_enabled:
        stops = f"off, {stops}" if each.stops else "off"
    elif each.is_temporary:
        stops = f"once, {stops}"
    line = Text(no_wrap=True)
    mark = ON if each.is_enabled else OFF
    style = palette.trouble if each.is_enabled else palette.faint
    line.append(f"{mark} {each.number:>2}  ", style + background)
    room = max(4, width - _MARK_CELLS - cell_len(stops) - 1)
    what = palette.text if each.is_enabled else palette.dim
    where = one_line(f"{name}  {each.breakpoint}".strip(), 200)
    line.append(fit(where, room) + " ", what + background)
    line.append(stops, palette.dim + background)
    return line


def watch_text(
    view: View, watch: Watch, number: int, width: int, background: Style
) -> Text:
    """Return a watch in `width` cells: its name, then old → new."""
    palette, cursor, values = view.palette, view.cursor, view.values
    label = watch_label(view.graph, view.state.watches, watch)
    line = Text(no_wrap=True)
    line.append(f"◦ {number:>2}  ", palette.dim + background)
    if cursor is None or values is None:
        line.append(fit(label, max(4, width - _MARK_CELLS)), palette.text + background)
        return line
    now = seen(values, cursor, watch)
    then = before(values, cursor, view.state.came_from, watch)
    name = min(max(cell_len(label), 8), max(8, width // 3))
    pass_style = palette.forward if now.of == "primal" else palette.backward
    line.append(fit(short_path(label, name), name) + " ", palette.text + background)
    of = now.of if width >= _WIDE else _SHORT_OF.get(now.of, now.of)
    line.append(f"{of} " if of else "", pass_style + background)
    if then:
        line.append(f"{then} → ", palette.dim + background)
    style = palette.bright if then else palette.text
    if not now.is_value:
        style = palette.dim
    line.append(now.text, style + background)
    # Of a lone number, the text says it.
    if now.flag and "NaN" not in now.text and "Inf" not in now.text:
        line.append(f" {now.flag}", palette.trouble + background)
    turns = ", ".join(map(str, now.iteration))
    for extra in (now.norm, f"iteration {turns}" if turns else ""):
        if extra and line.cell_len + cell_len(extra) + 2 <= width:
            line.append(f"  {extra}", palette.dim + background)
    line.truncate(width, overflow="ellipsis", pad=True)
    line.stylize(background)
    return line
