"""Commands that print values and list nodes."""

from __future__ import annotations

import collections
import dataclasses
import re
import shlex
from collections.abc import Iterable
from typing import Any

import numpy as np
from textual.message import Message

from graphstep.errors import SteppingError
from graphstep.graph import ProgramGraph
from graphstep.recording import Absence, Stats
from graphstep.tracing import one_line
from graphstep.tui import finding
from graphstep.tui.command import Command
from graphstep.tui.found import Found
from graphstep.tui.numbers import index_text, number, rows_of_array
from graphstep.tui.orders import TextAsked
from graphstep.tui.places_typed import (
    TypedValue,
    node_typed,
    of_now,
    place_words,
    subscripted,
    value_typed,
    walk_of,
)
from graphstep.tui.search import matches, place_of
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
    read = recording.primal if value.of == "primal" else recording.cotangent
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
    of = "cotangent of " if of_now(state, value.of) == "cotangent" else ""
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


# Nodes -------------------------------------------------------------------------------


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
        kept &= {n for n in graph.order if _matches_name(graph, n, options["-n"])}
    if "-t" in options:
        pattern = _compiled(options["-t"])
        kept &= {n for n in graph.order if pattern.search(graph.node(n).primitive)}
    items = tuple(sorted(kept, key=lambda item: place_of(graph, item)))
    if "-f" in options:
        return finding.values_sought(state, text, options["-f"], items)
    return finding.with_found(state, Found(text, items))


def _all_found(state: UiState) -> UiState:
    return finding.with_found(state, Found("", state.graph.order))


def _matches_name(graph: ProgramGraph, node: str, pattern: str) -> bool:
    return bool(_compiled(pattern).search(graph.label(node)))


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        msg = f"`{one_line(pattern, 40)}` is no regular expression: {error}."
        raise SteppingError(msg) from None


_PRINT, _LOOK = "Values", "Find"

COMMANDS: tuple[Command, ...] = (
    Command(
        "print",
        "print [VALUE]",
        "`h`, `h[3,:]`, `cotangent h`: its elements here",
        _print,
        ("p",),
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
        ("list_inputs",),
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
