"""The actions that move the cursor."""

from __future__ import annotations

from collections.abc import Callable

from graphstep.errors import GraphstepError
from graphstep.layout import groups
from graphstep.stepping import Cursor
from graphstep.tracing import one_line
from graphstep.tui.arranging import Arranging
from graphstep.tui.messages import SeekAsked, StepsAsked
from graphstep.tui.passes import FORWARD, SEED
from graphstep.tui.state import UiState


class WalkingActions(Arranging):
    """Steps and jumps."""

    def _move(self, move: Callable[[Cursor], Cursor]) -> None:
        if self.state.cursor is None:
            return
        try:
            cursor = move(self.state.cursor)
        except GraphstepError as error:
            self.change(self.state.say(one_line(str(error)), is_alarming=True))
            return
        said = "" if cursor.index != self.state.cursor.index else _said_of_end(cursor)
        self.change(self.state.moved(cursor).say(said))

    def action_next(self) -> None:
        """Go one step on."""
        self._move(Cursor.next)

    def action_previous(self) -> None:
        """Go one step back."""
        self._move(Cursor.previous)

    def action_over(self) -> None:
        """Step over."""
        self._move(lambda c: over(self.state, c))

    def action_reverse_over(self) -> None:
        """Step back over."""
        self._move(lambda c: reverse_over(self.state, c))

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

    # The timeline --------------------------------------------------------------------

    def on_seek_asked(self, message: SeekAsked) -> None:
        """Go to the step that was pointed at, and look there."""
        self._move(lambda c: c.seek(message.index))
        self.change(self.state.followed())

    def on_steps_asked(self, message: StepsAsked) -> None:
        """Go so many steps on, or back."""
        self._move(lambda c: c.next(message.by))


def over(state: UiState, here: Cursor) -> Cursor:
    """Return the step after a whole region, or a closed group: both are one box."""
    leaves = _closed_group(state, here)
    after = here.over()
    while _is_among(after, leaves) and not after.at_end:
        after = after.over()
    return after


def reverse_over(state: UiState, here: Cursor) -> Cursor:
    """Return the step before a whole region, or at which a closed group begins."""
    found = here.reverse_over()
    leaves = _closed_group(state, found)
    before = found.reverse_over()
    while _is_among(before, leaves) and before.index != found.index:
        found, before = before, before.reverse_over()
    return found


def _closed_group(state: UiState, cursor: Cursor) -> range:
    """Return the positions of the leaves that are drawn as one box with a step's."""
    open_ = state.drawing.open_groups
    # The outermost group comes first, and what it hides is not drawn.
    for group in groups(state.graph):
        leaves = range(group.start, group.stop)
        if group.id not in open_ and _is_among(cursor, leaves):
            return leaves
    return range(0)


def _is_among(cursor: Cursor, leaves: range) -> bool:
    node = cursor.step.node
    return bool(leaves and node) and cursor.timeline.graph.position(node) in leaves


def _said_of_end(cursor: Cursor) -> str:
    """Say why a move went nowhere, at an end of the walk."""
    if cursor.at_end:
        return "the last step; p goes back"
    return "the first step; n goes on" if cursor.at_start else ""
