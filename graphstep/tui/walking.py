"""The actions that move the cursor."""

from __future__ import annotations

from collections.abc import Callable

from textual import work

from graphstep.errors import GraphstepError
from graphstep.stepping import Cursor
from graphstep.tracing import one_line
from graphstep.tui import commands
from graphstep.tui.base import StatefulApp
from graphstep.tui.messages import Searched
from graphstep.tui.passes import FORWARD, SEED


class Walking(StatefulApp):
    """Steps, jumps, breakpoints."""

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
        self._move(lambda c: c.to_pass(FORWARD))

    def action_backward(self) -> None:
        """Go to the seed."""
        self._move(lambda c: c.to_pass(SEED))

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
