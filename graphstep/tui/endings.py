"""How the application ends when that is not what the person asked for."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable, Generator
from importlib.metadata import version
from pathlib import PurePath

from graphstep.errors import InterfaceError
from graphstep.tracing import one_line

# Those that Textual handles and never gives back, and those that end the process.
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_KEPT = (
    *_ENDING,
    signal.SIGINT,
    signal.SIGTSTP,
    signal.SIGCONT,
    signal.SIGWINCH,
    signal.SIGTTIN,
    signal.SIGTTOU,
)
# Seconds between two looks at whether the terminal is still there.
TERMINAL_CHECK = 1.0


@contextlib.contextmanager
def own_signals() -> Generator[None]:
    """Give the handlers of signals back that were there before the block."""
    before = {number: signal.getsignal(number) for number in _KEPT}
    try:
        yield
    finally:
        for number, handler in before.items():
            # A handler that was not set from Python cannot be set again.
            if handler is not None:
                signal.signal(number, handler)


def on_ending_signals(end: Callable[[int], None]) -> None:
    """Call `end` with the number of the signal when the process is told to end.

    To be called in a running event loop of the main thread.
    """
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        # Whoever started this with nohup wants it to go on.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, end, number)


def is_terminal_gone() -> bool:
    """Return whether nobody is at the other end of stdin any more."""
    stream = sys.__stdin__
    if stream is None or stream.closed:
        return True
    poll = select.poll()
    poll.register(stream.fileno(), 0)
    gone = select.POLLHUP | select.POLLERR | select.POLLNVAL
    return any(event & gone for _, event in poll.poll(0))


def is_terminal_taken(parent: int) -> bool:
    """Return whether who started this has died, and somebody else has the terminal.

    Args:
        parent: The process that started this one.
    """
    stream = sys.__stdin__
    if os.getppid() == parent or stream is None or stream.closed:
        return False
    try:
        return os.tcgetpgrp(stream.fileno()) != os.getpgrp()
    except OSError:
        return False


def crash_error(error: BaseException) -> InterfaceError:
    """Return what to raise, from `error`, when a panel or a handler failed."""
    said = one_line(str(error), 200)
    kind = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    place = ""
    for frame in frames:
        if f"{os.sep}graphstep{os.sep}" in frame.filename:
            place = f" at {PurePath(frame.filename).name}:{frame.lineno}"
    msg = (
        f"The interface failed: {kind}{': ' + said if said else ''}{place}. This is a "
        f"defect of graphstep {version('graphstep')}, and nothing of yours was changed. "
        "Please report it with what you pressed and the traceback (--traceback)."
    )
    return InterfaceError(msg)
