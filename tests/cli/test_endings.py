"""However the interface ends, the terminal is as it was and one line says why."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import LOSS
from tests.cli.terminals import InTerminal, in_terminal

ENTERED, LEFT = "\x1b[?1049h", "\x1b[?1049l"
# A script in which a panel cannot be shown once the user goes to the second step.
CRASHING = """
import sys
import graphstep.cli.main as cli
from graphstep.tui.inspector import Inspector

write = Inspector.write

def broken(self, view, width):
    if view.cursor is not None and view.cursor.index == 1:
        raise ZeroDivisionError("no such panel")
    return write(self, view, width)

Inspector.write = broken
cli.main(sys.argv[1:])
"""
PRINTING = """
import os
import jax
import jax.numpy as jnp

def loss(x):
    jax.debug.print("x is {}", x)
    jax.debug.callback(lambda: os.write(2, b"from below\\n"))
    return jnp.sum(x * x)

example_args = (jnp.ones(3),)
"""
SCRIPT = """
import sys
import jax.numpy as jnp
import graphstep as gs

status = gs.step(lambda x: jnp.sum(x * x), jnp.ones(3))
print("status", status, sys.stdin.isatty())
"""


@contextlib.contextmanager
def walking(
    folder: Path, *args: str, source: str = LOSS, **options: object
) -> Iterator[InTerminal]:
    """Open a walk and wait until its recording is there."""
    (folder / "model.py").write_text(source)
    words = args or ("step", "model.py:loss")
    with in_terminal(folder, *words, **options) as started:
        started.wait_for(lambda text: "forward 1/" in text)
        yield started


def is_restored(text: str) -> bool:
    """Return whether Textual's screen was left after it was last entered."""
    return text.rfind(LEFT) > text.rfind(ENTERED)


def after(text: str) -> str:
    """Return what was shown after Textual's screen was left."""
    return text[text.rindex(LEFT) :]


@pytest.mark.parametrize("options", [(), ("--traceback",)])
def test_a_crash_of_a_panel_is_one_line(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """It says what failed and how to report it; the traceback comes on request."""
    crash = tmp_path / "crash.py"
    crash.write_text(CRASHING)
    started = (sys.executable, str(crash))
    words = ("step", "model.py:loss", *options)
    with walking(tmp_path, *words, command=started) as walk:
        walk.press(b"n")
        text = walk.finish()

    assert walk.process.returncode == 1
    assert is_restored(text)
    said = after(text)
    assert "The interface failed: ZeroDivisionError: no such panel" in said
    assert "Please report it" in said
    assert ("Traceback (most recent call last)" in said) == bool(options)


def test_a_tiny_terminal_and_back(tmp_path: Path) -> None:
    """At 20x5 it says what it needs, and afterwards shows all as before."""
    with walking(tmp_path) as walk:
        before = len(walk.shown)
        walk.resize(20, 5)
        walk.wait_for(lambda text: "needs" in text[before:])
        before = len(walk.shown)
        walk.resize(100, 30)
        walk.wait_for(lambda text: "inspector" in text[before:] or "╭" in text[before:])
        walk.press(b"q")
        text = walk.finish()

    assert walk.process.returncode == 0
    assert is_restored(text)


def test_ctrl_z_leaves_and_fg_comes_back(tmp_path: Path) -> None:
    """The process stops with the terminal restored, and goes on where it was."""
    with walking(tmp_path) as walk:
        walk.press(b"\x1a")
        _, status = os.waitpid(walk.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        walk.wait_for(is_restored)
        walk.process.send_signal(signal.SIGCONT)
        walk.wait_for(lambda text: not is_restored(text))
        walk.press(b"n")
        walk.wait_for(lambda text: "forward 2/" in text)
        walk.press(b"q")
        text = walk.finish()

    assert walk.process.returncode == 0
    assert is_restored(text)


# A shell, as far as terminals go, whose job is killed together with nothing it started.
SHELL = """
import fcntl, os, signal, subprocess, sys, termios, time
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
code = "import subprocess, sys; subprocess.run(sys.argv[1:])"
words = [sys.executable, "-c", code, sys.executable, "-m", "graphstep", *sys.argv[1:]]
job = subprocess.Popen(words, process_group=0)
os.tcsetpgrp(0, job.pid)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
while not os.path.exists("kill"):
    time.sleep(0.05)
job.kill()
job.wait()
os.tcsetpgrp(0, os.getpid())
while os.path.exists("kill"):
    time.sleep(0.05)
"""


def test_a_killed_parent_ends_it(tmp_path: Path) -> None:
    """Whoever gets the terminal then gets it as it was, and its keys."""
    shell = tmp_path / "shell.py"
    shell.write_text(SHELL)
    with walking(tmp_path, command=(sys.executable, str(shell))) as walk:
        (tmp_path / "kill").touch()
        walk.wait_for(is_restored)
        (tmp_path / "kill").unlink()
        text = walk.finish()

    assert text.rfind("\x1b[?1003l") > text.rfind("\x1b[?1003h")
    assert "Traceback" not in text


def test_what_the_program_prints_does_not_garble_the_screen(tmp_path: Path) -> None:
    """It is shown in a line of the interface, and all of it on request."""
    with walking(tmp_path, source=PRINTING) as walk:
        walk.wait_for(lambda text: "printed: " in text)
        walk.press(b"\x0f")
        walk.wait_for(lambda text: "what the program printed" in text)
        text = walk.shown
        walk.press(b"q")
        walk.press(b"q")
        walk.finish()

    assert "x is [1. 1. 1.]" in text
    assert "from below" in text
    assert "from below\n" not in text.replace("\r", "")


def test_a_script_goes_on_after_the_walk(tmp_path: Path) -> None:
    """`gs.step` returns 0, with the terminal as it was."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with in_terminal(tmp_path, command=(sys.executable, str(script))) as walk:
        modes = walk.modes()
        walk.wait_for(lambda text: "forward 1/" in text)
        walk.press(b"q")
        text = walk.finish()
        modes_after = walk.modes()

    assert walk.process.returncode == 0
    assert "status 0 True" in after(text)
    assert modes_after == modes


IN_A_LOOP = """
import graphstep.tui.surroundings as surroundings
surroundings.stream_without_terminal = lambda: None
async def main():
    gs.step(lambda x: x, 1.0)
asyncio.run(main())
"""
IN_A_THREAD = """
import threading
import graphstep.tui.surroundings as surroundings
surroundings.stream_without_terminal = lambda: None
def main():
    try:
        gs.step(lambda x: x, 1.0)
    except gs.errors.InterfaceError as error:
        print(error, file=sys.stderr)
thread = threading.Thread(target=main)
thread.start()
thread.join()
"""
# As `ipykernel` has it in the process of a notebook.
IN_A_NOTEBOOK = """
import types
application = types.SimpleNamespace(initialized=lambda: True)
sys.modules["ipykernel.kernelapp"] = types.SimpleNamespace(IPKernelApp=application)
gs.step(lambda x: x, 1.0)
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (IN_A_NOTEBOOK, "as the last line of a cell shows it there as a page"),
        ("gs.step(lambda x: x, 1.0)", "The walk needs a terminal, and stdin"),
        (IN_A_LOOP, "An event loop is running here"),
        (IN_A_THREAD, "from the main thread only"),
    ],
)
def test_where_it_cannot_be_opened_it_says_why(code: str, said: str) -> None:
    """Pipes, event loops and other threads have no room for it."""
    done = subprocess.run(
        [sys.executable, "-c", f"import asyncio, sys\nimport graphstep as gs\n{code}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert said in done.stderr.splitlines()[-1]
    assert done.stdout == ""
