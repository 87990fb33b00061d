"""Commands that search, show panels and set how things look."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import get_args

from textual.message import Message

from graphstep.errors import SteppingError
from graphstep.layout import Direction
from graphstep.tracing import one_line
from graphstep.tui import finding
from graphstep.tui.command import Command
from graphstep.tui.drawing_state import ZOOMS
from graphstep.tui.orders import ActionAsked, HelpAsked, ThemeAsked
from graphstep.tui.palette import THEMES
from graphstep.tui.places_typed import file_words, place_words
from graphstep.tui.state import UiState

_THEMES = tuple(theme.name for theme in THEMES)


def _find(state: UiState, text: str) -> UiState | Message:
    return finding.search(state, text) if text else ActionAsked("search")


def _list(state: UiState, text: str) -> UiState | Message:
    """Show the source of the cursor's line, or of another."""
    if text:
        shown = _at_source(state, text)
        if not isinstance(shown, UiState):
            return shown
        state = shown
    else:
        state = state.followed()
    return _with_pane(state, "source")


def _print_source(state: UiState, text: str) -> UiState | Message:
    if not text:
        return _list(state, text)
    index_files = tuple(file_words(state, ""))
    name, _, line = text.partition(":")
    if (
        name
        and name not in index_files
        and not any(f.startswith(name) for f in index_files)
    ):
        known = ", ".join(one_line(f, 40) for f in index_files[:6]) or "none"
        msg = f"`{one_line(name, 60)}` made nothing here. Files: {known}."
        raise SteppingError(msg)
    if not line:
        return _with_pane(_first_of_file(state, name), "source")
    return _list(state, text)


def _first_of_file(state: UiState, name: str) -> UiState:
    graph = state.graph
    for node in graph.order:
        location = graph.source(node)
        if location is not None and location.file.rsplit("/", 1)[-1].startswith(name):
            return state.select_node(node)
    return state


def _at_source(state: UiState, text: str) -> UiState | Message:
    return finding.search(state, f":{text}" if text.isdecimal() else text)


def _with_pane(state: UiState, pane: str) -> UiState:
    arrangement = state.arrangement
    if pane not in arrangement.shown:
        arrangement = arrangement.toggled(pane)
    return dataclasses.replace(state.focused(pane), arrangement=arrangement)


def _outer(state: UiState, _text: str) -> UiState:
    """Select the region around, as `up` in a debugger selects the caller."""
    around = state.rows.around(state.selected_row)
    if not around:
        return state.say("this is the outermost level")
    state = state.select_region(around[-1].id)
    return state.say(f"in {one_line(around[-1].name, 60)} ({around[-1].id})")


def _inner(state: UiState, _text: str) -> UiState:
    """Select the next region towards the cursor, and the cursor at last."""
    if state.cursor is None or not state.cursor.step.node:
        return state.followed()
    graph = state.graph
    inside = graph.columns.regions[graph.position(state.cursor.step.node)]
    chain = [region.id for region in graph.regions.ancestors(inside)[1:]]
    here = state.selected_region
    if here is None or here.id not in chain[:-1]:
        return state.followed()
    return state.select_region(chain[chain.index(here.id) + 1])


def _help(_state: UiState, text: str) -> Message:
    return HelpAsked(text)


def _leave(_state: UiState, _text: str) -> Message:
    return ActionAsked("leave")


def _theme(_state: UiState, text: str) -> Message:
    found = [name for name in _THEMES if text and text in name]
    if len(found) != 1:
        msg = f"Expected one of {', '.join(_THEMES)}."
        raise SteppingError(msg)
    return ThemeAsked(found[0])


def _zoom(state: UiState, text: str) -> UiState | Message:
    if not text:
        # Whatever the drawing calls it, more of each node is one level up.
        drawing = state.drawing.zoomed(1)
    elif text in ("+", "-"):
        drawing = state.drawing.zoomed(1 if text == "+" else -1)
    elif text.isdecimal() and int(text) in ZOOMS:
        drawing = dataclasses.replace(state.drawing, zoom=int(text))
    else:
        msg = f"Expected +, - or a level from {ZOOMS[0]} to {ZOOMS[-1]}."
        raise SteppingError(msg)
    state = dataclasses.replace(state, drawing=drawing)
    return state.say(f"zoom {drawing.zoom}")


def _direction(state: UiState, text: str) -> UiState:
    known: tuple[Direction, ...] = get_args(Direction)
    found = [name for name in known if text and name.startswith(text)]
    if len(found) != 1:
        msg = f"Expected one of {', '.join(known)}."
        raise SteppingError(msg)
    drawing = dataclasses.replace(state.drawing, direction=found[0])
    return dataclasses.replace(state, drawing=drawing).say(f"data flows {found[0]}")


def _theme_words(_state: UiState, _typed: str) -> Iterable[str]:
    return _THEMES


def _direction_words(_state: UiState, _typed: str) -> Iterable[str]:
    return get_args(Direction)


_FIND, _LOOK = "Find", "Look"

COMMANDS: tuple[Command, ...] = (
    Command(
        "find",
        "find WHAT",
        "search, like /",
        _find,
        ("search",),
        place_words,
        action="search",
        group=_FIND,
    ),
    Command(
        "list",
        "list [LINE]",
        "show the source: of the cursor, or `12`, `model.py:12`",
        _list,
        ("l", "ll", "longlist", "source"),
        file_words,
        group=_LOOK,
    ),
    Command(
        "ps",
        "ps [FILE[:LINE]]",
        "show the source of a file",
        _print_source,
        ("print_source",),
        file_words,
        group=_LOOK,
    ),
    Command(
        "up", "up", "select the region around", _outer, ("u", "outer"), group=_LOOK
    ),
    Command(
        "down",
        "down",
        "select inwards, to the cursor",
        _inner,
        ("d", "inner"),
        group=_LOOK,
    ),
    Command(
        "set theme",
        "set theme NAME",
        ", ".join(_THEMES),
        _theme,
        words=_theme_words,
        group=_LOOK,
    ),
    Command(
        "set zoom", "set zoom N", "from dots (0) to values (3)", _zoom, group=_LOOK
    ),
    Command(
        "zoom", "zoom [+|-|N]", "show more of each node, or less", _zoom, group=_LOOK
    ),
    Command(
        "set direction",
        "set direction NAME",
        "where data flows: " + ", ".join(get_args(Direction)),
        _direction,
        words=_direction_words,
        group=_LOOK,
    ),
    Command(
        "help",
        "help [TOPIC]",
        "every key and command, or those about something",
        _help,
        ("h", "?"),
        action="help",
        group=_LOOK,
    ),
    Command("quit", "quit", "quit", _leave, ("q", "exit"), action="leave", group=_LOOK),
)
