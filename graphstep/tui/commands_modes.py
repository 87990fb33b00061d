"""The command that takes the program under one of JAX's transformations."""

from __future__ import annotations

from textual.message import Message

from graphstep.errors import EditError
from graphstep.tracing import TRANSFORMS, one_line
from graphstep.tui.command import Command
from graphstep.tui.keys_modes import MODES
from graphstep.tui.modes_orders import TransformAsked
from graphstep.tui.orders import PromptAsked
from graphstep.tui.state import UiState


def _transform(_: UiState, text: str) -> UiState | Message:
    if not text:
        return PromptAsked(":", "transform ")
    if text not in TRANSFORMS:
        known = ", ".join(TRANSFORMS)
        msg = f"There is no transformation `{one_line(text, 40)}`. There are: {known}."
        raise EditError(msg)
    return TransformAsked(text)


def _names(_state: UiState, _typed: str) -> tuple[str, ...]:
    return tuple(TRANSFORMS)


COMMANDS = (
    Command(
        "transform",
        f"transform {'|'.join(TRANSFORMS)}",
        "the program under a transformation of JAX's, as a graph of its own",
        _transform,
        words=_names,
        action="transform",
        group=MODES,
    ),
)
