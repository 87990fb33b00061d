"""What can be typed after `:`, as a table of functions from state to state."""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Callable

from graphstep.errors import GraphstepError, NodeNotFoundError, SteppingError
from graphstep.stepping import Breakpoint, Cursor
from graphstep.tracing import one_line
from graphstep.tui.state import UiState


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: The word; any beginning of it will do if no other begins so.
        usage: How it is written.
        help: One line.
        run: From the state and what follows the word to a new state.
    """

    name: str
    usage: str
    help: str
    run: Callable[[UiState, str], UiState]


def run_command(state: UiState, text: str) -> UiState:
    """Return the state after a command, or the same with a notice why not."""
    word, _, rest = text.partition(" ")
    found = [c for c in COMMANDS if c.name.startswith(word)]
    if len(found) != 1:
        names = ", ".join(c.name for c in found or COMMANDS)
        what = "could be" if found else "is none of"
        return state.say(f"`{one_line(word, 40)}` {what}: {names}", is_alarming=True)
    try:
        return found[0].run(state, rest.strip())
    except GraphstepError as error:
        return state.say(one_line(str(error)), is_alarming=True)


def find(state: UiState, query: str) -> UiState:
    """Look nodes up and go to the first one at or after the selected line."""
    try:
        hits = state.graph.find(query)
    except GraphstepError as error:
        return state.say(one_line(str(error)), is_alarming=True)
    if not hits:
        return state.say(f"nothing is like `{one_line(query, 60)}`", is_alarming=True)
    positions = [state.graph.position(node) for node in hits]
    here = int(state.rows.starts[state.selected_row])
    first = bisect.bisect_left(positions, here) % len(hits)
    state = dataclasses.replace(state, hits=hits)
    return _show_hit(state, first)


def next_hit(state: UiState, by: int) -> UiState:
    """Go to the next thing found, or to the one before."""
    if not state.hits:
        return state.say("nothing was searched for; / searches")
    positions = [state.graph.position(node) for node in state.hits]
    here = int(state.rows.starts[state.selected_row])
    if by > 0:
        number = bisect.bisect_right(positions, here)
    else:
        number = bisect.bisect_left(positions, here) - 1
    return _show_hit(state, number % len(positions))


def toggle_breakpoint(state: UiState) -> UiState:
    """Set or clear a breakpoint at the selected node or region."""
    region = state.selected_region
    place = state.selected_node or (region.id if region is not None else None)
    if not place:
        return state
    kept = tuple(b for b in state.breakpoints if b.node != place)
    if len(kept) < len(state.breakpoints):
        state = dataclasses.replace(state, breakpoints=kept)
        return state.say(f"breakpoint at {place} cleared")
    made = Breakpoint(node=place)
    state = dataclasses.replace(state, breakpoints=(*state.breakpoints, made))
    return state.say(f"breakpoint at {place}; c continues to it")


def to_iteration(state: UiState, turn: int) -> UiState:
    """Go to the same place in another iteration of the innermost loop."""
    cursor = _walk(state)
    step = cursor.step
    if not step.iteration:
        return state.say("the cursor is in no loop", is_alarming=True)
    if turn < 0:
        return state.say("this is the first iteration")
    try:
        return state.moved(
            cursor.to(step.node, (*step.iteration[:-1], turn), step.pass_)
        )
    except SteppingError as error:
        return state.say(one_line(str(error)), is_alarming=True)


def _show_hit(state: UiState, number: int) -> UiState:
    node = state.hits[number]
    state = state.select_node(node)
    return state.say(f"{number + 1} of {len(state.hits)} found: {node}")


def _walk(state: UiState) -> Cursor:
    if state.cursor is None:
        msg = "There is no recording yet to walk through."
        raise SteppingError(msg)
    return state.cursor


def _goto(state: UiState, text: str) -> UiState:
    cursor = _walk(state)
    place, _, turns = text.partition("@")
    place = place.strip()
    try:
        iteration = tuple(int(turn) for turn in turns.split(",")) if turns else None
    except ValueError:
        return state.say(f"`{one_line(turns)}` is no iteration", is_alarming=True)
    if place not in state.graph.regions and place not in state.graph:
        found = state.graph.find(place)
        if not found:
            msg = f"There is no node `{one_line(place, 60)}`."
            raise NodeNotFoundError(msg)
        place = found[0]
    return state.moved(cursor.to(place, iteration)).followed()


def _break(state: UiState, text: str) -> UiState:
    if not text:
        shown = "; ".join(f"{i} {b}" for i, b in enumerate(state.breakpoints, 1))
        return state.say(shown or "there are no breakpoints")
    made = Breakpoint.parse(text)
    made.nodes(state.graph)
    state = dataclasses.replace(state, breakpoints=(*state.breakpoints, made))
    return state.say(f"breakpoint {len(state.breakpoints)}: {made}")


def _delete(state: UiState, text: str) -> UiState:
    if text == "all":
        return dataclasses.replace(state, breakpoints=()).say("no breakpoints left")
    known = range(1, len(state.breakpoints) + 1)
    if not text.isdecimal() or int(text) not in known:
        msg = f"Expected `all` or the number of one of {len(known)} breakpoints."
        raise SteppingError(msg)
    kept = list(state.breakpoints)
    gone = kept.pop(int(text) - 1)
    state = dataclasses.replace(state, breakpoints=tuple(kept))
    return state.say(f"breakpoint {gone} deleted")


def _iteration(state: UiState, text: str) -> UiState:
    _walk(state)
    if not text.isdecimal():
        return state.say("iter takes a number, counted from 0", is_alarming=True)
    return to_iteration(state, int(text))


def _pass(state: UiState, text: str) -> UiState:
    names = [n for n in ("forward", "seed", "backward") if text and n.startswith(text)]
    return state.moved(_walk(state).to_pass(names[0] if names else text))


COMMANDS = (
    Command("goto", "goto PLACE [@ ITER]", "run to a node, in an iteration", _goto),
    Command(
        "break", "break [WHERE]", "`h if norm > 10 @ 7`, `nan`, `:18`; or list", _break
    ),
    Command("delete", "delete NUMBER|all", "delete breakpoints", _delete),
    Command("find", "find WHAT", "search, like /", find),
    Command("iter", "iter K", "same place, iteration K of its loop", _iteration),
    Command("pass", "pass NAME", "to forward, seed or backward", _pass),
)
