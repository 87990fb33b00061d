"""What is said of modes: units, curves and bars of characters."""

from __future__ import annotations

import jax.numpy as jnp
import pytest

import graphstep as gs
from graphstep.analysis import Alive, Timing, modes
from graphstep.export.modes import (
    PLAIN,
    aligned,
    bars,
    bytes_text,
    count_text,
    curve,
    factor_text,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (count_text(999), "999"),
        (count_text(2_014_000), "2.01 M"),
        (bytes_text(0), "0 B"),
        (bytes_text(12_345), "12.3 kB"),
        (factor_text(1.96), "2.0"),
        (factor_text(131.4), "131"),
        (factor_text(82_699_744), "82.7 M"),
    ],
)
def test_numbers_have_three_digits_and_a_unit(text: str, expected: str) -> None:
    assert text == expected


def test_a_curve_has_the_height_of_its_bytes() -> None:
    """The step with the most bytes reaches the top, and residuals lie below."""
    memory = [
        Alive("forward", "0", "sin", 0, 50),
        Alive("forward", "1", "sin", 50, 50),
        Alive("backward", "1", "mul", 100, 0),
        Alive("backward", "0", "mul", 25, 25),
    ]

    lines = curve(memory, len("100 B ") + 8, 4, PLAIN)

    assert lines == (
        "100 B   ..##",
        "        ..##",
        "      ..####..",
        "  0 B ..######",
        "      ----+---",
        "      forward backward",
    )


def test_bars_are_logarithmic_and_fill_the_room() -> None:
    """The longest takes all cells, one evaluation a single one."""
    found = modes(gs.trace(jnp.sin, jnp.ones(50)).graph, names=("jvp", "jacfwd"))
    timings = (Timing("f", 1.0, 9), Timing("jvp", 1.0, 9), Timing("jacfwd", 1e9, 9))

    jvp, jacfwd = bars(found, timings, 20, PLAIN)

    assert jacfwd.measured == "#" * 20
    assert jvp.measured == "#"
    assert 1 < len(jvp.predicted) < len(jacfwd.predicted) < 20


def test_columns_that_matter_less_go_first() -> None:
    """Where there is no room the chosen ones are left out, in that order."""
    lines = [("name", "a", "b"), ("x", "1000", "2")]

    wide = aligned(lines, 80, len, right=(1,))
    narrow = aligned(lines, 8, len, right=(1,), first_to_go=(1, 2))

    assert wide == ["name     a  b", "x     1000  2"]
    assert narrow == ["name  b", "x     2"]
