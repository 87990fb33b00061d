"""`graphstep step` hands a trace to the terminal interface."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

from graphstep import Trace
from tests.cli.conftest import Run


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Trace, dict[str, Any]]]:
    """Pretend that there is a terminal, and note what is opened in it."""
    calls: list[tuple[Trace, dict[str, Any]]] = []

    def note(trace: Trace, **options: Any) -> int:
        calls.append((trace, options))
        return len(calls) - 1

    app = types.ModuleType("graphstep.tui.app")
    app.run = note  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "graphstep.tui.app", app)
    monkeypatch.setattr("graphstep.cli.step.stream_without_terminal", lambda: None)
    return calls


def test_opens_the_trace(run: Run, opened: list[tuple[Trace, dict[str, Any]]]) -> None:
    """Nothing is recorded yet: the interface does that, with its progress bar."""
    done = run("step", "model.py:loss", "--seed", "2.0", "--budget", "1.5kB")

    assert (done.status, done.out, done.err) == (0, "", "")
    ((trace, options),) = opened
    assert trace.graph.trace.fn_name == "loss"
    assert options == {"seed": 2.0, "budget": 1500}


def test_exit_status_is_that_of_the_walk(
    run: Run, opened: list[tuple[Trace, dict[str, Any]]]
) -> None:
    """A recording that fails in the interface fails the command."""
    first, second = (run("step", "model.py:loss") for _ in range(2))

    assert (first.status, second.status) == (0, 1)


def test_a_file_that_cannot_be_written_is_refused_at_once(
    run: Run, opened: list[tuple[Trace, dict[str, Any]]]
) -> None:
    """Nobody waits for a recording that has nowhere to go."""
    done = run("step", "model.py:loss", "--save", "nowhere/run.gstep")

    assert done.status == 2
    assert "`nowhere/run.gstep` cannot be written" in done.err
    assert opened == []


def test_types_alone_cannot_be_walked(
    run: Run, opened: list[tuple[Trace, dict[str, Any]]]
) -> None:
    """A walk shows values."""
    source = (
        "import jax\ndef f(x):\n    return x\n"
        "example_args = (jax.ShapeDtypeStruct((2,), 'float32'),)\n"
    )

    done = run("step", "m.py:f", m=source)

    assert done.status == 2
    assert "types without values" in done.err
    assert opened == []


def test_a_direction_is_handed_over(
    run: Run, opened: list[tuple[Trace, dict[str, Any]]]
) -> None:
    """It has the structure of the arguments, as `Trace.record` takes tangents."""
    done = run("step", "model.py:loss", "--tangents", "x[1, 2]")

    assert done.status == 0
    ((trace, options),) = opened
    x, w = options["tangents"]
    assert (x.sum(), x[1, 2], w.sum()) == (1.0, 1.0, 0.0)
    assert trace.record(tangents=options["tangents"], verify=False).has_tangents


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--tangents", "y[0]"], "the inputs are x, w"),
        (["--tangents", ""], "Say in which direction"),
        (["--tangents", "x[0]"], "more than one element"),
        (["--tangents", "ones", "--seed", "1.0"], "Give one of the two"),
    ],
)
def test_a_wrong_direction_is_one_line(
    run: Run,
    opened: list[tuple[Trace, dict[str, Any]]],
    args: list[str],
    said: str,
) -> None:
    """Nothing is opened for it."""
    done = run("step", "model.py:loss", *args)

    assert done.status == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert opened == []


@pytest.mark.parametrize(
    ("seed", "said"),
    [
        ("(1.0, 2.0)", "structure"),
        ("[1.0, 2.0]", "jnp.array([...])"),
        ("jnp.ones(3)", "`out` is f32[]"),
        ("nowhere", "--seed"),
    ],
)
def test_a_seed_that_does_not_fit_is_one_line(
    run: Run, opened: list[tuple[Trace, dict[str, Any]]], seed: str, said: str
) -> None:
    """Nothing is opened for it either, and nothing compiled."""
    done = run("step", "model.py:loss", "--seed", seed)

    assert done.status == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert opened == []
