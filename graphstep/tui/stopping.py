"""The actions of breakpoints and watches."""

from __future__ import annotations

from textual import work

from graphstep.errors import GraphstepError
from graphstep.tracing import one_line
from graphstep.tui import commands
from graphstep.tui.arranging import Arranging
from graphstep.tui.messages import Searched


class StoppingActions(Arranging):
    """The actions of breakpoints and watches."""

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
