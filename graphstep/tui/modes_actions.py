"""The actions that look at modes, at the programs that JAX makes, and at transformations."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from graphstep.analysis import (
    Modes,
    Timing,
    derived_programs,
    measure,
    modes,
    sizes,
)
from graphstep.errors import CancelledError, EditError, GraphstepError
from graphstep.graph import ProgramGraph
from graphstep.recording import Recording
from graphstep.tracing import one_line
from graphstep.tui.background import BackgroundWork, Task
from graphstep.tui.edit_recipe import Recipe
from graphstep.tui.messages import EquationChosen, ItemChosen
from graphstep.tui.modes_lines import modes_lines, programs_lines
from graphstep.tui.modes_orders import (
    MeasureAsked,
    MeasureDone,
    MeasureLeft,
    ModesFound,
    ProgramsFound,
    TransformAsked,
    Transformed,
)
from graphstep.tui.modes_screen import LinkedScreen
from graphstep.tui.modes_sheet import Write
from graphstep.tui.orders import PromptAsked
from graphstep.tui.rerunning import RerunningActions
from graphstep.tui.traced import Traced, Transformable


@dataclasses.dataclass(frozen=True, slots=True)
class Opening:
    """Why an application was left: for another program.

    Attributes:
        trace: What was looked at.
        recording: Its recording, to come back to.
        other: What is to be looked at.
    """

    trace: Traced
    recording: Recording
    other: Traced


class ModesActions(RerunningActions, BackgroundWork):
    """Windows on what differentiation costs and how JAX does it.

    Attributes:
        can_open: Whether there is somebody to open another program.
        opens: The program to open, once it was asked for.
    """

    def __init__(self, graph: ProgramGraph) -> None:
        super().__init__(graph)
        self.can_open = False
        self.opens: Opening | None = None
        self._counted_modes: Modes | None = None

    def action_modes(self) -> None:
        """Show what forward and reverse mode cost for the program."""
        recipe = self._recipe_or_say()
        if recipe is None:
            return
        graph = recipe.trace.graph

        def work(task: Task) -> ModesFound:
            def progress(name: str) -> bool:
                task.progress = name
                return not task.is_cancelled

            return ModesFound(modes(graph, progress=progress))

        self.work_apart("counting what each mode costs", work)

    def on_modes_found(self, message: ModesFound) -> None:
        """Open the window."""
        self._counted_modes = found = message.found
        title = f"forward and reverse mode of {found.graph.trace.fn_name}"
        screen = LinkedScreen(
            one_line(title), _write(found, ()), self.palette, can_measure=True
        )
        self._open_window(screen)

    def action_programs(self) -> None:
        """Show the program beside the linearised and the transposed one."""
        recipe = self._recipe_or_say()
        if recipe is None:
            return
        graph = recipe.trace.graph

        def work(task: Task) -> ProgramsFound:
            def progress(name: str) -> None:
                task.progress = name

            return ProgramsFound(derived_programs(graph), sizes(graph, progress))

        self.work_apart("transforming the program", work)

    def on_programs_found(self, message: ProgramsFound) -> None:
        """Open the window."""
        programs, found = message.programs, message.sizes
        self._open_window(
            LinkedScreen(
                "the program as JAX linearises and transposes it",
                lambda width, palette: programs_lines(programs, found, width, palette),
                self.palette,
            )
        )

    def _open_window(self, screen: LinkedScreen) -> None:
        self.change(self.state.say(""))
        self.push_screen(screen, self._left_window)

    def _left_window(self, node: str | None) -> None:
        """Go to the node, or to the region, that was taken."""
        graph = self.state.graph
        if node and node in graph:
            self.post_message(EquationChosen(node))
        elif node and node in graph.regions:
            self.post_message(ItemChosen(node))

    # Measuring -----------------------------------------------------------------------

    def on_measure_asked(self, _: MeasureAsked) -> None:
        """Run and time every mode, in a thread."""
        screen, found, recipe = self.screen, self._counted_modes, self._recipe_or_say()
        if not isinstance(screen, LinkedScreen) or found is None or recipe is None:
            return
        screen.begin()

        def work(task: Task) -> MeasureDone:
            def progress(stage: str) -> bool:
                task.progress = stage
                self.call_later(screen.tell, f"{stage}   (Esc stops)")
                return not task.is_cancelled

            try:
                return MeasureDone(measure(found, recipe.arrays, progress=progress))
            except CancelledError:
                raise
            except GraphstepError as error:
                return MeasureDone(problem=one_line(str(error)))
            except Exception as error:  # noqa: BLE001 -- the user's program may raise.
                return MeasureDone(problem=one_line(f"{type(error).__name__}: {error}"))

        self.work_apart("measuring", work)

    def on_measure_left(self, _: MeasureLeft) -> None:
        """Stop measuring."""
        self.stop_working()
        self.change(self.state.say(""))
        if isinstance(self.screen, LinkedScreen):
            self.screen.end("stopped")

    def on_measure_done(self, message: MeasureDone) -> None:
        """Show the times."""
        self.change(self.state.say(""))
        found, screen = self._counted_modes, self.screen
        if found is None or not isinstance(screen, LinkedScreen):
            return
        if message.problem:
            screen.end(message.problem)
        else:
            screen.end("measured", _write(found, message.timings))

    # Transformations -----------------------------------------------------------------

    def action_transform(self) -> None:
        """Ask which transformation to open the function under."""
        if self._recipe_or_say() is not None:
            self.post_message(PromptAsked(":", "transform "))

    def on_transform_asked(self, message: TransformAsked) -> None:
        """Trace the function anew, in a thread."""
        recipe = self._recipe_or_say()
        if recipe is None:
            return
        if not self.can_open:
            said = "only `graphstep step` can open it: --transform does so at once"
            self.change(self.state.say(said, is_alarming=True))
            return
        name = message.name

        def work(_: Task) -> Transformed:
            if not isinstance(recipe.trace, Transformable):
                raise EditError("This program cannot be traced again.")
            return Transformed(recipe.trace, recipe.trace.transformed(name))

        self.work_apart(f"tracing {name}", work)

    def on_transformed(self, message: Transformed) -> None:
        """Leave for the transformed program; who runs the application opens it."""
        assert self.recording is not None
        self.opens = Opening(message.trace, self.recording, message.transformed)
        self.exit(0)

    def _recipe_or_say(self) -> Recipe | None:
        try:
            return self._recipe()
        except GraphstepError as error:
            self.change(self.state.say(one_line(str(error)), is_alarming=True))
            return None


def _write(found: Modes, timings: Sequence[Timing]) -> Write:
    return lambda width, palette: modes_lines(found, timings, width, palette)
