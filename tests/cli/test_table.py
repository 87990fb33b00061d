"""Cells: numbers in few characters, and text in the columns of a terminal."""

from __future__ import annotations

import io
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.cli.summaries import Summary, elements_text, number_text, summarize
from graphstep.cli.table import table
from graphstep.cli.terminal import ASCII, Glyphs, Terminal, cells, fitted, shortened
from graphstep.cli.tree import Row, rows


def summary_of(value: Any) -> Summary:
    """Return the summary of a recorded input."""
    return summarize(gs.record(lambda x: x, value), "in0", 0, "primal")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.23456, "1.235"),
        (np.float32("nan"), "nan"),
        (-math.inf, "-inf"),
        (7, "7"),
        (np.int64(-123456), "-123456"),
        (np.bool_(True), "True"),
        (1 + 2j, "1+2j"),
        (jnp.bfloat16(0.5), "0.5"),
    ],
)
def test_numbers(value: Any, shown: str) -> None:
    """Floats have four digits, everything else is exact."""
    assert number_text(value) == shown


def test_elements_are_nested_as_the_array_is() -> None:
    """Rows are in brackets."""
    assert elements_text(np.array([[1.0, 2.5], [3.0, 4.0]])) == "[[1, 2.5], [3, 4]]"
    assert elements_text(np.float32(2)) == "2"


@pytest.mark.parametrize(
    ("value", "first"),
    [
        (jnp.ones((3, 4)), "all 1"),
        (jnp.arange(12.0), "0 to 11"),
        (jnp.zeros((0, 3)), "empty"),
        (jnp.arange(12) > 3, "8 of 12 True"),
        (jnp.ones(12, bool), "all True"),
        (jnp.arange(3), "[0, 1, 2]"),
        (jax.random.key(0), "key"),
        (jax.random.split(jax.random.key(0), 3), "3 keys"),
        (jnp.full(12, jnp.nan), "12 NaN of 12"),
        (jnp.full(12, jnp.nan).at[0].set(2), "11 NaN of 12"),
        (jnp.arange(12.0).at[0].set(-jnp.inf), "1 Inf of 12"),
        (jnp.float32(jnp.inf), "Inf"),
    ],
)
def test_first_phrase(value: Any, first: str) -> None:
    """What matters most about a value comes first."""
    assert summary_of(value).forms[0][0] == first


def test_forms_get_shorter() -> None:
    """A narrow column gets fewer digits instead of cut ones."""
    forms = summary_of(jnp.linspace(-1 / 3, 2 / 3, 100)).forms

    assert [form[0] for form in forms] == [
        "-0.3333 to 0.6667",
        "-0.333 to 0.667",
        "-0.33 to 0.67",
        "-0.3 to 0.7",
    ]


def test_width_of_wide_and_combining_characters() -> None:
    """Terminals give CJK two columns and accents none."""
    assert [cells(text) for text in ("abc", "数学", "e\u0301")] == [3, 4, 1]


@pytest.mark.parametrize(
    ("text", "width", "cut", "middle"),
    [
        ("abc", 3, "abc", "abc"),
        ("abcdefgh", 5, "abcd…", "a…fgh"),
        ("数学数学", 5, "数学…", "…数学"),
        ("abc", 1, "…", "…"),
        ("abc", 0, "", ""),
    ],
)
def test_cutting(text: str, width: int, cut: str, middle: str) -> None:
    """At the end for prose, in the middle for paths; never wider than asked for."""
    assert fitted(text, width, "…") == cut
    assert shortened(text, width, "…") == middle
    assert cells(shortened(text, width, "…")) <= width


def test_deep_levels_leave_room_for_the_label() -> None:
    """Guides are capped; the level is given as a number instead."""
    terminal = Terminal(80, has_colour=False, glyphs=Glyphs())
    row = Row((False,) * 100, label="deep", primitive="sin", type="f32[]")

    _, line = table([row], terminal)

    assert line.startswith("100·│ ")
    assert "deep" in line
    assert cells(line) <= 80


def test_trouble_and_absence_are_coloured_in_a_terminal() -> None:
    """Red for what is wrong, dim for what is not there; the words say it too."""
    rec = gs.record(lambda x, i: jnp.log(x) * i, jnp.float32(-1.0), 2)
    terminal = Terminal(100, has_colour=True, glyphs=ASCII)

    text = "\n".join(table(rows(rec.graph, rec), terminal))

    assert "\x1b[31m\x1b[1mNaN" in text
    assert "\x1b[2m(integer)" in text


def test_stream_without_an_encoding_gets_ascii() -> None:
    """What cannot be known is not assumed."""
    stream = io.StringIO()

    assert Terminal.of(stream).glyphs == ASCII
    assert not Terminal.of(stream).has_colour


def test_width_without_any_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eighty columns, unless COLUMNS says otherwise."""

    def none(_: int) -> None:
        raise OSError

    monkeypatch.setattr("os.get_terminal_size", none)
    monkeypatch.delenv("COLUMNS", raising=False)
    usual = Terminal.of(io.StringIO()).width
    monkeypatch.setenv("COLUMNS", "33")
    wished = Terminal.of(io.StringIO()).width
    monkeypatch.setenv("COLUMNS", "zero")
    malformed = Terminal.of(io.StringIO()).width

    assert (usual, wished, malformed) == (80, 33, 80)


def test_results_of_shard_map_and_loops_in_loops() -> None:
    """A count that differs between outer iterations is given as a range."""

    def fn(x: jax.Array) -> jax.Array:
        def step(h: jax.Array, n: jax.Array) -> tuple[jax.Array, None]:
            return jax.lax.while_loop(lambda v: v < n, lambda v: v + 1.0, h * 0), None

        return jax.lax.scan(step, 0.0, x)[0]

    rec = gs.record(fn, jnp.array([1.0, 4.0]))

    headings = [row.heading for row in rows(rec.graph, rec) if row.heading]
    assert headings[0].startswith("scan, 2 iterations")
    assert headings[1].startswith("while, 1 to 4 iterations")
