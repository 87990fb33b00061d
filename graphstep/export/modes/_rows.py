"""What the table of modes and the list of residuals say, as text in columns."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

from graphstep.analysis import Estimate, Modes, Residual, Timing, Want, predicted
from graphstep.export.modes._curve import Marks
from graphstep.export.modes._units import (
    bytes_text,
    count_text,
    factor_text,
    seconds,
)
from graphstep.graph import ProgramGraph, Region

TITLES = (
    "mode",
    "passes",
    "operations",
    "stored",
    "peak",
    "predicted",
    "measured",
    "time",
)
RESIDUAL_TITLES = ("type", "bytes", "what is kept", "line", "wanted by")
_NOTHING = "-"


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of modes.

    Attributes:
        cells: One text for each of `TITLES`.
        is_best: Whether this is the mode to use for the Jacobian.
        note: What is to be said besides, such as why it cannot be done.
    """

    cells: tuple[str, ...]
    is_best: bool = False
    note: str = ""


def rows(found: Modes, timings: Sequence[Timing] = ()) -> tuple[Row, ...]:
    """Return the function itself and every mode, one line each."""
    times = {timing.mode: timing for timing in timings}
    first = times.get(found.value.mode.name)
    base = first.seconds if first else None
    best = predicted(found).name
    return tuple(
        _row(found, estimate, times.get(estimate.mode.name), base, best)
        for estimate in (found.value, *found.estimates)
    )


def _row(
    found: Modes,
    estimate: Estimate,
    timing: Timing | None,
    base: float | None,
    best: str,
) -> Row:
    name, took = estimate.mode.name, timing.seconds if timing else None
    factor = _NOTHING if not took or not base else factor_text(took / base)
    time = seconds(took) if took else _NOTHING
    if estimate.problem:
        nothing = [_NOTHING] * (len(TITLES) - 2)
        return Row((name, _passes(estimate), *nothing), note=estimate.problem)
    least = "≥ " if estimate.operations.is_least else ""
    cells = (
        name,
        _passes(estimate),
        least + count_text(estimate.operations.count),
        bytes_text(estimate.stored) if estimate.mode.reverse else "0 B",
        bytes_text(estimate.peak),
        factor_text(found.relative(estimate)),
        factor,
        time,
    )
    note = timing.skipped if timing else ""
    return Row(cells, name == best, note)


def _passes(estimate: Estimate) -> str:
    return (
        str(estimate.passes) if estimate.passes < 10**6 else count_text(estimate.passes)
    )


def unknown(found: Modes) -> str:
    """Return what is to be said of operations that were not counted, if any were not."""
    every = [found.value, *found.estimates]
    names = sorted({name for e in every for name in e.operations.unknown})
    said: list[str] = []
    if names:
        said.append(
            f"the operations of {', '.join(names)} are not known, and not counted"
        )
    if any(estimate.operations.loops for estimate in every):
        said.append("the body of a while loop is counted once")
    return f"≥: {'; '.join(said)}." if said else ""


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """One line of the plot.

    Attributes:
        name: The mode.
        predicted: A bar of its predicted time.
        measured: A bar of its measured time; empty if it was not measured.
        said: Both in numbers.
    """

    name: str
    predicted: str
    measured: str
    said: str


def bars(
    found: Modes, timings: Sequence[Timing], width: int, marks: Marks
) -> tuple[Bar, ...]:
    """Return a logarithmic plot of times, in evaluations of the function."""
    seen = {timing.mode: timing.seconds for timing in timings}
    base = seen.get(found.value.mode.name)
    pairs = [
        (e.mode.name, found.relative(e), (seen.get(e.mode.name) or 0.0) / (base or 1.0))
        for e in found.estimates
        if not e.problem
    ]
    top = max((max(p, m) for _, p, m in pairs), default=1.0)

    def bar(value: float, mark: str) -> str:
        if value <= 0:
            return ""
        # One evaluation is one cell, and the longest bar takes all the room.
        share = math.log(max(value, 1.0)) / math.log(max(top, 2.0))
        return mark * (1 + round(share * (width - 1)))

    return tuple(
        Bar(
            name,
            bar(p, marks.light),
            bar(m, marks.bar),
            factor_text(p) + (f", measured {factor_text(m)}" if m else ""),
        )
        for name, p, m in pairs
    )


