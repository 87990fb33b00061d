"""Threads that nobody waits for, and how a process ends while they are at work."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

# Seconds that an interpreter waits for them when it ends: one array, or one drawing.
_GRACE = 10.0

_begun: weakref.WeakSet[threading.Thread] = weakref.WeakSet()


def begin(name: str, work: Callable[..., None], *args: Any) -> None:
    """Do some work in a daemon thread of that name.

    A thread that is killed while it reads an array of JAX aborts the process: see
    `is_working`.
    """
    thread = threading.Thread(target=work, args=args, name=name, daemon=True)
    _begun.add(thread)
    thread.start()


def is_working() -> bool:
    """Return whether one is still at work; then only `os._exit` ends all at once."""
    return any(thread.is_alive() for thread in tuple(_begun))


@atexit.register
def _outlive() -> None:
    until = time.monotonic() + _GRACE
    for thread in tuple(_begun):
        thread.join(max(0.0, until - time.monotonic()))
