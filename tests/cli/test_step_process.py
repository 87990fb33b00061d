"""`graphstep step` in a terminal of its own, and without one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cli.conftest import LOSS
from tests.cli.terminals import in_terminal

# A recording that never comes to an end and, as while XLA compiles, cannot be stopped.
STUCK = """
import pathlib
import threading
import jax

def wait(x):
    pathlib.Path("reached").touch()
    threading.Event().wait()

def f(x):
    return jax.pure_callback(wait, x, x)

example_args = (jax.numpy.ones(()),)
"""


@pytest.mark.parametrize("name", ["stdin", "stdout", "stderr"])
def test_every_stream_must_be_a_terminal(tmp_path: Path, name: str) -> None:
    """Keys come from one, the size from another, and the third is drawn on."""
    (tmp_path / "model.py").write_text(LOSS)
    with (tmp_path / "log").open("w+") as log:
        with in_terminal(
            tmp_path, "step", "model.py:loss", streams={name: log}
        ) as command:
            text = command.finish()
        log.seek(0)
        logged = log.read()

    assert command.process.returncode == 2
    (line,) = (text + logged).splitlines()
    assert line.startswith(f"graphstep: error: The walk needs a terminal, and {name},")
    assert (logged != "") == (name == "stderr")


@pytest.mark.parametrize("keys", [b"q", b"\x03", b":q\r"])
def test_quitting_ends_the_process_during_a_recording(
    tmp_path: Path, keys: bytes
) -> None:
    """It leaves the terminal as it was and does not wait for what cannot be stopped."""
    (tmp_path / "m.py").write_text(STUCK)
    with in_terminal(tmp_path, "step", "m.py:f") as command:
        while not (tmp_path / "reached").exists():
            assert command.process.poll() is None
            time.sleep(0.05)
        command.press(keys)
        text = command.finish()

    assert command.process.returncode == 0
    assert "Traceback" not in text
    # Textual goes back from its own screen last.
    assert text.rindex("\x1b[?1049l") > text.rindex("\x1b[?1049h")


def test_a_dumb_terminal_is_none(tmp_path: Path) -> None:
    """Nothing is drawn where no character can be put in its place."""
    (tmp_path / "model.py").write_text(LOSS)

    with in_terminal(tmp_path, "step", "model.py:loss", TERM="dumb") as walk:
        text = walk.finish()

    assert walk.process.returncode == 2
    assert "\x1b" not in text
    assert "`dumb`" in text
    assert text.count("\n") == 1
