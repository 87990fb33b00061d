"""Whatever ends the interface, and whenever: the terminal is as before, nothing is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import graphstep as gs
from graphstep.tui.settings import FOLDER_VARIABLE, STATE, read_settings
from tests.cli.conftest import LOSS
from tests.cli.terminals import InTerminal, in_terminal
from tests.cli.test_endings import after, is_restored
from tests.cli.test_step_process import STUCK

# What is switched on, and the sequence that must come after it.
SWITCHES = {
    "\x1b[?1049h": "\x1b[?1049l",
    "\x1b[?25l": "\x1b[?25h",
    "\x1b[?1000h": "\x1b[?1000l",
    "\x1b[?1003h": "\x1b[?1003l",
    "\x1b[?1004h": "\x1b[?1004l",
    "\x1b[?1006h": "\x1b[?1006l",
    "\x1b[?2004h": "\x1b[?2004l",
}
# A script in which the title cannot be shown once data flows to the right.
CRASHING = """
import sys
import graphstep.cli.main as cli
from graphstep.tui.title import TitleBar

show = TitleBar.show

def broken(self, view):
    if view.state.drawing.direction == "right":
        raise ZeroDivisionError("no such title")
    return show(self, view)

TitleBar.show = broken
cli.main(sys.argv[1:])
"""


@contextlib.contextmanager
def at(when: str, folder: Path, *options: str, **more: object) -> Iterator[InTerminal]:
    """Open a walk, during its recording or after it, with settings of its own."""
    is_recording = when == "recording"
    (folder / "model.py").write_text(STUCK if is_recording else LOSS)
    target = "model.py:f" if is_recording else "model.py:loss"
    settings = {FOLDER_VARIABLE: str(folder / "settings")}
    with in_terminal(folder, "step", target, *options, **settings, **more) as walk:
        if is_recording:
            while not (folder / "reached").exists():
                assert walk.process.poll() is None, walk.shown
                time.sleep(0.02)
            walk.wait_for(lambda text: "Esc cancels" in text)
        else:
            walk.wait_for(lambda text: "forward 1/" in text)
        yield walk


def assert_as_before(walk: InTerminal, text: str) -> None:
    """Check that all that was switched on is off, and that typing works as before."""
    assert is_restored(text)
    for on, off in SWITCHES.items():
        assert text.rfind(off) >= text.rfind(on), (on, off)
    assert walk.modes() == walk.modes_before


def ctrl_c(walk: InTerminal) -> None:
    walk.press(b"\x03")


def sigterm(walk: InTerminal) -> None:
    walk.process.send_signal(signal.SIGTERM)


def sighup(walk: InTerminal) -> None:
    walk.process.send_signal(signal.SIGHUP)


@pytest.mark.parametrize("when", ["recording", "walking"])
@pytest.mark.parametrize(
    ("end", "status"),
    [(ctrl_c, 0), (sigterm, -signal.SIGTERM), (sighup, -signal.SIGHUP)],
)
def test_the_terminal_is_as_before(
    tmp_path: Path, when: str, end: Callable[[InTerminal], None], status: int
) -> None:
    """What is saved is there as a whole or not at all; what was set is remembered."""
    folder = tmp_path / "settings"
    with at(when, tmp_path, "--save", "run.gstep") as walk:
        walk.press(b">")
        walk.wait_for(lambda _: (folder / STATE).exists())
        end(walk)
        text = walk.finish()
        assert_as_before(walk, text)

    assert walk.process.returncode == status
    assert "Traceback" not in text
    left = {path.name for path in tmp_path.iterdir()} - {"settings", "reached"}
    if when == "recording":
        assert left == {"model.py"}
    else:
        assert left == {"model.py", "run.gstep"}
        assert gs.load(tmp_path / "run.gstep").fn_name == "loss"
    settings = read_settings(folder)
    assert settings.problems == ()
    assert settings.remembered is not None
    # Nothing half-written is left beside it.
    assert [path.name for path in folder.iterdir()] == [STATE]


@pytest.mark.parametrize("when", ["recording", "walking"])
def test_a_terminal_that_is_gone_ends_it(tmp_path: Path, when: str) -> None:
    """Nothing goes on in the background, also without a signal that says so."""
    with at(when, tmp_path) as walk:
        walk.hang_up()
        walk.process.wait(timeout=60)

    assert walk.process.returncode in (129, -signal.SIGHUP)


def test_a_crash_during_a_recording_is_one_line(tmp_path: Path) -> None:
    """It does not wait for what cannot be stopped, and the terminal is as before."""
    crash = tmp_path / "crash.py"
    crash.write_text(CRASHING)
    with at("recording", tmp_path, command=(sys.executable, str(crash))) as walk:
        walk.press(b"D")
        text = walk.finish()
        assert_as_before(walk, text)

    assert walk.process.returncode == 1
    assert "The interface failed: ZeroDivisionError: no such title" in after(text)
    assert "Traceback" not in text


def test_a_tiny_terminal_during_a_recording(tmp_path: Path) -> None:
    """It says what it needs, and shows all again in a larger one."""
    with at("recording", tmp_path) as walk:
        before = len(walk.shown)
        walk.resize(20, 5)
        walk.wait_for(lambda text: "needs" in text[before:])
        before = len(walk.shown)
        walk.resize(100, 30)
        walk.wait_for(lambda text: "Esc cancels" in text[before:])
        walk.press(b"q")
        assert_as_before(walk, walk.finish())

    assert walk.process.returncode == 0


def test_ctrl_z_during_a_recording(tmp_path: Path) -> None:
    """The shell gets its terminal; `fg` shows the recording as it goes on."""
    with at("recording", tmp_path) as walk:
        walk.press(b"\x1a")
        _, status = os.waitpid(walk.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        walk.wait_for(is_restored)
        assert walk.modes() == walk.modes_before
        before = len(walk.shown)
        walk.process.send_signal(signal.SIGCONT)
        walk.wait_for(lambda text: "Esc cancels" in text[before:])
        walk.press(b"q")
        assert_as_before(walk, walk.finish())

    assert walk.process.returncode == 0
