"""What can only be seen from outside of the process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.cli.conftest import LOSS
from tests.cli.terminals import COMMAND, in_terminal

# Compiled code that never ends, and never looks at Python's signals.
ENDLESS = """
import jax
import jax.numpy as jnp

def f(x):
    return jax.lax.while_loop(lambda x: x < 2.0, lambda x: x * 0.5, x)

example_args = (1.0,)
"""


def test_help_starts_neither_jax_nor_textual() -> None:
    """Help is there at once, because it loads next to nothing."""
    code = (
        "import sys\nfrom graphstep.cli.main import program\n"
        "try:\n    program.main(['--help'], prog_name='graphstep')\n"
        "except SystemExit as error:\n    assert error.code == 0\n"
        "heavy = {'jax', 'numpy', 'networkx', 'textual', 'graphviz'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    *text, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    listed = text[text.index("Commands:") + 1 :]
    # What a command does may go on in lines that are indented further.
    commands = [line.split()[0] for line in listed if line[2:3].strip()]
    assert commands == [
        *("step", "open", "show", "learn", "quiz", "modes", "rules", "why", "export")
    ]
    assert done.stderr == ""


def test_runs_as_a_module_and_writes_no_bytecode(tmp_path: Path) -> None:
    """`python -m graphstep` is the command; the user's folder stays as it was."""
    (tmp_path / "model.py").write_text(LOSS)

    done = subprocess.run(
        [*COMMAND, "show", "model.py:loss", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout)["function"] == "loss"
    assert done.stderr == ""
    assert [path.name for path in tmp_path.iterdir()] == ["model.py"]


def test_traceback_only_on_request(tmp_path: Path) -> None:
    """`--traceback` shows all of it, and the one line last."""
    (tmp_path / "m.py").write_text("def f():\n    1 / 0\nf()\n")

    done = subprocess.run(
        [*COMMAND, "show", "m.py:f", "--traceback"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "Traceback (most recent call last)" in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("graphstep: error: `m.py` could not be imported: m.py:2: ")


@contextlib.contextmanager
def _interruptible(folder: Path, *args: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command that heeds Ctrl-C, and end it with the block.

    What a shell runs in the background ignores Ctrl-C, and so does all that it starts.
    """
    heedful = (
        "import runpy, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "runpy.run_module('graphstep', run_name='__main__', alter_sys=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", heedful, *args],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_ctrl_c_ends_compiled_code(tmp_path: Path) -> None:
    """One line, and the status that shells expect, within moments."""
    (tmp_path / "m.py").write_text(ENDLESS)
    with _interruptible(tmp_path, "show", "m.py:f") as process:
        # Until it is busy: the CPU time of the process grows in the endless loop.
        deadline = time.monotonic() + 120
        while _cpu_seconds(process.pid) < 6 and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert (out, err) == ("", "graphstep: interrupted\n")


def _cpu_seconds(pid: int) -> float:
    if not Path(f"/proc/{pid}/stat").exists():
        return time.monotonic() - _STARTED
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


_STARTED = time.monotonic()


def test_ctrl_c_while_importing(tmp_path: Path) -> None:
    """The user's module can be interrupted as well."""
    (tmp_path / "m.py").write_text(
        "import sys, time\nprint('ready', flush=True)\ntime.sleep(600)\n"
    )
    with _interruptible(tmp_path, "show", "m.py:f") as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert (out, err) == ("", "graphstep: interrupted\n")


def test_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    """`graphstep show … | head` says nothing on stderr."""
    lines = "\n".join(f"    x = x * {i}.5" for i in range(2000))
    (tmp_path / "m.py").write_text(
        f"def f(x):\n{lines}\n    return x\nexample_args = (1.0,)\n"
    )
    with subprocess.Popen(
        [*COMMAND, "show", "m.py:f", "--no-values"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "f  m.py\n"
        process.stdout.close()
        err = process.stderr.read()

    assert (process.returncode, err) == (141, "")


def test_ascii_terminal(tmp_path: Path) -> None:
    """An encoding without box characters gets plain ones."""
    (tmp_path / "model.py").write_text(LOSS)

    done = subprocess.run(
        [*COMMAND, "show", "model.py:loss", "--no-values"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )

    assert b"|-h    tanh" in done.stdout


def test_terminal_has_colour_and_progress(tmp_path: Path) -> None:
    """Stages come and go on one line; titles are bold."""
    (tmp_path / "model.py").write_text(LOSS)

    with in_terminal(tmp_path, "show", "model.py:loss") as command:
        text = command.finish()

    assert "\r\x1b[Kcompile … " in text
    assert "\x1b[1mloss  model.py" in text


def test_no_color_is_respected(tmp_path: Path) -> None:
    """With NO_COLOR there is no style at all."""
    (tmp_path / "model.py").write_text(LOSS)

    with in_terminal(tmp_path, "show", "model.py:loss", NO_COLOR="1") as command:
        text = command.finish()

    assert "\x1b[1m" not in text
    assert "loss  model.py" in text
