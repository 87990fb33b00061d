"""The part of the application that holds the state and has it shown once per frame."""

from __future__ import annotations

import collections
from collections.abc import Mapping

from textual.actions import ActionParseResult
from textual.app import App
from textual.dom import DOMNode
from textual.widget import Widget
from textual.worker import WorkerFailed

from graphstep.graph import ProgramGraph
from graphstep.tui.action import Action
from graphstep.tui.actions import ACTIONS, BY_NAME
from graphstep.tui.arrangement import GRAPH
from graphstep.tui.messages import Stale
from graphstep.tui.palette import Palette, palette_of
from graphstep.tui.state import UiState

_KEPT_NOTICES = 100
# The panels that show which regions are open.
_SHOW_OPEN = (GRAPH, "outline")


class StatefulApp(App[int]):
    """An application with one frozen state, told by `Stale` to show it.

    Args:
        graph: The program.

    Attributes:
        state: What is shown.
        actions: The table of actions, with the person's own keys.
        notices: The last lines that were put before the person, oldest first.
        is_stale: Whether the state is still to be shown.
        holds_back: Whether the first drawing is still to be painted, which nothing
            should delay.
        stale_panes: The panels that are to show it; none for all.
        crash: What a panel or a handler raised, if the application ended by that.
        ended_by: The signal that ended it, if one did.
    """

    def __init__(self, graph: ProgramGraph) -> None:
        super().__init__()
        self.state = UiState.of(graph)
        self.actions: tuple[Action, ...] = ACTIONS
        self.notices: collections.deque[str] = collections.deque(maxlen=_KEPT_NOTICES)
        self.is_stale = False
        self.holds_back = True
        self.stale_panes: tuple[str, ...] = ()
        self.crash: BaseException | None = None
        self.ended_by: int | None = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return what Textual's own themes do not define."""
        return {"border-focused": self.current_theme.primary}

    def refresh_css(self, animate: bool = True) -> None:
        """Style everything by the present theme."""
        if self.screen_stack:
            super().refresh_css(animate=animate)
        else:
            # There is nothing to style yet, and Textual (8.2) would read all rules only
            # to read them once more.
            self.stylesheet.set_variables(self.get_css_variables())

    def end_by_signal(self, number: int) -> None:
        """End, because the process was told to."""
        self.ended_by = number
        self.exit()

    def _handle_exception(self, error: Exception) -> None:
        # A worker's error says no more than that there was one.
        self.crash = error.error if isinstance(error, WorkerFailed) else error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual would print pages of frames with all their variables. `run` reports.
        self.bell()
        self._close_messages_no_wait()

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do an action. What was said about the one before goes first."""
        known = BY_NAME.get(action) if isinstance(action, str) else None
        if known is not None and self.state.notice:
            self.change(self.state.say(""))
        is_done = await super().run_action(action, default_namespace, namespaces)
        is_waiting = known is not None and known.needs_walk and not is_done
        if is_waiting and self.state.cursor is None and len(self.screen_stack) == 1:
            self.change(self.state.say(self.state.why_no_walk))
        return is_done

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come that will change what is shown.

        Parts of the application that work something out add to it. What was posted
        but not yet handled counts: a picture taken otherwise is that of a moment.
        """
        pumps = (self, self.screen, *self.screen.walk_children())
        return (
            self.is_stale
            or self.holds_back
            or any(not worker.is_finished for worker in self.workers)
            or any(pump.message_queue_size for pump in pumps)
        )

    @property
    def palette(self) -> Palette:
        """The styles that suit the theme."""
        return palette_of(self.current_theme)

    def paint_all(self) -> None:
        """Write every cell again: the shell has written over them in the meantime."""
        for screen in self.screen_stack:
            screen.refresh()
            for widget in screen.walk_children(Widget):
                widget.refresh()

    def change(self, state: UiState) -> None:
        """Go over to another state; it is shown when nothing else is waiting."""
        if state.notice and state.notice != self.state.notice:
            self.notices.append(state.notice)
        before, self.state = self.state, state
        self.mark_stale(*(_SHOW_OPEN if state.differs_in_open_alone(before) else ()))

    def mark_stale(self, *panes: str) -> None:
        """Have panels write anew what they show: these, or without any all of them."""
        has_all = self.is_stale and not self.stale_panes
        self.stale_panes = () if has_all or not panes else (*self.stale_panes, *panes)
        # Keys that are held down change the state many times for one frame.
        if not self.is_stale:
            self.is_stale = True
            self.post_message(Stale())
