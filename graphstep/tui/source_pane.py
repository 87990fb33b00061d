"""The file that the current equation was written in, and the equations of a line."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from graphstep.tracing import Frame, source_text
from graphstep.tui import threads
from graphstep.tui.messages import (
    EquationChosen,
    FrameChosen,
    Highlighted,
    LineChosen,
    Resized,
)
from graphstep.tui.numbers import fit
from graphstep.tui.pane import Motion, Pane
from graphstep.tui.source_file import SourceFile
from graphstep.tui.source_page import LineLook, SourcePage, foot_height
from graphstep.tui.source_place import (
    frame_of,
    frames_of,
    inspected_node,
    line_of,
    location_in,
)
from graphstep.tui.state import UiState
from graphstep.tui.view import View

_MARGIN = 2
_MOST_STRIPS = 2000


class SourcePane(Pane):
    """The file that the current equation was written in."""

    pane_id = "source"
    heading = "source"

    def __init__(self) -> None:
        super().__init__()
        self._files: dict[str, SourceFile] = {}
        self._page: SourcePage | None = None
        self._is_reading = False
        # Whether something else has the processor first.
        self._is_held = True
        # The file of which a line was brought into sight last.
        self._seen: SourceFile | None = None
        # Most steps change the looks of two lines. They are of one file and palette.
        self._strips: dict[LineLook, Strip] = {}

    def show(self, view: View) -> None:
        """Show the line of the inspected node, or the one that was chosen."""
        before = self._page
        if before is None or before.view.palette is not view.palette:
            self._strips = {}
        self.view = view
        frame, place = frame_of(view.state), line_of(view.state)
        file = None if place is None else self._file(view.state, place[0], frame)
        if file is None or place is None:
            self._page = None
            self.set_heading("source")
            self.set_length(0)
            self.repaint()
            return
        page = self._page = SourcePage(view, file, place[1], frame)
        self.set_heading(*page.titles(self._depth(view.state)))
        self.set_length(len(file) + foot_height(page.nodes, self._height))
        if before is None or before.file is not page.file:
            self._strips = {}
        if before is None or (before.file, before.line) != (page.file, page.line):
            self._bring_into_sight(page.line - 1)
        self.repaint()

    def _file(
        self, state: UiState, name: str, frame: Frame | None
    ) -> SourceFile | None:
        found = self._files.get(name)
        if found is None:
            line = frame.line if frame is not None and frame.file == name else 1
            text = source_text(name, line, location_in(state.graph, name))
            found = self._files[name] = SourceFile(name, text)
        return found

    def _depth(self, state: UiState) -> tuple[int, int]:
        """Return which call is shown, counted from 1, and how many there are."""
        node = inspected_node(state)
        n_frames = 0 if node is None else len(frames_of(state.graph, node))
        chosen = state.reading.frame if state.reading.at == node else 0
        return min(chosen, max(n_frames - 1, 0)) + 1, n_frames

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height

    def _bring_into_sight(self, row: int) -> None:
        page = self._page
        if page is None:
            return
        height = self._height - foot_height(page.nodes, self._height)
        if height <= 0:
            return
        margin = min(_MARGIN, (height - 1) // 2)
        top = int(self.scroll_offset.y)
        is_new, self._seen = self._seen is not page.file, page.file
        if is_new or row < top - height or row > top + 2 * height:
            # From afar, put it a third below the top, where what follows is seen too.
            top = row - height // 3
        elif row < top + margin:
            top = row - margin
        elif row > top + height - 1 - margin:
            top = row - height + 1 + margin
        self.scroll_to(y=max(0, top), animate=False, immediate=True)

    def on_resize(self) -> None:
        """Keep the line in sight."""
        if self._page is not None:
            self._bring_into_sight(self._page.line - 1)
        self.post_message(Resized())

    # Drawing -----------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a frame; colours that are not there yet come in a later one."""
        strips = super().render_lines(crop)
        page = self._page
        if page is not None:
            self._read_colours(page.file)
        return strips

    def hold_back(self, *, is_held: bool) -> None:
        """Leave the processor to something else, or begin with what was held back."""
        self._is_held = is_held
        if self._page is not None:
            self._read_colours(self._page.file)

    @property
    def has_more_to_show(self) -> bool:
        """Whether colours are still to come."""
        return self._is_reading or super().has_more_to_show

    def _read_colours(self, file: SourceFile) -> None:
        wanted = file.highlighter.wanted
        if wanted is None or self._is_reading or self._is_held:
            return
        self._is_reading, file.highlighter.wanted = True, None

        def read() -> None:
            file.highlighter.read_around(wanted)
            self.post_message(Highlighted())

        threads.begin("graphstep-source", read)

    def on_highlighted(self, message: Highlighted) -> None:
        """Show the colours."""
        message.stop()
        self._is_reading = False
        self._strips = {}
        self.repaint()

    def paint_line(self, y: int) -> Strip:
        """Write one visible line of the file, or of the list below it."""
        width = self.seen.width
        page, top, height = self._page, self.seen.y, self.seen.height
        if page is None:
            return self._nowhere(y, width).apply_style(self.rich_style)
        foot = foot_height(page.nodes, height)
        row = y - (height - foot)
        if row >= 0:
            strip = page.foot_line(row, width, foot)
        elif y + top < len(page.file):
            look = page.look(y + top + 1, width)
            if look not in self._strips:
                if len(self._strips) > _MOST_STRIPS:
                    self._strips = {}
                self._strips[look] = page.source_line(look)
            strip = self._strips[look]
        elif not len(page.file):
            strip = page.absence_line(y, width)
        else:
            return Strip.blank(width, self.rich_style)
        return strip.apply_style(self.rich_style)

    def _nowhere(self, y: int, width: int) -> Strip:
        if y != 1 or self.view is None:
            return Strip.blank(width)
        words = fit(" no line of source is known of this", width)
        return Strip([Segment(words, self.view.palette.dim)])

    # Keys and mouse ------------------------------------------------------------------

    def move(self, motion: Motion) -> None:
        """Select another line; left and right go to the call around, or inside."""
        page = self._page
        if page is None:
            return
        step = max(2, self._height - foot_height(page.nodes, self._height)) - 1
        by = {"up": -1, "down": 1, "page_up": -step, "page_down": step}
        if motion in ("left", "right"):
            self.post_message(FrameChosen(1 if motion == "left" else -1))
        elif len(page.file):
            last = len(page.file)
            ends = {"top": 1, "bottom": last}
            line = ends.get(motion, page.line + by.get(motion, 0))
            self._choose(min(max(line, 1), last))

    def enter(self) -> bool:
        """Go to the first equation of the line, or from one to the next."""
        if self._page is not None:
            self._choose(self._page.line, goes=True)
        return True

    def _choose(self, line: int, *, goes: bool = False) -> None:
        if self._page is not None:
            self.post_message(LineChosen(self._page.file.name, line, goes))

    def on_click(self, event: events.Click) -> None:
        """Select the line under the pointer, or the equation in the list."""
        offset, page = event.get_content_offset(self), self._page
        if offset is None or page is None:
            return
        row = offset.y - self._height + foot_height(page.nodes, self._height)
        if row > 0:
            node = page.node_at(row, foot_height(page.nodes, self._height))
            if node is not None:
                self.post_message(EquationChosen(node))
        elif row < 0:
            line = offset.y + int(self.scroll_offset.y) + 1
            if line <= len(page.file):
                self._choose(line, goes=event.chain == 2)
