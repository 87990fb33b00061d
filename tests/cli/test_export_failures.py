"""`graphstep export` without Graphviz, with a broken one, and where it cannot write."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def no_graphviz(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Hide `dot` and pygraphviz; return the only folder on PATH, an empty one."""
    bin_folder = tmp_path_factory.mktemp("bin")
    monkeypatch.setenv("PATH", str(bin_folder))
    modules = tmp_path_factory.mktemp("modules")
    (modules / "pygraphviz.py").write_text("raise ImportError('no pygraphviz here')")
    monkeypatch.setenv("PYTHONPATH", str(modules))
    return bin_folder


def write_script(path: Path, text: str) -> None:
    """Make `path` a command."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_no_graphviz_at_all(run: Run, no_graphviz: Path) -> None:
    """The line says what to install, and what works without it."""
    done = run("export", "model.py:loss", "-o", "a.svg")

    assert (done.status, done.out, done.files) == (1, "", {"a.svg.dot"})
    assert done.err.count("\n") == 1
    assert "neither `dot` nor pygraphviz was found" in done.err
    assert "pip install pygraphviz" in done.err
    assert "`dot -Tsvg a.svg.dot -o a.svg` draws it" in done.err


def test_dot_needs_no_graphviz(run: Run, no_graphviz: Path) -> None:
    """DOT is what goes into Graphviz, not what comes out."""
    done = run("export", "model.py:loss", "-o", "a.dot")

    assert (done.status, done.files) == (0, {"a.dot"})


def test_dot_that_hangs_is_stopped(run: Run, no_graphviz: Path) -> None:
    """After the time limit it is killed, with the processes that it started."""
    write_script(no_graphviz / "dot", "/bin/sleep 1000")

    done = run("export", "model.py:loss", "-o", "a.svg", "--timeout", "1")

    assert (done.status, done.out, done.files) == (1, "", {"a.svg.dot"})
    assert done.err.count("\n") == 1
    assert "did not finish in 1 s" in done.err


def test_dot_that_fails_is_quoted(run: Run, no_graphviz: Path) -> None:
    """The last thing that it said to stderr is passed on, harmless."""
    script = "echo warning >&2; printf 'no \\033[31mfonts\\n' >&2; exit 7"
    write_script(no_graphviz / "dot", script)

    done = run("export", "model.py:loss", "-o", "a.svg")

    assert (done.status, done.out, done.files) == (1, "", {"a.svg.dot"})
    assert done.err.count("\n") == 1
    assert r"`dot` ended with status 7: no \x1b[31mfonts" in done.err


@pytest.mark.parametrize(
    ("script", "said"),
    [("kill -9 $$", "was killed by signal 9"), ("exit 0", "made no picture")],
)
def test_dot_that_dies_is_reported(
    run: Run, no_graphviz: Path, script: str, said: str
) -> None:
    """No picture without an error, however it ends."""
    write_script(no_graphviz / "dot", script)

    done = run("export", "model.py:loss", "-o", "a.svg")

    assert (done.status, done.files) == (1, {"a.svg.dot"})
    assert f"`dot` {said}" in done.err


def test_pygraphviz_stands_in_for_a_broken_dot(
    run: Run,
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A `dot` that lacks a format, say, is no reason to give up."""
    bin_folder = tmp_path_factory.mktemp("bin")
    monkeypatch.setenv("PATH", str(bin_folder))
    write_script(bin_folder / "dot", "echo 'Format: svg not recognized' >&2; exit 1")

    done = run("export", "model.py:loss", "-o", "a.svg")

    assert (done.status, done.err) == (0, "")
    assert (folder / "a.svg").read_bytes().startswith(b"<?xml")


def test_system_dot_comes_first(run: Run, folder: Path, no_graphviz: Path) -> None:
    """The user's own Graphviz, with their fonts, is preferred."""
    svg = "<svg xmlns='http://www.w3.org/2000/svg'><text>made by '$1'</text></svg>"
    write_script(no_graphviz / "dot", f'echo "{svg}"')

    run("export", "model.py:loss", "-o", "a.svg")

    assert "made by '-Tsvg'" in (folder / "a.svg").read_text()


def test_failure_keeps_the_old_file(run: Run, folder: Path, no_graphviz: Path) -> None:
    """What was there before is there still."""
    (folder / "a.svg").write_text("old")

    done = run("export", "model.py:loss", "-o", "a.svg")

    assert done.status == 1
    assert (folder / "a.svg").read_text() == "old"


def test_unwritable_folder_is_refused_before_any_work(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The target is not even imported."""
    monkeypatch.setattr("os.access", lambda *_: False)

    done = run("export", "m.py:f", "-o", "a.svg", m="1 / 0")

    assert (done.status, done.files) == (2, set())
    assert done.err == (
        "graphstep: error: `a.svg` cannot be written: permission is denied. Choose "
        "another place, or change the permissions.\n"
    )
