"""The array panel shows the elements of the recording, and follows one of them."""

from __future__ import annotations

import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from textual.pilot import Pilot

import graphstep as gs
from graphstep.tui.app import StepApp
from graphstep.tui.array_pane import ArrayPane
from tests.tui.pilots import app_of, press, screen_text, settle, show, until, walk

ARRAY = ("array",)
NUMBER = re.compile(r"[−\d][\w.+−]*|NaN|−?Inf")
CUBE = jnp.asarray(np.random.default_rng(1).normal(size=(3, 4, 5)), jnp.float32)


def loss(x: jax.Array) -> jax.Array:
    return jnp.sum(jnp.sin(x) * x)


def pane_of(pilot: Pilot[int]) -> ArrayPane:
    pane = app_of(pilot).pane("array")
    assert isinstance(pane, ArrayPane)
    return pane


def elements(pilot: Pilot[int]) -> list[list[str]]:
    """Return the texts of the elements, row by row, as they stand on the screen."""
    lines = screen_text(pilot, "array").splitlines()[3:-2]
    rows = [NUMBER.findall(line.strip("│ ")) for line in lines]
    return [row[1:] for row in rows if row]


def foot(pilot: Pilot[int]) -> str:
    return screen_text(pilot, "array").splitlines()[-2].strip("│ ")


def as_numbers(rows: list[list[str]]) -> np.ndarray:
    return np.array([[float(t.replace("−", "-")) for t in row] for row in rows])


async def type_line(pilot: Pilot[int], text: str) -> None:
    names = {" ": "space", ":": "colon", ",": "comma", "-": "minus", ".": "full_stop"}
    names |= {"[": "left_square_bracket", "]": "right_square_bracket"}
    await press(pilot, *(names.get(c, c) for c in text), "enter")


async def test_elements_are_those_of_the_recording() -> None:
    """Rows and columns hold the primal of the current equation."""
    x = CUBE[0]
    async with walk(loss, x, panes=ARRAY) as pilot:
        await press(pilot, "n")

        assert "sin" in app_of(pilot).state.graph.node("0").primitive
        np.testing.assert_allclose(as_numbers(elements(pilot)), np.sin(x), rtol=1e-3)


async def test_v_goes_through_primal_cotangent_and_product() -> None:
    """What is shown is worked out from the recording, element by element."""
    x = CUBE[0]
    cotangent = np.asarray(x)
    async with walk(loss, x, panes=ARRAY) as pilot:
        await press(pilot, "n", "v")
        assert "cotangent" in screen_text(pilot, "array")
        np.testing.assert_allclose(as_numbers(elements(pilot)), cotangent, rtol=1e-3)
        await press(pilot, "v")

        assert "cotangent ⊙ primal" in screen_text(pilot, "array")
        np.testing.assert_allclose(
            as_numbers(elements(pilot)), cotangent * np.sin(x), rtol=1e-3
        )


async def test_the_pass_decides_what_is_shown() -> None:
    """Forward it is the primal; from the seed on, the cotangent."""
    x = CUBE[0]
    async with walk(loss, x, panes=ARRAY) as pilot:
        assert " primal" in screen_text(pilot, "array").splitlines()[1]
        await press(pilot, "G")

        gradient = np.asarray(jax.grad(loss)(x))
        np.testing.assert_allclose(as_numbers(elements(pilot)), gradient, rtol=1e-3)


async def test_a_slice_is_typed() -> None:
    """`S` asks for a slice, and its elements are shown."""
    async with walk(loss, CUBE, panes=ARRAY) as pilot:
        await press(pilot, "S")
        await type_line(pilot, "[2, ::-1, 1:4]")

        assert "[2, ::-1, 1:4]" in screen_text(pilot, "array")
        expected = np.asarray(CUBE)[2, ::-1, 1:4]
        np.testing.assert_allclose(as_numbers(elements(pilot)), expected, rtol=1e-3)


async def test_a_wrong_slice_is_refused_in_one_line() -> None:
    """What is shown stays, and the line says why."""
    async with walk(loss, CUBE, panes=ARRAY) as pilot:
        await press(pilot, "S")
        await type_line(pilot, "[7]")

        state = app_of(pilot).state
        assert state.is_alarming
        assert "Axis 0 has indices 0 to 2, so there is no 7" in state.notice
        assert state.examined.cut is None


async def test_axes_are_chosen() -> None:
    """Any two axes can be rows and columns; planes are counted along the others."""
    async with walk(loss, CUBE, panes=ARRAY) as pilot:
        await press(pilot, "colon")
        await type_line(pilot, "element [1, 0, 0]")
        await press(pilot, "colon")
        await type_line(pilot, "axes 2 0")

        assert "[→, 0, ↓]" in screen_text(pilot, "array")
        expected = np.asarray(CUBE)[:, 0, :].T
        np.testing.assert_allclose(as_numbers(elements(pilot)), expected, rtol=1e-3)


