"""What must be so where the walk is opened: a terminal, and a thread of its own."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import TextIO

from graphstep.errors import InterfaceError

# A terminal that cannot put a character in its place says so by this name.
_DUMB = "dumb"
# What the interface does with each stream. Textual draws on stderr, and asks stdout
# for the size of the terminal; without one it would draw 80 columns whatever there is.
USES = {
    "stdin": "it reads keys from",
    "stdout": "it takes its size from",
    "stderr": "it draws on",
    f"`{_DUMB}`": "TERM calls this one",
}
_WEB_DRIVER = "textual.drivers.web_driver:WebDriver"


def is_served() -> bool:
    """Return whether a browser is the terminal: `graphstep step --web` runs this."""
    return os.environ.get("TEXTUAL_DRIVER") == _WEB_DRIVER


def is_notebook() -> bool:
    """Return whether this is the kernel of a notebook."""
    application = getattr(sys.modules.get("ipykernel.kernelapp"), "IPKernelApp", None)
    return application is not None and application.initialized()


def stream_without_terminal() -> str | None:
    """Return what is no terminal, a standard stream or the terminal itself, if any is."""
    if is_served():
        return None
    for name in ("stdin", "stdout", "stderr"):
        stream: TextIO | None = getattr(sys, f"__{name}__")
        if stream is None or stream.closed or not stream.isatty():
            return name
    return f"`{_DUMB}`" if os.environ.get("TERM") == _DUMB else None


def check_surroundings() -> None:
    """Raise if the walk cannot be opened from here.

    Raises:
        InterfaceError: If this is a notebook, a standard stream is no terminal or a dumb
            one, an event loop is running, or this is not the main thread.
    """
    if is_notebook():
        msg = (
            "A notebook has no terminal to open the walk in. `graphstep.record(...)` as "
            "the last line of a cell shows it there as a page."
        )
        raise InterfaceError(msg)
    stream = stream_without_terminal()
    if stream is not None:
        msg = (
            f"The walk needs a terminal, and {stream}, which {USES[stream]}, is none. "
            "Run this in a terminal, or look at `graphstep.record(...)` instead."
        )
        raise InterfaceError(msg)
    if threading.current_thread() is not threading.main_thread():
        msg = "The walk can be opened from the main thread only. Call it from there."
        raise InterfaceError(msg)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    msg = (
        "An event loop is running here, as in a notebook or an async function, and the "
        "walk needs one of its own. Call `graphstep.step` from ordinary code."
    )
    raise InterfaceError(msg)
