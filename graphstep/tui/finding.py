"""What searching does to the state: hits, and going from one to the next."""

from __future__ import annotations

import bisect
import dataclasses

from graphstep.analysis import Condition
from graphstep.errors import GraphstepError, PatternError
from graphstep.tracing import one_line
from graphstep.tui.found import Found
from graphstep.tui.lines import region_title
from graphstep.tui.orders import ValuesSought
from graphstep.tui.search import matches, place_of, read_query
from graphstep.tui.state import UiState


def preview(state: UiState, text: str) -> tuple[UiState, str]:
    """Mark what is found while a query is being typed.

    Returns:
        The state, and a few words on what there is.
    """
    query = read_query(text)
    if not text.strip():
        return dataclasses.replace(state, found=Found()), ""
    if query.condition is not None:
        return state, "Enter looks at the values"
    try:
        items = matches(state.graph, query.where)
    except PatternError:
        return dataclasses.replace(state, found=Found()), "could take for ever"
    except GraphstepError:
        return dataclasses.replace(state, found=Found()), "not a regular expression"
    state = dataclasses.replace(state, found=Found(text, items))
    return state, f"{len(items)} found" if items else "nothing"


def search(state: UiState, text: str) -> UiState | ValuesSought:
    """Look up, and go to the first hit at or after what is selected.

    Returns:
        What to look at, if the query asks for values: that takes a while.
    """
    query = read_query(text)
    try:
        items = matches(state.graph, query.where)
    except GraphstepError as error:
        return state.say(one_line(str(error)), is_alarming=True)
    if query.condition is not None:
        if not items:
            said = f"nothing is like `{one_line(query.where, 60)}`"
            return state.say(said, is_alarming=True)
        return _values_sought(state, text, query.condition, items)
    return with_found(state, Found(text, items))


def with_found(state: UiState, found: Found, remark: str = "") -> UiState:
    """Mark what was found, and go to the first hit at or after what is selected."""
    state = dataclasses.replace(state, found=found)
    if not found.items:
        said = f"nothing is like `{one_line(found.query, 60)}`{remark}"
        return state.say(said, is_alarming=True)
    places = _places(state)
    return show_hit(state, bisect.bisect_left(places, _here(state)), remark)


def next_hit(state: UiState, by: int) -> UiState:
    """Go to the next thing found, or to the one before."""
    if not state.hits:
        return state.say("nothing was searched for; / searches")
    places = _places(state)
    if by > 0:
        return show_hit(state, bisect.bisect_right(places, _here(state)))
    return show_hit(state, bisect.bisect_left(places, _here(state)) - 1)


def show_hit(state: UiState, number: int, remark: str = "") -> UiState:
    """Select a hit by its number, from 0; beyond the last comes the first."""
    number %= len(state.hits)
    item = state.hits[number]
    state = (
        state.select_node(item) if item in state.graph else state.select_region(item)
    )
    is_node = item in state.graph
    label = (
        state.graph.label(item) if is_node else region_title(state.graph.regions[item])
    )
    what = item if label in ("", item) else f"{label} ({item})"
    note = state.found.notes.get(item, "")
    said = f"{number + 1} of {len(state.hits)}: {one_line(what, 80)}"
    said += f", {note}" if note else ""
    return state.say(one_line(said + remark, 240))


def values_sought(
    state: UiState, text: str, condition: str, items: tuple[str, ...]
) -> UiState | ValuesSought:
    """Ask for the values of what was found to be looked at.

    Raises:
        SteppingError: If `condition` is none.
    """
    return _values_sought(state, text, Condition.parse(condition), items)


def _values_sought(
    state: UiState, text: str, condition: Condition, items: tuple[str, ...]
) -> UiState | ValuesSought:
    if state.cursor is None:
        return state.say(state.why_no_walk, is_alarming=True)
    graph = state.graph
    nodes: dict[str, None] = {}
    for item in items:
        if item in graph:
            nodes[item] = None
        else:
            region = graph.regions[item]
            nodes.update(dict.fromkeys(graph.order[region.start : region.stop]))
    return ValuesSought(text, tuple(nodes), condition)


def _places(state: UiState) -> list[tuple[int, bool]]:
    return [place_of(state.graph, item) for item in state.hits]


def _here(state: UiState) -> tuple[int, bool]:
    """Return where the selection stands among the hits."""
    region = state.selected_region
    if region is None:
        return (state.selected, True)
    # The heading of a closed region stands for its own node too.
    node = state.selected_node
    if node is not None and node in state.found.all:
        return place_of(state.graph, node)
    return (region.start, False)
