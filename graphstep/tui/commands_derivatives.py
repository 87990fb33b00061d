"""Commands for forward mode, the Jacobian, and gradients that are missing."""

from __future__ import annotations

from graphstep.tui.command import Command
from graphstep.tui.jacobian_orders import JacobianAsked
from graphstep.tui.messages import EditAsked
from graphstep.tui.places_typed import place_words, value_typed, walk_of
from graphstep.tui.state import UiState
from graphstep.tui.why_orders import WhyAsked

_GROUP = "Derivatives"


def _tangents(_: UiState, text: str) -> EditAsked:
    return EditAsked("tangents", text)


def _jacobian(state: UiState, text: str) -> JacobianAsked:
    walk_of(state)
    return JacobianAsked(text)


def _why(state: UiState, text: str) -> WhyAsked:
    walk_of(state)
    value = value_typed(state, text)
    return WhyAsked(value.node, value.out)


def _inputs(state: UiState, _: str) -> tuple[str, ...]:
    return state.graph.trace.in_names


COMMANDS = (
    Command(
        "tangents",
        "tangents INPUT[INDEX]|ones|VALUE",
        "forward mode in a direction, recorded again",
        _tangents,
        ("jvp",),
        _inputs,
        action="edit_tangents",
        group=_GROUP,
    ),
    Command(
        "jacobian",
        "jacobian [INPUT[INDEX], OUTPUT[INDEX]]",
        "fill it by passes, all of it or a part",
        _jacobian,
        words=_inputs,
        action="jacobian",
        group=_GROUP,
    ),
    Command(
        "why",
        "why [VALUE]",
        "where its gradient is cut off",
        _why,
        (),
        place_words,
        action="why",
        group=_GROUP,
    ),
)
