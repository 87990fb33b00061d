"""What the list of recordings says of one: its size and its output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphstep.recording import Recording
from graphstep.stepping import Cursor, cursor
from graphstep.tui.values import ValueKey, Values

_OUTPUTS = 3


def nbytes_of(recording: Recording) -> int:
    """Return how many bytes the values of a recording take.

    The inputs are not counted: recordings of one program share those that no edit
    changed.
    """
    return sum(int(getattr(array, "nbytes", 0)) for array in _arrays(recording))


def _arrays(recording: Recording) -> Iterator[Any]:
    for holder in (recording, *recording.zoomed):
        run = holder.run
        for group in (run.records, run.taps, run.tangents, run.in_cotangents):
            yield from group.values()
        yield from run.outputs


def start_of(recording: Recording) -> Cursor | None:
    """Return a cursor at the first step, unless a program without a node has none."""
    return cursor(recording) if len(recording.graph) else None


def output_of(values: Values) -> str:
    """Return the outputs in a few characters."""
    nodes = values.recording.graph.outputs
    shown = [
        values.short_at_once(ValueKey("primal", node, 0, ())).text
        for node in nodes[:_OUTPUTS]
    ]
    return ", ".join(shown) + (", …" if len(nodes) > _OUTPUTS else "")
