"""The chain rule at one value, term by term, for one element of it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from graphstep._jaxcompat import is_inexact
from graphstep.graph import Edge, ProgramGraph
from graphstep.recording import Absence
from graphstep.stepping import Cursor, Term
from graphstep.tracing import one_line
from graphstep.tui.lines import label_of
from graphstep.tui.numbers import number, signed
from graphstep.tui.values import ValueKey


@dataclasses.dataclass(frozen=True, slots=True)
class SumLine:
    """One line of the sum.

    Attributes:
        term: The term with its sign; empty for one that is still to come.
        source: What sends it.
        total: The sum so far; empty on the first line and where nothing is added.
        note: Why there is no term.
    """

    term: str
    source: str
    total: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Sum:
    """The contributions that have arrived at one element of a value.

    Attributes:
        index: Which element.
        lines: One per use, in the order of arrival, those to come at the end.
        total: Their sum so far; empty if nothing has arrived.
        is_complete: Whether that is the cotangent.
    """

    index: tuple[int, ...]
    lines: tuple[SumLine, ...]
    total: str
    is_complete: bool


def sum_at(cursor: Cursor, key: ValueKey, cotangent: Any) -> Sum:
    """Return the running sum at the element of greatest |cotangent|.

    Args:
        cursor: Place in the walk.
        key: The value, in one iteration.
        cotangent: Its whole cotangent, from which the element is chosen.
    """
    graph = cursor.timeline.graph
    found = cursor.running_sum(key.node, key.out, key.iteration)
    index = leading_index(cotangent)
    lines: list[SumLine] = []
    n_arrived = 0
    for term in found.terms:
        source = _source(graph, term)
        if not isinstance(term.value, np.ndarray | np.generic):
            lines.append(SumLine("", source, note=str(term.value)))
            continue
        total = "" if n_arrived == 0 else _element(term.total, index)
        lines.append(SumLine(_signed(term.value, index), source, total))
        n_arrived += 1
    lines += [SumLine("", use_text(graph, edge)) for edge in found.pending]
    total = "" if found.total is None else _element(found.total, index)
    return Sum(index, tuple(lines), total, found.is_complete)


def leading_index(array: Any) -> tuple[int, ...]:
    """Return the index of the first NaN, or else of the element greatest in size."""
    x = np.asarray(array)
    if x.ndim == 0 or not x.size:
        return ()
    magnitude = np.abs(x)
    # `argmax` takes a NaN for the greatest of all.
    return tuple(int(i) for i in np.unravel_index(np.argmax(magnitude), x.shape))


def use_text(graph: ProgramGraph, edge: Edge) -> str:
    """Return how a person names one use: the user's label, its primitive, ×2."""
    _, user, key = edge
    node = graph.node(user)
    if node.role == "output":
        return f"output {label_of(graph, user)}"
    if node.role == "binder":
        return f"{node.region} · {user.rpartition('/')[2]}"
    text = node.primitive
    label = label_of(graph, user, 0) if node.avals else ""
    label = f"{label} · " if label and label != "_" else ""
    same = [o for o in node.operands if o.source == _operand(node.operands, key)]
    times = f", operand {key}" if len(same) > 1 else ""
    return f"{label}{one_line(text, 60)}{times}"


def sent_lines(cursor: Cursor, size: int = 12) -> list[tuple[str, Any]]:
    """Return what the current backward step sends: to whom, and the array or reason."""
    graph = cursor.timeline.graph
    lines: list[tuple[str, Any]] = []
    for term in cursor.contributions_sent()[:size]:
        node, out = term.target
        if isinstance(term.value, Absence) and not is_inexact(graph.aval(node, out)):
            lines.append((label_of(graph, node, out), term.value))
            continue
        lines.append((label_of(graph, node, out), term.value))
    return lines


def _source(graph: ProgramGraph, term: Term) -> str:
    return "seed" if term.edge is None else use_text(graph, term.edge)


def _operand(operands: Any, key: int) -> Any:
    return next(o.source for o in operands if o.key == key)


def _element(array: Any, index: tuple[int, ...]) -> str:
    return number(np.asarray(array)[index].item())


def _signed(array: Any, index: tuple[int, ...]) -> str:
    return signed(np.asarray(array)[index].item())
