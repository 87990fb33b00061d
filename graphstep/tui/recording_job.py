"""Make the recording in a thread of its own, and say how it goes."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from typing import Any, Protocol

from textual.app import App

from graphstep.errors import CancelledError, GraphstepError
from graphstep.graph import ProgramGraph
from graphstep.recording import Progress, Recording
from graphstep.stepping import cursor
from graphstep.tracing import one_line
from graphstep.tui.messages import RecordingFailed, RecordingMade, StageBegan

# Threads that were still at work when their application was left.
_left: list[threading.Thread] = []
_INTERRUPTED = 130


class Traced(Protocol):
    """The part of `graphstep.Trace` that the application rests on."""

    @property
    def graph(self) -> ProgramGraph:
        """The computational graph."""
        ...

    def record(
        self,
        *,
        seed: Any = None,
        budget: int | None = None,
        verify: bool | None = None,
        progress: Progress | None = None,
    ) -> Recording:
        """Run the program once and keep its values."""
        ...


class RecordingJob:
    """One attempt at a recording.

    The thread is a daemon: compiling cannot be interrupted, and whoever leaves does
    not wait for it.

    Args:
        app: Is told of every stage and of the end.
        trace: What to record.
        **options: For `trace.record`.
    """

    def __init__(self, app: App[Any], trace: Traced, **options: Any) -> None:
        self._app = app
        self._trace = trace
        self._options = options
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
        self._tell(StageBegan(stage, seconds))
        return not self._unwanted.is_set()

    def _work(self) -> None:
        try:
            recording = self._trace.record(progress=self._progress, **self._options)
            start = cursor(recording)
        except CancelledError as error:
            self._tell(RecordingFailed(one_line(str(error)), is_cancelled=True))
        except Exception as error:  # noqa: BLE001 -- a thread's edge: the dialog says it.
            self._tell(RecordingFailed(reason_of(error)))
        else:
            self._tell(RecordingMade(recording, start))

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
