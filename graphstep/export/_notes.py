"""Lines that a picture adds to its nodes: the values known at a step of the walk."""

from __future__ import annotations

from typing import Any

from graphstep.recording import Absence, Recording, Stats
from graphstep.stepping import Cursor


def value_notes(cursor: Cursor) -> dict[str, str]:
    """Return a line per node that is done at `cursor`: its value, then its cotangent.

    A scalar is written out, an array stands by its norm; inside loops the norm is over
    all iterations.
    """
    recording: Any = cursor.recording
    graph = recording.graph
    is_reverse = cursor.timeline.pass_at(cursor.index) in ("seed", "backward")
    notes: dict[str, str] = {}
    for node_id in graph.order:
        if not graph.node(node_id).avals:
            continue
        parts: list[str] = []
        if is_reverse or cursor.state(node_id) != "pending":
            parts += _described(recording, node_id, "primal", "")
        if is_reverse and cursor.has_complete_cotangent(node_id):
            parts += _described(recording, node_id, "cotangent", "∂ ")
        if parts:
            notes[node_id] = "   ".join(parts)
    return notes


def _described(recording: Recording, node_id: str, of: str, mark: str) -> list[str]:
    stats = recording.stats(node_id, of=of)
    return [] if isinstance(stats, Absence) else [mark + _words(stats)]


def _words(stats: Stats) -> str:
    if stats.nan or stats.neg_inf or stats.pos_inf:
        bad = {"NaN": stats.nan, "Inf": stats.neg_inf + stats.pos_inf}
        return ", ".join(f"{n} {word}" for word, n in bad.items() if n)
    return f"{stats.mean:.4g}" if stats.size == 1 else f"‖·‖ {stats.l2:.4g}"
