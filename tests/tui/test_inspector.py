"""The inspector says of a value all that the recording and the program know of it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from graphstep.recording import Stats
from tests.tui.pilots import app_of, line_with, press, screen_text, until, walk

INSPECTOR = ("inspector",)
X = jnp.asarray(np.random.default_rng(2).normal(size=(12, 5)), jnp.float32)


def layer(x: jax.Array) -> jax.Array:
    with jax.named_scope("encoder"):
        return jnp.tanh(x) * 2.0


def loss(x: jax.Array) -> jax.Array:
    return jnp.sum(layer(x))


def counts_of(stats: Stats) -> str:
    return (
        f"−inf {stats.neg_inf}  − {stats.negative}  0 {stats.zero}  "
        f"+ {stats.positive}  +inf {stats.pos_inf}  NaN {stats.nan}"
    )


def short(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


async def test_statistics_are_those_of_the_recording() -> None:
    """Counts, mean, norm and extremes of primal and cotangent."""
    async with walk(loss, X, panes=INSPECTOR) as pilot:
        await press(pilot, "n")
        app = app_of(pilot)
        assert app.recording is not None
        text = screen_text(pilot, "inspector")
        for of in ("primal", "cotangent"):
            stats = app.recording.stats("0", 0, of)
            assert isinstance(stats, Stats)
            assert counts_of(stats) in text
            assert f"‖·‖ {short(stats.l2)}  mean {short(stats.mean)}" in text
            assert f"max|·| {short(stats.absmax)}" in text
            assert short(stats.min) in text
            assert short(stats.max) in text


async def test_what_is_not_finite_is_counted() -> None:
    """Health counts are shown for every array, in the order of the number line."""
    x = np.arange(30.0, dtype=np.float32) - 10
    x[:4] = np.nan, np.inf, -np.inf, np.inf

    async with walk(lambda x: jnp.sum(x * x), x, panes=INSPECTOR) as pilot:
        shown = "−inf 1  − 6  0 1  + 19  +inf 2  NaN 1"
        assert shown in screen_text(pilot, "inspector")


async def test_numbers_that_leave_elements_out_say_so() -> None:
    """A norm of zero is not written where there is no finite element."""
    some = np.array([np.nan, 3.0, -4.0], np.float32)
    none = np.full(3, np.nan, np.float32)

    async with walk(lambda x, y: x + y, some, none, panes=INSPECTOR) as pilot:
        assert "finite: 2  ‖·‖ 5  mean −0.5" in screen_text(pilot, "inspector")
        await press(pilot, "n")
        text = screen_text(pilot, "inspector")
        assert "no finite element" in text
        assert "−inf 0  − 0  0 0  + 0  +inf 0  NaN 3" in text


async def test_where_a_value_was_made_is_told() -> None:
    """The line, the scopes around it, and the calls that led there, outermost first."""
    async with walk(loss, X, panes=INSPECTOR) as pilot:
        await press(pilot, "n")
        text = screen_text(pilot, "inspector")

        assert "in layer" in line_with(pilot, "test_inspector.py:", "inspector")
        assert "return jnp.tanh(x) * 2.0" in text
        assert "encoder" in text
        assert text.index("in layer") < text.rindex("in loss")


async def test_operands_and_users_are_named() -> None:
    """What it takes, and what takes it."""
    async with walk(loss, X, panes=INSPECTOR) as pilot:
        await press(pilot, "n")

        assert "x  f32[12,5]" in line_with(pilot, "0 ← ", "inspector")
        assert "mul" in line_with(pilot, " → ", "inspector")


async def test_another_output_is_chosen() -> None:
    """Of a node with several outputs one is looked at; arrows, clicks, words choose."""

    def fn(x: jax.Array) -> jax.Array:
        first, second, third = jnp.split(x, 3)
        return jnp.sum(first * second) + jnp.sum(third)

    async with walk(fn, jnp.arange(6.0), panes=INSPECTOR) as pilot:
        app = app_of(pilot)
        await press(pilot, "n", "right")
        assert app.state.examined.out == 1
        assert " ▸ 1" in screen_text(pilot, "inspector")
        assert "2  3" in screen_text(pilot, "inspector")
        await press(pilot, "colon", *"output", "space", "2", "enter")
        assert app.state.examined.out == 2
        y = next(
            y
            for y, line in enumerate(screen_text(pilot, "inspector").splitlines())
            if line.strip("│ ").startswith("0  ")
        )
        await pilot.click("#inspector", offset=(5, y))
        await until(pilot, lambda: app.state.examined.out == 0)
        await press(pilot, "n")

        assert app.state.examined.out == 0


async def test_a_region_tells_its_primitives() -> None:
    """The heading of a loop has its kind, its iterations and what it is made of."""

    def step(carry: jax.Array, x: jax.Array) -> tuple[jax.Array, None]:
        return jnp.sin(carry) * x + 1.0, None

    def fn(start: jax.Array, xs: jax.Array) -> jax.Array:
        return jax.lax.scan(step, start, xs)[0]

    async with walk(fn, 0.5, jnp.ones(7), panes=INSPECTOR) as pilot:
        app = app_of(pilot)
        (region,) = [r for r in app.state.graph.regions.values() if r.kind == "scan"]
        app.change(app.state.select_region(region.id))
        await press(pilot)

        assert "7 iterations" in screen_text(pilot, "inspector")
        assert "1 sin" in line_with(pilot, " sin", "inspector")


async def test_a_histogram_stands_between_least_and_greatest() -> None:
    """The spread of the elements, as high as there is room for."""
    async with walk(loss, X, panes=INSPECTOR, size=(120, 40)) as pilot:
        await press(pilot, "n")
        least = short(float(jnp.tanh(X).min()))
        most = short(float(jnp.tanh(X).max()))

        line = line_with(pilot, f"{least} ", "inspector")
        assert line.rstrip("│ ").endswith(most)
        assert any(block in line for block in "▁▂▃▄▅▆▇█")


async def test_a_tangent_is_shown_where_there_is_one() -> None:
    """A recording made with tangents has one for every value."""
    async with walk(loss, X, panes=INSPECTOR, tangents=(jnp.ones_like(X),)) as pilot:
        await press(pilot, "n")
        app = app_of(pilot)
        assert app.recording is not None
        stats = app.recording.stats("0", 0, "tangent")
        assert isinstance(stats, Stats)

        assert "tangent ─" in screen_text(pilot, "inspector")
        assert f"‖·‖ {short(stats.l2)}" in screen_text(pilot, "inspector")


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_every_size_has_room_for_the_inspector(size: tuple[int, int]) -> None:
    """No line is longer than the panel, however narrow that is."""
    async with walk(loss, X, panes=INSPECTOR, size=size) as pilot:
        await press(pilot, "n")

        lines = screen_text(pilot, "inspector").splitlines()
        assert {len(line) for line in lines} == {size[0]}
        assert "tanh" in lines[0]


@jax.custom_vjp
def unseen(x: jax.Array) -> jax.Array:
    jax.debug.callback(lambda _: None, x)
    x = jax.lax.while_loop(lambda v: v < 50.0, lambda v: v * 2.0, x)
    return jax.lax.cond(x > 2.0, jnp.sin, jnp.cos, x)


unseen.defvjp(lambda x: (unseen(x), x), lambda x, g: (g * x,))


async def test_turns_that_were_not_captured_are_said_to_be_so() -> None:
    """Loops and branches in a custom rule that calls back can be opened all the same."""
    async with walk(unseen, 2.0, panes=INSPECTOR) as pilot:
        app = app_of(pilot)
        app.change(app.state.with_open(frozenset(app.state.graph.regions.keys())))
        regions = {each.kind: each.id for each in app.state.graph.regions.values()}
        body = app.state.graph.order[app.state.graph.regions[regions["body"]].start]
        app.change(app.state.select_node(body))
        await press(pilot)
        assert "how often its loop ran was not captured" in screen_text(pilot)
        app.change(app.state.select_region(regions["while"]))
        await press(pilot)
        assert f"region {regions['while']}" in screen_text(pilot)
        app.change(app.state.select_region(regions["cond"]))
        await press(pilot)
        assert "which was taken was not captured" in screen_text(pilot)
