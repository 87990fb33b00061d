"""The actions that look at arrays and their elements."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable

from textual.message import Message

from graphstep.errors import GraphstepError
from graphstep.graph import ProgramGraph
from graphstep.recording import Absence
from graphstep.tracing import one_line
from graphstep.tui import threads
from graphstep.tui.array_field import Field, Missing, field_of, what_now, whats
from graphstep.tui.array_find import next_bad, next_by_size
from graphstep.tui.array_formats import formats_of
from graphstep.tui.array_pane import ArrayPane
from graphstep.tui.array_text import numpy_text, python_text, slice_of_field
from graphstep.tui.background import Task
from graphstep.tui.examined import FORMATS, Examined, Way, cut_of
from graphstep.tui.fetching import FetchingActions
from graphstep.tui.messages import (
    ElementChosen,
    ElementMoved,
    Measured,
    Noticed,
    OutputChosen,
)
from graphstep.tui.orders import PromptAsked
from graphstep.tui.resting import Resting
from graphstep.tui.state import UiState
from graphstep.tui.values import SMALL, ValueKey, Values

_ARRAY = "array"


class ExaminingActions(FetchingActions):
    """The actions that look at arrays and their elements."""

    def __init__(self, graph: ProgramGraph) -> None:
        super().__init__(graph)
        self._looking_at: set[ValueKey] = set()
        self._measuring = Resting(self, self._look_at_wanted)

    def change(self, state: UiState) -> None:
        """Go over to another state; what was chosen for another value is let go."""
        examined = state.examined.settled(state.graph, state.inspected)
        if examined is not state.examined:
            state = dataclasses.replace(state, examined=examined)
        super().change(state)

    def examine(self, examined: Examined, said: str = "") -> None:
        """Look at something else of the inspected value."""
        state = dataclasses.replace(self.state, examined=examined)
        self.change(state.say(said) if said or state.notice else state)

    @property
    def _array_pane(self) -> ArrayPane:
        pane = self.pane(_ARRAY)
        assert isinstance(pane, ArrayPane)
        return pane

    def _field(self) -> Field | None:
        """Return the elements that are shown, or say why there are none."""
        found = field_of(self._view)
        if isinstance(found, Missing):
            self.change(self.state.say(one_line(found.reason), is_alarming=True))
            return None
        return found

    # What is shown -------------------------------------------------------------------

    def action_array(self) -> None:
        """Open the array panel, or close it again."""
        self.toggle_pane(_ARRAY)

    def action_array_what(self) -> None:
        """Show the next of primal, cotangent, their product, and differences."""
        offered = whats(self._view)
        now = what_now(self._view)
        place = offered.index(now) + 1 if now in offered else 0
        chosen = offered[place % len(offered)]
        self.examine(dataclasses.replace(self.state.examined, what=chosen))

    def action_array_format(self) -> None:
        """Write elements in the next format, or draw them as a heat map."""
        field = field_of(self._view)
        offered = FORMATS if isinstance(field, Missing) else formats_of(field.dtype)
        now = self.state.examined.format
        place = offered.index(now) + 1 if now in offered else 1
        chosen = offered[place % len(offered)]
        examined = dataclasses.replace(self.state.examined, format=chosen)
        self.examine(examined)

    def action_array_slice(self) -> None:
        """Ask which slice to show."""
        self.post_message(PromptAsked(":", "slice "))

    def action_array_element(self) -> None:
        """Ask which element to follow."""
        self.post_message(PromptAsked(":", "element "))

    def action_next_output(self) -> None:
        """Look at the next output of the node."""
        node = self.state.inspected
        n_out = 0 if node is None else len(self.state.graph.node(node).avals)
        if n_out > 1:
            self.on_output_chosen(OutputChosen((self.state.examined.out + 1) % n_out))

    def on_output_chosen(self, message: OutputChosen) -> None:
        """Look at another output of the node."""
        self.examine(dataclasses.replace(self.state.examined, out=message.out))

    # Elements ------------------------------------------------------------------------

    def on_element_chosen(self, message: ElementChosen) -> None:
        """Follow another element."""
        self.examine(self.state.examined.at(message.index, message.way), message.said)

    def on_element_moved(self, message: ElementMoved) -> None:
        """Follow the element that lies there."""
        index = self._array_pane.index_after(
            self.state.examined.element, message.motion
        )
        if index is not None:
            self.examine(self.state.examined.at(index))

    def action_array_plane_after(self) -> None:
        """Show the next plane of an array with more than two axes."""
        self.on_element_moved(ElementMoved("plane_after"))

    def action_array_plane_before(self) -> None:
        """Show the plane before."""
        self.on_element_moved(ElementMoved("plane_before"))

    def action_array_greatest(self) -> None:
        """Follow the element greatest in size, then the next greatest."""
        self._go_by_size("greatest")

    def action_array_least(self) -> None:
        """Follow the element least in size, then the next least."""
        self._go_by_size("least")

    def _go_by_size(self, way: Way) -> None:
        examined = self.state.examined
        after = examined.element if examined.way == way else None

        def find(field: Field, task: Task | None) -> Message:
            look_for = functools.partial(
                next_by_size,
                field,
                cut_of(examined, field.shape),
                is_greatest=way == "greatest",
                is_cancelled=_cancelled(task),
            )
            found = look_for(after)
            said = "the next in size" if after else f"the {way} in size"
            if found is None and after is not None:
                found, said = look_for(None), f"all seen; again the {way} in size"
            if found is None:
                return Noticed("there is no element that has a size", is_alarming=True)
            return ElementChosen(found, way, said)

        self._seek_element(find)

    def action_array_bad(self) -> None:
        """Follow the first element that is NaN or infinite, then the next."""
        examined = self.state.examined

        def find(field: Field, task: Task | None) -> Message:
            cut = cut_of(examined, field.shape)
            found = next_bad(
                field, cut, examined.element, is_cancelled=_cancelled(task)
            )
            if found is None:
                what = "the slice" if examined.cut else "the array"
                return Noticed(f"{what} holds no NaN and no infinity")
            return ElementChosen(found)

        self._seek_element(find)

    def _seek_element(self, find: Callable[[Field, Task | None], Message]) -> None:
        """Look for an element, in a thread if there are many."""
        field = self._field()
        if field is None:
            return
        self._open_array()
        if field.first.size <= SMALL:
            self.post_message(find(field, None))
        else:
            self.work_apart("looking for it", functools.partial(find, field))

    def _open_array(self) -> None:
        state = self.state
        if _ARRAY not in (state.focus, *state.arrangement.shown):
            self.toggle_pane(_ARRAY)

    # Copying -------------------------------------------------------------------------

    def action_copy_numpy(self) -> None:
        """Copy what the panel shows as a NumPy expression."""
        self._copy(numpy=True)

    def action_copy_python(self) -> None:
        """Copy what the panel shows as nested lists."""
        self._copy(numpy=False)

    def _copy(self, *, numpy: bool) -> None:
        field = self._field()
        if field is None:
            return
        try:
            part = slice_of_field(field, cut_of(self.state.examined, field.shape))
        except GraphstepError as error:
            self.change(self.state.say(str(error), is_alarming=True))
            return
        self.copy_to_clipboard(numpy_text(part) if numpy else python_text(part))
        noun = "element" if part.size == 1 else "elements"
        form = "NumPy text" if numpy else "Python lists"
        self.change(self.state.say(f"{part.size:,} {noun} copied as {form}"))

    # Large arrays --------------------------------------------------------------------

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; what is measured of a large array is."""
        is_looking = bool(self._looking_at) or self._measuring.is_waiting
        return is_looking or super().has_more_to_show

    def look_at_large(self) -> None:
        """Fetch, in a thread, what is too large to be looked at within a frame."""
        if self._values is not None and self._values.wanted:
            self._measuring.ask()
        self.fetch_soon()

    def _look_at_wanted(self) -> None:
        """Begin with what is on the screen by now, if no thread is still at work."""
        values = self._values
        if values is None or not values.wanted or self._looking_at:
            return
        self._looking_at = set(values.wanted)
        # The threads of Textual's workers are waited for when the application ends.
        threads.begin(
            "graphstep-looking", self._look_apart, values, tuple(values.wanted)
        )

    def _look_apart(self, values: Values, keys: tuple[ValueKey, ...]) -> None:
        for key in keys:
            self._look_at_one(values, key)

    def _look_at_one(self, values: Values, key: ValueKey) -> None:
        try:
            found = Measured(values, key, *values.look_apart(key))
        except Exception as error:  # noqa: BLE001 -- a thread's edge: the panel says it.
            why = Absence("failed", one_line(f"{type(error).__name__}: {error}"))
            found = Measured(values, key, why, why)
        # Nobody is there to hear it once the application was left.
        with contextlib.suppress(RuntimeError):
            self.post_message(found)

    def on_measured(self, message: Measured) -> None:
        """Keep what was found and show it."""
        self._looking_at.discard(message.key)
        message.values.remember(message.key, message.look, message.array)
        self.mark_stale("inspector", "array")


def _cancelled(task: Task | None) -> Callable[[], bool]:
    return (lambda: False) if task is None else lambda: task.is_cancelled
