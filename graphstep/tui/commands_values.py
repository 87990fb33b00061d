"""Commands that print values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from textual.message import Message

from graphstep.errors import SteppingError
from graphstep.export.chain import index_text
from graphstep.recording import Absence, Stats
from graphstep.tracing import one_line
from graphstep.tui.command import Command
from graphstep.tui.numbers import number, rows_of_array
from graphstep.tui.orders import TextAsked
from graphstep.tui.places_typed import (
    TypedValue,
    of_now,
    place_words,
    subscripted,
    value_typed,
    walk_of,
)
from graphstep.tui.state import UiState

# Elements that are printed: in the notice, and in a window.
_FEW, _MANY = 12, 4_000
_WIDTH = 96


def _print(state: UiState, text: str) -> UiState:
    value, array = _fetched(state, text)
    return state.say(f"{_title(state, value)} = {_in_line(array)}")


def _print_all(state: UiState, text: str) -> Message:
    value, array = _fetched(state, text)
    return TextAsked(_title(state, value), tuple(_in_lines(array)))


def _print_tensor(state: UiState, text: str) -> UiState | Message:
    """Print as tfdbg does: `-a` all elements, `-s` statistics too."""
    words = text.split()
    options = {word for word in words if word in ("-a", "-s", "-r")}
    rest = " ".join(word for word in words if word not in options)
    if "-s" not in options:
        return (_print_all if "-a" in options else _print)(state, rest)
    value, array = _fetched(state, rest)
    lines = [*_statistics(state, value), ""]
    return TextAsked(_title(state, value), (*lines, *_in_lines(array)))


def _fetched(state: UiState, text: str) -> tuple[TypedValue, Any]:
    cursor = walk_of(state)
    value = value_typed(state, text)
    value = value._replace(of=of_now(state, value.of))
    iteration = cursor.iteration_of(value.node)
    if iteration is None:
        msg = f"`{value.node}` is in a loop that took no turn."
        raise SteppingError(msg)
    recording = cursor.recording
    read = {
        "primal": recording.primal,
        "cotangent": recording.cotangent,
        "tangent": recording.tangent,
    }[value.of or "primal"]
    array = read(value.node, value.out, iteration)
    if isinstance(array, Absence):
        msg = f"{_title(state, value)}: none. {array}"
        raise SteppingError(msg)
    return value, subscripted(array, value.subscript)


def _statistics(state: UiState, value: TypedValue) -> Iterable[str]:
    cursor = walk_of(state)
    iteration = cursor.iteration_of(value.node)
    stats = cursor.recording.stats(
        value.node, value.out, value.of or "primal", iteration
    )
    if not isinstance(stats, Stats):
        yield str(stats)
        return
    yield f"elements  {stats.size}"
    counts = {
        "−inf": stats.neg_inf,
        "−": stats.negative,
        "0": stats.zero,
        "+": stats.positive,
        "+inf": stats.pos_inf,
        "nan": stats.nan,
    }
    yield "counts    " + "   ".join(f"{what} {n}" for what, n in counts.items())
    for name, what in (("min", stats.min), ("max", stats.max), ("mean", stats.mean)):
        yield f"{name:<10}{number(what, 6)}"
    yield f"{'absmax':<10}{number(stats.absmax, 6)}"
    yield f"{'norm':<10}{number(stats.l2, 6)}"


def _title(state: UiState, value: TypedValue) -> str:
    graph = state.graph
    label = one_line(graph.label(value.node, value.out), 60)
    meant = of_now(state, value.of)
    of = "" if meant == "primal" else f"{meant} of "
    return f"{of}{label}{one_line(value.subscript, 40)}"


def _in_line(array: Any) -> str:
    """Return an array's elements, or its norm and ends where they are many."""
    if not isinstance(array, np.ndarray | np.generic):
        return one_line(str(array), 120)
    x = np.asarray(array)
    if x.ndim == 0:
        return number(x.item(), 9)
    if not x.size:
        return f"no elements, {index_text(x.shape)}"
    elements = [number(v.item(), 6) for v in x.reshape(-1)[:_FEW]]
    shape = index_text(x.shape)
    if x.size <= _FEW:
        return f"[{', '.join(elements)}]" + (f"  {shape}" if x.ndim > 1 else "")
    return f"[{', '.join(elements[:6])}, …]  {shape}; pp prints more"


def _in_lines(array: Any) -> Iterable[str]:
    if not isinstance(array, np.ndarray | np.generic):
        return [one_line(str(array), 400)]
    x = np.asarray(array)
    if x.size > _MANY:
        # Whole rows, as many as are wanted at the most.
        flat = x.reshape(-1, x.shape[-1])
        n_rows = max(1, _MANY // x.shape[-1])
        rest = f"… {x.size - min(n_rows * x.shape[-1], x.size)} more elements"
        return [*rows_of_array(flat[:n_rows, :_MANY], _WIDTH), rest]
    if x.ndim < 2 or not x.size:
        return rows_of_array(x, _WIDTH)
    lines: list[str] = []
    for outer in np.ndindex(x.shape[:-2]):
        if outer:
            lines += ["", f"{index_text(outer)[:-1]},:,:]"]
        lines += rows_of_array(x[outer], _WIDTH)
    return lines


_PRINT = "Values"

COMMANDS: tuple[Command, ...] = (
    Command(
        "print",
        "print [VALUE]",
        "`h`, `h[3,:]`, `cotangent h`: its elements here",
        _print,
        ("p", "x"),
        place_words,
        group=_PRINT,
    ),
    Command(
        "pp",
        "pp [VALUE]",
        "the same in a window",
        _print_all,
        (),
        place_words,
        group=_PRINT,
    ),
    Command(
        "pt",
        "pt [-a] [-s] [VALUE]",
        "print; -a all elements, -s with statistics",
        _print_tensor,
        ("print_tensor",),
        place_words,
        group=_PRINT,
    ),
)
