"""Run commands in this process, in a folder of their own."""

from __future__ import annotations

import dataclasses
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from graphstep.cli.main import program

# What the tests start inherits what they ignore, and under `nohup` that is SIGHUP.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

LOSS = """
import jax
import jax.numpy as jnp

def loss(x, w):
    h = jnp.tanh(x @ w)
    return jnp.sum(h * h)

example_args = (jnp.ones((2, 3)), jnp.ones((3, 4)))
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind.

    Attributes:
        status: Exit status.
        out: What it wrote to stdout.
        err: What it wrote to stderr.
        files: The files that appeared in its folder.
    """

    status: int
    out: str
    err: str
    files: set[str]


Run = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder; what is imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "model.py").write_text(LOSS)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file and Path(file).is_relative_to(tmp_path):
            del sys.modules[name]


@pytest.fixture
def run(folder: Path) -> Run:
    """Run a command; the keywords are files to write first, by stem."""

    def run_command(*args: str, **sources: str) -> Done:
        for stem, source in sources.items():
            (folder / f"{stem}.py").write_text(source)
        before = {str(p.relative_to(folder)) for p in folder.rglob("*")}
        result = CliRunner().invoke(program, list(args), prog_name="graphstep")
        after = {str(p.relative_to(folder)) for p in folder.rglob("*")}
        return Done(result.exit_code, result.stdout, result.stderr, after - before)

    return run_command
