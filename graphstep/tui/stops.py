"""What setting breakpoints and watches does to the state."""

from __future__ import annotations

import dataclasses

from graphstep.stepping import Breakpoint
from graphstep.tracing import one_line
from graphstep.tui.breaks import nodes_of
from graphstep.tui.search import place_of
from graphstep.tui.state import UiState
from graphstep.tui.watch import Watch
from graphstep.tui.watching import watch_label


def toggle_break(state: UiState) -> UiState:
    """Set a breakpoint at the selected node or region, or clear those there."""
    region = state.selected_region
    place = region.id if region is not None else state.selected_node
    if not place:
        return state
    gone = {
        each.number
        for each in state.breaks.items
        if nodes_of(state.graph, each.breakpoint) == frozenset((place,))
    }
    if gone:
        state = dataclasses.replace(state, breaks=state.breaks.without(gone))
        return state.say(f"breakpoint at {place} cleared")
    made = Breakpoint(node=place)
    state = dataclasses.replace(state, breaks=state.breaks.add(made))
    return state.say(f"breakpoint {state.breaks.last} at {place}; c continues to it")


def with_break(
    state: UiState, made: Breakpoint, *, is_temporary: bool = False
) -> UiState:
    """Set a breakpoint.

    Raises:
        SteppingError: If it can never stop.
    """
    made.nodes(state.graph)
    breaks = state.breaks.add(made, is_temporary=is_temporary)
    state = dataclasses.replace(state, breaks=breaks)
    return state.say(f"breakpoint {breaks.last}: {one_line(str(made), 80)}")


def toggle_watch(state: UiState) -> UiState:
    """Watch the inspected value, or watch it no longer."""
    node = state.inspected
    if node is None:
        return state.say("nothing is selected that could be watched")
    examined = state.examined.settled(state.graph, node)
    out = examined.out
    kept = tuple(w for w in state.watches if (w.node, w.out) != (node, out))
    if len(kept) < len(state.watches):
        state = dataclasses.replace(state, watches=kept)
        return state.say(f"{_label(state, node, out)} is not watched any more")
    return watched(state, Watch(node, out, examined.of, examined.element))


def watched(state: UiState, watch: Watch) -> UiState:
    """Watch a value."""
    if watch not in state.watches:
        state = dataclasses.replace(state, watches=(*state.watches, watch))
    what = watch_label(state.graph, state.watches, watch)
    return state.say(f"watching {what}; 8 shows it")


def _label(state: UiState, node: str, out: int) -> str:
    return one_line(state.graph.label(node, out), 60)


# Lines of the panel: breakpoints, then watches ---------------------------------------


def line_selected(state: UiState, line: int) -> UiState:
    """Select a line of the panel; beyond the last one is the last one."""
    n_lines = len(state.breaks.items) + len(state.watches)
    return dataclasses.replace(state, stop_line=max(0, min(line, n_lines - 1)))


def switched(state: UiState, line: int) -> UiState:
    """Turn the breakpoint of a line on or off; of a watch, show its node."""
    items = state.breaks.items
    if line >= len(items):
        return shown(state, line)
    each = items[line]
    breaks = state.breaks.enable((each.number,), is_enabled=not each.is_enabled)
    state = dataclasses.replace(state, breaks=breaks)
    return state.say(f"breakpoint {each.number} {'off' if each.is_enabled else 'on'}")


def removed(state: UiState, line: int) -> UiState:
    """Delete the breakpoint or the watch of a line."""
    items = state.breaks.items
    if line < len(items):
        number = items[line].number
        breaks = state.breaks.without((number,))
        state = dataclasses.replace(state, breaks=breaks)
        return line_selected(state, line).say(f"breakpoint {number} deleted")
    number = line - len(items)
    if number >= len(state.watches):
        return state.say("there is nothing to delete")
    gone = state.watches[number]
    kept = tuple(w for i, w in enumerate(state.watches) if i != number)
    state = line_selected(dataclasses.replace(state, watches=kept), line)
    return state.say(f"{_label(state, gone.node, gone.out)} is not watched any more")


def shown(state: UiState, line: int) -> UiState:
    """Select the node of a line; the first one, if a breakpoint has several."""
    items, graph = state.breaks.items, state.graph
    if line < len(items):
        found = nodes_of(graph, items[line].breakpoint)
        if not found:
            return state.say("this breakpoint is at no one place")
        first = min(found, key=lambda item: place_of(graph, item))
        if first in graph:
            return state.select_node(first)
        return state.select_region(first)
    number = line - len(items)
    if number >= len(state.watches):
        return state.say("there are no breakpoints yet; B sets one")
    return state.select_node(state.watches[number].node)
