"""The stages of one recording: timed, reported, and left between two of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from graphstep.errors import CancelledError

# Called as `progress(stage, seconds)` when a stage begins; returning False cancels.
Progress = Callable[[str, float], bool | None]

STAGES = ("trace", "lower", "compile", "run", "verify")


class Stages:
    """Times the stages of one recording and lets the caller stop between them."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.start = time.perf_counter()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Generator[None]:
        began = time.perf_counter()
        if self.progress and self.progress(stage, began - self.start) is False:
            msg = f"The recording was cancelled before the stage `{stage}`."
            raise CancelledError(msg)
        yield
        elapsed = time.perf_counter() - began
        self.seconds[stage] = self.seconds.get(stage, 0.0) + elapsed
