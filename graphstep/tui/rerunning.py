"""The actions that record again with something changed, and compare."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from textual import work

from graphstep.errors import EditError, GraphstepError
from graphstep.graph import ProgramGraph
from graphstep.recording import Recording
from graphstep.tracing import one_line
from graphstep.tui.edit_argnums import argument_names, read_argnums
from graphstep.tui.edit_forms import Form, Kind, argnums_form, input_form, seed_form
from graphstep.tui.edit_recipe import Recipe, editable
from graphstep.tui.edit_screen import EditScreen
from graphstep.tui.edit_seed import read_seed, seed_slots
from graphstep.tui.messages import (
    Compared,
    EditAsked,
    Noticed,
    RunChosen,
    SaveAsked,
    ShowRunAsked,
)
from graphstep.tui.recording_job import Attempt
from graphstep.tui.runs_compare import Comparison
from graphstep.tui.runs_recording import RecordingActions
from graphstep.tui.runs_state import Runs
from graphstep.tui.tangent_edit import read_tangents
from graphstep.tui.tangent_form import tangents_form
from graphstep.tui.values import ValueKey

_NO_CODE = "This recording is from a file, which holds no program to run again."


class RerunningActions(RecordingActions):
    """Changing what is recorded, looking at other recordings, and comparing."""

    def __init__(self, graph: ProgramGraph) -> None:
        super().__init__(graph)
        self._comparison: Comparison | None = None
        self._comparing: ValueKey | None = None

    @property
    def comparison(self) -> Comparison | None:
        """The comparison with another recording, if one was chosen."""
        runs, values = self.state.runs, self._values
        other = runs.get(runs.compared)
        if other is None or other.values is None or values is None:
            self._comparison = None
        elif (
            self._comparison is None
            or self._comparison.old is not other.values
            or self._comparison.new is not values
        ):
            self._comparison = Comparison(values, other.values)
        return self._comparison

    def action_again(self) -> None:
        """Record again: what failed or was cancelled, else what is looked at."""
        if self._attempt is not None:
            self.start_recording(self._attempt)
            return
        run = self.state.runs.get(self.state.runs.current)
        if run is not None and run.recipe is not None:
            self._rerun("again", functools.partial(_as_it_is, run.recipe))
        else:
            self.change(self.state.say(_NO_CODE, is_alarming=True))

    # Editing -------------------------------------------------------------------------

    def _recipe(self) -> Recipe:
        """Return what an edit starts from.

        Raises:
            EditError: If there is nothing to edit.
        """
        run = self.state.runs.get(self.state.runs.current)
        if run is None:
            raise EditError("There is no recording yet to change.")
        if run.recipe is None:
            raise EditError(_NO_CODE)
        return run.recipe

    def _ask(self, make_form: Callable[[Recipe], Form]) -> None:
        try:
            form = make_form(self._recipe())
        except GraphstepError as error:
            self.change(self.state.say(one_line(str(error)), is_alarming=True))
            return
        if not form.choices:
            said = f"there is nothing here to {form.title}"
            self.change(self.state.say(said, is_alarming=True))
            return
        self.push_screen(
            EditScreen(form, self.palette),
            lambda text: self.edit(form.kind, text) if text else None,
        )

    def edit(self, kind: Kind, text: str) -> None:
        """Change something and record again, or say why it cannot be changed.

        Args:
            kind: What is changed.
            text: The edit, as the dialog of that kind takes it.
        """
        try:
            recipe = self._recipe()
            self._check(kind, text, recipe)
        except GraphstepError as error:
            self.change(self.state.say(one_line(str(error)), is_alarming=True))
            return
        changed = functools.partial(_CHANGES[kind], recipe, text, self.recording)
        named = text if kind == "input" else f"{kind} {text}"
        self._rerun(one_line(named, 80), changed)

    def _check(self, kind: Kind, text: str, recipe: Recipe) -> None:
        forms: dict[Kind, Callable[[Recipe], Form]] = {
            "input": self._input_form,
            "seed": self._seed_form,
            "argnums": self._argnums_form,
            "tangents": self._tangents_form,
        }
        forms[kind](recipe).check(text)

    def _rerun(self, what: str, recipe: Callable[[], Recipe]) -> None:
        runs = self.state.runs
        self.start_recording(Attempt(recipe, runs.last + 1, what, runs.current))

    def _input_form(self, recipe: Recipe) -> Form:
        return input_form(recipe, self._values, self.state.inspected)

    def _seed_form(self, recipe: Recipe) -> Form:
        if not seed_slots(recipe.program) or not any(recipe.program.differentiated):
            raise EditError("There is no backward pass to seed.")
        return seed_form(recipe.program, self.recording)

    def _argnums_form(self, recipe: Recipe) -> Form:
        editable(recipe.trace)
        return argnums_form(recipe.program)

    def _tangents_form(self, recipe: Recipe) -> Form:
        return tangents_form(recipe.program, self.recording)

    def action_edit_input(self) -> None:
        """Ask for another value of an input."""
        self._ask(self._input_form)

    def action_edit_seed(self) -> None:
        """Ask for another seed."""
        self._ask(self._seed_form)

    def action_edit_tangents(self) -> None:
        """Ask for a direction, and go forward in it: tangents with the primals."""
        self._ask(self._tangents_form)

    def action_edit_argnums(self) -> None:
        """Ask which arguments to differentiate."""
        self._ask(self._argnums_form)

    def on_edit_asked(self, message: EditAsked) -> None:
        """Do what was typed."""
        self.edit(message.kind, message.text)

    # The list of recordings ----------------------------------------------------------

    def show_run(self, number: int) -> None:
        """Look at another recording from the same place; make it again if need be."""
        state, runs = self.state, self.state.runs
        run = runs.get(number)
        if run is None or number == runs.current:
            return
        if run.values is None:
            assert run.recipe is not None
            again = functools.partial(_as_it_is, run.recipe)
            self.start_recording(Attempt(again, number, run.what, run.base))
            return
        # Whoever compares two goes to and fro between them.
        compared = runs.current if runs.compared else 0
        runs = dataclasses.replace(
            runs, current=number, chosen=number, compared=compared
        )
        state = dataclasses.replace(state, runs=runs)
        self._look_at(state, run, f"recording {number}: {run.what or 'the first'}")

    def on_show_run_asked(self, message: ShowRunAsked) -> None:
        """Do what was typed."""
        self.show_run(message.number)

    def action_previous_run(self) -> None:
        """Look at the recording before."""
        self._look_beside(-1, "before")

    def action_next_run(self) -> None:
        """Look at the recording after."""
        self._look_beside(1, "after")

    def _look_beside(self, by: int, where: str) -> None:
        current = self.state.runs.current
        number = self.state.runs.beside(current, by)
        if number == current:
            said = f"there is no recording {where} this one; = changes an input"
            self.change(self.state.say(said))
            return
        self.show_run(number)

    def action_drop_run(self) -> None:
        """Forget the recording that is selected in the list."""
        runs = self.state.runs
        if runs.chosen == runs.current or runs.get(runs.chosen) is None:
            said = "the recording that is looked at stays"
            self.change(self.state.say(said, is_alarming=True))
            return
        said = f"recording {runs.chosen} is forgotten"
        dropped = runs.without(runs.chosen)
        self.change(dataclasses.replace(self.state, runs=dropped).say(said))

    def on_run_chosen(self, message: RunChosen) -> None:
        """Select a recording in the list, and look at it."""
        if message.shows:
            self.show_run(message.number)
        else:
            runs = dataclasses.replace(self.state.runs, chosen=message.number)
            self.change(dataclasses.replace(self.state, runs=runs))

    # Comparing -----------------------------------------------------------------------

    def action_compare(self) -> None:
        """Mark what differs from another recording, or mark nothing again."""
        runs = self.state.runs
        if runs.compared and runs.chosen in (runs.compared, runs.current):
            number, said = 0, "nothing is compared"
        else:
            number = _other(runs)
            said = f"compared with recording {number}: what differs is marked ≠"
        if not number and not runs.compared:
            said = "there is nothing to compare with yet: = changes an input"
        runs = dataclasses.replace(runs, compared=number)
        self.change(dataclasses.replace(self.state, runs=runs).say(said))

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; what is compared in a thread is."""
        return self._comparing is not None or super().has_more_to_show

    def compare_large(self) -> None:
        """Compare, in a thread, what is too large to be compared within a frame."""
        comparison = self.comparison
        if comparison is None or not comparison.wanted or self._comparing is not None:
            return
        self._comparing = next(iter(comparison.wanted))
        self._compare(comparison, self._comparing)

    @work(thread=True, group="compare")
    def _compare(self, comparison: Comparison, key: ValueKey) -> None:
        self.post_message(Compared(comparison, key, comparison.compare(key)))

    def on_compared(self, message: Compared) -> None:
        """Keep the answer and show it."""
        self._comparing = None
        message.comparison.remember(message.key, message.change)
        self.mark_stale()

    # Saving --------------------------------------------------------------------------

    def save_recording(self, path: str) -> None:
        """Write the recording that is looked at to a file."""
        if self.recording is None:
            self.change(self.state.say("there is no recording yet", is_alarming=True))
        else:
            self.change(self.state.say(f"writing {one_line(path, 80)} …"))
            self._save(self.recording, Path(path).expanduser())

    def on_save_asked(self, message: SaveAsked) -> None:
        """Do what was typed."""
        self.save_recording(message.path)

    @work(thread=True, group="save")
    def _save(self, recording: Recording, path: Path) -> None:
        try:
            recording.save(path)
        except GraphstepError as error:
            self.post_message(Noticed(one_line(str(error)), is_alarming=True))
        else:
            self.post_message(Noticed(one_line(f"saved to {path}")))


