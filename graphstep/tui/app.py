"""The terminal application: one state, changed by handlers, shown by panels."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Static

from graphstep.graph import ProgramGraph
from graphstep.recording import Recording
from graphstep.tui.actions import ACTIONS, BY_NAME, bindings
from graphstep.tui.collecting import rare_collections
from graphstep.tui.drawing import DrawingActions
from graphstep.tui.endings import on_ending_signals
from graphstep.tui.examining import ExaminingActions
from graphstep.tui.footer import KeyBar
from graphstep.tui.glyphs import AsciiFilter, prefers_ascii
from graphstep.tui.jacobian_actions import JacobianActions
from graphstep.tui.lesson_state import LessonState
from graphstep.tui.listening import ListeningActions
from graphstep.tui.looking import LookingActions
from graphstep.tui.loop_bar import LoopBar
from graphstep.tui.looping import LoopingActions
from graphstep.tui.modes_actions import ModesActions
from graphstep.tui.modes_opening import run_opening
from graphstep.tui.palette import THEMES
from graphstep.tui.panes import all_panes
from graphstep.tui.panes_box import PanesBox
from graphstep.tui.progress import ProgressBar
from graphstep.tui.prompt import Candidates, Prompt
from graphstep.tui.quiz_actions import QuizActions
from graphstep.tui.reading import ReadingActions
from graphstep.tui.settings import Settings, read_settings, settings_folder
from graphstep.tui.source_pane import SourcePane
from graphstep.tui.stopping import StoppingActions
from graphstep.tui.surroundings import check_surroundings
from graphstep.tui.timeline_bar import TimelineBar
from graphstep.tui.title import TitleBar, position_text
from graphstep.tui.traced import Traced
from graphstep.tui.typing_ahead import TypingAhead
from graphstep.tui.view import View
from graphstep.tui.walking import WalkingActions
from graphstep.tui.why_actions import WhyActions

_LEAST_WIDTH, _LEAST_HEIGHT = 40, 12
_FAILED = 1
# What Textual calls its command that saves a picture of the screen.
_SCREENSHOT = "Screenshot"


class StepApp(
    QuizActions,
    WalkingActions,
    LoopingActions,
    StoppingActions,
    DrawingActions,
    ExaminingActions,
    ReadingActions,
    JacobianActions,
    ModesActions,
    WhyActions,
    ListeningActions,
    LookingActions,
    TypingAhead,
):
    """Walks through one function.

    Args:
        graph: The program; it can be explored at once.
        trace: What to record, if `recording` is not given.
        recording: A recording that is there already.
        save: Where to write the first recording that is made.
        ascii: Whether to draw with ASCII alone; by default as the locale and the
            terminal want it.
        settings: What the person has set; by default nothing, and nothing is kept.
        lesson: The lesson that is read beside the walk, if one is.
        **options: For `trace.record`.

    Attributes:
        state: What is shown.
    """

    CSS_PATH = "app.tcss"
    TITLE = "graphstep"
    BINDINGS: ClassVar[list[Any]] = bindings()
    ENABLE_COMMAND_PALETTE = True
    # The first that can have the keys would be the prompt, which is hidden.
    AUTO_FOCUS = "#graph"

    def __init__(
        self,
        graph: ProgramGraph,
        *,
        trace: Traced | None = None,
        recording: Recording | None = None,
        save: Path | None = None,
        ascii: bool | None = None,  # noqa: A002 -- the word for it.
        settings: Settings | None = None,
        lesson: LessonState | None = None,
        **options: Any,
    ) -> None:
        super().__init__(graph, settings=settings)
        self._is_ascii = prefers_ascii() if ascii is None else ascii
        self._trace = trace
        self._options = options
        self._save_to = save
        if recording is not None:
            self.open_recording(recording, trace, options)
        if lesson is not None:
            self.open_lesson(lesson)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line passes through when it is drawn."""
        filters = super().get_line_filters()
        return [*filters, AsciiFilter()] if self._is_ascii else filters

    # Panels --------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay the panels out."""
        yield TitleBar(id="title")
        yield PanesBox(all_panes())
        yield LoopBar(id="loop")
        yield ProgressBar(id="progress")
        yield TimelineBar(id="timeline")
        yield Candidates(id="candidates")
        yield Prompt(id="prompt")
        yield KeyBar(id="keys")
        yield Static(id="too-small")

    def on_mount(self) -> None:
        """Begin to record, unless there is a recording."""
        self.theme_changed_signal.subscribe(self, lambda _: self.mark_stale())
        self.app_resume_signal.subscribe(self, lambda _: self.paint_all())
        self.listen()
        if not self.is_headless:
            self.adapt_theme()
            on_ending_signals(self.end_by_signal)
        self.apply_settings()
        if self._values is None and self._trace is not None:
            self.begin_recording(self._trace, self._options, self._save_to)
        self.mark_stale()

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; what the bars measure is."""
        base = self.screen_stack[0]
        return (
            base.query_one(LoopBar).has_more_to_show
            or base.query_one(TimelineBar).has_more_to_show
            or super().has_more_to_show
        )

    def on_resize(self, event: events.Resize) -> None:
        """Say so where there is room for nothing."""
        width, height = event.size
        is_tiny = width < _LEAST_WIDTH or height < _LEAST_HEIGHT
        self.screen_stack[0].set_class(is_tiny, "-tiny")
        self.mark_stale()

    def on_resized(self) -> None:
        """Write lines of the new width."""
        self.mark_stale()

    def on_stale(self) -> None:
        """Hand the state to the panels."""
        # What was posted before the person left is heard after the screens are gone.
        if not self.screen_stack:
            return
        parts, self.is_stale, self.stale_panes = self.stale_panes, False, ()
        base, state = self.screen_stack[0], self.state
        view = View(
            state,
            self._values,
            self.palette,
            self.comparison,
            self.findings,
            self.actions,
            self._is_ascii,
        )
        frame = contextlib.ExitStack()
        frame.callback(self._hold_back)
        for screen in self.screen_stack:
            frame.callback(screen.check_idle)
        frame.enter_context(self.batch_update())
        if not parts and self._values is not None:
            # What passed by while keys were held is not on the screen any more.
            self._values.wanted.clear()
        self._arrange_panes()
        for pane in self.panes_box.visible_panes:
            # A panel tells when it has been given its cells.
            if pane.size.width and (not parts or pane.pane_id in parts):
                pane.show(view)
        if not parts:
            for bar in (TitleBar, LoopBar, TimelineBar, KeyBar):
                base.query_one(bar).show(view)
        # Each panel tells the screen by itself that it has changed, and the first to do
        # so would be painted in a frame of its own (Textual 8.2).
        self.call_later(base.call_later, frame.close)
        progress = base.query_one(ProgressBar)
        progress.palette = view.palette
        progress.set_class(progress.progress is None, "-absent")
        self.find_wanted()
        self.look_at_large()
        self.compare_large()
        self.keep_soon()
        if base.has_class("-tiny"):
            base.query_one("#too-small", Static).update(
                self._small_text(), layout=False
            )

    def _hold_back(self) -> None:
        """Keep the processor for the first drawing until that is on the screen."""
        is_awaited = bool(self.screen_stack) and self.awaits_drawing
        if is_awaited and not self.holds_back:
            self._set_held(is_held=True)
        elif self.holds_back and not is_awaited:
            self.call_after_refresh(self._set_held, is_held=False)

    def _set_held(self, *, is_held: bool) -> None:
        self.holds_back = is_held
        if self.screen_stack:
            base = self.screen_stack[0]
            base.query_one(TimelineBar).hold_back(is_held=is_held)
            base.query_one(SourcePane).hold_back(is_held=is_held)
            self.find_wanted()

    def _arrange_panes(self) -> None:
        state = self.state
        self.panes_box.rearrange(state.arrangement, state.focus, state.beside)
        pane = self.pane(state.focus)
        # The line for typing gets the keys a moment after it has opened.
        is_typing = self.screen_stack[0].query_one(Prompt).is_open
        if len(self.screen_stack) == 1 and not pane.has_focus and not is_typing:
            pane.focus(scroll_visible=False)

    def _small_text(self) -> Text:
        size = f"{_LEAST_WIDTH}×{_LEAST_HEIGHT}"
        here = self.state.inspected or ""
        place = position_text(self.state.cursor) if self.state.cursor else "recording"
        text = f"graphstep needs {size} cells.\n{place}  {here}\nn next  p previous  q quit"
        return Text(text, self.palette.text)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer every action in the command palette too."""
        for command in super().get_system_commands(screen):
            # What else Textual offers, such as themes and help, actions do as well.
            if command.title == _SCREENSHOT:
                yield command
        for action in ACTIONS:
            run = functools.partial(self.run_action, action.name)
            title = f"{action.short.capitalize()}  {action.shown}".rstrip()
            yield SystemCommand(title, action.help, run)

    # Leaving -------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Quit."""
        self.exit(_FAILED if self.has_failed else 0)

    async def action_quit(self) -> None:
        """Quit, as the command palette has it."""
        self.action_leave()

    def on_unmount(self) -> None:
        """Leave the recording to itself and keep what was set, however it ends."""
        if self._job is not None:
            self._job.leave()
        self.keep_settings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys without effect that need a recording, or the base screen."""
        known = BY_NAME.get(action)
        if known is None:
            return super().check_action(action, parameters)
        if len(self.screen_stack) > 1 and action != "leave":
            return False
        return not known.needs_walk or self.state.cursor is not None


def run(
    trace: Traced | None,
    *,
    seed: Any = None,
    tangents: Any = None,
    budget: int | None = None,
    verify: bool | None = None,
    recording: Recording | None = None,
    save: Path | None = None,
    ascii: bool | None = None,  # noqa: A002 -- the word for it.
) -> int:
    """Open the walk in the terminal, and return the exit status.

    Args:
        trace: What to record and walk through; `None` with a recording.
        seed: Output cotangent, as `Trace.record` takes it.
        tangents: A direction for forward mode instead, as `Trace.record` takes it.
        budget: Bytes that the values may take.
        verify: Whether to compare with the compiled function.
        recording: A recording to open at once.
        save: Where to write the recording once it is made.
        ascii: Whether to draw with ASCII alone; by default as the locale and the
            terminal want it.

    Returns:
        0, or 1 if the recording failed.

    Raises:
        InterfaceError: If there is no terminal to open it in, or the interface failed.
    """
    check_surroundings()
    graph = recording.graph if recording is not None else None
    if graph is None:
        assert trace is not None
        graph = trace.graph
    # Names are read from the sources once; the first frame should not wait for that.
    if len(graph):
        graph.name(graph.order[0])
    settings = read_settings(settings_folder())
    with rare_collections():
        app = StepApp(
            graph,
            trace=trace,
            recording=recording,
            save=save,
            ascii=settings.is_ascii if ascii is None else ascii,
            settings=settings,
            seed=seed,
            tangents=tangents,
            budget=budget,
            verify=verify,
        )

        def another(trace: Traced, recording: Recording | None) -> StepApp:
            return StepApp(
                trace.graph if recording is None else recording.graph,
                trace=trace,
                recording=recording,
                ascii=settings.is_ascii if ascii is None else ascii,
                settings=read_settings(settings_folder()),
                budget=budget,
                verify=verify,
            )

        return run_opening(app, another)
