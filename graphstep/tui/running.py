"""Run the application in the terminal, and leave the terminal as it was."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Generator

from graphstep.tui.endings import (
    TERMINAL_CHECK,
    crash_error,
    is_terminal_gone,
    is_terminal_taken,
    own_signals,
)
from graphstep.tui.listening import ListeningActions
from graphstep.tui.streams import held_back
from graphstep.tui.surroundings import is_served

_FAILED, _SIGNALLED = 1, 128
# Seconds that the application has to end by itself once its terminal is gone.
_GRACE = 2.0


def run_app(app: ListeningActions) -> int:
    """Run the application and return the exit status.

    Raises:
        InterfaceError: If a panel or a handler of it failed.
    """
    with own_signals(), _watched(app):
        # A browser's terminal is a pipe, which only the driver may write to.
        streams = contextlib.nullcontext() if is_served() else held_back(app.hear)
        with streams:
            result = app.run()
    if app.crash is not None:
        raise crash_error(app.crash) from app.crash
    if app.ended_by is not None:
        # The process ends as it would have without the interface.
        signal.raise_signal(app.ended_by)
    return _FAILED if result is None else result


@contextlib.contextmanager
def _watched(app: ListeningActions) -> Generator[None]:
    """End the application, and if need be the process, when the terminal is lost.

    Textual reads from a terminal that was hung up again and again, and waits for ever
    to write to it.
    """
    is_over, parent = threading.Event(), os.getppid()

    def watch() -> None:
        while not is_over.wait(TERMINAL_CHECK):
            if is_terminal_gone() or is_terminal_taken(parent):
                app.call_later(app.exit, _SIGNALLED + signal.SIGHUP)
                if not is_over.wait(_GRACE):
                    os._exit(_SIGNALLED + signal.SIGHUP)
                return

    watcher = threading.Thread(target=watch, name="graphstep-terminal", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
