"""Keep what a program writes to its terminal off the screen, and show it as text."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Generator
from typing import TextIO

_CHUNK = 65536
_STREAMS = ("stdout", "stderr")


@contextlib.contextmanager
def held_back(tell: Callable[[str], None]) -> Generator[None]:
    """Have both output streams of the process lead to `tell` for the block.

    Compiled code and C libraries write to the descriptors themselves. The interface
    draws on copies of them, which take the place of `sys.__stdout__` and
    `sys.__stderr__`.

    Args:
        tell: Is called with each piece of text, from a thread.
    """
    before = {name: getattr(sys, f"__{name}__") for name in _STREAMS}
    if any(stream is None or stream.closed for stream in before.values()):
        yield
        return
    out, into = os.pipe()
    copies: dict[str, TextIO] = {}
    for name, stream in before.items():
        stream.flush()
        copies[name] = os.fdopen(
            os.dup(stream.fileno()), "w", encoding=stream.encoding, errors="replace"
        )
        os.dup2(into, stream.fileno())
        setattr(sys, f"__{name}__", copies[name])
    os.close(into)
    reader = threading.Thread(target=_read, args=(out, tell), daemon=True)
    reader.start()
    try:
        yield
    finally:
        for name, stream in before.items():
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
            # The terminal may be gone by now.
            with contextlib.suppress(OSError, ValueError):
                copies[name].flush()
            os.dup2(copies[name].fileno(), stream.fileno())
            setattr(sys, f"__{name}__", stream)
            with contextlib.suppress(OSError):
                copies[name].close()
        # A child of the program may hold the other end open for longer.
        reader.join(timeout=1)


def _read(out: int, tell: Callable[[str], None]) -> None:
    with contextlib.suppress(OSError):
        while chunk := os.read(out, _CHUNK):
            tell(chunk.decode("utf-8", "replace"))
    os.close(out)
