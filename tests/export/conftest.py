"""The two ways to Graphviz, each alone."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import pytest

from graphstep.export import _graphviz_child

WAYS = ("dot", "embedded")


def write_command(path: Path, text: str) -> Path:
    """Make `path` a shell script that can be run."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def commands(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return the only folder on PATH, an empty one."""
    folder = tmp_path_factory.mktemp("commands")
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture(params=WAYS)
def way(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """Draw with a `dot` command alone, then with pygraphviz alone.

    The command is the system's where there is one, else one that runs the Graphviz of
    pygraphviz, so that the choice between the two ways is tested everywhere.
    """
    system = shutil.which("dot")
    folder = tmp_path_factory.mktemp("commands")
    monkeypatch.setenv("PATH", str(folder))
    if request.param == "embedded":
        return request.param
    child = shlex.join([sys.executable, "-P", str(_graphviz_child.__file__)])
    command = f'format=${{1#-T}}; shift; exec {child} "$format" "$@"'
    if system is not None:
        command = f'exec {shlex.quote(system)} "$@"'
    write_command(folder / "dot", command)
    broken = tmp_path_factory.mktemp("broken") / "child.py"
    broken.write_text("raise SystemExit(3)")
    monkeypatch.setattr(_graphviz_child, "__file__", str(broken))
    return request.param
