"""What the modes of differentiation cost, as one JSON document."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from graphstep.analysis import (
    Alive,
    DerivedProgram,
    Estimate,
    Modes,
    Residual,
    Size,
    Timing,
    advice,
)
from graphstep.export.modes import line_of, what

FORMAT, VERSION = "graphstep-modes", 1


def document(found: Modes, timings: Sequence[Timing]) -> dict[str, Any]:
    """Return every number of the tables, in bytes, seconds and operations."""
    times = {timing.mode: timing for timing in timings}
    return {
        "format": FORMAT,
        "version": VERSION,
        "function": found.graph.trace.fn_name,
        "n": found.function.n,
        "m": found.function.m,
        "advice": advice(found, timings),
        "value": _estimate(found, found.value, times),
        "modes": [_estimate(found, each, times) for each in found.estimates],
        "residuals": [_residual(found, each) for each in found.residuals],
        "stored": found.stored,
        "memory": [_alive(each) for each in found.memory],
    }


def programs_document(
    programs: Sequence[DerivedProgram], before_after: Sequence[Size]
) -> dict[str, Any]:
    """Return programs and the nodes that their lines come from, and their sizes."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "programs": [dataclasses.asdict(program) for program in programs],
        "transforms": [dataclasses.asdict(size) for size in before_after],
    }


def _estimate(
    found: Modes, estimate: Estimate, times: dict[str, Timing]
) -> dict[str, Any]:
    timing = times.get(estimate.mode.name)
    return {
        "mode": estimate.mode.name,
        "gives": estimate.mode.gives,
        "passes": estimate.passes,
        "problem": estimate.problem or None,
        "operations": estimate.operations.count,
        "operations_at_least": estimate.operations.is_least,
        "operations_unknown": list(estimate.operations.unknown),
        "residual_bytes": estimate.stored,
        "peak_bytes": estimate.peak,
        "result_bytes": estimate.result,
        "predicted": found.relative(estimate),
        "seconds": timing.seconds if timing else None,
        "runs": timing.runs if timing else 0,
        "skipped": (timing.skipped or None) if timing else None,
    }


def _residual(found: Modes, residual: Residual) -> dict[str, Any]:
    return dataclasses.asdict(residual) | {
        "what": what(found.graph, residual),
        "line": line_of(found.graph, residual.node) or None,
    }


def _alive(step: Alive) -> dict[str, Any]:
    return dataclasses.asdict(step)
