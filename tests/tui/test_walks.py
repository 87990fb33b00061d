"""What is shown on a walk are the numbers of JAX itself."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from graphstep.tui.passes import BACKWARD
from tests.tui.pilots import (
    app_of,
    example,
    line_with,
    number_after,
    press,
    screen_text,
    walk,
)

OUTLINE = ("outline",)
BOTH = ("outline", "inspector")
SUMS = ("outline", "chain")
X = jnp.array([1.0, -2.0])
A = jnp.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
B = jnp.array([0.5, -1.0, 2.0])


def least_squares(x: jax.Array, A: jax.Array, b: jax.Array) -> jax.Array:
    r = A @ x - b
    return r @ r


def norm(array: Any) -> float:
    return float(np.linalg.norm(np.asarray(array).ravel()))


def last_norm(line: str) -> float:
    """Return the cotangent's norm, which stands last in a line of the outline."""
    return number_after(line[line.rindex("‖·‖ ") :], "‖·‖ ")


async def test_the_first_step_shows_the_first_input() -> None:
    """A walk begins at the first input, with its value."""
    async with walk(least_squares, X, A, B, panes=OUTLINE) as pilot:
        assert line_with(pilot, "forward 1/7")
        assert " x " in line_with(pilot, "│ ▶", "outline")
        assert number_after(
            line_with(pilot, "│ ▶", "outline"), "‖·‖ "
        ) == pytest.approx(norm(X), rel=5e-3)


async def test_the_output_is_in_the_title() -> None:
    """A scalar output stands in the title."""
    async with walk(least_squares, X, A, B) as pilot:
        shown = number_after(line_with(pilot, "least_squares  f32"), "= ")

        assert shown == pytest.approx(float(least_squares(X, A, B)), rel=1e-5)


async def test_the_last_step_shows_the_gradient() -> None:
    """At the end of the walk every in_cotangent is that of `jax.grad`."""
    expected = jax.grad(least_squares, (0, 1, 2))(X, A, B)

    async with walk(least_squares, X, A, B, panes=OUTLINE) as pilot:
        await press(pilot, "G")

        assert line_with(pilot, "backward 7/7")
        for name, gradient in zip(("x", "A", "b"), expected, strict=True):
            line = line_with(pilot, f"◆ {name} ", "outline")
            assert last_norm(line) == pytest.approx(norm(gradient), rel=5e-3)


async def test_contributions_are_summed_term_by_term() -> None:
    """The chain rule adds up what each use of a value sends back."""

    def fn(x: jax.Array) -> jax.Array:
        return jnp.sin(x) * x

    async with walk(fn, 2.0, panes=SUMS) as pilot:
        await press(pilot, "G")

        cosine, sine = 2.0 * np.cos(2.0), np.sin(2.0)
        assert f"{cosine:.4g}".replace("-", "−") in line_with(pilot, "· sin")
        assert f"+{sine:.4g}" in line_with(pilot, "· mul")
        total = f"= {sine + cosine:.4g}".replace("-", "−")
        assert total in screen_text(pilot)


async def test_a_contribution_to_come_is_announced() -> None:
    """While a sum is not complete, the uses that are still to send are named."""

    def fn(x: jax.Array) -> jax.Array:
        return jnp.sin(x) * x

    async with walk(fn, 2.0, panes=SUMS) as pilot:
        await press(pilot, "b", "n", "n", "home")

        assert "to come" in line_with(pilot, "· sin")
        assert "so far" in line_with(pilot, "so far")


