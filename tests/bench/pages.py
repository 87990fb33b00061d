"""Time pages that walk through a recording: how long they take to write and to open."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import jax

import graphstep as gs
from tests.bench.budgets import Figure
from tests.bench.pictures import PROGRAMS
from tests.export.page.chromium import Browser, browser, find_chromium, tab

_SMALL = 50


def page_figures(names: Iterable[str] = tuple(PROGRAMS)) -> list[Figure]:
    """Return how long a page takes to write and, if there is a Chromium, to open.

    A page is open when it has drawn the first step. The first page opens in a browser
    that has just been started, which is not counted. Times of the processor, of all
    threads in writing and of the page's own in opening, are what other programs that
    run beside these hardly disturb.
    """
    found = find_chromium()
    if found is None:
        return _figures(names, None)
    with browser(found) as running:
        return _figures(names, running)


def _figures(names: Iterable[str], running: Browser | None) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            rec = _recording(name)
            path = Path(folder) / "walk.html"
            began = time.process_time()
            rec.to_html(path)
            taken = time.process_time() - began
            kilobytes = path.stat().st_size / 1000
            is_small, nodes = len(rec.graph) < _SMALL, f"{len(rec.graph):,} nodes"
            figures += [
                Figure(f"page of {name}, {nodes}, processor", taken, 10.0, "s"),
                Figure("  its size", kilobytes, 300.0 if is_small else 10_000.0, "kB"),
            ]
            if running is not None:
                wall, processor = _opening(running, path)
                figures += [
                    Figure("  opening it", wall, 2.0, "s"),
                    Figure("  opening it, processor", processor, 2.0, "s"),
                ]
    return figures


def _recording(name: str) -> gs.Recording:
    fn, args = PROGRAMS[name]()
    # What the numbers are makes no difference here, and compiling takes minutes.
    jax.config.update("jax_disable_most_optimizations", True)
    try:
        return gs.trace(jax.value_and_grad(fn), *args).record(verify=False)
    finally:
        jax.config.update("jax_disable_most_optimizations", False)


def _opening(running: Browser, path: Path) -> tuple[float, float]:
    """Return seconds by the clock, and of them those that the page's thread ran."""
    with tab(running) as page:
        page.call("Performance.enable", timeDomain="threadTicks")
        began = time.perf_counter()
        page.open(path)
        taken = time.perf_counter() - began
        metrics = page.call("Performance.getMetrics")["metrics"]
    return taken, next(m["value"] for m in metrics if m["name"] == "TaskDuration")
