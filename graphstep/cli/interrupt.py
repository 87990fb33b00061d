"""Leave while XLA compiles or runs, which it does without a way to stop it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import NoReturn, TypeVar

_T = TypeVar("_T")
_workers: list[threading.Thread] = []
_others: list[Callable[[], bool]] = []
# How long Ctrl-C waits at most: seconds between two looks at the worker.
_TICK = 0.1


def run_interruptibly(work: Callable[[threading.Event], _T]) -> _T:
    """Return what `work` returns; unlike a direct call, Ctrl-C ends the wait for it.

    Compiled code runs without looking at Python's signals, so the work is done in a
    thread of its own while this one waits for it.

    Args:
        work: Called with an event that is set when its result is no longer wanted.

    Raises:
        BaseException: Whatever `work` raises.
    """
    results: list[_T] = []
    errors: list[BaseException] = []
    unwanted = threading.Event()

    def target() -> None:
        try:
            results.append(work(unwanted))
        except BaseException as error:  # noqa: BLE001 -- raised again by the waiter.
            errors.append(error)

    worker = threading.Thread(target=target, name="graphstep-work", daemon=True)
    _workers.append(worker)
    try:
        worker.start()
        while worker.is_alive():
            worker.join(_TICK)
    except KeyboardInterrupt:
        unwanted.set()
        raise
    _workers.remove(worker)
    if errors:
        raise errors[0]
    return results[0]


def is_working() -> bool:
    """Return whether work that was given up is still going on."""
    return any(worker.is_alive() for worker in _workers) or any(
        is_other_working() for is_other_working in _others
    )


def heed(is_other_working: Callable[[], bool]) -> None:
    """Have `is_working` ask elsewhere too."""
    if is_other_working not in _others:
        _others.append(is_other_working)


def end_at_once(status: int) -> NoReturn:
    """End the process, and with it the work that was given up.

    An ordinary exit would wait for that work, or abort in the midst of it.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)
