"""The outline: regions and nodes as a tree of lines; only visible ones are built."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Literal

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from graphstep.tracing import one_line
from graphstep.tui.lines import LineMaker
from graphstep.tui.messages import FilterChosen, MatchChosen, Resized, RowChosen
from graphstep.tui.numbers import fit
from graphstep.tui.outline_filter import FilteredRows
from graphstep.tui.pane import Motion, Pane
from graphstep.tui.rows import Rows
from graphstep.tui.state import UiState
from graphstep.tui.view import View

# Lines to keep in sight above and below the one that matters.
_MARGIN = 2


class Outline(Pane):
    """A tree of lines with the cursor in it."""

    pane_id = "outline"
    heading = "outline"

    def __init__(self) -> None:
        super().__init__()
        self._filtered: FilteredRows | None = None
        self._filtered_by: tuple[object, str] | None = None
        self._maker: LineMaker | None = None
        # The line that was asked for since the state was shown: keys may be faster.
        self._ahead: int | None = None
        # Textual paints a panel several times for one state (8.2).
        self._strips: dict[int, Strip] = {}

    @property
    def rows(self) -> Rows | None:
        """The lines that are shown: all that are open, or those that match."""
        if self.view is None:
            return None
        return self._filtered or self.view.state.rows

    def show(self, view: View) -> None:
        """Show another state."""
        before = self.view.state if self.view is not None else None
        rows_before = self.rows
        self.view, state = view, view.state
        self._ahead = None
        self._filter(view)
        self._maker = None
        rows = self._filtered or state.rows
        # One more line for the heading, which stays while the rest scrolls.
        self.set_length(len(rows) + 1)
        if (
            before is None
            or before.selected != state.selected
            or before.cursor is not state.cursor
            or rows_before is not rows
        ):
            self._bring_into_sight(self._row_that_matters(state, rows))
        self.repaint()

    def _filter(self, view: View) -> None:
        """Find out which lines match; they are shown once their texts are known."""
        text, graph = view.state.reading.text, view.graph
        if not text:
            self._filtered = self._filtered_by = None
            self.set_heading("outline", self._unseen(view))
            return
        texts = view.findings.texts(graph)
        if texts is not None and self._filtered_by != (graph, text):
            self._filtered = FilteredRows(graph, texts, text)
            self._filtered_by = (graph, text)
        n_matches = 0 if self._filtered is None else self._filtered.n_matches
        noun = "line" if n_matches == 1 else "lines"
        note = (
            f"{n_matches} {noun} · Esc shows all" if self._filtered else "filtering …"
        )
        self.set_heading(f"outline \\ {one_line(text, 30)}", note)

    def _unseen(self, view: View) -> str:
        """Return how many values nothing is known of, for `no NaN` would be a lie."""
        recording = view.recording
        health = None if recording is None else view.findings.health(recording)
        if health is None or not health.n_unseen:
            return ""
        return f"{health.n_unseen} values were not kept, nor looked at"

    def _row_that_matters(self, state: UiState, rows: Rows) -> int:
        if rows is state.rows:
            followed = state.cursor_row if state.follows else None
            return state.selected_row if followed is None else followed
        return rows.row_of(state.selected) or 0

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height - 1

    def move(self, motion: Motion) -> None:
        """Select another line; close or open with left and right."""
        if self.view is None:
            return
        state, rows = self.view.state, self.rows
        here = state.selected_row
        if rows is not None and rows is not state.rows:
            here = rows.row_of(state.selected)
            here = -1 if here is None else here
        here = here if self._ahead is None else self._ahead
        last = 0 if rows is None else len(rows) - 1
        page = max(1, self._height - 1)
        by = {"up": -1, "down": 1, "page_up": -page, "page_down": page}
        if motion in by:
            self._choose(min(max(here + by[motion], 0), max(last, 0)))
        elif motion in ("top", "bottom"):
            self._choose(0 if motion == "top" else last)
        elif rows is state.rows:
            folding: Literal["fold", "unfold"] = (
                "fold" if motion == "left" else "unfold"
            )
            self.post_message(RowChosen(here, folding))

    def _choose(
        self, row: int, folding: Literal["", "fold", "unfold", "toggle"] = ""
    ) -> None:
        rows = self.rows
        if rows is None or self.view is None or not 0 <= row < len(rows):
            return
        self._ahead = row
        if rows is self.view.state.rows:
            self.post_message(RowChosen(row, folding))
            return
        self.post_message(MatchChosen(rows.code(row)))

    def enter(self) -> bool:
        """Leave opening and closing to the application; among matches there is none."""
        return self._filtered is not None

    def key_escape(self) -> None:
        """Show all lines again."""
        if self.view is not None and self.view.state.reading.text:
            self.post_message(FilterChosen(""))

    def on_resize(self) -> None:
        """Keep the line that matters in sight."""
        rows = self.rows
        if self.view is not None and rows is not None:
            self._bring_into_sight(self._row_that_matters(self.view.state, rows))
        self._maker = None
        self.post_message(Resized())

    def _bring_into_sight(self, row: int) -> None:
        height = self._height
        if height <= 0:
            return
        margin = min(_MARGIN, (height - 1) // 2)
        top = int(self.scroll_offset.y)
        if row < top + margin:
            top = row - margin
        elif row > top + height - 1 - margin:
            top = row - height + 1 + margin
        self.scroll_to(y=max(0, top), animate=False, immediate=True)

    # Drawing -----------------------------------------------------------------------

    def _line_maker(self, width: int) -> LineMaker | None:
        view, rows = self.view, self.rows
        if view is None or rows is None:
            return None
        if self._maker is None or self._maker.width != max(width, 1):
            self._strips = {}
            recording = view.recording
            self._maker = LineMaker(
                view.state,
                view.values,
                view.palette,
                max(width, 1),
                rows,
                None if recording is None else view.findings.health(recording),
                view.comparison,
            )
        return self._maker

    def repaint(self) -> None:
        """Have changed lines drawn; values there is no time for come in a moment."""
        with self._frame():
            super().repaint()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a frame; values it has no time for come in the next."""
        with self._frame():
            return super().render_lines(crop)

    @contextlib.contextmanager
    def _frame(self) -> Generator[None, None, None]:
        values = None if self.view is None else self.view.values
        if values is not None:
            values.begin_frame()
        yield
        if values is not None and values.has_put_off:
            self.come_back(self.repaint, values)

    def paint_line(self, y: int) -> Strip:
        """Write one visible line."""
        width = self.seen.width
        lines = self._line_maker(width)
        if lines is None:
            return Strip.blank(width, self.rich_style)
        row = y - 1 + self.seen.y
        if y == 0:
            return lines.heading().apply_style(self.rich_style)
        if row < len(lines.rows):
            return self._strips.get(row) or self._line(lines, row)
        if not len(lines.rows) and y == 1:
            words = Segment(fit(" no line is like that", width), lines.palette.dim)
            return Strip([words]).apply_style(self.rich_style)
        return Strip.blank(width, self.rich_style)

    def _line(self, lines: LineMaker, row: int) -> Strip:
        strip = lines.line(row).apply_style(self.rich_style)
        if lines.values is None or not lines.values.has_put_off:
            self._strips[row] = strip
        return strip

    def on_click(self, event: events.Click) -> None:
        """Select the line under the pointer; a double click opens or closes it."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y > 0:
            row = offset.y - 1 + int(self.scroll_offset.y)
            self._choose(row, "toggle" if event.chain == 2 else "")
