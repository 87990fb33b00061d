"""Measure how long each way to differentiate a function takes."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from graphstep._jaxcompat import has_callback
from graphstep.analysis._modes import VALUE, Estimate, Mode, Modes, arguments, derived
from graphstep.analysis._modes_function import Leaves
from graphstep.errors import CancelledError
from graphstep.recording import default_budget

# Runs of each mode, of which the median counts.
ROUNDS = 9
SECONDS = 20.0
# Is told what comes next; returning False cancels.
Progress = Callable[[str], bool]


@dataclasses.dataclass(frozen=True, slots=True)
class Timing:
    """How long one mode took.

    Attributes:
        mode: Its name.
        seconds: The median of its runs, or `None` if there were none.
        runs: How many there were.
        skipped: Why there were none.
    """

    mode: str
    seconds: float | None = None
    runs: int = 0
    skipped: str = ""


@dataclasses.dataclass(slots=True)
class _Run:
    """One mode that is compiled."""

    mode: Mode
    compiled: Callable[..., Any]
    given: tuple[Any, ...]
    times: list[float] = dataclasses.field(default_factory=list[float])

    def go(self) -> float:
        """Run it to its end, and return the seconds that took."""
        start = time.perf_counter()
        jax.block_until_ready(self.compiled(*self.given))
        return time.perf_counter() - start


def measure(
    found: Modes,
    leaves: Sequence[Any],
    *,
    seconds: float = SECONDS,
    budget: int | None = None,
    names: Sequence[str] | None = None,
    progress: Progress = lambda _: True,
) -> tuple[Timing, ...]:
    """Return how long the function and each mode take: compiled, warm, to the end.

    Each runs several times, in turns, so that what else the machine does meets all of
    them alike.

    Args:
        found: The modes; see `modes`.
        leaves: All inputs of the function.
        seconds: When to stop at the latest, more or less.
        budget: Bytes that a mode may take to be run at all; a quarter of the free
            memory by default.
        names: Which modes; all by default.
        progress: Is told what comes next.

    Raises:
        CancelledError: If `progress` returned False.
    """
    end = time.perf_counter() + seconds
    budget = default_budget() if budget is None else budget
    estimates = [found.value, *found.estimates]
    estimates = [e for e in estimates if names is None or e.mode.name in names]
    runs: list[_Run] = []
    skipped: dict[str, str] = {}
    with found.graph.trace.x64_context():
        for estimate in estimates:
            name = estimate.mode.name
            why = _why_not(found, estimate, budget, end, runs)
            if why:
                skipped[name] = why
                continue
            _tell(progress, f"compiling {name}")
            runs.append(_compiled(found, estimate.mode, leaves))
            _tell(progress, f"running {name}")
            # Once for what happens only the first time; the second counts.
            runs[-1].go()
            runs[-1].times.append(runs[-1].go())
        _repeat(runs, end, progress)
    times = {run.mode.name: run.times for run in runs}
    return tuple(
        Timing(name, statistics.median(times[name]), len(times[name]))
        if name in times
        else Timing(name, skipped=skipped[name])
        for name in (estimate.mode.name for estimate in estimates)
    )


def _repeat(runs: Sequence[_Run], end: float, progress: Progress) -> None:
    """Run all of them in turns, as often as there is time."""
    for turn in range(2, ROUNDS + 1):
        _tell(progress, f"running, {turn} of {ROUNDS}")
        for run in runs:
            if time.perf_counter() + run.times[-1] < end:
                run.times.append(run.go())


def _compiled(found: Modes, mode: Mode, leaves: Sequence[Any]) -> _Run:
    own, others = found.function.split(leaves)
    given = (
        others,
        own,
        *(_ones(each) for each in arguments(found.function, mode)[1:]),
    )
    program = jax.jit(derived(found.function, mode)).lower(*given).compile()
    return _Run(mode, program, given)


def _ones(shapes: Leaves) -> Leaves:
    return [jnp.ones(each.shape, each.dtype) for each in shapes]


def _why_not(
    found: Modes, estimate: Estimate, budget: int, end: float, runs: Sequence[_Run]
) -> str:
    """Return why a mode is not run, or nothing."""
    if estimate.problem:
        return estimate.problem
    if has_callback(found.graph.trace.closed_jaxpr.jaxpr):
        return "it has effects, which would happen again and again"
    if estimate.peak > budget:
        needed, allowed = estimate.peak / 1e6, budget / 1e6
        return f"too large: {needed:.3g} MB alive, more than {allowed:.3g} MB"
    first = next((run for run in runs if run.mode is VALUE), None)
    left = end - time.perf_counter()
    if first is None:
        return ""
    predicted = first.times[0] * found.relative(estimate)
    # Once to warm it, and once to measure.
    if 2 * predicted > left:
        return f"too slow: about {predicted:.3g} s each time are predicted"
    return ""


def _tell(progress: Progress, stage: str) -> None:
    if not progress(stage):
        raise CancelledError("Measuring was cancelled.")
