from __future__ import annotations

import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import graphstep as gs
from graphstep.tui import values as values_module
from graphstep.tui.canvas import Canvas
from graphstep.tui.drawing_state import VALUES
from graphstep.tui.numbers import BLOCKS, number
from graphstep.tui.strips import Strips, cells_of, glyphs_of
from graphstep.tui.values import ValueKey, Values
from tests.tui.pilots import app_of, press, screen_text, until, walk


@given(
    hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=9)),
    st.integers(1, 40),
)
def test_a_cell_is_the_greatest_element_of_its_stretch(
    x: np.ndarray, n_cells: int
) -> None:
    """Stretches follow each other, differ by one element at most, and miss none."""
    cells = cells_of(x, n_cells)

    n = min(n_cells, x.size)
    owner = np.arange(x.size) * n // x.size
    lengths = np.bincount(owner)
    assert len(cells.values) == len(cells.marks) == n
    assert lengths.max() - lengths.min() <= 1
    for cell in range(n):
        part = x.ravel()[owner == cell]
        finite = part[np.isfinite(part)]
        mark = "N" if np.isnan(part).any() else "I" if np.isinf(part).any() else " "
        assert cells.marks[cell] == mark
        assert abs(cells.values[cell]) == np.max(np.abs(finite), initial=0.0)
        assert cells.values[cell] in (*finite, 0.0)


def test_cells_of_a_large_array_are_those_of_its_pieces() -> None:
    """An array that is read piece by piece gives the same."""
    x = np.random.default_rng(0).normal(size=(1 << 20) + 12_345).astype(np.float32)

    cells = cells_of(x, 7)

    owner = np.arange(x.size) * 7 // x.size
    leading = [float(max(x[owner == cell], key=abs)) for cell in (0, 6)]
    assert [cells.values[0], cells.values[6]] == leading


def test_sign_and_size_need_no_colour() -> None:
    """Positive cells stand, negative ones hang, and bad ones are letters."""
    cells = cells_of(np.array([4.0, -4.0, 1.0, 0.0, np.nan, -np.inf]), 6)

    glyphs = glyphs_of(cells, is_ascii=False)

    assert [g for g, _ in glyphs] == [*BLOCKS[6], BLOCKS[0], BLOCKS[3], "·", "N", "I"]
    assert [bool(s and s.reverse) for _, s in glyphs] == [0, 1, 0, 0, 0, 0]


def test_ascii_has_a_sign_before_each_size() -> None:
    """Every cell takes two characters, all of them ASCII."""
    cells = cells_of(np.array([4.0, -4.0, 0.01, 0.0, np.nan, -np.inf]), 6)

    glyphs = [glyph for glyph, _ in glyphs_of(cells, is_ascii=True)]

    assert glyphs == ["+@", "-@", "+.", " 0", " N", " I"]


def test_numbers_of_every_dtype_have_cells() -> None:
    """Booleans, integers, short floats and complex numbers among them."""
    for dtype in (jnp.bool_, jnp.int8, jnp.uint32, jnp.bfloat16, jnp.complex64):
        x = np.asarray(jnp.asarray([0, 1, 1, 0], dtype))

        assert cells_of(x, 4).values == (0.0, 1.0, 1.0, 0.0)
    assert cells_of(np.zeros((0, 3)), 5).values == ()


def _fn(x: jax.Array) -> jax.Array:
    y = jnp.tanh(x) * 2.0
    return jnp.sum(y * y)


_X = np.linspace(-3.0, 3.0, 40, dtype=np.float32)


async def test_boxes_carry_value_and_cotangent_at_the_closest_zoom() -> None:
    """Strip and norm of both are those of the recording's arrays, one above the other."""
    async with walk(_fn, _X) as pilot:
        await press(pilot, "plus", "x", "t", "b", *["n"] * 12)
        app = app_of(pilot)
        canvas, recording = app.pane("graph"), app.state.cursor.recording
        assert isinstance(canvas, Canvas)
        assert app.state.drawing.zoom == VALUES
        node = next(n for n in app.state.graph.order if n.isdigit())
        found = {}
        for of in ("primal", "cotangent"):
            array = getattr(recording, of)(node)
            shown = "".join(
                g for g, _ in glyphs_of(cells_of(array, 11), is_ascii=False)
            )
            norm = f"‖·‖ {number(np.linalg.norm(array), 3)}"
            lines = screen_text(pilot, "graph").splitlines()
            found[of] = [
                (y, line.index(shown))
                for y, line in enumerate(lines)
                if f"{shown} {norm}" in line
            ]

        (upper,), (lower,) = found["primal"], found["cotangent"]
        assert lower == (upper[0] + 1, upper[1])


async def test_large_arrays_are_reduced_in_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The interface does not wait; when the strip is there it is shown."""
    threads: set[threading.Thread] = set()
    whole = Values.short_apart

    def short_apart(self: Values, key: ValueKey) -> values_module.Short:
        threads.add(threading.current_thread())
        return whole(self, key)

    monkeypatch.setattr(Values, "short_apart", short_apart)
    monkeypatch.setattr(values_module, "SMALL", 10)
    async with walk(_fn, _X) as pilot:
        await press(pilot, "plus", "x", "t", "n", "n")
        shown = "".join(g for g, _ in glyphs_of(cells_of(_X, 11), is_ascii=False))

        await until(pilot, lambda: shown in screen_text(pilot, "graph"))

        assert threads
        assert threading.main_thread() not in threads


def test_a_strip_is_made_once() -> None:
    """What was found is found again, without the array."""
    recording = gs.record(_fn, _X)
    values = Values(recording)
    strips = Strips(values, lambda: None)
    key = ValueKey("primal", "in0", 0, ())
    values.begin_frame()

    assert strips.find(key, 11) is strips.find(key, 11)