async def test_a_scan_is_walked_iteration_by_iteration() -> None:
    """In a loop the panels show this iteration's values."""

    def step(carry: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        y = carry * x
        return y, jnp.sin(y)

    def fn(start: jax.Array, xs: jax.Array) -> jax.Array:
        last, ys = jax.lax.scan(step, start, xs)
        return last + ys.sum()

    xs = jnp.array([0.5, 2.0, 1.5])
    carries = np.cumprod([0.7, 0.5, 2.0, 1.5])

    async with walk(fn, 0.7, xs, panes=BOTH) as pilot:
        await press(pilot, "slash", *"sin", "enter", "t")
        for turn in range(3):
            assert line_with(pilot, f"iteration {turn}/3")
            shown = number_after(line_with(pilot, "│ ▶", "outline"), "f32[] ")
            assert shown == pytest.approx(np.sin(carries[turn + 1]), rel=1e-3)
            await press(pilot, "right_square_bracket")
        await press(pilot, "G")

        gradient = jax.grad(fn)(0.7, xs)
        assert f"{float(gradient):.4g}" in line_with(pilot, "│ ▶", "outline")


async def test_a_nan_is_flagged_with_a_letter() -> None:
    """NaN in a cotangent shows as the letter N and as a count."""
    module = example("sqrt_where_nan")

    async with walk(module.loss, *module.example_args(), panes=BOTH) as pilot:
        await press(pilot, "G")

        assert " N" in line_with(pilot, "│ ▶", "outline")
        assert "NaN 1" in screen_text(pilot)


async def test_a_breakpoint_on_nan_stops_where_it_arises() -> None:
    """`break nan`, then continuing, leads to the first NaN of the backward pass."""
    module = example("sqrt_where_nan")

    async with walk(module.loss, *module.example_args(), panes=OUTLINE) as pilot:
        await press(pilot, "b", "colon", *"break nan", "enter", "c")
        app = app_of(pilot)
        while app.state.cursor is None or app.state.cursor.pass_ != BACKWARD:
            await pilot.pause(0.001)
        await press(pilot)

        assert app.state.cursor.step.node == "in0"


async def test_a_custom_rule_has_no_cotangents_inside() -> None:
    """The body of a custom rule says why it has no cotangents."""
    module = example("custom_rule")

    async with walk(module.loss, *module.example_args(), panes=BOTH) as pilot:
        await press(pilot, "n")
        assert "The custom rule replaces" in screen_text(pilot)
        await press(pilot, "G")

        clipped = norm(jax.grad(module.loss)(*module.example_args()))
        line = line_with(pilot, "│ ▶", "outline")
        assert last_norm(line) == pytest.approx(clipped, rel=5e-3)


async def test_a_while_says_that_no_cotangent_flows_back() -> None:
    """Reverse mode ends at a while, and the inspector says so."""
    module = example("newton_while")

    async with walk(module.error, *module.example_args, panes=BOTH) as pilot:
        await press(pilot, "home", "down")
        text = screen_text(pilot)

        assert "while ×" in text
        await press(pilot, "home")
        assert "JAX has no reverse mode" in screen_text(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_digits_are_walked_there_and_back(size: tuple[int, int]) -> None:
    """From the first input to the last in_cotangent, then back to the first step."""
    module = example("digits_mlp")
    keys = jax.random.split(jax.random.key(0), 2)
    params = {
        "w1": jax.random.normal(keys[0], (64, 64)) / 8,
        "b1": jnp.full(64, 0.1),
        "w2": jax.random.normal(keys[1], (64, 10)) / 8,
        "b2": jnp.zeros(10),
    }
    images, labels = module.digits()
    x, y = images[1500:1532], labels[1500:1532]
    gradients = jax.grad(module.loss)(params, x, y)

    async with walk(
        module.loss, params, x, y, size=size, argnums=0, panes=OUTLINE
    ) as pilot:
        app = app_of(pilot)
        n_steps = len(app.state.cursor.timeline)
        for step in range(1, n_steps):
            await pilot.press("n")
            assert app.state.cursor.index == step
        await press(pilot)
        assert app.state.cursor.at_end
        for name, gradient in gradients.items():
            line = line_with(pilot, f"◆ params['{name}']", "outline")
            assert last_norm(line) == pytest.approx(norm(gradient), rel=5e-3)
        for _ in range(n_steps - 1):
            await pilot.press("p")
        await press(pilot)

        assert app.state.cursor.at_start
        assert line_with(pilot, f"forward 1/{len(app.state.graph)}")
