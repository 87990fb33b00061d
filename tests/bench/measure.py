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


@dataclasses.dataclass(frozen=True)
class Effort:
    """How long to measure.

    Attributes:
        rounds: Least number of rounds; the model's own if `None`.
        compilations: How often everything but a large model is compiled.
        seconds: For how long short programs are run.
    """

    rounds: int | None = None
    compilations: int = 3
    seconds: float = 6.0


@dataclasses.dataclass(frozen=True)
class Measured:
    """Everything measured of one model.

    Attributes:
        model: Its name.
        kind: Which budgets apply.
        values: How many values and cotangents a full recording returns.
        run_ms: Median time of each program in milliseconds.
        run: Median ratio of each of graphstep's programs to that of plain JAX.
        run_cpu: The same ratio of processor time.
        compile_s: Seconds to lower and compile each program.
        compile_cpu_s: Processor seconds that it took, on whatever cores.
        compile: Ratio of the processor seconds to those of plain JAX's program.
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
    run_cpu: dict[str, float]
    compile_s: dict[str, float]
    compile_cpu_s: dict[str, float]
    compile: dict[str, float]
    memory_mb: dict[str, float]
    record: float
    record_verified: float
    exact: Exactness | None

    @property
    def base(self) -> str:
        """The program of plain JAX that a recording is compared with."""
        return GRADIENT if GRADIENT in self.run_ms else FORWARD

    @property
    def extra_mb(self) -> float:
        """Memory that a summary takes beyond plain JAX's program."""
        return self.memory_mb["summary"] - self.memory_mb[self.base]


def measure(model: Model, effort: Effort) -> Measured:
    """Measure one model; everything is compiled anew."""
    load = workload(model)
    rounds = effort.rounds or model.rounds
    compiled, wall, cpu = _compile(load, 1 if model.is_large else effort.compilations)
    calls = {name: load.call(name, program) for name, program in compiled.items()}
    timings = interleave(calls, rounds, at_least=effort.seconds)
    whole = GRADIENT if model.has_gradient else FORWARD
    recordings = interleave(
        {
            whole: calls[whole],
            "record": lambda: load.trace.record(verify=False),
            "record_verified": lambda: load.trace.record(verify=True),
        },
        rounds,
        at_least=effort.seconds,
    )
    names = list(load.plans)
    return Measured(
        model=model.name,
        kind=model.kind,
        values=max(len(p.records) + len(p.taps) for p in load.plans.values()),
        run_ms={name: 1e3 * median(timings.wall, name) for name in calls},
        run={name: ratio(timings.wall, name, load.base(name)) for name in names},
        run_cpu={name: ratio(timings.cpu, name, load.base(name)) for name in names},
        compile_s=wall,
        compile_cpu_s=cpu,
        compile={name: cpu[name] / cpu[load.base(name)] for name in names},
        memory_mb={name: _megabytes(program) for name, program in compiled.items()},
        record=ratio(recordings.wall, "record", whole),
        record_verified=ratio(recordings.wall, "record_verified", whole),
        exact=exactness(load, compiled) if model.has_gradient else None,
    )


def _compile(
    load: Workload, rounds: int
) -> tuple[dict[str, Any], dict[str, float], dict[str, float]]:
    """Compile every program in turn; return its median wall and processor seconds."""
    lowerers = load.lowerers()
    # What JAX keeps of a function's own traces is made here, for all alike.
    for lower in lowerers.values():
        lower()
    compiled: dict[str, Any] = {}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in lowerers}
    for _ in range(rounds):
        for name, lower in lowerers.items():
            wall, cpu = time.perf_counter(), time.process_time()
            compiled[name] = lower().compile()
            passed = time.perf_counter() - wall, time.process_time() - cpu
            seconds[name].append(passed)
    wall, cpu = (
        {
            name: statistics.median(pair[i] for pair in seconds[name])
            for name in lowerers
        }
        for i in range(2)
    )
    return compiled, wall, cpu


def _megabytes(program: Any) -> float:
    planned = program.memory_analysis()
    return (planned.temp_size_in_bytes + planned.output_size_in_bytes) / 1e6
