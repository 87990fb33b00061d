"""Gather what a page needs of a recording."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from graphstep.export.page._cards import cards_payload
from graphstep.export.page._chain import chain_of
from graphstep.export.page._document import document, packed
from graphstep.export.page._program import program_payload
from graphstep.export.page._reading import ReadOnce
from graphstep.export.page._rules import rules_payload
from graphstep.export.page._shares import share_keeper
from graphstep.export.page._steps import Steps, steps_of, steps_payload
from graphstep.export.page._values import BUDGET, Blob, ValueWriter, fitting
from graphstep.export.page._views import first_view, views_payload
from graphstep.graph import Edge, paused_collector
from graphstep.recording import Recording
from graphstep.stepping import FORWARD
from graphstep.tracing import one_line

Iteration = tuple[int, ...]


@paused_collector()
def page_from_recording(
    recording: Recording,
    expanded: Iterable[str] | None = None,
    *,
    at: int | None = None,
    title: str | None = None,
    max_elements: int = 1024,
    max_steps: int = 20_000,
    drawing_seconds: float = 3.0,
    lesson: dict[str, Any] | None = None,
) -> bytes:
    """Return a page that walks through a recording, in any browser, without Python.

    It is one HTML file that loads nothing: graph, values, source and chain rule are in
    it. With `#step=31` after its address it opens at that step.

    Args:
        recording: The run.
        expanded: Ids of the regions that are open at first. Default: as many as stay
            legible.
        at: Number of the step at which it opens. Default: the first.
        title: Default: the function's name.
        max_elements: Arrays of up to so many elements are in the page in full, of
            others statistics and a small picture.
        max_steps: Of a walk with more steps, evenly chosen turns of loops are in it.
        drawing_seconds: Time for drawings beyond those that every region needs.
        lesson: Text, stops and exercises to stand beside the walk.

    Raises:
        SteppingError: If there is no step `at`, or no step at all.
        RegionNotFoundError: If `expanded` names what is no region.
    """
    graph = recording.graph
    once = ReadOnce(recording)
    steps = steps_of(once, max_steps)
    if at is not None:
        steps.timeline.step(at)
    name = title or one_line(recording.fn_name, 80)
    if expanded is not None:
        expanded = [graph.regions[region].id for region in expanded]
    blob, visits = Blob(), _visits(steps)
    keep = share_keeper(blob, max_elements)
    largest = _largest(recording, visits, max_elements)
    writer = ValueWriter(once, blob, largest, visits)
    chain: list[dict[str, Any]] = []
    for index in steps.indices:
        chain.append(chain_of(once, steps.cursor.seek(index), keep))
        writer.look(steps.timeline.step(index))
    verification = recording.verification
    facts: dict[str, Any] = {
        "title": name,
        "start": 0 if at is None else steps.place(at),
        "notes": list(recording.notes),
        "check": "" if verification is None else verification.summary(),
        "seedIsDefault": recording.seed_is_default,
        "maxElements": largest,
        "turns": None if len(steps.indices) == steps.timeline.length else steps.turns,
        "program": program_payload(graph),
        "steps": steps_payload(steps),
        "chain": chain,
        **rules_payload(graph),
        **cards_payload(recording, steps),
        **views_payload(graph, first_view(graph, expanded), drawing_seconds),
        "values": _values(recording, writer),
        "lesson": lesson,
    }
    n_steps = len(steps.indices)
    summary = (
        f"{name}: a walk of {n_steps} steps through {len(graph)} nodes. "
        "This page needs JavaScript to show it."
    )
    return document(name, summary, packed(facts, b"".join(blob.parts))).encode("utf-8")


def _passes(recording: Recording) -> list[str]:
    """Return what there is of every value."""
    found = ["primal"]
    if recording.has_cotangents:
        found.append("cotangent")
    if recording.has_tangents:
        found.append("tangent")
    return found


def _largest(
    recording: Recording, visits: list[list[Iteration]], max_elements: int
) -> int:
    """Return up to how many elements arrays are written in full."""
    graph, n_passes = recording.graph, len(_passes(recording))
    sizes: list[tuple[int, int]] = []
    for position, iterations in enumerate(visits):
        for aval in graph.columns.avals[position]:
            elements = _n_elements(aval)
            sizes += [(elements, elements * len(iterations) * 4)] * n_passes
    for (node, _, _), out in _shared(recording):
        position = graph.position(node)
        elements = _n_elements(graph.columns.avals[position][out])
        sizes.append((elements, elements * len(visits[position]) * 4))
    return fitting(sizes, max_elements, BUDGET)


def _n_elements(aval: Any) -> int:
    return math.prod(getattr(aval, "shape", ()))


def _values(recording: Recording, writer: ValueWriter) -> dict[str, Any]:
    """Return the values of every node."""
    graph = recording.graph
    found = {
        of: [
            [writer.entry(of, node, out) for out in range(n_out)]
            for position, node in enumerate(graph.order)
            for n_out in [len(graph.columns.avals[position])]
        ]
        for of in _passes(recording)
    }
    sent = {
        f"{graph.position(edge[1])},{edge[2]}": writer.sent(edge, out)
        for edge, out in _shared(recording)
    }
    return {**found, "contribution": {k: e for k, e in sent.items() if e}}


def _shared(recording: Recording) -> list[tuple[Edge, int]]:
    """Return the uses of values that are used more than once, and which output it is.

    What the one use of a value sends back is its cotangent. There are none where there
    are no cotangents.
    """
    graph = recording.graph
    if not recording.has_cotangents:
        return []
    return [
        (edge, out)
        for position, node in enumerate(graph.order)
        for out, aval in enumerate(graph.columns.avals[position])
        for uses in [graph.uses(node, out)]
        if len(uses) > 1 and getattr(aval, "shape", ())
        for edge in uses
    ]


def _visits(steps: Steps) -> list[list[Iteration]]:
    """Return the iterations in which each node is seen going forward, by position."""
    graph, timeline = steps.timeline.graph, steps.timeline
    found: list[list[Iteration]] = [[] for _ in graph.order]
    for index in steps.indices:
        step = timeline.step(index)
        if step.pass_ == FORWARD:
            found[graph.position(step.node)].append(step.iteration)
    return found
