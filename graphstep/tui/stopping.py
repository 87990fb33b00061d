"""The actions of breakpoints and watches."""

from __future__ import annotations

import dataclasses

from textual.message import Message

from graphstep.stepping import Breakpoint, Cursor
from graphstep.tracing import one_line
from graphstep.tui import stops
from graphstep.tui.arranging import Arranging
from graphstep.tui.background import Task
from graphstep.tui.messages import Searched
from graphstep.tui.orders import ContinueAsked, StopChosen
from graphstep.tui.passes import SEED
from graphstep.tui.source_place import toggle_line


class StoppingActions(Arranging):
    """The actions of breakpoints and watches."""

    def action_breakpoint(self) -> None:
        """Set or clear a breakpoint."""
        toggle = toggle_line if self.state.focus == "source" else stops.toggle_break
        self.change(toggle(self.state))

    def action_watch(self) -> None:
        """Watch the inspected value, or watch it no longer."""
        self.change(stops.toggle_watch(self.state))

    def action_continue(self) -> None:
        """Go on to a breakpoint."""
        self.on_continue_asked(ContinueAsked())

    def action_reverse_continue(self) -> None:
        """Go back to a breakpoint."""
        self.on_continue_asked(ContinueAsked(is_ahead=False))

    def action_switch_stop(self) -> None:
        """Turn the breakpoint of the selected line on or off."""
        self.change(stops.switched(self.state, self.state.stop_line))

    def action_remove_stop(self) -> None:
        """Delete the breakpoint or the watch of the selected line."""
        self.change(stops.removed(self.state, self.state.stop_line))

    def on_stop_chosen(self, message: StopChosen) -> None:
        """Select a line of breakpoints and watches, and do what was asked with it."""
        state = stops.line_selected(self.state, message.number)
        if message.deed == "toggle":
            state = stops.switched(state, state.stop_line)
        elif message.deed == "delete":
            state = stops.removed(state, state.stop_line)
        elif message.deed == "show":
            state = stops.shown(state, state.stop_line)
        self.change(state)

    def on_continue_asked(self, message: ContinueAsked) -> None:
        """Look for the next stop. A condition may look at every value of a long loop."""
        start = self.state.cursor
        if start is None:
            return
        chosen = message.breakpoints
        breakpoints = self.state.breakpoints if chosen is None else chosen

        def look(task: Task) -> Message:
            return _searched(start, breakpoints, task, is_ahead=message.is_ahead)

        self.work_apart("looking for a stop …", look)

    def on_searched(self, message: Searched) -> None:
        """Go there, unless the cursor has left in the meantime."""
        if self.state.cursor is not message.start:
            return
        state = self.state.moved(message.cursor).followed()
        if message.hit is None:
            self.change(state.say(message.problem))
            return
        breaks = state.breaks.stopped_by(message.hit.breakpoint)
        state = dataclasses.replace(state, breaks=breaks)
        self.change(state.say(one_line(message.hit.reason, 240)))


def _searched(
    start: Cursor, breakpoints: tuple[Breakpoint, ...], task: Task, *, is_ahead: bool
) -> Searched:
    go = start.continue_ if is_ahead else start.reverse_continue
    end, stop = go(breakpoints, lambda: task.is_cancelled)
    if stop is not None:
        return Searched(start, end, stop)
    return Searched(start, end, None, _said_of_none(end, breakpoints))


def _said_of_none(end: Cursor, breakpoints: tuple[Breakpoint, ...]) -> str:
    """Say that nothing stopped the walk, and how far that can be known."""
    where = "the seed" if end.step.pass_ == SEED else "the first step"
    if end.at_end:
        where = "the last step"
    if not breakpoints:
        return f"no breakpoints are on; at {where}"
    unseen = {node for each in breakpoints for node in end.unseen(each)}
    said = f"no breakpoint stopped the walk; at {where}"
    if unseen:
        nodes = "1 node" if len(unseen) == 1 else f"{len(unseen)} nodes"
        said += f". Values of {nodes} were not captured, so they could not be checked"
    return said