async def test_arrows_follow_an_element_from_plane_to_plane() -> None:
    """Past the last row comes the first of the next plane."""
    async with walk(loss, CUBE, panes=ARRAY) as pilot:
        await press(pilot, "at")
        await type_line(pilot, "0 3 1")
        await press(pilot, "right", "down")

        assert app_of(pilot).state.examined.element == (1, 0, 2)
        assert foot(pilot).startswith("[1,0,2] ")


async def test_held_arrows_lose_no_step() -> None:
    """Many keys between two frames move as often."""
    async with walk(loss, jnp.arange(400.0).reshape(20, 20), panes=ARRAY) as pilot:
        await press(pilot, "home")
        await press(pilot, *["down"] * 15, *["right"] * 18)

        assert app_of(pilot).state.examined.element == (15, 18)


async def test_the_element_is_shown_in_full() -> None:
    """The foot has the shortest text that is exactly the element, of primal and cotangent."""
    async with walk(loss, CUBE, panes=ARRAY) as pilot:
        await press(pilot, "n", "at")
        await type_line(pilot, "2, 1, -1")

        app = app_of(pilot)
        rec = app.recording
        assert rec is not None
        primal = str(rec.primal("0")[2, 1, 4]).replace("-", "−")
        cotangent = str(rec.cotangent("0")[2, 1, 4]).replace("-", "−")
        assert foot(pilot) == f"[2,1,4] {primal}   cotangent {cotangent}"


async def test_m_visits_elements_by_their_size() -> None:
    """First the greatest in size, then the next."""
    x = np.asarray(CUBE)
    order = np.argsort(-np.abs(x), axis=None)[:3]
    expected = [tuple(map(int, np.unravel_index(i, x.shape))) for i in order]
    async with walk(loss, CUBE, panes=ARRAY) as pilot:
        app, seen = app_of(pilot), []
        for _ in range(3):
            await press(pilot, "m")
            seen.append(app.state.examined.element)

    assert seen == expected


async def test_x_visits_what_is_not_finite() -> None:
    """NaN and infinities, one after the other, wherever they are."""
    x = np.asarray(CUBE).copy()
    x[0, 2, 1], x[2, 0, 4] = np.inf, np.nan
    async with walk(loss, x, panes=ARRAY) as pilot:
        app, seen = app_of(pilot), []
        for _ in range(3):
            await press(pilot, "X")
            seen.append(app.state.examined.element)

        assert seen == [(0, 2, 1), (2, 0, 4), (0, 2, 1)]
        assert foot(pilot).startswith("[0,2,1] Inf")


async def test_an_element_stays_as_long_as_the_shape_does() -> None:
    """Elementwise steps keep the element; a value of another shape has its own."""
    async with walk(loss, CUBE, panes=ARRAY) as pilot:
        app = app_of(pilot)
        await press(pilot, "at")
        await type_line(pilot, "[1, 1, 1]")
        await press(pilot, "n", "n")
        assert app.state.examined.element == (1, 1, 1)
        await press(pilot, "n")

        assert app.state.examined.element is None


async def test_the_chain_rule_follows_the_element() -> None:
    """The element of the array is the one that is added up."""
    async with walk(loss, CUBE, panes=("array", "chain")) as pilot:
        await press(pilot, "G", "at")
        await type_line(pilot, "0 1 3")

        assert "at [0,1,3]" in screen_text(pilot, "chain")


async def test_copied_text_is_the_slice() -> None:
    """`y` copies NumPy text that gives the shown slice back; `Y` plain lists."""
    async with walk(loss, CUBE, panes=ARRAY) as pilot:
        app = app_of(pilot)
        await press(pilot, "S")
        await type_line(pilot, "[1, :, 0]")
        await press(pilot, "y")
        copied = eval(app.clipboard, {"np": np})  # noqa: S307
        assert "4 elements copied" in app.state.notice
        await press(pilot, "Y")

        np.testing.assert_array_equal(copied, np.asarray(CUBE)[1, :, 0])
        assert copied.dtype == np.float32
        assert eval(app.clipboard, {}) == pytest.approx(copied.tolist())  # noqa: S307


