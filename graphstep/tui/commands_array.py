"""Commands that choose what the array panel shows."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable
from typing import get_args

from graphstep.errors import SteppingError
from graphstep.tracing import one_line
from graphstep.tui.array_cut import cut_typed
from graphstep.tui.command import Command
from graphstep.tui.examined import FORMATS, Examined, Format, What
from graphstep.tui.state import UiState

_GROUP = "Values"
_WHATS: tuple[What, ...] = get_args(What)
# What people type for the names of what is shown.
_SPELLED: dict[str, What] = {what.replace("_", " "): what for what in _WHATS}
_SPELLED["ct"] = "cotangent"


def _with(state: UiState, examined: Examined) -> UiState:
    """Show the array panel with something else in it."""
    state = dataclasses.replace(state, examined=examined)
    if "array" not in (state.focus, *state.arrangement.shown):
        arrangement = state.arrangement.toggled("array")
        state = dataclasses.replace(state, arrangement=arrangement)
    return state.focused("array")


def _settled(state: UiState) -> Examined:
    """Return what is looked at of the inspected value.

    Raises:
        SteppingError: If nothing is.
    """
    examined = state.examined.settled(state.graph, state.inspected)
    if examined.shape is None or examined.node != state.inspected:
        msg = "Select a value that has elements first."
        raise SteppingError(msg)
    return examined


def _slice(state: UiState, text: str) -> UiState:
    examined = _settled(state)
    assert examined.shape is not None
    cut = cut_typed(text, examined.shape)
    if cut.is_whole(examined.shape):
        return _with(state, dataclasses.replace(examined, cut=None))
    element = examined.element
    if element is not None and cut.place(element) is None:
        element = None
    return _with(state, dataclasses.replace(examined, cut=cut, element=element))


def _element(state: UiState, text: str) -> UiState:
    examined = _settled(state)
    assert examined.shape is not None
    if not text.strip():
        return _with(state, examined.at(None))
    index = _index_typed(text, examined.shape)
    if examined.cut is not None and examined.cut.place(index) is None:
        examined = dataclasses.replace(examined, cut=None)
    return _with(state, examined.at(index))


def _index_typed(text: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Read `[3, 17]`, `3 17` or `-1, 0`; of one axis also a flat index of the array."""
    parts = cut_typed(_with_commas(text), shape).parts
    index = tuple(part for part in parts if isinstance(part, int))
    if len(index) != len(shape):
        lengths = ",".join(map(str, shape))
        msg = f"An element of [{lengths}] has {len(shape)} indices, not {len(index)}."
        raise SteppingError(msg)
    return index


def _with_commas(text: str) -> str:
    inside = text.strip().removeprefix("[").removesuffix("]")
    words = inside.replace(",", " ").split()
    return ", ".join(words)


def _axes(state: UiState, text: str) -> UiState:
    examined = _settled(state)
    assert examined.shape is not None
    n_axes = len(examined.shape)
    if not text.strip():
        return _with(state, dataclasses.replace(examined, axes=None))
    try:
        typed = ast.literal_eval(f"({_with_commas(text)},)")
    except (SyntaxError, ValueError):
        typed = ()
    axes = tuple(
        axis + n_axes if isinstance(axis, int) and axis < 0 else axis for axis in typed
    )
    is_pair = len(axes) == 2 and axes[0] != axes[1]
    if not is_pair or not all(type(a) is int and 0 <= a < n_axes for a in axes):
        msg = (
            f"Name two axes, 0 to {n_axes - 1}: rows, then columns."
            if n_axes > 1
            else f"It has {n_axes} axes; rows and columns are chosen among more."
        )
        raise SteppingError(msg)
    cut = examined.cut
    if cut is not None and not set(axes) <= set(cut.free):
        msg = "The slice leaves one index of that axis; `slice :` shows all."
        raise SteppingError(msg)
    return _with(state, dataclasses.replace(examined, axes=axes))


def _format(state: UiState, text: str) -> UiState:
    word = text.strip().lower()
    found: list[Format] = [f for f in FORMATS if word and f.startswith(word)]
    if len(found) != 1:
        msg = f"`{one_line(text, 40)}` is none of: {', '.join(FORMATS)}."
        raise SteppingError(msg)
    return _with(state, dataclasses.replace(state.examined, format=found[0]))


def _show(state: UiState, text: str) -> UiState:
    word = " ".join(text.lower().replace("_", " ").split())
    if not word:
        return _with(state, dataclasses.replace(state.examined, what=None))
    exact = [what for name, what in _SPELLED.items() if name == word]
    found = exact or [what for name, what in _SPELLED.items() if name.startswith(word)]
    # The shortest name is the plain value.
    if not found:
        msg = f"`{one_line(text, 40)}` is none of: {', '.join(_SPELLED)}."
        raise SteppingError(msg)
    return _with(state, dataclasses.replace(state.examined, what=found[0]))


def _output(state: UiState, text: str) -> UiState:
    node = state.inspected
    n_out = 0 if node is None else len(state.graph.node(node).avals)
    if not text.strip().isdecimal() or int(text) >= n_out:
        noun = "output" if n_out == 1 else "outputs"
        span = f", 0 to {n_out - 1}" if n_out > 1 else ""
        msg = f"It has {n_out} {noun}{span}; `{one_line(text, 20)}` is none of them."
        raise SteppingError(msg)
    examined = _settled(state)
    return dataclasses.replace(
        state, examined=dataclasses.replace(examined, out=int(text))
    )


def _formats(_state: UiState, _typed: str) -> Iterable[str]:
    return FORMATS


def _shown(_state: UiState, _typed: str) -> Iterable[str]:
    return _SPELLED


COMMANDS: tuple[Command, ...] = (
    Command(
        "slice",
        "slice [SLICE]",
        "show a slice of the array: `[3, :, ::2]`; nothing shows all",
        _slice,
        group=_GROUP,
    ),
    Command(
        "element",
        "element [INDEX]",
        "follow an element; nothing follows the leading one",
        _element,
        ("@",),
        group=_GROUP,
    ),
    Command(
        "axes",
        "axes [ROWS COLUMNS]",
        "choose which axes are rows and columns",
        _axes,
        group=_GROUP,
    ),
    Command(
        "format",
        "format FORMAT",
        "write elements so, or as a heat map",
        _format,
        words=_formats,
        group=_GROUP,
    ),
    Command(
        "show",
        "show [WHAT]",
        "primal, cotangent, product, primal turn, primal run, …",
        _show,
        words=_shown,
        group=_GROUP,
    ),
    Command(
        "output",
        "output N",
        "look at another output of the node",
        _output,
        group=_GROUP,
    ),
)