def _as_it_is(recipe: Recipe) -> Recipe:
    return recipe


def _with_inputs(recipe: Recipe, text: str, _: Recording | None) -> Recipe:
    return recipe.with_inputs(text)


def _with_seed(recipe: Recipe, text: str, recording: Recording | None) -> Recipe:
    return recipe.with_seed(read_seed(text, recipe.program, recording))


def _with_argnums(recipe: Recipe, text: str, _: Recording | None) -> Recipe:
    return recipe.with_argnums(read_argnums(text, argument_names(recipe.program)))


def _with_tangents(recipe: Recipe, text: str, recording: Recording | None) -> Recipe:
    return recipe.with_tangents(read_tangents(text, recipe.program, recording))


# An edit may copy large arrays, so it is made in the thread that records.
_CHANGES: Mapping[Kind, Callable[[Recipe, str, Recording | None], Recipe]] = (
    MappingProxyType(
        {
            "input": _with_inputs,
            "seed": _with_seed,
            "argnums": _with_argnums,
            "tangents": _with_tangents,
        }
    )
)


def _other(runs: Runs) -> int:
    """Return what to compare with: the one selected, its origin, or a neighbour."""
    current = runs.get(runs.current)
    base = 0 if current is None else current.base
    beside = [runs.beside(runs.current, by) for by in (-1, 1)]
    for number in (runs.chosen, base, *beside):
        found = runs.get(number)
        if number != runs.current and found is not None and found.values is not None:
            return number
    return 0
