"""What the screen looks like: pictures that a person has looked at.

After a change that is meant, `pytest tests/tui/test_snapshots.py --snapshot-update`
makes them anew; look at each before it is committed. A picture that differs is shown
beside the old one in `snapshot_report.html`.
"""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from textual.pilot import Pilot

import graphstep as gs
from graphstep.tui.app import StepApp
from tests.tui.pilots import app_of, press, screen_text, settle

SIZES = ((80, 24), (120, 40), (200, 60))
# Small integers: exact, whatever adds them up.
X = jnp.array([1.0, -2.0, 3.0])
W = jnp.array([[1.0, 2.0, 0.0], [0.0, -1.0, 2.0]])
XS = jnp.array([1.0, 2.0, -1.0, 3.0])


def fan(x: jax.Array, w: jax.Array) -> jax.Array:
    h = w @ x
    positive = jnp.maximum(h, 0.0)
    return jnp.sum(positive * h)


def loop(start: jax.Array, xs: jax.Array) -> jax.Array:
    def step(carry: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        after = carry * x + 1.0
        return after, after * 2.0

    last, turns = jax.lax.scan(step, start, xs)
    return last + jnp.sum(turns)


def nothing_over_nothing(x: jax.Array) -> jax.Array:
    return jnp.sum(jnp.where(x > 0.0, x / jnp.abs(x), 0.0))


# A scene is a function, its arguments, and the keys that lead there.
Scene = tuple[Callable[..., Any], tuple[Any, ...], tuple[str, ...]]
FAN: Scene = (fan, (X, W), ("b", "n", "n", "n", "n"))
SCENES: dict[str, Scene] = {
    "forward": (fan, (X, W), ("n", "n", "n")),
    "fan_out": FAN,
    "loop": (loop, (jnp.float32(2.0), XS), ("n", "n", "n", "n", "s", "]")),
}
# Width of a character in a picture that Rich makes (15.0).
_CELL = 12.2
PANES = ("2", "3", "4", "5", "6", "7", "8", "9", "1")


def opened(scene: Scene, **options: Any) -> StepApp:
    fn, args, _ = scene
    recording = gs.record(fn, *args)
    # How long it took is another number each time.
    recording.timings = (("run", 0.001),)
    return StepApp(recording.graph, recording=recording, **options)


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_COLOR_SYSTEM", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


Look = Callable[..., None]


@pytest.fixture
def look(snap_compare: Callable[..., bool], request: pytest.FixtureRequest) -> Look:
    """Return what compares a picture, and says in words what differs."""

    def compare(app: StepApp, size: tuple[int, int], keys: tuple[str, ...]) -> None:
        shown: list[str] = []

        async def go(pilot: Pilot[int]) -> None:
            await settle(pilot)
            await press(pilot, *keys)
            shown.append(screen_text(pilot))
            assert not app_of(pilot).has_more_to_show

        if snap_compare(app, terminal_size=size, run_before=go):
            return
        path = Path(__file__).parent / "__snapshots__" / Path(__file__).stem
        kept = path / f"{request.node.name}.svg"
        before = text_of(kept.read_text("utf-8")) if kept.exists() else ""
        lines = difflib.unified_diff(
            before.splitlines(), stripped(shown[0]), "kept", "now", lineterm=""
        )
        words = "\n".join(lines) or "only colours differ: see snapshot_report.html"
        pytest.fail(f"{request.node.name} looks otherwise:\n{words}", pytrace=False)

    return compare


def stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def text_of(svg: str) -> str:
    """Return the characters of a picture, each in its cell."""
    rows: dict[float, str] = {}
    for attributes, text in re.findall(r"<text\b([^>]*)>([^<]*)</text>", svg):
        at = {key: float(n) for key, n in re.findall(r' ([xy])="([\d.]+)"', attributes)}
        if "clip-path" in attributes and text.strip():
            line = rows.get(at["y"], "").ljust(round(at["x"] / _CELL))
            rows[at["y"]] = line + html.unescape(text)
    return "\n".join(rows[y].replace("\xa0", " ").rstrip() for y in sorted(rows))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
def test_scenes(look: Look, scene: str, size: tuple[int, int]) -> None:
    """Forward, backward at a value with two uses, and inside a scan."""
    look(opened(SCENES[scene]), size, SCENES[scene][2])


def test_all_panes(look: Look) -> None:
    """Every panel beside the graph has room in a large terminal."""
    look(opened(FAN), (200, 60), (*FAN[2], *PANES))


def test_light(look: Look) -> None:
    """The light theme."""
    look(opened(FAN), (120, 40), (*FAN[2], "T"))


def test_ascii(look: Look) -> None:
    """Nothing but ASCII."""
    look(opened(FAN, ascii=True), (120, 40), FAN[2])


def test_tiny(look: Look) -> None:
    """What is left where there is room for nothing."""
    look(opened(FAN), (30, 10), FAN[2])


def test_nan(look: Look) -> None:
    """A value that is not a number is told by a letter, too."""
    scene = (nothing_over_nothing, (jnp.array([1.0, 0.0, -2.0]),), ())
    look(opened(scene), (120, 40), ("G",))
