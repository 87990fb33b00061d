"""Run the command in a terminal, from outside of its process."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "graphstep"]


class InTerminal:
    """A command that runs in a terminal of its own.

    Attributes:
        process: The command's process.
    """

    def __init__(self, process: subprocess.Popen[bytes], other_end: int) -> None:
        self.process = process
        self._other_end = other_end
        self._chunks: list[bytes] = []
        # A terminal that nobody reads from soon holds the program up.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        # Linux reports as an error that the last one has closed the terminal.
        with contextlib.suppress(OSError):
            while chunk := os.read(self._other_end, 65536):
                self._chunks.append(chunk)

    def press(self, keys: bytes) -> None:
        """Send keys."""
        os.write(self._other_end, keys)

    def finish(self) -> str:
        """Wait for the end, and return everything that was shown."""
        self.process.wait()
        self._reader.join()
        return b"".join(self._chunks).decode()


@contextlib.contextmanager
def in_terminal(
    folder: Path, *args: str, streams: dict[str, Any] | None = None, **env: str
) -> Iterator[InTerminal]:
    """Start a command, and end it with the block.

    Args:
        folder: Where it runs.
        *args: The command's arguments.
        streams: Those of its three streams that are not the terminal.
        **env: Its environment, beside that of the tests.
    """
    other_end, terminal = pty.openpty()
    inherited = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES"}}
    with subprocess.Popen(
        [*COMMAND, *args],
        cwd=folder,
        env=inherited | {"TERM": "xterm"} | env,
        **dict.fromkeys(("stdin", "stdout", "stderr"), terminal) | (streams or {}),
    ) as process:
        os.close(terminal)
        command = InTerminal(process, other_end)
        try:
            yield command
        finally:
            process.kill()
            command.finish()
    os.close(other_end)
