"""A place in a run, and every way to move it."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Iterable
from typing import Any

from graphstep.errors import SteppingError
from graphstep.graph import Edge, Value
from graphstep.stepping import _levels, _places, _search, _sums
from graphstep.stepping._blocks import Iteration
from graphstep.stepping._breakpoints import Breakpoint, Stop
from graphstep.stepping._places import State
from graphstep.stepping._recorded import Recorded
from graphstep.stepping._sums import Term, Terms
from graphstep.stepping._timeline import (
    BACKWARD,
    FORWARD,
    SEED,
    Pass,
    Step,
    Timeline,
    timeline,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Cursor:
    """A position in the walk; moving gives a new cursor and computes nothing.

    Standing at a forward step, its values are there. Standing at a backward step, the
    cotangents of its outputs are complete, its rule has been applied and what it sends
    has arrived. Moving past either end stays at that end.

    Attributes:
        recording: The run.
        timeline: All of its steps.
        index: Which step this is, from 0.
        step: The step that the cursor is at.
    """

    recording: Recorded
    timeline: Timeline
    index: int = 0
    # Whoever draws a walk asks for it hundreds of times per frame.
    step: Step = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", self.timeline.step(self.index))

    def __repr__(self) -> str:
        step = self.step
        where = f"{step.pass_} {step.node}".rstrip()
        inside = f" {list(step.iteration)}" if step.iteration else ""
        return f"<Cursor {self.index} of {self.timeline.length}: {where}{inside}>"

    @property
    def at_start(self) -> bool:
        """Whether nothing comes before."""
        return self.index == 0

    @property
    def at_end(self) -> bool:
        """Whether nothing comes after."""
        return self.index == self.timeline.length - 1

    # Moving ----------------------------------------------------------------------

    def seek(self, index: int) -> Cursor:
        """Go to the step of that index.

        Raises:
            SteppingError: If there is none.
        """
        return Cursor(self.recording, self.timeline, _index(index))

    def next(self, n: int = 1) -> Cursor:
        """Go `n` steps on."""
        index = self.index + n
        return self.seek(min(max(index, 0), self.timeline.length - 1))

    def previous(self, n: int = 1) -> Cursor:
        """Go `n` steps back."""
        return self.next(-n)

    def into(self) -> Cursor:
        """Go to the next step, inside the region if one begins there."""
        return self.next()

    def over(self) -> Cursor:
        """Go to the next step at this level or outside, past whole regions.

        A region with a node of its own (a loop, a cond, a custom rule) is passed in
        one step to that node. One without (a jitted function, a scope, a branch) is
        passed in one step to where it is done, which counts as a step outside.
        """
        return self.seek(_levels.over(self.timeline, self.index))

    def out(self) -> Cursor:
        """Finish the region around, with all of its iterations, and stop there.

        At the outermost level: finish the pass, which in the forward pass leads to the
        seed.
        """
        return self.seek(_levels.out(self.timeline, self.index))

    def reverse_into(self) -> Cursor:
        """Go to the previous step, inside the region if one ends there."""
        return self.previous()

    def reverse_over(self) -> Cursor:
        """Go to the previous step at this level or outside; undoes `over`."""
        return self.seek(_levels.reverse_over(self.timeline, self.index))

    def reverse_out(self) -> Cursor:
        """Go back to the step before the region around began."""
        return self.seek(_levels.reverse_out(self.timeline, self.index))

    def first(self) -> Cursor:
        """Go to the first step."""
        return self.seek(0)

    def last(self) -> Cursor:
        """Go to the last step."""
        return self.seek(self.timeline.length - 1)

    def to_pass(self, pass_: str) -> Cursor:
        """Go to the first step of a pass, `forward`, `seed` or `backward`.

        Raises:
            SteppingError: If the walk does not have that pass.
        """
        if pass_ == FORWARD:
            return self.first()
        seed = self.timeline.seed_index
        if pass_ == SEED and seed is not None:
            return self.seek(seed)
        self.timeline.walk(pass_)
        return self.seek(
            min(self.timeline.forward_length + 1, self.timeline.length - 1)
        )

    def counterpart(self) -> Cursor:
        """Go to the visit of the same node and iteration in the other pass.

        Raises:
            SteppingError: If that pass does not come there.
        """
        step = self.step
        if step.pass_ == SEED:
            return self
        other = BACKWARD if step.pass_ == FORWARD else FORWARD
        return self.seek(self.timeline.index(other, step.node, step.iteration))

    def to(
        self,
        node: str,
        iteration: int | Iteration | None = None,
        pass_: str | None = None,
    ) -> Cursor:
        """Go to a visit of a node.

        Args:
            node: Node id; or id of a region without a node of its own, which stands
                for the nodes inside.
            iteration: One index per loop around the node, outermost first. By default
                that of the cursor in the loops that they share, and in others the
                nearest; if the run does not come there, the next visit in the order
                of the pass, or else the last one before.
            pass_: By default the present one if it has such a step, else the other.

        Raises:
            NodeNotFoundError: If there is no such node.
            SteppingError: If the walk does not come there.
        """
        turns = (iteration,) if isinstance(iteration, int) else iteration
        return self.seek(_places.find(self.timeline, self.step, node, turns, pass_))

    def continue_(
        self,
        breakpoints: Iterable[Breakpoint],
        is_unwanted: Callable[[], bool] = lambda: False,
    ) -> tuple[Cursor, Stop | None]:
        """Go on to the next step at which a breakpoint stops.

        If there is none, the stop is `None` and the cursor at the end of the pass: at
        the seed, or from there on at the last step.

        Args:
            breakpoints: Where to stop.
            is_unwanted: Asked again and again; returning True ends the search.

        Raises:
            SteppingError: If a breakpoint names what the program does not have.
            CancelledError: If `is_unwanted` has returned True.
        """
        stop = _search.next_stop(
            self.recording,
            self.timeline,
            self.index,
            breakpoints,
            ahead=True,
            is_unwanted=is_unwanted,
        )
        if stop is not None:
            return self.seek(stop.step.index), stop
        seed = self.timeline.seed_index
        is_forward = seed is not None and self.step.pass_ == FORWARD
        return (self.to_pass(SEED) if is_forward else self.last()), None

    def reverse_continue(
        self,
        breakpoints: Iterable[Breakpoint],
        is_unwanted: Callable[[], bool] = lambda: False,
    ) -> tuple[Cursor, Stop | None]:
        """Go back to the last step before this one at which a breakpoint stops.

        If there is none, the stop is `None` and the cursor at the start of the pass:
        at the seed, or from there on at the first step.

        Args:
            breakpoints: Where to stop.
            is_unwanted: Asked again and again; returning True ends the search.

        Raises:
            SteppingError: If a breakpoint names what the program does not have.
            CancelledError: If `is_unwanted` has returned True.
        """
        stop = _search.next_stop(
            self.recording,
            self.timeline,
            self.index,
            breakpoints,
            ahead=False,
            is_unwanted=is_unwanted,
        )
        if stop is not None:
            return self.seek(stop.step.index), stop
        is_backward = self.step.pass_ == BACKWARD
        return (self.to_pass(SEED) if is_backward else self.first()), None

    def unseen(self, breakpoint_: Breakpoint) -> tuple[str, ...]:
        """Return the nodes at which the condition of a breakpoint cannot be checked.

        Their values were not captured. Only if there are none does a walk without a
        stop mean that the condition is true nowhere.
        """
        return _search.unseen(self.recording, breakpoint_)

    # What is so here -------------------------------------------------------------

    def state(self, node: str) -> State:
        """Return whether this pass has been at a node, is there or is still to come.

        Inside a loop that is said of the present iteration. `node` may be a region
        too: `current` is then one that the cursor is inside of. At the seed all is
        pending.
        """
        return _places.state(self.timeline, self.step, node)

    def iteration_of(self, node: str) -> Iteration | None:
        """Return the iteration in which a node is seen from here.

        It is the cursor's own in the loops that both are in. In other loops it is the
        one nearest in time: the last that was walked, or the first to come.

        Returns:
            One index per loop around the node; `None` if one of them took no turn.
        """
        return _places.iteration_of(self.timeline, self.step, node)

    def has_cotangent(self, node: str, out: int | None = None) -> bool:
        """Return whether a value has a cotangent, be it complete by now or not.

        The backward pass also comes to values that have none, because a use that JAX
        cannot differentiate, such as a `while`, has its turn there.

        Args:
            node: Node id.
            out: Which output; by default any of them.
        """
        return self.timeline.has_steps(BACKWARD, node) and bool(self._outs(node, out))

    def has_complete_cotangent(self, node: str, out: int | None = None) -> bool:
        """Return whether a value has a cotangent, and every use has sent its share.

        Args:
            node: Node id.
            out: Which output; by default all that have a cotangent.
        """
        graph, step = self.timeline.graph, self.step
        if step.pass_ == FORWARD or not self.has_cotangent(node, out):
            return False
        iteration = self.iteration_of(node)
        if iteration is None or not _sums.is_walked(self.timeline, node, iteration):
            return False
        if graph.columns.roles[graph.position(node)] == "output":
            return True
        return step.pass_ == BACKWARD and all(
            _sums.has_arrived(self.timeline, step, edge, iteration)
            for each in self._outs(node, out)
            for edge in graph.uses(node, each)
        )

    def _outs(self, node: str, out: int | None) -> list[int]:
        """Return the outputs of a node that have a cotangent, or one if it has."""
        graph = self.timeline.graph
        n_out = len(graph.columns.avals[graph.position(node)])
        return [
            each
            for each in (range(n_out) if out is None else (out,))
            if self.recording.why_no_cotangent(node, each) is None
        ]

    def running_sum(
        self, node: str, out: int = 0, iteration: Iteration | None = None
    ) -> Terms:
        """Return the contributions to a value's cotangent that have arrived by now.

        Args:
            node: Node id; the id of a call names what it returns.
            out: Which output of the node.
            iteration: By default that in which the node is seen from here.

        Returns:
            The contributions in the order of arrival, each with the total so far. Once
            complete, the last total is the cotangent, up to rounding.
        """
        value = self.timeline.graph.resolve(node, out)
        if not isinstance(value, tuple):
            return Terms((), None, ())
        turns = self.iteration_of(value[0]) if iteration is None else iteration
        if turns is None:
            return Terms((), None, ())
        return _sums.running_sum(self.recording, self.timeline, self.step, value, turns)

    def has_arrived(self, edge: Edge, iteration: Iteration) -> bool:
        """Return whether a use has sent its contribution by now.

        Args:
            edge: The use `(u, v, key)`.
            iteration: One index per loop around `u`.
        """
        return _sums.has_arrived(self.timeline, self.step, edge, iteration)

    def contributions_sent(self) -> tuple[Term, ...]:
        """Return what this backward step sends to its operands; see `Term`."""
        return _sums.contributions_sent(self.recording, self.timeline, self.step)

    @property
    def pass_(self) -> Pass:
        """The pass that the cursor is in."""
        return self.timeline.pass_at(self.index)

    @property
    def values(self) -> tuple[Value, ...]:
        """The values of the node that the cursor is at: its outputs."""
        node = self.step.node
        if not node:
            return ()
        graph = self.timeline.graph
        n_out = len(graph.columns.avals[graph.position(node)])
        return tuple((node, out) for out in range(n_out))


def cursor(recording: Recorded) -> Cursor:
    """Return a cursor at the first step of a recording.

    Raises:
        SteppingError: If the program has no steps at all.
    """
    return Cursor(recording, timeline(recording))


def _index(given: Any) -> int:
    try:
        return operator.index(given)
    except TypeError as error:
        msg = f"{given!r} is no step: steps are numbered from 0."
        raise SteppingError(msg) from error
