"""The actions that accumulate the Jacobian of the program, pass by pass."""

from __future__ import annotations

from typing import Any

from graphstep.analysis import Accumulated
from graphstep.errors import GraphstepError
from graphstep.graph import ProgramGraph
from graphstep.tracing import one_line
from graphstep.tui.glyphs import AsciiFilter
from graphstep.tui.jacobian_choice import read_choice
from graphstep.tui.jacobian_job import JacobianJob
from graphstep.tui.jacobian_orders import (
    JacobianAsked,
    PassDone,
    PassesAsked,
    PassesLeft,
)
from graphstep.tui.jacobian_screen import JacobianScreen
from graphstep.tui.rerunning import RerunningActions


class JacobianActions(RerunningActions):
    """Filling the Jacobian of what is looked at."""

    def __init__(self, graph: ProgramGraph) -> None:
        super().__init__(graph)
        # What was filled, and of which inputs; it is there when one comes back.
        self._filled: tuple[tuple[Any, ...], Accumulated] | None = None

    def action_jacobian(self) -> None:
        """Open the Jacobian of all inputs and outputs."""
        self.on_jacobian_asked(JacobianAsked())

    def on_jacobian_asked(self, message: JacobianAsked) -> None:
        """Open the Jacobian of some inputs and outputs."""
        try:
            recipe = self._recipe()
            of = (message.text.strip(), id(recipe.trace), *map(id, recipe.arrays))
            if self._filled is None or self._filled[0] != of:
                self._filled = of, read_choice(message.text, recipe.program)
        except GraphstepError as error:
            self.change(self.state.say(one_line(str(error)), is_alarming=True))
            return
        is_ascii = any(isinstance(f, AsciiFilter) for f in self.get_line_filters())
        name = one_line(self.state.graph.trace.fn_name, 60)
        title = f"the Jacobian of {name}, as passes fill it"
        self.push_screen(
            JacobianScreen(title, self._filled[1], self.palette, is_ascii=is_ascii)
        )

    @property
    def _window(self) -> JacobianScreen | None:
        return self.screen if isinstance(self.screen, JacobianScreen) else None

    def on_passes_asked(self, message: PassesAsked) -> None:
        """Run passes in a thread."""
        window = self._window
        if window is None:
            return
        if self.is_busy():
            window.show(window.found, self.state.notice, is_bad=True)
            return
        found, is_column = window.found, message.mode == "column"
        if (found.next_column() if is_column else found.next_row()) is None:
            window.show(found, f"all {message.mode}s are filled")
            return
        job = JacobianJob(
            self, self._recipe(), found, message.mode, is_all=message.is_all
        )
        self._job = job
        window.is_at_work = True
        window.show(found, "a pass is running … Esc stops")
        job.start()

    def on_pass_done(self, message: PassDone) -> None:
        """Show what was filled."""
        if self._filled is not None:
            self._filled = self._filled[0], message.found
        window = self._window
        if window is None:
            return
        window.is_at_work = not message.is_last
        if message.problem:
            window.show(message.found, message.problem, is_bad=True)
        elif not message.is_last:
            window.show(message.found, "passes are running … Esc stops")
        else:
            said = "stopped" if message.job.is_unwanted else ""
            window.show(message.found, said)

    def on_passes_left(self, _: PassesLeft) -> None:
        """Stop after the pass that is running."""
        if isinstance(self._job, JacobianJob):
            self._job.cancel()
            if self._window is not None:
                self._window.show(self._window.found, "stopping …")
