"""Where in the source a state is: the frames of its node, and the chosen line."""

from __future__ import annotations

import dataclasses
import itertools
from types import CodeType

from graphstep.errors import RecordingError, SteppingError
from graphstep.graph import ProgramGraph
from graphstep.stepping import Breakpoint
from graphstep.tracing import Frame, SourceLocation, one_line
from graphstep.tui.breaks import Breaks
from graphstep.tui.found import Found
from graphstep.tui.source_lines import SourceLines
from graphstep.tui.state import UiState

# Nodes of a region that are asked where they come from.
_ASKED = 50


def location_of(graph: ProgramGraph, node: str) -> SourceLocation | None:
    """Return where a node was made; what has no line of its own has its value's.

    An output is where its value was made, and what a loop or a branch takes is where
    the loop is.
    """
    found = graph.source(node)
    if found is not None:
        return found
    role = graph.columns.roles[graph.position(node)]
    operands = graph.operands(node) if role in ("output", "binder") else ()
    region = graph.columns.regions[graph.position(node)]
    if role == "binder":
        chain = graph.regions.ancestors(region)
        loops = (r.id for r in reversed(chain) if r.id in graph)
        return next(filter(None, map(graph.source, loops)), None)
    sources = (o.source[0] for o in operands if o.source is not None)
    return next(filter(None, map(graph.source, sources)), None)


def location_in(graph: ProgramGraph, file: str) -> SourceLocation | None:
    """Return a place to which code of some file led, if there is one."""
    locations = filter(None, map(graph.source, graph.order))
    return next(
        (at for at in locations if any(f.file == file for f in at.frames)), None
    )


def inspected_node(state: UiState) -> str | None:
    """Return the inspected node, or one inside the selected region."""
    if state.inspected is not None:
        return state.inspected
    region = state.selected_region
    if region is None:
        return None
    inside = state.graph.order[region.start : region.stop]
    asked = itertools.islice(inside, _ASKED)
    return next((node for node in asked if state.graph.source(node)), None)


def frames_of(graph: ProgramGraph, node: str) -> tuple[Frame, ...]:
    """Return the calls in the user's code that made a node, innermost first."""
    location = location_of(graph, node)
    if location is None:
        return _definition(graph)
    return location.frames or (
        Frame(
            location.file,
            location.line,
            location.column,
            location.end_line,
            location.end_column,
            location.function,
        ),
    )


def _definition(graph: ProgramGraph) -> tuple[Frame, ...]:
    """Return where the traced function begins, for its arguments."""
    try:
        fn = graph.trace.fn
    except RecordingError:
        return ()
    code = getattr(getattr(fn, "__wrapped__", fn), "__code__", None)
    if not isinstance(code, CodeType):
        return ()
    line = code.co_firstlineno
    return (Frame(code.co_filename, line, 0, line, 0, code.co_qualname),)


def frame_of(state: UiState) -> Frame | None:
    """Return the call that is shown for the inspected node."""
    node = inspected_node(state)
    frames = () if node is None else frames_of(state.graph, node)
    if not frames:
        return None
    chosen = state.reading.frame if state.reading.at == node else 0
    return frames[min(chosen, len(frames) - 1)]


def line_of(state: UiState) -> tuple[str, int] | None:
    """Return the file and line that is selected: the chosen one, or the node's."""
    reading = state.reading
    if reading.line is not None and reading.at == inspected_node(state):
        return reading.line
    frame = frame_of(state)
    return None if frame is None else (frame.file, frame.line)


# Changes -----------------------------------------------------------------------------


def with_line(
    state: UiState, file: str, line: int, lines: SourceLines | None
) -> UiState:
    """Select a line, and find its equations."""
    reading = dataclasses.replace(
        state.reading, at=inspected_node(state), line=(file, line)
    )
    nodes = () if lines is None else lines.nodes(file, line)
    found = Found(f":{line}", nodes) if nodes else state.found
    return dataclasses.replace(state, reading=reading, found=found)


def with_frame(state: UiState, by: int) -> UiState:
    """Look at the call around, or at the one inside."""
    node = inspected_node(state)
    if node is None:
        return state
    n_frames = len(frames_of(state.graph, node))
    here = state.reading.frame if state.reading.at == node else 0
    there = min(max(here + by, 0), max(n_frames - 1, 0))
    if there == here:
        words = "no call around this one" if by > 0 else "this is the innermost call"
        return state.say(words)
    reading = dataclasses.replace(state.reading, at=node, line=None, frame=there)
    return dataclasses.replace(state, reading=reading, notice="")


def with_equation(state: UiState, lines: SourceLines | None) -> UiState:
    """Go to the first equation of the selected line, or from one to the next."""
    place = line_of(state)
    nodes = () if place is None or lines is None else lines.nodes(*place)
    if not nodes:
        return state.say("no equation comes from this line")
    here = state.inspected
    number = (nodes.index(here) + 1) % len(nodes) if here in nodes else 0
    return with_node(state, nodes[number])


def with_node(state: UiState, node: str) -> UiState:
    """Select an equation of the selected line, which stays selected."""
    place = line_of(state)
    state = state.select_node(node)
    at = inspected_node(state)
    reading = dataclasses.replace(state.reading, at=at, line=place, frame=0)
    return dataclasses.replace(state, reading=reading)


def toggle_line(state: UiState) -> UiState:
    """Set or clear a breakpoint at the selected line."""
    place = line_of(state)
    if place is None:
        return state.say("there is no line to stop at", is_alarming=True)
    spelled = f"{place[0]}:{place[1]}"
    short = f"line {place[1]}"
    old = [b.number for b in state.breaks.items if b.breakpoint.line == spelled]
    if old:
        breaks: Breaks = state.breaks.without(old)
        state = dataclasses.replace(state, breaks=breaks)
        return state.say(f"breakpoint at {short} cleared")
    made = Breakpoint(line=spelled)
    try:
        made.nodes(state.graph)
    except SteppingError as error:
        return state.say(one_line(str(error)), is_alarming=True)
    state = dataclasses.replace(state, breaks=state.breaks.add(made))
    return state.say(f"breakpoint at {short}; c continues to it")
