"""Turn DOT text into a picture with Graphviz, in a child process with a time limit."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from graphstep._files import check_writable, write_atomically
from graphstep.errors import FormatError, RenderError, TimeLimitError
from graphstep.export import _graphviz_child
from graphstep.export._formats import PICTURES, format_from_path, listed
from graphstep.tracing import one_line

# Dots of a PNG, along either side, at most: what is larger is scaled down to that.
MOST_DOTS = 8000
_DPI = 96.0
_CURE = (
    "Install Graphviz or `pip install pygraphviz`, or write the graph as text (a file "
    "that ends in .dot) and run `dot -T{format} x.dot -o x.{format}` on it where "
    "Graphviz is."
)


def render(
    dot: str,
    path: str | os.PathLike[str],
    format: str | None = None,  # noqa: A002 -- what Graphviz and Matplotlib call it
    timeout: float = 30.0,
) -> Path:
    """Draw DOT text into the file `path` and return it.

    Nothing is written unless the whole picture was made.

    Args:
        dot: DOT text, for instance of `dot_from_view`.
        path: File to write.
        format: One of `PICTURES`; by default what the suffix of `path` says.
        timeout: Seconds after which Graphviz is stopped.

    Raises:
        FormatError: If the format is not one of `PICTURES`.
        OutputError: If `path` cannot be written.
        TimeLimitError: If Graphviz takes too long.
        RenderError: If Graphviz is missing or fails.
    """
    chosen = format_from_path(path) if format is None else format
    check_writable(path)
    write_atomically(path, picture_from_dot(dot, chosen, timeout))
    return Path(path)


def picture_from_dot(
    dot: str,
    format: str,  # noqa: A002
    timeout: float = 30.0,
    dpi: float | None = None,
) -> bytes:
    """Return the bytes of the picture of DOT text; for `dot`, the text itself.

    The system's `dot` command draws it if it is on PATH and works, else pygraphviz,
    whose wheel carries Graphviz.

    Args:
        dot: DOT text.
        format: One of `PICTURES`.
        timeout: Seconds after which Graphviz is stopped.
        dpi: Dots per inch of a PNG; by default Graphviz's own 96. It has fewer if it
            would have more than `MOST_DOTS` on a side.

    Raises:
        FormatError: If the format is not one of `PICTURES`.
        TimeLimitError: If Graphviz takes more than `timeout` seconds.
        RenderError: If Graphviz is missing or fails.
    """
    if format not in PICTURES:
        msg = f"`{format}` is not a format that Graphviz writes: {listed(PICTURES)}."
        raise FormatError(msg)
    if format == "dot":
        return dot.encode()
    deadline = time.monotonic() + timeout
    failures: list[str] = []
    for name, command in _commands(format, dpi):
        result = _run(command, dot.encode(), deadline - time.monotonic())
        if result is None:
            msg = (
                f"Graphviz did not finish in {timeout:g} s and was stopped. Open fewer "
                "regions, allow more time, or write the graph as text (.dot)."
            )
            raise TimeLimitError(msg)
        if result.status == 0 and result.output:
            return result.output
        if result.status != _graphviz_child.NO_PYGRAPHVIZ or name == "dot":
            failures.append(f"`{name}` {result.failure}")
    cure = _CURE.format(format=format)
    if failures:
        raise RenderError(f"Graphviz failed: {'; '.join(failures)}. {cure}")
    msg = "Graphviz draws the picture, but neither `dot` nor pygraphviz was found."
    raise RenderError(f"{msg} {cure}")


def _commands(format: str, dpi: float | None) -> list[tuple[str, list[str]]]:  # noqa: A002
    size: list[str] = []
    if format == "png":
        # Dots take time and memory, tens of millions of them many seconds.
        most = MOST_DOTS / (dpi or _DPI)
        size = [f"-Gdpi={dpi or _DPI:g}", f"-Gsize={most:g},{most:g}"]
    # By its path, not as a module: importing graphstep would start with JAX.
    child = [sys.executable, "-P", str(_graphviz_child.__file__), format, *size]
    dot = shutil.which("dot")
    with_dot = [("dot", [dot, f"-T{format}", *size])] if dot else []
    return [*with_dot, ("pygraphviz", child)]


@dataclasses.dataclass(frozen=True, slots=True)
class _Result:
    status: int
    output: bytes
    messages: str

    @property
    def failure(self) -> str:
        """What went wrong, from what Graphviz wrote to stderr."""
        lines = [line for line in self.messages.splitlines() if line.strip()]
        # Warnings come in numbers; what stopped it is said last.
        said = f": {one_line(lines[-1].strip(), 200)}" if lines else ""
        if self.status < 0:
            return f"was killed by signal {-self.status}{said}"
        if self.status == 0:
            return f"made no picture{said}"
        return f"ended with status {self.status}{said}"


def _run(command: Sequence[str], text: bytes, seconds: float) -> _Result | None:
    """Run a child process; `None` if it was stopped because it took too long."""
    if seconds <= 0:
        return None
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return _Result(1, b"", str(error))
    with process:
        try:
            output, messages = process.communicate(text, timeout=seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            return None
        except BaseException:
            _kill(process)
            raise
    return _Result(process.returncode, output, messages.decode(errors="replace"))


def _kill(process: subprocess.Popen[bytes]) -> None:
    # With its own children, such as those of a script called `dot`: one that lives
    # on would hold the pipes open.
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