async def test_differences_between_iterations_are_shown() -> None:
    """Inside a loop, what changed since the iteration before."""

    def step(carry: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        y = carry * x
        return y, y

    def fn(start: jax.Array, xs: jax.Array) -> jax.Array:
        return jax.lax.scan(step, start, xs)[1].sum()

    start, xs = jnp.array([1.0, -2.0, 0.5]), jnp.array([2.0, 3.0, 0.5])
    async with walk(fn, start, xs, panes=ARRAY) as pilot:
        app = app_of(pilot)
        await press(pilot, "slash", *"mul", "enter", "t", "right_square_bracket")
        await press(pilot, "colon")
        await type_line(pilot, "show primal turn")

        assert app.state.cursor is not None
        assert app.state.cursor.step.iteration == (1,)
        assert "iteration 1 − iteration 0" in screen_text(pilot, "array")
        expected = np.asarray(start) * 2 * 3 - np.asarray(start) * 2
        np.testing.assert_allclose(as_numbers(elements(pilot))[0], expected)


async def test_an_element_is_pointed_at() -> None:
    """A click on an element follows it; one on the first line shows something else."""
    async with walk(loss, jnp.arange(12.0).reshape(3, 4), panes=ARRAY) as pilot:
        app, pane = app_of(pilot), pane_of(pilot)
        sheet = pane.sheet
        assert sheet is not None
        x = 1 + sheet.left + 2 * sheet.cell + 1
        await pilot.click("#array", offset=(x, 1 + sheet.n_head + 1))
        await settle(pilot)
        assert app.state.examined.element == (1, 2)
        await pilot.click("#array", offset=(3, 1))
        await until(pilot, lambda: app.state.examined.what is not None)

        assert app.state.examined.what == "cotangent"


async def test_a_heat_map_marks_what_is_not_finite() -> None:
    """Two rows share a line, and NaN has a letter."""
    x = np.zeros((6, 8))
    x[3, 2], x[4, 4] = np.nan, -np.inf
    async with walk(loss, x, panes=ARRAY) as pilot:
        await press(pilot, "colon")
        await type_line(pilot, "format heat")
        await press(pilot, "end")

        lines = [
            line.split("  ", 1)[1].strip("│ ")
            for line in screen_text(pilot, "array").splitlines()[3:6]
        ]
        assert lines == ["▀▀▀▀▀▀▀▀", "▀▀N▀▀▀▀▀", "▀▀▀▀I▀▀◉"]


async def test_without_colours_signs_and_shades_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Under NO_COLOR a heat map can still be read."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with walk(loss, jnp.array([[-4.0, 0.0, 4.0]]), panes=ARRAY) as pilot:
        await press(pilot, "colon")
        await type_line(pilot, "format heat")

        assert "−█· +█" in screen_text(pilot, "array")


async def test_differences_between_recordings_are_shown() -> None:
    """After an input was changed, what that changed."""
    trace = gs.trace(loss, jnp.arange(3.0))
    rec = trace.record()
    app = StepApp(rec.graph, trace=trace, recording=rec)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await show(pilot, *ARRAY)
        app.edit("input", "x[1] = 2.5")
        await until(pilot, lambda: app.state.runs.current == 2)
        await press(pilot, "n", "colon")
        await type_line(pilot, "show primal run")

        assert "recording 2 − recording 1" in screen_text(pilot, "array")
        change = np.sin(2.5) - np.sin(1.0)
        np.testing.assert_allclose(
            as_numbers(elements(pilot))[0], [0, change, 0], rtol=1e-3
        )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (jnp.zeros((0, 3)), "no elements"),
        (jnp.float32(1.25), "1.25"),
        (jnp.arange(5, dtype=jnp.bfloat16), "3"),
        (jnp.array([1 + 2j, 3 - 1j]), "3−1i"),
        (jnp.array([[True], [False]]), "False"),
        (jnp.array([-7, 2**30]), "1073741824"),
        (jax.random.key(3), "random keys"),
    ],
)
async def test_every_type_is_shown(value: Any, shown: str) -> None:
    """Empty arrays, scalars, short floats, complex numbers, truth values, keys."""

    def fn(x: Any, y: jax.Array) -> jax.Array:
        return y * 2.0

    async with walk(fn, value, 1.0, argnums=1, panes=ARRAY) as pilot:
        assert shown in screen_text(pilot, "array")


async def test_no_elements_says_why() -> None:
    """Where there is no cotangent the primal is shown, and the reason."""

    def fn(x: jax.Array, y: jax.Array) -> jax.Array:
        return jnp.sum(x) * y.astype(jnp.float32).sum()

    async with walk(fn, jnp.ones(3), jnp.arange(3), argnums=0, panes=ARRAY) as pilot:
        await press(pilot, "n", "v")

        assert "Integers and booleans have no cotangent." in screen_text(pilot, "array")


async def test_a_large_array_is_shown_at_once() -> None:
    """Elements are there before the array has been measured; the end is one key away."""
    large = np.broadcast_to(np.float32(0.5), (3_000, 3_000))

    def fn(x: jax.Array) -> jax.Array:
        return x[0, 0] * 2.0

    async with walk(fn, large, panes=ARRAY, verify=False) as pilot:
        await press(pilot, "end")
        await until(pilot, lambda: "rows" in screen_text(pilot, "array"))

        assert "of 3,000" in screen_text(pilot, "array")
        assert foot(pilot).startswith("[2999,2999] 0.5")
