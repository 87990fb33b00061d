"""Commands that list nodes, and say where the cursor is."""

from __future__ import annotations

import collections
import dataclasses
import shlex
from collections.abc import Iterable

from textual.message import Message

from graphstep.errors import SteppingError
from graphstep.graph import Pattern, ProgramGraph
from graphstep.tracing import one_line
from graphstep.tui import finding
from graphstep.tui.command import Command
from graphstep.tui.found import Found
from graphstep.tui.orders import TextAsked
from graphstep.tui.places_typed import node_typed, place_words, walk_of
from graphstep.tui.search import matches, place_of
from graphstep.tui.state import UiState


def _where(state: UiState, _text: str) -> UiState | Message:
    return state.followed().say(" in ".join(_frames(state)))


def _backtrace(state: UiState, _text: str) -> Message:
    return TextAsked("where the cursor is", tuple(_frames(state, with_sources=True)))


def _frames(state: UiState, *, with_sources: bool = False) -> list[str]:
    """Return where the cursor is: the node, then what is around it, inside out."""
    cursor, graph = walk_of(state), state.graph
    step = cursor.step
    if not step.node:
        return ["the seed: the cotangent of the outputs"]
    location = graph.source(step.node)
    here = f"{one_line(graph.label(step.node), 60)} ({step.node}), {step.pass_}"
    if location is not None:
        here += f", {one_line(location.file.rsplit('/', 1)[-1], 60)}:{location.line}"
    lines = [here]
    turns = dict(zip(graph.loops(step.node), step.iteration, strict=True))
    inside = graph.columns.regions[graph.position(step.node)]
    for region in reversed(graph.regions.ancestors(inside)[1:]):
        turn = f", iteration {turns[region.id]}" if region.id in turns else ""
        named = (
            region.name
            if region.name == region.kind
            else f"{region.kind} {region.name}"
        )
        lines.append(f"{one_line(named, 60)} ({region.id}){turn}")
    lines.append(one_line(graph.trace.fn_name, 60))
    if with_sources and location is not None:
        lines += ["", "called from"]
        lines += [
            f"{one_line(f.file, 120)}:{f.line} in {one_line(f.function, 60)}"
            for f in location.frames
        ]
    return lines


def _node_info(state: UiState, text: str) -> UiState:
    node = node_typed(state, text.removeprefix("-t").strip())
    return state.select_node(node).focused("inspector")


def _operands(state: UiState, text: str) -> UiState:
    return _neighbours(state, text, is_ahead=False)


def _users(state: UiState, text: str) -> UiState:
    return _neighbours(state, text, is_ahead=True)


def _neighbours(state: UiState, text: str, *, is_ahead: bool) -> UiState:
    """Find operands or users: `-r` also those of these, `-d N` so many levels."""
    words = text.split()
    depth: int | None = 1
    if "-r" in words:
        words.remove("-r")
        depth = None
    if "-d" in words:
        at = words.index("-d")
        if not words[at + 1 : at + 2] or not words[at + 1].isdecimal():
            msg = "Expected a number of levels after `-d`."
            raise SteppingError(msg)
        depth = int(words[at + 1])
        del words[at : at + 2]
    graph = state.graph
    node = node_typed(state, " ".join(words))
    items = _reached(graph, node, depth, is_ahead=is_ahead)
    noun = "user" if is_ahead else "operand"
    label = one_line(graph.label(node), 40)
    if not items:
        return state.say(f"{label} has no {noun}s")
    state = dataclasses.replace(state, found=Found(f"{noun}s of {node}", items))
    named = ", ".join(one_line(graph.label(i), 24) for i in items[:6])
    more = ", …" if items[6:] else ""
    plural = "" if len(items) == 1 else "s"
    return state.say(
        f"{len(items)} {noun}{plural} of {label}: {named}{more}; . goes on"
    )


def _reached(
    graph: ProgramGraph, node: str, depth: int | None, *, is_ahead: bool
) -> tuple[str, ...]:
    """Return what lies up to so many edges away; without a limit, round loops too."""
    if depth is None:
        reached = graph.descendants(node) if is_ahead else graph.ancestors(node)
        return tuple(sorted(reached - {node}, key=graph.position))
    levels = {node: 0}
    waiting = collections.deque([node])
    while waiting:
        here = waiting.popleft()
        if levels[here] == depth:
            continue
        for other in _next_to(graph, here, is_ahead=is_ahead):
            if other not in levels:
                levels[other] = levels[here] + 1
                waiting.append(other)
    del levels[node]
    return tuple(sorted(levels, key=graph.position))


def _next_to(graph: ProgramGraph, node: str, *, is_ahead: bool) -> Iterable[str]:
    if is_ahead:
        n_out = len(graph.columns.avals[graph.position(node)])
        return (edge[1] for out in range(n_out) for edge in graph.uses(node, out))
    return (o.source[0] for o in graph.operands(node) if isinstance(o.source, tuple))


def _list_tensors(state: UiState, text: str) -> UiState | Message:
    """Find by tfdbg's options: `-n` name, `-t` primitive, `-f` condition."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        msg = f"lt: {error}."
        raise SteppingError(msg) from None
    options: dict[str, str] = {}
    rest: list[str] = []
    while words:
        word = words.pop(0)
        if word in ("-n", "-t", "-f") and words:
            options[word] = words.pop(0)
        else:
            rest.append(word)
    graph = state.graph
    if not options:
        return finding.search(state, " ".join(rest)) if rest else _all_found(state)
    kept = set(matches(graph, " ".join(rest))) if rest else set(graph.order)
    if "-n" in options:
        pattern = Pattern(options["-n"])
        kept &= {n for n in graph.order if pattern.search(graph.label(n))}
    if "-t" in options:
        pattern = Pattern(options["-t"])
        kept &= {n for n in graph.order if pattern.search(graph.node(n).primitive)}
    items = tuple(sorted(kept, key=lambda item: place_of(graph, item)))
    if "-f" in options:
        return finding.values_sought(state, text, options["-f"], items)
    return finding.with_found(state, Found(text, items))


def _all_found(state: UiState) -> UiState:
    return finding.with_found(state, Found("", state.graph.order))


_LOOK = "Find"

COMMANDS: tuple[Command, ...] = (
    Command(
        "where",
        "where",
        "where the cursor is; select it again",
        _where,
        ("w",),
        action="where",
        group=_LOOK,
    ),
    Command("bt", "bt", "the same in a window, with calls", _backtrace, group=_LOOK),
    Command(
        "ni",
        "ni [NODE]",
        "inspect a node",
        _node_info,
        ("node_info",),
        place_words,
        group=_LOOK,
    ),
    Command(
        "li",
        "li [-r] [-d N] [NODE]",
        "find its operands; -r theirs too",
        _operands,
        ("list_inputs", "args", "a"),
        place_words,
        group=_LOOK,
    ),
    Command(
        "lo",
        "lo [-r] [-d N] [NODE]",
        "find what uses it; -r what uses that too",
        _users,
        ("list_outputs",),
        place_words,
        group=_LOOK,
    ),
    Command(
        "lt",
        "lt [-n NAME] [-t OP] [-f COND]",
        "find values by name, primitive and condition",
        _list_tensors,
        ("list_tensors",),
        place_words,
        group=_LOOK,
    ),
)