# Residuals -----------------------------------------------------------------------------


def residual_cells(graph: ProgramGraph, residual: Residual) -> tuple[str, ...]:
    """Return one text for each of `RESIDUAL_TITLES`."""
    wanted = [_want(graph, want) for want in residual.wanted_by]
    return (
        residual.type,
        bytes_text(residual.nbytes),
        what(graph, residual),
        line_of(graph, residual.node),
        ", ".join(dict.fromkeys(wanted)) or "nobody",
    )


def what(graph: ProgramGraph, residual: Residual) -> str:
    """Return what a residual is: a value by its name, or what a rule worked out."""
    node, out = residual.node, residual.out
    branch = ", in one branch" if residual.in_branch else ""
    if not node:
        return "a constant" if residual.is_argument else residual.maker
    if out is None:
        return f"{residual.maker} for the rule of {_named(graph, node)}{branch}"
    label = graph.label(node, out) if _has_output(graph, node, out) else node
    role = graph.node(node).role if node in graph else ""
    if role in ("input", "const"):
        return f"{label} (an {role})" if role == "input" else f"{label} (a constant)"
    if role == "binder":
        return f"{label} of every iteration{branch}"
    return f"{label}, from {residual.maker}{branch}"


def line_of(graph: ProgramGraph, node: str) -> str:
    """Return `file.py:12` of a node or region, or nothing."""
    if node not in graph:
        region = graph.regions.get(node)
        if region is None or not region.size:
            return ""
        node = graph.order[region.start]
    source = graph.source(node)
    return f"{Path(source.file).name}:{source.line}" if source else ""


def _has_output(graph: ProgramGraph, node: str, out: int) -> bool:
    return node in graph and out < len(graph.columns.avals[graph.position(node)])


def _named(graph: ProgramGraph, node: str) -> str:
    """Return the primitive of a node, or what a region is called, and its label."""
    region = graph.regions.get(node)
    if node not in graph:
        return f"{_region_name(region)} ({node})" if region else node
    name = _region_name(region) if region else graph.node(node).primitive
    return f"{name} ({graph.label(node)})"


def _region_name(region: Region) -> str:
    """Return a region's name; JAX calls its checkpoints `remat2`."""
    return "checkpoint" if region.name.startswith("remat") else region.name


def _want(graph: ProgramGraph, want: Want) -> str:
    if want.recomputes:
        region = graph.regions.get(want.node)
        name = _region_name(region) if region else want.primitive
        name = "" if name == want.primitive else f" {name}"
        return f"{want.primitive}{name}, to compute again"
    return _named(graph, want.node) if want.node else want.primitive


def residuals_text(found: Modes) -> str:
    """Return how many residuals there are and what they take."""
    n = len(found.residuals)
    if found.passes is None:
        return "JAX cannot differentiate this in reverse, so nothing is stored."
    if not n:
        return (
            "Nothing is stored: the function is linear, and its rules want no values."
        )
    total = sum(each.nbytes for each in found.residuals)
    there = total - found.stored
    noun = "residual" if n == 1 else "residuals"
    said = (
        f"{n} {noun}, {bytes_text(total)}: kept from the forward for the backward pass"
    )
    if there:
        said += f"; {bytes_text(there)} of that are inputs and constants, there anyway"
    peak = found.peak
    if peak is None:
        return f"{said}."
    where = _named(found.graph, peak.node) if peak.node else peak.primitive
    return (
        f"{said}. At most {bytes_text(peak.total)} are alive beside the inputs, in the "
        f"{peak.direction} pass at {where}."
    )
