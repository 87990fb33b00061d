"""Commands for breakpoints and watches."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from textual.message import Message

from graphstep.errors import SteppingError
from graphstep.stepping import Breakpoint
from graphstep.tracing import one_line
from graphstep.tui import stops
from graphstep.tui.command import Command
from graphstep.tui.orders import ActionAsked
from graphstep.tui.places_typed import place_words, value_typed
from graphstep.tui.state import UiState
from graphstep.tui.watch import Watch, element_typed


def _break(state: UiState, text: str) -> UiState:
    if not text:
        items = state.breaks.items
        shown = "; ".join(f"{each.number} {each.breakpoint}" for each in items)
        return state.say(one_line(shown, 240) or "there are no breakpoints")
    return stops.with_break(state, Breakpoint.parse(text))


def _tbreak(state: UiState, text: str) -> UiState:
    return stops.with_break(state, Breakpoint.parse(text), is_temporary=True)


def _condition(state: UiState, text: str) -> UiState:
    first, _, condition = text.partition(" ")
    (number,) = _numbers(state, first)
    each = state.breaks.get(number)
    assert each is not None
    condition = condition.strip().removeprefix("if ").strip()
    changed = dataclasses.replace(each.breakpoint, condition=condition or None)
    breaks = state.breaks.with_break(dataclasses.replace(each, breakpoint=changed))
    state = dataclasses.replace(state, breaks=breaks)
    return state.say(f"breakpoint {number}: {one_line(str(changed), 80)}")


def _delete(state: UiState, text: str) -> UiState:
    numbers = _numbers(state, text)
    breaks = state.breaks.without(numbers)
    state = dataclasses.replace(state, breaks=breaks)
    if not breaks.items:
        return state.say("no breakpoints left")
    return state.say(f"{_named(numbers)} deleted")


def _enable(state: UiState, text: str) -> UiState:
    return _switch(state, text, is_enabled=True)


def _disable(state: UiState, text: str) -> UiState:
    return _switch(state, text, is_enabled=False)


def _switch(state: UiState, text: str, *, is_enabled: bool) -> UiState:
    numbers = _numbers(state, text)
    breaks = state.breaks.enable(numbers, is_enabled=is_enabled)
    state = dataclasses.replace(state, breaks=breaks)
    return state.say(f"{_named(numbers)} {'on' if is_enabled else 'off'}")


def _numbers(state: UiState, text: str) -> list[int]:
    """Return the numbers of the breakpoints that are meant."""
    known = [each.number for each in state.breaks.items]
    if text == "all":
        return known
    words = text.replace(",", " ").split()
    numbers = [int(word) for word in words if word.isdecimal()]
    if not words or len(numbers) != len(words) or not set(numbers) <= set(known):
        there = ", ".join(map(str, known)) or "there are none"
        msg = f"Expected `all` or numbers of breakpoints: {there}."
        raise SteppingError(msg)
    return numbers


def _named(numbers: list[int]) -> str:
    noun = "breakpoint" if len(numbers) == 1 else "breakpoints"
    return f"{noun} {', '.join(map(str, numbers))}"


def _watch(state: UiState, text: str) -> UiState | Message:
    if not text:
        return ActionAsked("watch")
    value = value_typed(state, text)
    shape = state.graph.aval(value.node, value.out).shape
    element = element_typed(value.subscript, shape)
    made = Watch(value.node, value.out, value.of, element)
    return stops.watched(state, made)


def _unwatch(state: UiState, text: str) -> UiState:
    if text in ("", "all"):
        kept: tuple[Watch, ...] = ()
    elif text.isdecimal():
        if not 1 <= int(text) <= len(state.watches):
            msg = f"Expected `all`, a value, or one of {len(state.watches)} watches."
            raise SteppingError(msg)
        kept = tuple(w for i, w in enumerate(state.watches, 1) if i != int(text))
    else:
        value = value_typed(state, text)
        kept = tuple(
            w for w in state.watches if (w.node, w.out) != (value.node, value.out)
        )
    n_gone = len(state.watches) - len(kept)
    state = dataclasses.replace(state, watches=kept)
    return state.say(f"{n_gone} watch{'es' if n_gone != 1 else ''} removed")


def _number_words(state: UiState, _typed: str) -> Iterable[str]:
    return ("all", *(str(each.number) for each in state.breaks.items))


_STOPS = "Breakpoints"

COMMANDS: tuple[Command, ...] = (
    Command(
        "break",
        "break [WHERE]",
        "`h if norm > 10 @ 7`, `nan`, `:18`, `tanh in backward`; or list them",
        _break,
        ("b",),
        place_words,
        group=_STOPS,
    ),
    Command(
        "tbreak",
        "tbreak WHERE",
        "a breakpoint that goes once it has stopped the walk",
        _tbreak,
        ("tb",),
        place_words,
        group=_STOPS,
    ),
    Command(
        "condition",
        "condition N [COND]",
        "give a breakpoint another condition, or none",
        _condition,
        ("cond",),
        _number_words,
        group=_STOPS,
    ),
    Command(
        "delete",
        "delete NUMBER|all",
        "delete breakpoints",
        _delete,
        ("clear", "cl"),
        _number_words,
        group=_STOPS,
    ),
    Command(
        "enable",
        "enable NUMBER|all",
        "turn breakpoints on",
        _enable,
        words=_number_words,
        group=_STOPS,
    ),
    Command(
        "disable",
        "disable NUMBER|all",
        "turn breakpoints off, and keep them",
        _disable,
        ("dis",),
        words=_number_words,
        group=_STOPS,
    ),
    Command(
        "watch",
        "watch [VALUE]",
        "show `h`, `h[3,17]` or `cotangent h` at every step",
        _watch,
        ("display",),
        place_words,
        action="watch",
        group=_STOPS,
    ),
    Command(
        "unwatch",
        "unwatch [VALUE|N|all]",
        "watch it no longer",
        _unwatch,
        ("undisplay",),
        place_words,
        group=_STOPS,
    ),
)
