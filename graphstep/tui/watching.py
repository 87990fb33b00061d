"""What is said of a watched value: what it is here, and what it was before."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphstep.export.chain import index_text
from graphstep.graph import ProgramGraph
from graphstep.recording import Absence
from graphstep.stepping import Cursor
from graphstep.tracing import one_line
from graphstep.tui.numbers import flag, norm_words, number
from graphstep.tui.passes import BACKWARD, FORWARD, goes_back, is_complete
from graphstep.tui.values import Of, ValueKey, Values, value_key
from graphstep.tui.watch import Watch

_TO_COME = "to come"
_UNREAD = "…"


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A watched value as one place of the walk sees it.

    Attributes:
        of: What it is.
        text: The value in a few characters, or why there is none.
        is_value: Whether `text` is a value.
        flag: `N` or `I` if it holds NaN or an infinity.
        norm: The norm of the whole, where `text` is one element.
        iteration: In which iteration it is seen.
    """

    of: Of
    text: str
    is_value: bool = False
    flag: str = ""
    norm: str = ""
    iteration: tuple[int, ...] = ()


def seen(values: Values, cursor: Cursor, watch: Watch) -> Seen:
    """Return a watched value as it is seen from a place of the walk."""
    of: Of = watch.of or ("primal" if cursor.pass_ == FORWARD else "cotangent")
    key = value_key(cursor, of, watch.node, watch.out)
    if key is None:
        return Seen(of, "its loop took no turn")
    here = dataclasses.replace(_value(values, key, watch), iteration=key.iteration)
    if of == "cotangent" and here.is_value:
        return _cotangent(values, cursor, watch, key, here)
    if of == "primal" and cursor.pass_ == FORWARD:
        is_pending = cursor.state(watch.node) == "pending"
        return Seen(of, _TO_COME, iteration=key.iteration) if is_pending else here
    return here


def before(values: Values, now: Cursor, then: Cursor | None, watch: Watch) -> str:
    """Return what a watched value was before the last move, if that was another."""
    if then is None or then.recording is not now.recording:
        return ""
    old, new = seen(values, then, watch), seen(values, now, watch)
    if old.of != new.of or not old.is_value or old.text == new.text:
        return ""
    return old.text


def _cotangent(
    values: Values, cursor: Cursor, watch: Watch, key: ValueKey, full: Seen
) -> Seen:
    """Return a cotangent, or what of it has arrived."""
    if not goes_back(cursor, watch.node) or is_complete(cursor, watch.node):
        return full
    to_come = Seen("cotangent", _TO_COME, iteration=key.iteration)
    if cursor.pass_ != BACKWARD or values.is_large(key):
        return to_come
    total = cursor.running_sum(watch.node, watch.out).total
    if not isinstance(total, np.ndarray | np.generic):
        return to_come
    part = _of_array(np.asarray(total), key.of, watch)
    return dataclasses.replace(
        part, text=f"{part.text} so far", iteration=key.iteration
    )


def _value(values: Values, key: ValueKey, watch: Watch) -> Seen:
    if values.is_large(key):
        return _large(values, key, watch)
    array = values.array(key)
    if watch.element is not None and isinstance(array, np.ndarray | np.generic):
        return _of_array(np.asarray(array), key.of, watch)
    short = values.short_at_once(key)
    return Seen(key.of, short.text, not short.is_absent, short.flag)


def _large(values: Values, key: ValueKey, watch: Watch) -> Seen:
    """Return a large value, once it was looked at in a thread."""
    look = values.look(key)
    if look is None:
        return Seen(key.of, _UNREAD)
    if isinstance(look, Absence):
        return Seen(key.of, values.short_at_once(key).text)
    wrong = flag(look.stats)
    norm = norm_words(look.stats.l2, wrong)
    if watch.element is None:
        return Seen(key.of, norm, True, wrong)
    array = values.array_soon(key)
    if not isinstance(array, np.ndarray | np.generic):
        return Seen(key.of, norm, True, wrong)
    text = _number(np.asarray(array)[watch.element])
    return Seen(key.of, text, True, wrong, norm)


def _of_array(array: np.ndarray, of: Of, watch: Watch) -> Seen:
    """Return an array that is small."""
    numbers = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    finite = numbers[np.isfinite(numbers)]
    wrong = "N" if np.isnan(numbers).any() else "I" if len(finite) < array.size else ""
    norm = norm_words(float(np.linalg.norm(finite)), wrong)
    if watch.element is not None:
        return Seen(of, _number(array[watch.element]), True, wrong, norm)
    if array.size == 1:
        return Seen(of, _number(array.reshape(-1)[0]), True, wrong)
    return Seen(of, norm, True, wrong)


def _number(value: Any) -> str:
    return number(value.item() if hasattr(value, "item") else value)


def watch_label(graph: ProgramGraph, watches: Sequence[Watch], watch: Watch) -> str:
    """Return a watched value's name, with its node's id if others bear the name."""
    name = one_line(graph.label(watch.node, watch.out), 60)
    is_shared = any(
        (other.node, other.out) != (watch.node, watch.out)
        and graph.label(other.node, other.out) == graph.label(watch.node, watch.out)
        for other in watches
    )
    return name + element_text(watch) + (f" ({watch.node})" if is_shared else "")


def element_text(watch: Watch) -> str:
    """Return `[3,17]` for a watch of one element."""
    return "" if watch.element is None else index_text(watch.element)
