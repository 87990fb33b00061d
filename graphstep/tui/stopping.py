"""The actions of breakpoints and watches."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from textual.message import Message

from graphstep.stepping import Breakpoint, Cursor
from graphstep.tracing import one_line
from graphstep.tui import stops
from graphstep.tui.arranging import Arranging
from graphstep.tui.background import Task
from graphstep.tui.messages import Searched
from graphstep.tui.orders import ContinueAsked, StopChosen
from graphstep.tui.passes import BACKWARD, SEED
from graphstep.tui.source_place import toggle_line

# Conditions that one element fulfils, so that it is the one to follow.
_BAD = ("nan", "inf", "nonfinite")


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

    def action_first_bad(self) -> None:
        """Go to where NaN or an infinity comes up first, in either pass."""
        start = self.state.cursor
        if start is None:
            return

        def look(task: Task) -> Message:
            return searched_for_bad(start, task)

        self.work_apart("looking for NaN …", look)

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
        if message.bad is not None:
            out, element = message.bad
            examined = dataclasses.replace(state.examined, out=out)
            examined = examined.settled(state.graph, state.inspected).at(element)
            state = dataclasses.replace(state, examined=examined)
        self.change(state.say(one_line(message.hit.reason, 240)))


def _searched(
    start: Cursor, breakpoints: tuple[Breakpoint, ...], task: Task, *, is_ahead: bool
) -> Searched:
    go = start.continue_ if is_ahead else start.reverse_continue
    end, stop = go(breakpoints, lambda: task.is_cancelled)
    if stop is not None:
        is_bad = stop.breakpoint.condition in _BAD
        return Searched(start, end, stop, bad=_bad_element(end) if is_bad else None)
    return Searched(start, end, None, _said_of_none(end, breakpoints))


def searched_for_bad(start: Cursor, task: Task) -> Searched:
    """Look at every step from the first one on, but for those that make constants."""
    bad, first = Breakpoint(condition="nonfinite"), start.first()
    # A search begins behind the step at which one is.
    end, stop = first.next().reverse_continue([bad], lambda: task.is_cancelled)
    if stop is None:
        end, stop = first.continue_([bad], lambda: task.is_cancelled)
    while stop is not None and _makes_constants(end):
        end, stop = end.continue_([bad], lambda: task.is_cancelled)
    if stop is not None:
        return Searched(start, end, stop, bad=_bad_element(end))
    said = "nothing that was recorded holds NaN or an infinity, but for constants"
    return Searched(start, start, None, said + _said_of_unseen(start, [bad]))


def _makes_constants(cursor: Cursor) -> bool:
    graph, node = cursor.timeline.graph, cursor.step.node
    if not node or cursor.step.pass_ == BACKWARD:
        return False
    position = graph.position(node)
    outs = range(len(graph.node(node).avals))
    return all((position, out) in graph.activity.constant for out in outs)


def _bad_element(cursor: Cursor) -> tuple[int, tuple[int, ...]] | None:
    """Return the first output at a step that is not finite, and where it is not."""
    step, recording = cursor.step, cursor.recording
    if not step.node:
        return None
    is_back = step.pass_ == BACKWARD
    read = recording.cotangent if is_back else recording.primal
    for out in range(len(cursor.timeline.graph.node(step.node).avals)):
        array = read(step.node, out, step.iteration)
        if isinstance(array, np.ndarray | np.generic) and not np.isfinite(array).all():
            at = np.unravel_index(np.argmin(np.isfinite(array)), array.shape)
            return out, tuple(int(i) for i in at)
    return None


def _said_of_none(end: Cursor, breakpoints: tuple[Breakpoint, ...]) -> str:
    """Say that nothing stopped the walk, and how far that can be known."""
    where = "the seed" if end.step.pass_ == SEED else "the first step"
    if end.at_end:
        where = "the last step"
    if not breakpoints:
        return f"no breakpoints are on; at {where}"
    said = f"no breakpoint stopped the walk; at {where}"
    return said + _said_of_unseen(end, breakpoints)


def _said_of_unseen(cursor: Cursor, breakpoints: Sequence[Breakpoint]) -> str:
    unseen = {node for each in breakpoints for node in cursor.unseen(each)}
    if not unseen:
        return ""
    nodes = "1 node" if len(unseen) == 1 else f"{len(unseen)} nodes"
    return f". Values of {nodes} were not captured, so they could not be checked"
