"""Commands that change what is recorded, and save recordings."""

from __future__ import annotations

from collections.abc import Callable

from graphstep.errors import EditError
from graphstep.tui.command import Command
from graphstep.tui.edit_forms import Kind
from graphstep.tui.messages import EditAsked, SaveAsked, ShowRunAsked
from graphstep.tui.state import UiState

_GROUP = "Change and record again"


def _edit(kind: Kind) -> Callable[[UiState, str], EditAsked]:
    def run(_: UiState, text: str) -> EditAsked:
        return EditAsked(kind, text)

    return run


def _save(_: UiState, text: str) -> SaveAsked:
    if not text:
        raise EditError("Say where to: `save run.gstep`.")
    return SaveAsked(text)


def _run(state: UiState, text: str) -> ShowRunAsked:
    known = [run.number for run in state.runs.items]
    if not text.isdecimal() or int(text) not in known:
        numbers = ", ".join(map(str, known)) or "none yet"
        msg = f"There is no such recording. There are: {numbers}."
        raise EditError(msg)
    return ShowRunAsked(int(text))


def _numbers(state: UiState, _: str) -> list[str]:
    return [str(run.number) for run in state.runs.items]


def _inputs(state: UiState, _: str) -> tuple[str, ...]:
    return state.graph.trace.in_names


COMMANDS = (
    Command(
        "let",
        "let NAME[INDEX] = VALUE",
        "change an input, record again",
        _edit("input"),
        ("set",),
        words=_inputs,
        action="edit_input",
        group=_GROUP,
    ),
    Command(
        "seed",
        "seed ones|OUTPUT[INDEX]|VALUE",
        "change the seed, record again",
        _edit("seed"),
        action="edit_seed",
        group=_GROUP,
    ),
    Command(
        "argnums",
        "argnums 0, 2|all",
        "differentiate other arguments",
        _edit("argnums"),
        action="edit_argnums",
        group=_GROUP,
    ),
    Command(
        "recording",
        "recording NUMBER",
        "look at another recording",
        _run,
        words=_numbers,
        group=_GROUP,
    ),
    Command("save", "save FILE", "write this recording to a file", _save, group=_GROUP),
)
