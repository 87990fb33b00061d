"""Commands that move the cursor."""

from __future__ import annotations

import re

from textual.message import Message

from graphstep.errors import SteppingError
from graphstep.stepping import Breakpoint
from graphstep.tracing import one_line
from graphstep.tui.command import Command
from graphstep.tui.loop_place import to_turn
from graphstep.tui.orders import ActionAsked, ContinueAsked
from graphstep.tui.passes import BACKWARD, FORWARD, SEED
from graphstep.tui.places_typed import place_words, walk_of
from graphstep.tui.search import one_match
from graphstep.tui.state import UiState

_PASSES = (FORWARD, SEED, BACKWARD)
_SEEK = re.compile(rf"(?:(?P<pass>{'|'.join(_PASSES)})\s*)?(?P<number>\d+)(?P<cent>%)?")


def _next(state: UiState, text: str) -> UiState:
    return state.moved(walk_of(state).next(count(text)))


def _previous(state: UiState, text: str) -> UiState:
    return state.moved(walk_of(state).previous(count(text)))


def count(text: str) -> int:
    """Return how often something is to be done; nothing typed is once.

    Raises:
        SteppingError: If it is no number.
    """
    if not text:
        return 1
    if not text.isdecimal():
        msg = f"`{one_line(text, 40)}` is not a number of times."
        raise SteppingError(msg)
    return int(text)


def _goto(state: UiState, text: str) -> UiState | Message:
    if not text:
        return ActionAsked("run_to")
    cursor = walk_of(state)
    place, at, turns = text.rpartition(" @")
    if not at:
        place, turns = text, ""
    try:
        iteration = tuple(int(turn) for turn in turns.split(",")) if turns else None
    except ValueError:
        return state.say(f"`{one_line(turns)}` is no iteration", is_alarming=True)
    node = one_match(state.graph, place)
    return state.moved(cursor.to(node, iteration)).followed()


def _jump(state: UiState, text: str) -> UiState | Message:
    """Go to a place as in gdb, or along the stub of an edge as the key does."""
    return _goto(state, text) if text else ActionAsked("jump")


def _advance(state: UiState, text: str) -> UiState | Message:
    if not text:
        return ActionAsked("run_to")
    walk_of(state)
    made = Breakpoint.parse(text)
    made.nodes(state.graph)
    return ContinueAsked((made,))


def _run(state: UiState, text: str) -> UiState | Message:
    option, _, condition = text.partition(" ")
    if option != "-f" or not condition:
        msg = (
            "Expected `run -f` and a filter such as `nan`, `norm > 1e3` or `h if inf`."
        )
        raise SteppingError(msg)
    return _advance(state, condition.strip())


def _iteration(state: UiState, text: str) -> UiState:
    walk_of(state)
    if not text.isdecimal():
        return state.say("iter takes a number, counted from 0", is_alarming=True)
    return to_turn(state, int(text))


def _pass(state: UiState, text: str) -> UiState:
    names = [n for n in _PASSES if text and n.startswith(text)]
    return state.moved(walk_of(state).to_pass(names[0] if names else text))


def _seek(state: UiState, text: str) -> UiState:
    cursor, match = walk_of(state), _SEEK.fullmatch(text)
    if match is None:
        msg = "Expected a step (`seek 31`, `seek backward 5`) or a part (`seek 50%`)."
        raise SteppingError(msg)
    number, timeline = int(match["number"]), cursor.timeline
    starts = {FORWARD: 0, SEED: timeline.forward_length}
    starts[BACKWARD] = timeline.forward_length + 1
    lengths = {FORWARD: timeline.forward_length, SEED: 1}
    lengths[BACKWARD] = timeline.backward_length if timeline.has_backward else 0
    pass_: str | None = match["pass"]
    if pass_ is not None:
        timeline.walk(FORWARD if pass_ == FORWARD else BACKWARD)
    start, length = 0, timeline.length
    if pass_ is not None:
        start, length = starts[pass_], lengths[pass_]
    index = number * (length - 1) // 100 if match["cent"] else number - 1
    if not 0 <= index < length:
        msg = f"There is no step {number}: they are numbered from 1 to {length}."
        raise SteppingError(msg)
    return state.moved(cursor.seek(start + index))


def _pass_words(_state: UiState, _typed: str) -> tuple[str, ...]:
    return _PASSES


_WALK = "Step"

COMMANDS: tuple[Command, ...] = (
    Command(
        "next",
        "next [N]",
        "next step; also N steps",
        _next,
        ("n",),
        action="next",
        group=_WALK,
    ),
    Command(
        "previous",
        "previous [N]",
        "previous step",
        _previous,
        ("prev", "reverse-next", "rn", "reverse-step", "rs"),
        action="previous",
        group=_WALK,
    ),
    Command(
        "goto",
        "goto PLACE [@ ITER]",
        "run to a node, in an iteration; without a place, to the selected node",
        _goto,
        ("to", "j"),
        place_words,
        group=_WALK,
    ),
    Command(
        "jump",
        "jump [PLACE]",
        "the same; without a place, along the stub of an edge",
        _jump,
        words=place_words,
        action="jump",
        group=_WALK,
    ),
    Command(
        "advance",
        "advance WHERE",
        "continue to the next visit of a place, past breakpoints",
        _advance,
        ("until", "unt"),
        place_words,
        group=_WALK,
    ),
    Command(
        "run",
        "run -f FILTER",
        "continue to where `nan`, `norm > 1e3` or another filter is so",
        _run,
        group=_WALK,
    ),
    Command("iter", "iter K", "same place, iteration K of its loop", _iteration),
    Command(
        "pass",
        "pass NAME",
        "to forward, seed or backward",
        _pass,
        words=_pass_words,
        group=_WALK,
    ),
    Command(
        "seek",
        "seek [PASS] N",
        "to step N of the walk or of a pass, from 1; or N%",
        _seek,
        words=_pass_words,
        group=_WALK,
    ),
)
