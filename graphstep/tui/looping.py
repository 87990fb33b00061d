"""The actions that move along the iterations of loops."""

from __future__ import annotations

from graphstep.tui import commands
from graphstep.tui.arranging import Arranging


class LoopingActions(Arranging):
    """The actions that move along the iterations of loops."""

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
