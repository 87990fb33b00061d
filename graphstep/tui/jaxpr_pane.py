"""JAX's own text of the program, with the current equation in it."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.strip import Strip

from graphstep._jaxcompat import Place
from graphstep.tui.jaxpr_lines import pieces_of_line
from graphstep.tui.jaxpr_text import JaxprText
from graphstep.tui.lines import CURRENT, SELECTED
from graphstep.tui.messages import ItemChosen, Resized
from graphstep.tui.numbers import fit
from graphstep.tui.pane import Motion, Pane
from graphstep.tui.source_highlight import style_of
from graphstep.tui.state import UiState
from graphstep.tui.view import View

_MARGIN = 2
_GUTTER = 2


class JaxprPane(Pane):
    """JAX's own text, with the current equation."""

    pane_id = "jaxpr"
    heading = "jaxpr"

    def __init__(self) -> None:
        super().__init__()
        self._text: JaxprText | str | None = None
        self._line: int | None = None
        self._strips: dict[int, Strip] = {}
        self._styled_for: object = None

    def show(self, view: View) -> None:
        """Show where the inspected node stands."""
        self.view = view
        text = view.findings.jaxpr(view.graph)
        if text is not self._text or self._styled_for is not view.palette:
            self._strips = {}
            self._styled_for = view.palette
        before, self._text = (self._text, self._line), text
        if not isinstance(text, JaxprText):
            self._line = None
            self.set_heading("jaxpr")
            self.set_length(0)
        else:
            here = self._place(view.state)
            self._line = None if here is None else here.line
            where = "" if self._line is None else f"line {self._line + 1} of "
            self.set_heading("jaxpr", f"{where}{len(text.lines)}")
            self.set_length(len(text.lines))
            if here is not None and before != (text, self._line):
                self._bring_into_sight(here)
        self.repaint()

    def _place(self, state: UiState) -> Place | None:
        text = self._text
        if not isinstance(text, JaxprText):
            return None
        region = state.selected_region
        if region is not None and not (state.follows and state.cursor is not None):
            found = text.places.get(region.id)
            if found is None and region.size:
                found = text.places.get(state.graph.order[region.start])
            return found
        node = state.inspected
        return None if node is None else text.places.get(node)

    def set_length(self, n_lines: int) -> None:
        """Say how many lines there are; the longest can be scrolled along."""
        text = self._text
        width = self.scrollable_content_region.width
        if isinstance(text, JaxprText):
            width = max(width, text.width + _GUTTER)
        self.set_extent(Size(width, n_lines))

    def _bring_into_sight(self, place: Place) -> None:
        height = self.scrollable_content_region.height
        room = self.scrollable_content_region.width - _GUTTER
        if height <= 0 or room <= 0:
            return
        margin = min(_MARGIN, (height - 1) // 2)
        top, left = int(self.scroll_offset.y), int(self.scroll_offset.x)
        if not top - height <= place.line <= top + 2 * height:
            top = place.line - height // 3
        elif place.line < top + margin:
            top = place.line - margin
        elif place.line > top + height - 1 - margin:
            top = place.line - height + 1 + margin
        end = min(place.end, place.start + room)
        if place.start < left or end > left + room:
            left = max(0, place.start - 2) if end > room else 0
        self.scroll_to(x=left, y=max(0, top), animate=False, immediate=True)

    def on_resize(self) -> None:
        """Keep the equation in sight."""
        if self.view is not None:
            place = self._place(self.view.state)
            if place is not None:
                self._bring_into_sight(place)
        self.post_message(Resized())

    # Keys and mouse ------------------------------------------------------------------

    def move(self, motion: Motion) -> None:
        """Select the next equation in the text, or scroll along its lines."""
        text = self._text
        if motion in ("left", "right") or not isinstance(text, JaxprText):
            super().move(motion)
            return
        page = max(1, self.scrollable_content_region.height - 1)
        here = -1 if self._line is None else self._line
        by = {"up": -1, "down": 1, "page_up": -page, "page_down": page}
        last = len(text.lines) - 1
        ends = {"top": 0, "bottom": last}
        wanted = ends.get(motion, here + by.get(motion, 0))
        is_up = motion in ("up", "page_up", "bottom")
        self._choose(text.nearest(min(max(wanted, 0), last), is_up=is_up))

    def enter(self) -> bool:
        """Go to the next node that stands on the line."""
        self._choose(self._line)
        return True

    def _choose(self, line: int | None) -> None:
        if not isinstance(self._text, JaxprText) or line is None or self.view is None:
            return
        nodes = self._text.nodes.get(line, ())
        if nodes:
            here = self.view.state.inspected
            number = (nodes.index(here) + 1) % len(nodes) if here in nodes else 0
            self.post_message(ItemChosen(nodes[number]))

    def on_click(self, event: events.Click) -> None:
        """Select the equation under the pointer."""
        offset, text = event.get_content_offset(self), self._text
        if offset is None or not isinstance(text, JaxprText):
            return
        line = offset.y + int(self.scroll_offset.y)
        column = offset.x - _GUTTER + int(self.scroll_offset.x)
        node = text.node_at(line, column)
        if node is not None:
            self.post_message(ItemChosen(node))

    # Drawing -----------------------------------------------------------------------

    def paint_line(self, y: int) -> Strip:
        """Write one visible line."""
        width = self.seen.width
        view, text = self.view, self._text
        if view is None or not isinstance(text, JaxprText):
            return self._absence(y, width)
        number = y + self.seen.y
        if number >= len(text.lines):
            return Strip.blank(width, self.rich_style)
        palette = view.palette
        strip = self._strip(number, text)
        background, mark = Style(), " "
        place = self._place(view.state)
        if place is not None and place.line == number:
            strip = _underlined(strip, place, palette.underlined)
            is_cursor = view.cursor is not None and view.state.follows
            mark = CURRENT if is_cursor else SELECTED
            background = palette.cursor_line if is_cursor else palette.selected_line
        left = self.seen.x
        room = max(0, width - _GUTTER)
        strip = strip.crop(left, left + room).adjust_cell_length(room)
        style = palette.bright
        if view.cursor is not None:
            style += palette.pass_(view.cursor.pass_)
        strip = Strip.join([Strip([Segment(f"{mark} ", style)]), strip])
        return strip.apply_style(background).apply_style(self.rich_style)

    def _strip(self, number: int, text: JaxprText) -> Strip:
        found = self._strips.get(number)
        if found is None and self.view is not None:
            palette = self.view.palette
            pieces = pieces_of_line(text.lines[number])
            found = Strip([Segment(t, style_of(palette, word)) for t, word in pieces])
            self._strips[number] = found
        return found or Strip([])

    def _absence(self, y: int, width: int) -> Strip:
        words = "printing the jaxpr …" if self._text is None else str(self._text)
        lines = [
            words[i : i + width - 2] for i in range(0, len(words), max(1, width - 2))
        ]
        shown = lines[y - 1] if 0 < y <= len(lines) else ""
        style = self.rich_style if self.view is None else self.view.palette.dim
        return Strip([Segment(fit(f" {shown}", width), style)]).apply_style(
            self.rich_style
        )


def _underlined(strip: Strip, place: Place, style: Style) -> Strip:
    length = strip.cell_length
    start, end = min(place.start, length), min(place.end, length)
    if start >= end:
        return strip
    before, inside, after = strip.divide([start, end, length])
    return Strip.join([before, inside.apply_style(style), after])
