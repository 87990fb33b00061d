"""Measure one model: run time, compile time, memory, and how exact it is."""

from __future__ import annotations

import dataclasses
import statistics
import time
from typing import Any

from tests.bench.exactness import Exactness, exactness
from tests.bench.models import Model
from tests.bench.programs import FORWARD, GRADIENT, Workload, workload
from tests.bench.timing import interleave, median, ratio

_COMPILED_ROUNDS = 3


@dataclasses.dataclass(frozen=True)
class Measured:
    """Everything measured of one model.

    Attributes:
        model: Its name.
        kind: Which budgets apply.
        values: How many values and cotangents a full recording keeps.
        run_ms: Median time of each program in milliseconds.
        run: Median ratio of each of graphstep's programs to that of plain JAX.
        compile_s: Time to lower and compile each program, in seconds.
        compile: Ratio of the same.
        memory_mb: Scratch and output memory of each program, as XLA plans it.
        record: Ratio of a whole warm `Trace.record` call to plain JAX's program.
        record_verified: The same, comparing with the compiled function.
        exact: How near outputs and gradients are to those of plain JAX.
    """

    model: str
    kind: str
    values: int
    run_ms: dict[str, float]
    run: dict[str, float]
    compile_s: dict[str, float]
    compile: dict[str, float]
    memory_mb: dict[str, float]
    record: float
    record_verified: float
    exact: Exactness | None


def measure(model: Model, *, rounds: int | None = None) -> Measured:
    """Measure one model; everything is compiled here, whatever is in a cache."""
    load = workload(model)
    compiled, compile_s = _compile(load, 1 if model.is_large else _COMPILED_ROUNDS)
    calls = {name: load.call(name, program) for name, program in compiled.items()}
    seconds = interleave(calls, rounds or model.rounds)
    whole = GRADIENT if model.has_gradient else FORWARD
    recordings = interleave(
        {
            whole: calls[whole],
            "record": lambda: load.trace.record(verify=False),
            "record_verified": lambda: load.trace.record(verify=True),
        },
        rounds or model.rounds,
    )
    names = list(load.plans)
    return Measured(
        model=model.name,
        kind=model.kind,
        values=max(len(p.records) + len(p.taps) for p in load.plans.values()),
        run_ms={name: 1e3 * median(seconds, name) for name in calls},
        run={name: ratio(seconds, name, load.base(name)) for name in names},
        compile_s=compile_s,
        compile={name: compile_s[name] / compile_s[load.base(name)] for name in names},
        memory_mb={name: _megabytes(program) for name, program in compiled.items()},
        record=ratio(recordings, "record", whole),
        record_verified=ratio(recordings, "record_verified", whole),
        exact=exactness(load, compiled) if model.has_gradient else None,
    )


def _compile(load: Workload, rounds: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Compile every program in turn, and return its median time in seconds."""
    lowerers = load.lowerers()
    # What JAX keeps of a function's own traces is made here, for all alike.
    lowerers[FORWARD]()
    compiled: dict[str, Any] = {}
    seconds: dict[str, list[float]] = {name: [] for name in lowerers}
    for _ in range(rounds):
        for name, lower in lowerers.items():
            began = time.perf_counter()
            compiled[name] = lower().compile()
            seconds[name].append(time.perf_counter() - began)
    return compiled, {name: statistics.median(s) for name, s in seconds.items()}


def _megabytes(program: Any) -> float:
    planned = program.memory_analysis()
    return (planned.temp_size_in_bytes + planned.output_size_in_bytes) / 1e6
