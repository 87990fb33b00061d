"""The frame around all commands."""

from __future__ import annotations

import threading

import pytest

from graphstep.cli.interrupt import is_working, run_interruptibly
from tests.cli.conftest import Run


@pytest.mark.parametrize("command", ["step", "show", "export"])
def test_help_of_each_command(run: Run, command: str) -> None:
    """Each command says what it takes; the short help is the same in both places."""
    everything, one = run("--help"), run(command, "--help")

    assert (everything.status, one.status) == (0, 0)
    assert f"Usage: graphstep {command} [OPTIONS] TARGET" in one.out
    summary = one.out.splitlines()[2].strip()
    assert f"{command} " in everything.out
    assert summary in " ".join(everything.out.split())


def test_no_command_prints_help(run: Run) -> None:
    """The bare command is a question, not an error."""
    done = run()

    assert done.status == 0
    assert done.out == run("-h").out


def test_version(run: Run) -> None:
    """`--version` prints one line."""
    done = run("--version")

    assert done.status == 0
    assert done.out.startswith("graphstep 0.")


def test_unexpected_errors_are_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a mistake of graphstep's own is no traceback."""

    def broken(*_: object) -> None:
        raise KeyError("\x1b[31moh")

    monkeypatch.setattr("graphstep.cli.tree._items", broken)

    done = run("show", "model.py:loss", "--no-values")

    assert done.status == 1
    assert done.err == (
        "graphstep: error: KeyError: '\\x1b[31moh' (--traceback shows where)\n"
    )


def test_interrupt_is_one_line(run: Run) -> None:
    """Ctrl-C in the user's code ends the command."""
    done = run("show", "m.py:f", m="raise KeyboardInterrupt")

    assert (done.status, done.out) == (130, "")
    assert done.err == "graphstep: interrupted\n"


def test_broken_pipe_says_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader has gone; nobody is left to tell."""

    def gone(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("graphstep.cli.show.table", gone)

    done = run("show", "model.py:loss", "--no-values")

    assert (done.status, done.err) == (141, "")


def test_work_returns_its_result_or_raises_its_error() -> None:
    """To the caller it is a plain call."""
    assert run_interruptibly(lambda _: 42) == 42

    with pytest.raises(ZeroDivisionError):
        run_interruptibly(lambda _: 1 // 0)
    assert not is_working()


def test_interrupted_work_is_told_and_left_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The wait ends at once; the work is told that it is not wanted any more."""
    told, ended = threading.Event(), threading.Event()

    def work(unwanted: threading.Event) -> None:
        if unwanted.wait(60):
            told.set()
        ended.wait(60)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "join", interrupt)

    with pytest.raises(KeyboardInterrupt):
        run_interruptibly(work)
    assert told.wait(60)
    assert is_working()
    ended.set()
