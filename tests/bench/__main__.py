"""Measure everything, print one table, and write it as JSON."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax

from tests.bench.budgets import Figure
from tests.bench.graphs import N_EQUATIONS, equations_per_second, seek_microseconds
from tests.bench.layouts import layout_figures
from tests.bench.measure import Effort, Measured, measure
from tests.bench.models import MODELS
from tests.bench.pages import page_figures
from tests.bench.pictures import picture_figures
from tests.bench.startup import startup
from tests.bench.table import loads, table
from tests.bench.terminal import terminal_figures
from tests.bench.timing import loop_milliseconds

_JSON = Path(".bench/bench.json")
# Names that `--only` takes beside those of models.
_OTHERS = ("graph", "layout", "pages", "pictures", "terminal", "startup")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmarks that the command line asks for."""
    options = _parser().parse_args(arguments)
    wanted = options.only or _default(is_quick=options.quick)
    effort = (
        Effort(rounds=3, compilations=1, seconds=1.0) if options.quick else Effort()
    )
    measured: list[Measured] = []
    before = loop_milliseconds()
    for name in wanted:
        if name in MODELS:
            _say(f"measuring {name}")
            measured.append(measure(MODELS[name], effort))
            jax.clear_caches()
    figures = _figures(wanted, 3 if options.quick else 7)
    print(table(measured, figures))
    # Before and after are far apart, and others may be at work in between.
    loops = (before, loop_milliseconds())
    print(f"A fixed loop took {loops[0]:.0f} ms before and {loops[1]:.0f} ms after.")
    _write(options.json, measured, figures, loops)
    _say(f"written to {options.json}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="few rounds, and no model of 12 layers"
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=[*MODELS, *_OTHERS],
        metavar="NAME",
        help="one of %(choices)s; may be given again",
    )
    parser.add_argument(
        "--json", type=Path, default=_JSON, metavar="PATH", help="default: %(default)s"
    )
    return parser


def _default(*, is_quick: bool) -> list[str]:
    models = [name for name, m in MODELS.items() if not (is_quick and m.is_large)]
    return [*models, *_OTHERS]


def _figures(wanted: Sequence[str], rounds: int) -> list[Figure]:
    figures: list[Figure] = []
    if "graph" in wanted:
        _say("measuring graphs")
        speed = equations_per_second(rounds)
        label = f"trace to networkx, {N_EQUATIONS:,} equations, beyond JAX's tracing"
        figures += [
            Figure(label, speed, 100_000, "equations/s", is_floor=True),
            Figure("seek in a scan of 1,000,000", seek_microseconds(), 100, "µs"),
        ]
    if "layout" in wanted:
        _say("measuring layouts")
        figures += layout_figures(rounds)
    if "pictures" in wanted:
        _say("measuring pictures")
        figures += picture_figures(rounds)
    if "pages" in wanted:
        _say("measuring pages")
        figures += page_figures()
    if "terminal" in wanted:
        _say("measuring the terminal UI")
        figures += terminal_figures(rounds)
    if "startup" in wanted:
        _say("measuring startup")
        times = startup(rounds)
        figures += [
            Figure("import graphstep / import jax", times.import_ratio, 1.2, ""),
            Figure("graphstep.trace / import jax", times.facade_ratio, 1.2, ""),
            Figure("graphstep --help", times.help_s, 0.15, "s"),
            Figure("graphstep --help, processor", times.help_cpu_s, 0.15, "s"),
        ]
    return figures


def _write(
    path: Path,
    measured: Sequence[Measured],
    figures: Sequence[Figure],
    loops: tuple[float, float],
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    missed = [str(load) for load in loads(measured, figures) if load.is_missed]
    report: dict[str, Any] = {
        "jax": jax.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "loop_ms": loops,
        "models": [dataclasses.asdict(m) for m in measured],
        "figures": [dataclasses.asdict(f) for f in figures],
        "missed": missed,
    }
    path.write_text(json.dumps(report, indent=1) + "\n")


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
