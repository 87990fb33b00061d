"""Run the command in a terminal, from outside of its process."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "graphstep"]


class InTerminal:
    """A command that runs in a terminal of its own.

    Attributes:
        process: The command's process.
        modes_before: How the terminal treated what is typed before it began.
        is_hung_up: Whether the terminal was taken away.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], other_end: int, modes: list[Any]
    ) -> None:
        self.process = process
        self._other_end = other_end
        self.modes_before = modes
        self.is_hung_up = False
        self._chunks: list[bytes] = []
        # A terminal that nobody reads from soon holds the program up.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        # Linux reports as an error that the last one has closed the terminal.
        with contextlib.suppress(OSError):
            while chunk := os.read(self._other_end, 65536):
                self._chunks.append(chunk)

    @property
    def shown(self) -> str:
        """Everything that was shown so far."""
        return b"".join(self._chunks).decode(errors="replace")

    def wait_for(self, claim: Callable[[str], bool]) -> None:
        """Wait until a claim holds of everything that was shown."""
        while not claim(self.shown):
            assert self.process.poll() is None, self.shown
            time.sleep(0.02)

    def press(self, keys: bytes) -> None:
        """Send keys."""
        os.write(self._other_end, keys)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, and tell the command."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._other_end, termios.TIOCSWINSZ, size)
        self.process.send_signal(signal.SIGWINCH)

    def modes(self) -> list[Any]:
        """Return how the terminal treats what is typed and shown."""
        return modes_of(self._other_end)

    def hang_up(self) -> None:
        """Take the terminal away."""
        os.close(self._other_end)
        self.is_hung_up = True

    def finish(self) -> str:
        """Wait for the end, and return everything that was shown."""
        self.process.wait()
        self._reader.join()
        return self.shown


def modes_of(terminal: int) -> list[Any]:
    """Return how a terminal treats what is typed and shown."""
    return termios.tcgetattr(terminal)[:4]


@contextlib.contextmanager
def in_terminal(
    folder: Path,
    *args: str,
    streams: dict[str, Any] | None = None,
    command: Sequence[str] = COMMAND,
    size: tuple[int, int] = (100, 30),
    **env: str,
) -> Iterator[InTerminal]:
    """Start a command, and end it with the block.

    Args:
        folder: Where it runs.
        *args: The command's arguments.
        streams: Those of its three streams that are not the terminal.
        command: What to start, by default graphstep.
        size: Columns and rows of the terminal.
        **env: Its environment, beside that of the tests.
    """
    other_end, terminal = pty.openpty()
    rows = struct.pack("HHHH", size[1], size[0], 0, 0)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, rows)
    inherited = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES"}}
    modes = modes_of(terminal)
    with subprocess.Popen(
        [*command, *args],
        cwd=folder,
        env=inherited | {"TERM": "xterm"} | env,
        **dict.fromkeys(("stdin", "stdout", "stderr"), terminal) | (streams or {}),
    ) as process:
        os.close(terminal)
        started = InTerminal(process, other_end, modes)
        try:
            yield started
        finally:
            process.kill()
            started.finish()
    if not started.is_hung_up:
        os.close(other_end)
