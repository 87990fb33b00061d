"""Hide of a recording what a walk has not come to yet: the one place that hides."""

from __future__ import annotations

from typing import Any

from graphstep._jaxcompat import Literal
from graphstep.errors import SteppingError
from graphstep.graph import Edge, Value
from graphstep.recording import Absence, Iteration, Recording
from graphstep.stepping import BACKWARD, FORWARD, Cursor, Pass

HIDDEN = Absence("hidden", "Hidden until you answer.")


class Veiled(Recording):
    """A recording that answers no question about what lies ahead of a place.

    Whoever shows values asks a recording for them; handed this one, all of them show
    what was computed up to that place, and say of the rest that it is hidden.

    Args:
        recording: What is hidden in part; it stays as it is.
        limit: The last step whose values are shown.
        value: A value whose contributions are hidden too, even those that have
            arrived, because their sum is asked for.

    Attributes:
        limit: The last step whose values are shown.
    """

    def __init__(
        self, recording: Recording, limit: Cursor, value: Value | None = None
    ) -> None:
        # All that it knows is shared: arrays, plan, what was zoomed into.
        self.__dict__.update(recording.__dict__)
        self.limit = limit
        self._value = value

    def primal(self, node: str, out: int = 0, iteration: Iteration = None) -> Any:
        """Return a forward value, if the walk has come to it."""
        is_shown = self._is_shown(FORWARD, node, out, iteration)
        return super().primal(node, out, iteration) if is_shown else HIDDEN

    def tangent(self, node: str, out: int = 0, iteration: Iteration = None) -> Any:
        """Return a tangent, if the walk has come to it."""
        is_shown = self._is_shown(FORWARD, node, out, iteration)
        return super().tangent(node, out, iteration) if is_shown else HIDDEN

    def cotangent(self, node: str, out: int = 0, iteration: Iteration = None) -> Any:
        """Return a cotangent, if the walk has come back to its value."""
        is_shown = self._is_shown(BACKWARD, node, out, iteration)
        return super().cotangent(node, out, iteration) if is_shown else HIDDEN

    def contribution(self, edge: Edge, iteration: Iteration = None) -> Any:
        """Return what one use sends back, once it was sent."""
        graph, node = self.graph, edge[0]
        is_asked = self._value is not None and self._value[0] == node
        turns = _turns(iteration)
        if len(turns) != len(graph.loops(node)) or min(turns, default=0) < 0:
            is_shown = self.limit.at_end
        else:
            is_shown = self.limit.has_arrived(edge, turns)
        return (
            super().contribution(edge, iteration)
            if is_shown and not is_asked
            else HIDDEN
        )

    def _is_shown(self, pass_: Pass, node: str, out: int, iteration: Iteration) -> bool:
        timeline = self.limit.timeline
        value = self.graph.resolve(node, out)
        if isinstance(value, Literal) or not timeline.has_steps(pass_, value[0]):
            return True
        loops, turns = self.graph.loops(value[0]), _turns(iteration)
        known = next((i for i, turn in enumerate(turns) if turn < 0), len(turns))
        try:
            if known < len(loops):
                # Of several iterations, the last one to be walked counts.
                steps = timeline.steps_in(loops[known], turns[:known], pass_)
                return steps.stop <= self.limit.index + 1
            index = timeline.index(pass_, value[0], turns)
        except SteppingError:
            # The walk never comes there; the recording says why.
            return True
        return index <= self.limit.index


def _turns(iteration: Iteration) -> tuple[int, ...]:
    if iteration is None:
        return ()
    return (iteration,) if isinstance(iteration, int) else tuple(iteration)
