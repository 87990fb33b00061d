"""Make the recording in a thread of its own, and say how it goes."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App

from graphstep.errors import CancelledError, GraphstepError
from graphstep.stepping import cursor
from graphstep.tracing import failure_location, one_line
from graphstep.tui.edit_recipe import Recipe
from graphstep.tui.messages import RecordingFailed, RecordingMade, StageBegan
from graphstep.tui.runs_made import nbytes_of, output_of
from graphstep.tui.runs_state import Run
from graphstep.tui.values import Values

# Threads that were still at work when their application was left.
_left: list[threading.Thread] = []
_INTERRUPTED = 130


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """What is to be recorded.

    Attributes:
        recipe: Returns what the recording is made of; called in the thread.
        number: The number that the recording will have.
        what: What was changed, as it was typed; empty for the first.
        base: Number of the recording that it was changed from; 0 for none.
        save: Where to write it too.
    """

    recipe: Callable[[], Recipe]
    number: int = 1
    what: str = ""
    base: int = 0
    save: Path | None = None


class RecordingJob:
    """One attempt at a recording.

    The thread is a daemon: compiling cannot be interrupted, and whoever leaves does
    not wait for it.

    Args:
        app: Is told of every stage and of the end.
        attempt: What to record.
    """

    def __init__(self, app: App[Any], attempt: Attempt) -> None:
        self._app = app
        self._attempt = attempt
        self._began = time.perf_counter()
        self._unwanted = threading.Event()
        self._thread = threading.Thread(
            target=self._work, name="graphstep-record", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to stop at the end of its stage."""
        self._unwanted.set()

    def leave(self) -> None:
        """Cancel it, and do not wait for it; see `is_working`."""
        self.cancel()
        if self.is_alive:
            _left.append(self._thread)
            atexit.register(_outlive, self._thread)

    @property
    def is_alive(self) -> bool:
        """Whether it is still at work."""
        return self._thread.is_alive()

    def _progress(self, stage: str, seconds: float) -> bool:
        self._tell(StageBegan(stage, time.perf_counter() - self._began))
        return not self._unwanted.is_set()

    def _work(self) -> None:
        fn: Callable[..., Any] | None = None
        try:
            recipe = self._attempt.recipe()
            fn = recipe.function
            made = self._made(recipe)
        except CancelledError as error:
            self._tell(RecordingFailed(one_line(str(error)), is_cancelled=True))
        except Exception as error:  # noqa: BLE001 -- a thread's edge: the dialog says it.
            place = None if fn is None else failure_location(error, fn)
            self._tell(RecordingFailed(reason_of(error), place=place))
        else:
            self._tell(RecordingMade(made))

    def _made(self, recipe: Recipe) -> Run:
        attempt = self._attempt
        recording = recipe.record(self._progress)
        values = Values(recording)
        if attempt.save is not None:
            recording.save(attempt.save)
        return Run(
            attempt.number,
            attempt.what,
            attempt.base,
            recipe,
            values,
            cursor(recording),
            output_of(values),
            time.perf_counter() - self._began,
            nbytes_of(recording),
        )

    def _tell(self, message: Any) -> None:
        # Nobody is there to hear it once the application was left.
        with contextlib.suppress(RuntimeError):
            self._app.post_message(message)


def is_working() -> bool:
    """Return whether an application was left whose recording is still being made.

    An interpreter that ends now waits for it, because XLA aborts the process when a
    thread that compiles is killed; only `os._exit` ends it at once.
    """
    return any(thread.is_alive() for thread in _left)


def _outlive(thread: threading.Thread) -> None:
    if not thread.is_alive():
        return
    sys.stderr.write("graphstep: the compiler cannot be stopped; Ctrl-C ends it\n")
    try:
        thread.join()
    except KeyboardInterrupt:
        sys.stderr.flush()
        os._exit(_INTERRUPTED)


def reason_of(error: BaseException) -> str:
    """Return one line that says what went wrong."""
    if isinstance(error, GraphstepError):
        return one_line(str(error))
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # A callback that raised is reported with all of its traceback, the cause last.
    cause = lines[-1] if "Traceback" in str(error) else lines[0] if lines else ""
    return one_line(f"{type(error).__name__}: {cause}".rstrip(": "))
