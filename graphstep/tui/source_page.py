"""The lines of the source panel: margin, code, and the equations of a line."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from graphstep.export import kind_of_node
from graphstep.tracing import Frame, one_line
from graphstep.tui.breaks import Break
from graphstep.tui.lines import (
    BREAK_OFF,
    CURRENT,
    SELECTED,
    STOP,
    label_of,
    type_of,
)
from graphstep.tui.numbers import fit
from graphstep.tui.source_file import SourceFile
from graphstep.tui.source_highlight import style_of
from graphstep.tui.source_lines import Line
from graphstep.tui.source_marks import bad_lines, break_lines
from graphstep.tui.source_place import inspected_node
from graphstep.tui.view import View

_MOST_LISTED = 5
_LEAST_HEIGHT = 8
# Per cent of the width of the code, up to where an expression begins in sight.
_MOST_BEFORE = 60
MADE_HERE, LED_FROM_HERE = "•", "·"


def foot_height(nodes: tuple[str, ...], height: int) -> int:
    """Return how many lines the list below the source takes, its rule included."""
    if height < _LEAST_HEIGHT:
        return 0
    return 1 + min(len(nodes), _MOST_LISTED, height // 4)


@dataclasses.dataclass(frozen=True, slots=True)
class LineLook:
    """What the looks of one line of a file depend on, beside its text.

    Attributes:
        number: The line, from 1.
        width: Cells that it takes.
        mark: Whether it is the current line or a selected one.
        stop: Whether a breakpoint stops there.
        bad: A letter, if a value that is not finite was made there.
        dot: Whether equations were made there.
        is_current: Whether the shown expression is on it.
        is_chosen: Whether it is selected.
        accent: Style of the mark, if the shown expression begins there.
        underlined: First cell of the shown expression, and the one after its last.
        skipped: How many cells are cut at the left.
    """

    number: int
    width: int
    mark: str
    stop: str
    bad: str
    dot: str
    is_current: bool
    is_chosen: bool
    accent: Style | None
    underlined: tuple[int, int]
    skipped: int


class SourcePage:
    """What is written in one frame.

    Args:
        view: What is shown.
        file: The file.
        line: The selected line, from 1.
        frame: The call that is shown of the inspected node, if one is known.
    """

    def __init__(
        self, view: View, file: SourceFile, line: int, frame: Frame | None
    ) -> None:
        self.view = view
        self.file = file
        self.line = line
        self.frame = frame if frame is not None and frame.file == file.name else None
        self._lines = view.findings.lines(view.graph)

    @functools.cached_property
    def nodes(self) -> tuple[str, ...]:
        """The equations of the selected line."""
        found = self._lines
        return () if found is None else found.nodes(self.file.name, self.line)

    @functools.cached_property
    def _bad(self) -> Mapping[Line, str]:
        recording = self.view.recording
        health = None if recording is None else self.view.findings.health(recording)
        return {} if health is None else bad_lines(self.view.graph, health)

    @functools.cached_property
    def _breaks(self) -> Mapping[Line, Break]:
        breaks = self.view.state.breaks
        return break_lines(self.view.graph, breaks) if breaks.items else {}

    @functools.cached_property
    def _number_width(self) -> int:
        return max(3, len(str(len(self.file))))

    def titles(self, depth: tuple[int, int]) -> tuple[str, str]:
        """Return what the border says above and below."""
        title = f"{self.file.short_name}:{self.line}"
        if self.frame is not None and self.frame.line == self.line:
            title += f" · {one_line(self.frame.function.split('.')[-1], 40)}"
        if self.file.problem and len(self.file):
            return title, self.file.problem
        number, n_frames = depth
        if n_frames < 2:
            return title, ""
        return title, f"call {number} of {n_frames} · ← outer  inner →"

    # The file ------------------------------------------------------------------------

    def look(self, number: int, width: int) -> LineLook:
        """Return what the looks of one line of the file depend on."""
        place = (self.file.name, number)
        is_chosen = number == self.line
        is_first = self.frame is not None and number == self.frame.line
        found = self._breaks.get(place)
        return LineLook(
            number=number,
            width=width,
            mark=CURRENT if is_first else SELECTED if is_chosen else " ",
            stop=" " if found is None else STOP if found.is_enabled else BREAK_OFF,
            bad=self._bad.get(place, " "),
            dot=self._dot(place),
            is_current=self._is_of_frame(number),
            is_chosen=is_chosen,
            accent=self._accent if is_first else None,
            underlined=self._underlined(number),
            skipped=self._skipped(max(0, width - self._margin)),
        )

    def source_line(self, look: LineLook) -> Strip:
        """Return one line of the file."""
        palette = self.view.palette
        style = palette.bright if look.is_current or look.is_chosen else palette.faint
        margin = [
            Segment(look.mark, look.accent or palette.bright),
            Segment(look.stop, palette.trouble),
            Segment(look.bad, palette.trouble),
            Segment(f"{look.number:>{self._number_width}} ", style),
            Segment(look.dot + " ", palette.dim),
        ]
        code = self._code(look, max(0, look.width - self._margin))
        strip = Strip([*margin, *code]).adjust_cell_length(look.width)
        background = Style()
        if look.is_current:
            background = palette.cursor_line
        elif look.is_chosen:
            background = palette.selected_line
        return strip.apply_style(background) if background else strip

    @property
    def _margin(self) -> int:
        return 6 + self._number_width

    @property
    def _accent(self) -> Style:
        cursor, palette = self.view.cursor, self.view.palette
        hue = palette.forward if cursor is None else palette.pass_(cursor.pass_)
        return palette.bright + hue

    def _dot(self, place: Line) -> str:
        if self._lines is None:
            return " "
        if place in self._lines.direct:
            return MADE_HERE
        return LED_FROM_HERE if place in self._lines.led_to else " "

    def _is_of_frame(self, number: int) -> bool:
        frame = self.frame
        return frame is not None and frame.line <= number <= frame.end_line

    def _code(self, look: LineLook, room: int) -> list[Segment]:
        palette = self.view.palette
        pieces = self.file.highlighter.pieces(look.number - 1)
        segments = [Segment(text, style_of(palette, word)) for text, word in pieces]
        start, stop = look.underlined
        strip = Strip(segments)
        if stop > start:
            before, inside, after = strip.divide([start, stop, strip.cell_length])
            inside = inside.apply_style(palette.underlined)
            strip = Strip.join([before, inside, after])
        skipped = look.skipped
        if skipped and strip.cell_length:
            is_cut = bool(strip.crop(0, skipped + 1).text.strip())
            mark = "…" if is_cut else " "
            strip = Strip.join(
                [Strip([Segment(mark, palette.faint)]), strip.crop(skipped + 1)]
            )
        if strip.cell_length > room:
            strip = Strip.join(
                [strip.crop(0, max(0, room - 1)), Strip([Segment("…", palette.faint)])]
            )
        return list(strip)

    def _underlined(self, number: int) -> tuple[int, int]:
        """Return the cells of a line that the shown expression takes."""
        frame = self.frame
        if frame is None or not self._is_of_frame(number) or not frame.end_column:
            return 0, 0
        text = self.file.lines[number - 1]
        start = cell_len(text) - cell_len(text.lstrip())
        stop = cell_len(text.rstrip())
        if number == frame.line:
            start = self.file.cell(number, frame.column)
        if number == frame.end_line:
            stop = self.file.cell(number, frame.end_column)
        return start, min(stop, cell_len(text))

    def _skipped(self, room: int) -> int:
        """Return how many cells to cut at the left for the expression to be seen.

        Code that jumps sideways from step to step is hard to read, so it stays while
        the expression fits, or begins well within sight.
        """
        frame = self.frame
        if frame is None or frame.line > len(self.file):
            return 0
        start, stop = self._underlined(frame.line)
        if stop <= room - 1 or start <= room * _MOST_BEFORE // 100:
            return 0
        return max(0, min(start - 4, stop - room + 1))

    def absence_line(self, y: int, width: int) -> Strip:
        """Return one line of what is said where there is no text."""
        palette = self.view.palette
        frame = self.frame
        words = ["", self.file.problem, ""]
        if frame is not None:
            name = one_line(frame.function, 60)
            words.append(f"line {frame.line} of {self.file.short_name}, in {name}")
        text = words[y] if y < len(words) else ""
        style = palette.text if y == 1 else palette.dim
        return Strip([Segment(fit(f" {text}", width), style)])

    # The equations of a line -----------------------------------------------------------

    def _listed(self, foot: int) -> tuple[str, ...]:
        """Return the equations that there is room for, the current one among them."""
        room = foot - 1
        here = inspected_node(self.view.state)
        at = self.nodes.index(here) if here in self.nodes else 0
        start = min(max(0, at - room // 2), max(0, len(self.nodes) - room))
        return self.nodes[start : start + room]

    def node_at(self, row: int, foot: int) -> str | None:
        """Return the equation in a line of the list."""
        listed = self._listed(foot)
        return listed[row - 1] if 0 < row <= len(listed) else None

    def foot_line(self, row: int, width: int, foot: int) -> Strip:
        """Return one line of the list; the first is a rule."""
        palette = self.view.palette
        if row == 0:
            return self._rule(width, foot)
        node = self.node_at(row, foot)
        if node is None:
            return Strip.blank(width)
        graph, state = self.view.graph, self.view.state
        found = graph.node(node)
        is_here = node == inspected_node(state)
        is_current = state.cursor is not None and node == state.cursor.step.node
        mark = CURRENT if is_current else SELECTED if is_here else " "
        style = palette.bright if is_here else palette.text
        name = min(18, max(8, width // 3))
        segments = [
            Segment(f"{mark} ", self._accent if is_current else palette.bright),
            Segment(fit(label_of(graph, node), name - 1) + " ", style),
            Segment(
                fit(found.primitive, name) + " ",
                palette.kind(kind_of_node(found.role, found.primitive)),
            ),
            Segment(type_of(graph, node), palette.dim),
        ]
        strip = Strip(segments).adjust_cell_length(width)
        return strip.apply_style(palette.selected_line) if is_here else strip

    def _rule(self, width: int, foot: int) -> Strip:
        palette, n_nodes = self.view.palette, len(self.nodes)
        if self._lines is None:
            words = "looking equations up …"
        elif not n_nodes:
            words = f"no equation on line {self.line}"
        else:
            noun = "equation" if n_nodes == 1 else "equations"
            words = f"{n_nodes} {noun} on line {self.line}"
            if n_nodes > foot - 1 and cell_len(words) + 16 < width:
                words += " · Enter: next"
        words = set_cell_size(f" {words} ", min(cell_len(words) + 2, max(0, width - 2)))
        rest = "─" * max(0, width - 1 - cell_len(words))
        return Strip(
            [
                Segment("─", palette.faint),
                Segment(words, palette.dim),
                Segment(rest, palette.faint),
            ]
        )
