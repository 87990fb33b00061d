"""`graphstep open` in a terminal of its own."""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import pytest

import graphstep as gs
from tests.cli.conftest import Run
from tests.cli.terminals import in_terminal

_BOXES = "╭╮╰╯│─"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A recording in a file."""
    path = tmp_path / "run.gstep"
    gs.record(lambda x: jnp.sum(jnp.tanh(x)), jnp.ones(3)).save(path)
    return path


@pytest.mark.parametrize("options", [(), ("--ascii",)])
def test_a_recording_is_drawn_as_asked_for(
    saved: Path, options: tuple[str, ...]
) -> None:
    """With `--ascii` nothing else is written, as by `graphstep step`."""
    with in_terminal(
        saved.parent, "open", saved.name, *options, LC_ALL="C.UTF-8"
    ) as it:
        it.wait_for(lambda text: "forward 1/" in text and "quit" in text)
        it.press(b"q")
        text = it.finish()

    assert it.process.returncode == 0
    assert text.isascii() == bool(options)
    assert any(box in text for box in _BOXES) != bool(options)


def test_the_walk_is_drawn_alike_wherever_it_is_opened(run: Run) -> None:
    """`step` and `open` have the same options that say how the walk is shown."""
    for command in ("step", "open"):
        said = run(command, "--help").out
        assert "--ascii" in said
        assert "--web" in said
