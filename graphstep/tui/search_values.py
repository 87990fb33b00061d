"""Find the nodes whose primal or cotangent is NaN, zero or larger than a bound."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

from graphstep.analysis import Condition
from graphstep.errors import CancelledError, SteppingError
from graphstep.recording import Absence, Stats
from graphstep.stepping import BACKWARD, FORWARD, Breakpoint, Cursor

# Reasons for which a value that there was cannot be looked at.
_UNSEEN = ("not_captured", "effects")
_PASS_OF = {"primal": FORWARD, "cotangent": BACKWARD}


class Seen(NamedTuple):
    """What looking at values has found.

    Attributes:
        notes: Per node of which the condition is true, what is so there.
        n_nodes: How many nodes were looked at.
        n_unseen: At how many of these some value could not be looked at.
    """

    notes: dict[str, str]
    n_nodes: int
    n_unseen: int


def look_at_values(
    cursor: Cursor,
    nodes: Sequence[str],
    condition: Condition,
    is_done: Callable[[int], bool],
) -> Seen:
    """Return of which nodes a condition is true, in some iteration of some pass.

    Args:
        cursor: A place in the walk; where does not matter.
        nodes: Which nodes to look at.
        condition: What must be so.
        is_done: Told how many were looked at; says whether to look no further.
    """
    notes: dict[str, str] = {}
    n_unseen = 0
    n_looked = 0
    for n_looked, node in enumerate(nodes, 1):
        if is_done(n_looked):
            break
        try:
            note, is_seen = _look(
                cursor, node, condition, functools.partial(is_done, n_looked)
            )
        except CancelledError:
            break
        n_unseen += not is_seen
        if note:
            notes[node] = note
    return Seen(notes, n_looked, n_unseen)


def _look(
    cursor: Cursor, node: str, condition: Condition, is_unwanted: Callable[[], bool]
) -> tuple[str, bool]:
    """Return what is so at one node, and whether all of its values could be seen."""
    recording = cursor.recording
    graph = recording.graph
    is_seen = True
    for of, pass_ in _PASS_OF.items():
        for out in range(len(graph.columns.avals[graph.position(node)])):
            stats = recording.stats(node, out, of)
            if isinstance(stats, Absence):
                is_seen = is_seen and stats.kind not in _UNSEEN
            elif note := _note(cursor, node, condition, stats, pass_, is_unwanted):
                return f"{of}: {note}", is_seen
    return "", is_seen


def _note(
    cursor: Cursor,
    node: str,
    condition: Condition,
    stats: Stats,
    pass_: str,
    is_unwanted: Callable[[], bool],
) -> str:
    if not cursor.timeline.graph.loops(node):
        return condition.describe(stats) if condition.holds(stats) else ""
    # These statistics are of all iterations taken together.
    if not condition.may_hold_in_part(stats):
        return ""
    wanted = Breakpoint(node=node, condition=str(condition), pass_=pass_)
    try:
        return _first_stop(cursor, wanted, pass_, is_unwanted)
    except SteppingError:
        # The walk does not come to what a custom rule replaces.
        return condition.describe(stats) if condition.holds(stats) else ""


def _first_stop(
    cursor: Cursor, wanted: Breakpoint, pass_: str, is_unwanted: Callable[[], bool]
) -> str:
    start = cursor.first() if pass_ == FORWARD else cursor.to_pass("seed")
    _, stop = start.continue_((wanted,), is_unwanted)
    if stop is None and start.step.node == wanted.node:
        # The search begins after the step where it stands.
        step = start.step
        read = cursor.recording.stats
        for out in range(len(start.values)):
            stats = read(step.node, out, "primal", step.iteration)
            condition = Condition.parse(wanted.condition or "")
            if not isinstance(stats, Absence) and condition.holds(stats):
                return condition.describe(stats)
    return "" if stop is None else stop.reason.split(": ", 1)[-1].split(" in ", 1)[-1]
