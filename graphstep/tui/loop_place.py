"""Which loop the cursor or the selected value is in, and moving along its iterations."""

from __future__ import annotations

import dataclasses

from graphstep.errors import GraphstepError
from graphstep.export.chain import loop_name
from graphstep.graph import Region
from graphstep.stepping import Cursor
from graphstep.tracing import one_line
from graphstep.tui.state import UiState

_TURNING = ("scan", "while")


@dataclasses.dataclass(frozen=True, slots=True)
class LoopPlace:
    """A value inside a loop, and where the walk is along that loop.

    Attributes:
        shown: Node whose norms are shown.
        walked: Node that changes its iteration: the cursor's if it is in the loop.
        iteration: The iteration in which `shown` is seen, one index per loop.
        walked_iteration: That of `walked`.
        depth: Which of these indices is the loop's.
        loops: The loops around, outermost first, up to this one.
        trips: How many turns each of these takes here.
    """

    shown: str
    walked: str
    iteration: tuple[int, ...]
    walked_iteration: tuple[int, ...]
    depth: int
    loops: tuple[Region, ...]
    trips: tuple[int, ...]

    @property
    def turn(self) -> int:
        """The iteration that the walk is in."""
        return self.iteration[self.depth]

    @property
    def n_turns(self) -> int:
        """How many iterations the loop takes here."""
        return self.trips[self.depth]


def loop_place(state: UiState) -> LoopPlace | None:
    """Return the innermost loop around the inspected node, or else around the cursor."""
    cursor = state.cursor
    if cursor is None:
        return None
    for node in (state.inspected, cursor.step.node):
        if node:
            found = _place(cursor, node)
            if found is not None:
                return found
    return None


def _place(cursor: Cursor, node: str) -> LoopPlace | None:
    graph = cursor.timeline.graph
    loops = tuple(graph.regions[loop] for loop in graph.loops(node))
    depths = [i for i, loop in enumerate(loops) if loop.kind in _TURNING]
    iteration = cursor.iteration_of(node)
    if not depths or iteration is None:
        return None
    depth = depths[-1]
    walked, walked_iteration = node, iteration
    here = cursor.step.node
    if here and loops[depth].id in graph.loops(here):
        walked, walked_iteration = here, cursor.step.iteration
    trips = tuple(
        cursor.timeline.n_turns(loop.id, iteration[:i])
        for i, loop in enumerate(loops[: depth + 1])
    )
    return LoopPlace(
        node,
        walked,
        iteration,
        walked_iteration,
        depth,
        loops[: depth + 1],
        trips,
    )


def place_words(place: LoopPlace) -> list[tuple[str, str]]:
    """Return each loop around with `137/200`, outermost first; devices named too."""
    return [
        (
            ("device" if loop.kind == "shard_map" else loop_name(loop)),
            f"{turn}/{trips}",
        )
        for loop, turn, trips in zip(
            place.loops, place.iteration, place.trips, strict=False
        )
    ]


def to_turn(
    state: UiState, turn: int, depth: int | None = None, pass_: str | None = None
) -> UiState:
    """Go to the same place in another iteration.

    Args:
        state: Where the walk is.
        turn: Which iteration, from 0.
        depth: Of which loop, counted from the outermost; by default the innermost.
        pass_: In which pass; by default the present one if it comes there.
    """
    place = loop_place(state)
    if place is None or state.cursor is None:
        return state.say("neither the cursor nor the selection is in a loop")
    depth = place.depth if depth is None else depth
    if turn < 0:
        return state.say("this is the first iteration")
    last = place.trips[depth] - 1
    if turn > last and turn > place.walked_iteration[depth]:
        return state.say(f"this is the last iteration, {last}")
    iteration = (
        *place.walked_iteration[:depth],
        turn,
        *place.walked_iteration[depth + 1 :],
    )
    try:
        return state.moved(state.cursor.to(place.walked, iteration, pass_))
    except GraphstepError as error:
        return state.say(one_line(str(error)), is_alarming=True)
