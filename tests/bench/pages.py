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
    that has just been started, which is not counted.
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
            began = time.perf_counter()
            rec.to_html(path)
            taken = time.perf_counter() - began
            kilobytes = path.stat().st_size / 1000
            is_small = len(rec.graph) < _SMALL
            figures += [
                Figure(f"page of {name}, {len(rec.graph):,} nodes", taken, 10.0, "s"),
                Figure("  its size", kilobytes, 300.0 if is_small else 10_000.0, "kB"),
            ]
            if running is not None:
                figures.append(
                    Figure("  opening it", _opening(running, path), 2.0, "s")
                )
    return figures


def _recording(name: str) -> gs.Recording:
    fn, args = PROGRAMS[name]()
    # What the numbers are makes no difference here, and compiling takes minutes.
    jax.config.update("jax_disable_most_optimizations", True)
    try:
        return gs.trace(jax.value_and_grad(fn), *args).record(verify=False)
    finally:
        jax.config.update("jax_disable_most_optimizations", False)


def _opening(running: Browser, path: Path) -> float:
    with tab(running) as page:
        began = time.perf_counter()
        page.open(path)
        return time.perf_counter() - began
