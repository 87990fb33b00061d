"""Time starting up, in processes of their own that take turns."""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

_IMPORTS = {
    "import jax": "import jax",
    "import graphstep": "import graphstep",
    "graphstep.trace": "import graphstep; graphstep.trace",
}
_TIMED = "import time; t = time.process_time(); {}; print(time.process_time() - t)"


@dataclasses.dataclass(frozen=True)
class Startup:
    """Medians over several processes.

    Attributes:
        import_ratio: `import graphstep` over `import jax`.
        facade_ratio: The same, once a name of graphstep has been used.
        help_s: Seconds that `graphstep --help` takes.
        help_cpu_s: Processor seconds of it, which other programs do not disturb.
    """

    import_ratio: float
    facade_ratio: float
    help_s: float
    help_cpu_s: float


def startup(rounds: int) -> Startup:
    """Import and start everything once per round, each in a new process."""
    seconds: dict[str, list[float]] = {name: [] for name in _IMPORTS}
    helped: list[tuple[float, float]] = []
    for _ in range(rounds):
        for name, code in _IMPORTS.items():
            seconds[name].append(_seconds_of(_TIMED.format(code)))
        helped.append(_help())

    def over_jax(name: str) -> float:
        pairs = zip(seconds[name], seconds["import jax"], strict=True)
        return statistics.median(mine / theirs for mine, theirs in pairs)

    wall, cpu = (statistics.median(times) for times in zip(*helped, strict=True))
    return Startup(over_jax("import graphstep"), over_jax("graphstep.trace"), wall, cpu)


def _seconds_of(code: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def _help() -> tuple[float, float]:
    """Return wall and processor seconds of `graphstep --help`."""
    command = Path(sys.executable).with_name("graphstep")
    before, began = os.times(), time.perf_counter()
    subprocess.run([command, "--help"], check=True, capture_output=True)
    wall, after = time.perf_counter() - began, os.times()
    user = after.children_user - before.children_user
    return wall, user + after.children_system - before.children_system
