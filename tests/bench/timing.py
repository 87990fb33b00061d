"""Time several calls in turn, so that a busy machine slows all of them alike."""

from __future__ import annotations

import dataclasses
import random
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import jax

Call = Callable[[], Any]
Seconds = Mapping[str, list[float]]

_MOST_ROUNDS = 61
# How often that loop is timed, and its turns.
_LOOPS, _TURNS = 7, 1_000_000


@dataclasses.dataclass(frozen=True)
class Timings:
    """Seconds of every call in every round, by name.

    Attributes:
        wall: What a clock on the wall shows.
        cpu: Processor time of all threads, which other programs hardly disturb.
    """

    wall: Seconds
    cpu: Seconds


def interleave(
    calls: Mapping[str, Call], rounds: int, *, at_least: float = 0.0
) -> Timings:
    """Time every call once per round, in a new order each round.

    What a call leaves in caches and in the allocator speeds up or slows down the one
    after it, so none may always follow the same. Results are waited for, and freed
    when their time is taken.

    Args:
        calls: What to time, by name. All of them run once before.
        rounds: Least number of rounds.
        at_least: Seconds to go on for, so that short calls get more rounds.
    """
    for call in calls.values():
        jax.block_until_ready(call())
    names = list(calls)
    timings = Timings({name: [] for name in names}, {name: [] for name in names})
    order = random.Random(0)
    end = time.perf_counter() + at_least
    for i in range(max(rounds, _MOST_ROUNDS)):
        if i >= rounds and time.perf_counter() > end:
            break
        for name in order.sample(names, len(names)):
            wall, cpu = time.perf_counter(), time.process_time()
            result = jax.block_until_ready(calls[name]())
            timings.cpu[name].append(time.process_time() - cpu)
            timings.wall[name].append(time.perf_counter() - wall)
            del result
    return timings


def loop_milliseconds() -> float:
    """Return the processor time of a fixed loop, to compare machines and days by."""
    times: list[float] = []
    for _ in range(_LOOPS):
        began, total = time.process_time(), 0
        for number in range(_TURNS):
            total += number * number % 7
        times.append(1000 * (time.process_time() - began))
    return statistics.median(times)


def median(seconds: Seconds, name: str) -> float:
    """Return the median time of one call."""
    return statistics.median(seconds[name])


def ratio(seconds: Seconds, name: str, base: str) -> float:
    """Return the median over the rounds of one call's time over another's."""
    pairs = zip(seconds[name], seconds[base], strict=True)
    return statistics.median(mine / theirs for mine, theirs in pairs)
