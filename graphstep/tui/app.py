"""The terminal application: one state, changed by handlers, shown by panels."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from rich.text import Text
from textual import events, work
from textual.app import App, ComposeResult, SystemCommand
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Static

from graphstep.errors import GraphstepError
from graphstep.graph import ProgramGraph
from graphstep.recording import Recording, Stats
from graphstep.stepping import Cursor, cursor
from graphstep.tracing import one_line
from graphstep.tui import commands
from graphstep.tui.actions import ACTIONS, BY_NAME, bindings
from graphstep.tui.failure_screen import FailureScreen
from graphstep.tui.footer import KeyBar
from graphstep.tui.help_screen import HelpScreen
from graphstep.tui.inspection import Inspection
from graphstep.tui.inspector import Inspector
from graphstep.tui.lines import LineMaker
from graphstep.tui.messages import (
    Entered,
    Measured,
    RecordingFailed,
    RecordingMade,
    RowChosen,
    Searched,
    StageBegan,
)
from graphstep.tui.outline import Outline
from graphstep.tui.palette import THEMES, Palette, palette
from graphstep.tui.progress import Progress, ProgressBar
from graphstep.tui.prompt import Prompt
from graphstep.tui.recording_job import RecordingJob, Traced
from graphstep.tui.state import UiState
from graphstep.tui.timeline_bar import TimelineBar
from graphstep.tui.title import TitleBar, position_text
from graphstep.tui.values import ValueKey, Values

_LEAST_WIDTH, _LEAST_HEIGHT = 40, 12
_WIDE, _HIGH = 110, 20
_FAILED = 1


class StepApp(App[int]):
    """Walks through one function.

    Args:
        graph: The program; it can be explored at once.
        trace: What to record, if `recording` is not given.
        recording: A recording that is there already.
        **options: For `trace.record`.

    Attributes:
        state: What is shown.
        has_failed: Whether the last recording failed.
    """

    CSS_PATH = "app.tcss"
    TITLE = "graphstep"
    BINDINGS: ClassVar[list[Any]] = bindings()
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        graph: ProgramGraph,
        *,
        trace: Traced | None = None,
        recording: Recording | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self.state = UiState.of(graph)
        self.has_failed = False
        self._trace = trace
        self._options = options
        self._job: RecordingJob | None = None
        self._values: Values | None = None
        self._is_stale = False
        self._measuring: ValueKey | None = None
        if recording is not None:
            self._values = Values(recording)
            self.state = self.state.moved(cursor(recording))
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    # Panels --------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay the panels out."""
        yield TitleBar(id="title")
        with Container(id="panels"):
            yield Outline(self._line_maker())
            yield Inspector()
        yield ProgressBar(id="progress")
        yield TimelineBar(id="timeline")
        yield Prompt(id="prompt")
        yield KeyBar(id="keys")
        yield Static(id="too-small")

    def on_mount(self) -> None:
        """Begin to record, unless there is a recording."""
        self.query_one(Outline).focus()
        self.theme_changed_signal.subscribe(self, lambda _: self._mark_stale())
        if self._values is None:
            self._record()
        self._mark_stale()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout that the terminal has room for."""
        width, height = event.size
        screen = self.screen_stack[0]
        screen.set_class(width < _WIDE, "-narrow")
        screen.set_class(width < _WIDE and height < _HIGH, "-low")
        screen.set_class(width < _LEAST_WIDTH or height < _LEAST_HEIGHT, "-tiny")

    def on_resized(self) -> None:
        """Write lines of the new width."""
        self._mark_stale()

    @property
    def palette(self) -> Palette:
        """The styles that suit the theme."""
        return palette(is_dark=self.current_theme.dark)

    @property
    def recording(self) -> Recording | None:
        """The recording, once it is there."""
        return None if self._values is None else self._values.recording

    def change(self, state: UiState) -> None:
        """Go over to another state; it is shown when nothing else is waiting."""
        self.state = state
        self._mark_stale()

    def _mark_stale(self) -> None:
        # Keys that are held down change the state many times for one frame.
        if not self._is_stale:
            self._is_stale = True
            self.call_later(self._show)

    def _line_maker(self) -> LineMaker:
        return LineMaker(self.state, self._values, self.palette, 1)

    def _show(self) -> None:
        self._is_stale = False
        base = self.screen_stack[0]
        state, styles, recording = self.state, self.palette, self.recording
        base.query_one(TitleBar).show(state.graph, recording, state.cursor, styles)
        base.query_one(Outline).show(self._line_maker())
        inspector = base.query_one(Inspector)
        inspection = Inspection(state, self._values, styles, inspector.text_width)
        inspector.show(inspection.title(), inspection.write())
        for key in inspection.unmeasured[:1]:
            self._start_measuring(key)
        progress, timeline = base.query_one(ProgressBar), base.query_one(TimelineBar)
        progress.palette = styles
        progress.set_class(progress.progress is None, "-absent")
        timeline.set_class(state.cursor is None, "-absent")
        if state.cursor is not None and recording is not None:
            timeline.show(state.cursor, recording, styles)
        base.query_one(KeyBar).show(
            state.notice,
            styles,
            is_alarming=state.is_alarming,
            can_walk=state.cursor is not None,
        )
        base.query_one("#too-small", Static).update(self._small_text(), layout=False)

    def _small_text(self) -> Text:
        size = f"{_LEAST_WIDTH}×{_LEAST_HEIGHT}"
        here = self.state.inspected or ""
        place = position_text(self.state.cursor) if self.state.cursor else "recording"
        text = f"graphstep needs {size} cells.\n{place}  {here}\nn next  p previous  q quit"
        return Text(text, self.palette.text)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer every action in the command palette too."""
        yield from super().get_system_commands(screen)
        for action in ACTIONS:
            run = functools.partial(self.run_action, action.name)
            yield SystemCommand(action.short.capitalize(), action.help, run)

    # Recording -----------------------------------------------------------------------

    def _record(self) -> None:
        if self._trace is None or (self._job is not None and self._job.is_alive):
            return
        self.has_failed = False
        self.query_one(ProgressBar).progress = Progress(time.perf_counter())
        self._job = RecordingJob(self, self._trace, **self._options)
        self._job.start()

    def on_stage_began(self, message: StageBegan) -> None:
        """Show the stage."""
        bar = self.screen_stack[0].query_one(ProgressBar)
        if bar.progress is not None:
            bar.progress = bar.progress.then(message.stage, message.seconds)
            bar.tick()

    def on_recording_made(self, message: RecordingMade) -> None:
        """Put the cursor at the first step."""
        self.screen_stack[0].query_one(ProgressBar).progress = None
        self._values = Values(message.recording)
        notes = " ".join(message.recording.notes)
        self.change(self.state.begun(message.cursor).say(one_line(notes)))

    def on_recording_failed(self, message: RecordingFailed) -> None:
        """Say why; the graph stays."""
        self.screen_stack[0].query_one(ProgressBar).progress = None
        if message.is_cancelled:
            self.change(self.state.say("cancelled; R records again, q quits"))
            return
        self.has_failed = True
        self.change(self.state.say("no recording; R tries again", is_alarming=True))
        self.push_screen(FailureScreen(message.reason))

    def key_escape(self) -> None:
        """Cancel the recording, or let a notice go."""
        bar = self.query_one(ProgressBar)
        if bar.progress is not None and self._job is not None:
            self._job.cancel()
            bar.progress = bar.progress.cancelling()
            bar.tick()
        elif self.state.notice:
            self.change(self.state.say(""))

    def action_again(self) -> None:
        """Record again, if there is no recording."""
        if self._values is None:
            self._record()
            self.change(self.state.say(""))

    def action_leave(self) -> None:
        """Quit."""
        if self._job is not None:
            self._job.leave()
        self.exit(_FAILED if self.has_failed else 0)

    # Walking -------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys without effect that need a recording, or the base screen."""
        known = BY_NAME.get(action)
        if known is None:
            return super().check_action(action, parameters)
        if len(self.screen_stack) > 1 and action != "leave":
            return False
        return not known.needs_walk or self.state.cursor is not None

    def _move(self, move: Callable[[Cursor], Cursor]) -> None:
        if self.state.cursor is None:
            return
        try:
            self.change(self.state.moved(move(self.state.cursor)))
        except GraphstepError as error:
            self.change(self.state.say(one_line(str(error)), is_alarming=True))

    def action_next(self) -> None:
        """Go one step on."""
        self._move(Cursor.next)

    def action_previous(self) -> None:
        """Go one step back."""
        self._move(Cursor.previous)

    def action_over(self) -> None:
        """Step over."""
        self._move(Cursor.over)

    def action_reverse_over(self) -> None:
        """Step back over."""
        self._move(Cursor.reverse_over)

    def action_into(self) -> None:
        """Step into."""
        self._move(Cursor.into)

    def action_out(self) -> None:
        """Step out."""
        self._move(Cursor.out)

    def action_reverse_out(self) -> None:
        """Go back out."""
        self._move(Cursor.reverse_out)

    def action_first(self) -> None:
        """Go to the first step."""
        self._move(Cursor.first)

    def action_last(self) -> None:
        """Go to the last step."""
        self._move(Cursor.last)

    def action_forward(self) -> None:
        """Go to the start of the forward pass."""
        self._move(lambda c: c.to_pass("forward"))

    def action_backward(self) -> None:
        """Go to the seed."""
        self._move(lambda c: c.to_pass("seed"))

    def action_counterpart(self) -> None:
        """Go to the same node in the other pass."""
        self._move(Cursor.counterpart)

    def action_run_to(self) -> None:
        """Go to the selected node."""
        region = self.state.selected_region
        node = region.id if region is not None else self.state.selected_node
        if node:
            self._move(lambda c: c.to(node))
            self.change(self.state.followed())

    def action_next_iteration(self) -> None:
        """Go to the next iteration."""
        self._change_iteration(1)

    def action_previous_iteration(self) -> None:
        """Go to the previous iteration."""
        self._change_iteration(-1)

    def _change_iteration(self, by: int) -> None:
        at = self.state.cursor
        if at is not None:
            turn = at.step.iteration[-1] if at.step.iteration else 0
            self.change(commands.to_iteration(self.state, turn + by))

    # Breakpoints ---------------------------------------------------------------------

    def action_breakpoint(self) -> None:
        """Set or clear a breakpoint."""
        self.change(commands.toggle_breakpoint(self.state))

    def action_continue(self) -> None:
        """Go on to a breakpoint."""
        self._search(is_ahead=True)

    def action_reverse_continue(self) -> None:
        """Go back to a breakpoint."""
        self._search(is_ahead=False)

    # A condition may look at every value of a long loop: that takes a thread.
    @work(thread=True, exclusive=True, group="search")
    def _search(self, *, is_ahead: bool) -> None:
        start, breakpoints = self.state.cursor, self.state.breakpoints
        if start is None:
            return
        go = start.continue_ if is_ahead else start.reverse_continue
        try:
            end, stop = go(breakpoints)
        except GraphstepError as error:
            self.post_message(Searched(start, start, None, one_line(str(error))))
        else:
            self.post_message(Searched(start, end, stop))

    def on_searched(self, message: Searched) -> None:
        """Go there, unless the cursor has left in the meantime."""
        if self.state.cursor is not message.start:
            return
        if message.problem:
            self.change(self.state.say(message.problem, is_alarming=True))
            return
        said = one_line(message.hit.reason) if message.hit else "no breakpoint hit"
        self.change(self.state.moved(message.cursor).followed().say(said))

    # Looking around ------------------------------------------------------------------

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
            self.action_leave()
        elif "help".startswith(message.text):
            self.action_help()
        else:
            self.change(commands.run_command(self.state, message.text))

    # Measuring -----------------------------------------------------------------------

    def _start_measuring(self, key: ValueKey) -> None:
        if self._measuring != key and self._values is not None:
            self._measuring = key
            self._measure(self._values, key)

    @work(thread=True, group="measure")
    def _measure(self, values: Values, key: ValueKey) -> None:
        stats = values.measure(key)
        if isinstance(stats, Stats):
            self.post_message(Measured(key, stats))

    def on_measured(self, message: Measured) -> None:
        """Keep the statistics and show them."""
        self._measuring = None
        if self._values is not None:
            self._values.remember(message.key, message.stats)
        self._mark_stale()


def run(
    trace: Traced | None,
    *,
    seed: Any = None,
    budget: int | None = None,
    verify: bool | None = None,
    recording: Recording | None = None,
) -> int:
    """Open the walk in the terminal, and return the exit status.

    Args:
        trace: What to record and walk through; `None` with a recording.
        seed: Output cotangent, as `Trace.record` takes it.
        budget: Bytes that the values may take.
        verify: Whether to compare with the compiled function.
        recording: A recording to open at once.

    Returns:
        0, or 1 if the recording failed.
    """
    graph = recording.graph if recording is not None else None
    if graph is None:
        assert trace is not None
        graph = trace.graph
    # Names are read from the sources once; the first frame should not wait for that.
    if len(graph):
        graph.name(graph.order[0])
    app = StepApp(
        graph,
        trace=trace,
        recording=recording,
        seed=seed,
        budget=budget,
        verify=verify,
    )
    return app.run() or 0
