"""The recordings made so far, and what distinguishes them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual import events

from graphstep.export.modes import bytes_text, seconds
from graphstep.tracing import one_line
from graphstep.tui.messages import RunChosen
from graphstep.tui.numbers import fit, fit_right
from graphstep.tui.palette import Palette
from graphstep.tui.pane import Motion, TextPane
from graphstep.tui.paper import lines_of
from graphstep.tui.runs_state import Run, Runs
from graphstep.tui.view import View

_MARK, _TIME, _SIZE = 5, 8, 8
_EMPTY = (
    "Nothing is recorded yet.",
    "= changes an input, % the seed, & argnums; each makes a recording of its own.",
)
_LEGEND = "▶ looked at  ≠ compared  Enter looks  Del forgets"


class RunsPane(TextPane):
    """The recordings made so far, and what distinguishes them."""

    pane_id = "runs"
    heading = "recordings"

    def write(self, view: View, width: int) -> tuple[str, Sequence[Text]]:
        """Return the list, a line for each, and how much memory it takes."""
        runs, palette = view.state.runs, view.palette
        text = Text(no_wrap=True)
        for run in runs.items:
            line = run_line(runs, run, palette, width)
            if run.number == runs.chosen:
                line.stylize(palette.selected_line)
            text.append_text(line)
            text.append("\n")
        if not runs.items:
            for line in _EMPTY:
                text.append(fit(line, width) + "\n", palette.dim)
            return self.heading, lines_of(text)
        total = f"{bytes_text(runs.nbytes)} in memory"
        notes = () if view.recording is None else view.recording.notes
        told = [(total, palette.faint), (_LEGEND, palette.faint)]
        for words, style in [*told, *((one_line(note), palette.dim) for note in notes)]:
            for line in textwrap.wrap(words, max(8, width - 2)):
                text.append(fit(f"  {line}", width) + "\n", style)
        count = len(runs.items)
        return f"recordings · {count}", lines_of(text)

    def _numbers(self) -> list[int]:
        view = self.view
        return [] if view is None else [run.number for run in view.state.runs.items]

    def move(self, motion: Motion) -> None:
        """Select another recording."""
        numbers, view = self._numbers(), self.view
        if view is None or not numbers:
            return
        chosen = view.state.runs.chosen
        here = numbers.index(chosen) if chosen in numbers else 0
        page = max(1, self.size.height - 1)
        by = {"up": -1, "down": 1, "page_up": -page, "page_down": page}
        if motion in by:
            there = min(max(here + by[motion], 0), len(numbers) - 1)
        elif motion in ("top", "bottom"):
            there = 0 if motion == "top" else len(numbers) - 1
        else:
            super().move(motion)
            return
        self.post_message(RunChosen(numbers[there]))
        height = self.scrollable_content_region.height
        if not 0 <= there - int(self.scroll_offset.y) < height:
            self.scroll_to(y=max(0, there - height + 1), animate=False, immediate=True)

    def enter(self) -> bool:
        """Look at the selected recording."""
        view = self.view
        if view is None or not view.state.runs.items:
            return False
        self.post_message(RunChosen(view.state.runs.chosen, shows=True))
        return True

    def on_click(self, event: events.Click) -> None:
        """Select the recording under the pointer; a double click looks at it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        row, numbers = offset.y + int(self.scroll_offset.y), self._numbers()
        if row < len(numbers):
            self.post_message(RunChosen(numbers[row], shows=event.chain == 2))


def run_line(runs: Runs, run: Run, palette: Palette, width: int) -> Text:
    """Return one recording in `width` cells: mark, number, change, output, cost."""
    is_current = run.number == runs.current
    mark = "▶" if is_current else "≠" if run.number == runs.compared else " "
    style = palette.bright if is_current else palette.text
    line = Text(no_wrap=True)
    line.append(fit(f"{mark} {run.number}", _MARK), style)
    size = bytes_text(run.nbytes) if run.values is not None else "let go"
    costs = f"{fit_right(seconds(run.seconds), _TIME)} {fit_right(size, _SIZE)}"
    room = max(0, width - _MARK - len(costs) - 1)
    if room < 16:
        costs, room = "", max(0, width - _MARK)
    what = one_line(run.what or "the first", 80)
    given = one_line(run.output, 80)
    told = room * 3 // 5 if given else room
    line.append(fit(what, told), style)
    line.append(fit(f" {given}", room - told), _output_style(palette, is_current))
    line.append(f" {costs}" if costs else "", palette.dim)
    return line


def _output_style(palette: Palette, is_current: bool) -> Style:
    return palette.forward if is_current else palette.dim
