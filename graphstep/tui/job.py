"""Work that JAX does in a thread of its own, and that cannot be stopped in its midst."""

from __future__ import annotations

import abc
import atexit
import contextlib
import os
import sys
import threading
import time
from typing import Any

from textual.app import App

from graphstep.errors import GraphstepError
from graphstep.tracing import one_line, without_traceback
from graphstep.tui import threads
from graphstep.tui.messages import StageBegan
from graphstep.tui.progress import Progress

# Threads that were still at work when their application was left.
_left: list[threading.Thread] = []
_INTERRUPTED = 130


class Job(abc.ABC):
    """One piece of work in stages; between two of them it can be stopped.

    The thread is a daemon: compiling cannot be interrupted, and whoever leaves does
    not wait for it.

    Args:
        app: Is told of every stage and of the end.

    Attributes:
        progress: The stages that the application was told of.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self.progress = Progress(time.perf_counter())
        self._unwanted = threading.Event()
        self._has_ended = False
        self._thread = threading.Thread(
            target=self._work, name="graphstep-job", daemon=True
        )

    @abc.abstractmethod
    def _work(self) -> None:
        """Do it, in the thread, and tell the application how it ended."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to stop at the end of its stage; what it has made by then is dropped."""
        self._unwanted.set()

    def leave(self) -> None:
        """Cancel it, and do not wait for it; see `is_working`."""
        self.cancel()
        if self._thread.is_alive():
            _left.append(self._thread)
            atexit.register(_outlive, self._thread)

    @property
    def is_alive(self) -> bool:
        """Whether it is still at work, wanted or not."""
        return self._thread.is_alive() and not self._has_ended

    @property
    def is_unwanted(self) -> bool:
        """Whether it was cancelled."""
        return self._unwanted.is_set()

    @property
    def seconds(self) -> float:
        """Time since it began."""
        return time.perf_counter() - self.progress.began

    def _stage(self, stage: str, _: float) -> bool:
        """Tell of a stage, as JAX's work does, and return whether to go on."""
        if not self.is_unwanted:
            self._tell(StageBegan(self, stage, self.seconds))
        return not self.is_unwanted

    def _end(self, message: Any) -> None:
        """Tell how it ended, the last thing that the thread does."""
        self._has_ended = True
        self._tell(message)

    def _tell(self, message: Any) -> None:
        # Nobody is there to hear it once the application was left.
        with contextlib.suppress(RuntimeError):
            self._app.post_message(message)


def is_working() -> bool:
    """Return whether work is still going on that an application has left.

    An interpreter that ends now waits for it, because XLA aborts the process when a
    thread that compiles is killed; only `os._exit` ends it at once.
    """
    return threads.is_working() or any(thread.is_alive() for thread in _left)


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
    lines = without_traceback(str(error)).strip().splitlines()
    cause = lines[0].strip() if lines else ""
    return one_line(f"{type(error).__name__}: {cause}".rstrip(": "))
