"""The first drawing has the processor to itself until it is on the screen."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import pytest
from textual.geometry import Region
from textual.strip import Strip

from graphstep.tui import canvas_layouts, threads
from graphstep.tui.canvas import Canvas
from graphstep.tui.timeline_bar import TimelineBar
from tests.tui.pilots import app_of, screen_text, walk


def scaled(x: jax.Array) -> jax.Array:
    """Take a few steps, one of which has a name."""
    doubled = 2 * x
    return jnp.sum(jnp.sin(doubled))


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of threads as they begin, and `painted` for each drawing."""
    found: list[str] = []
    begin, render_lines = threads.begin, Canvas.render_lines
    find_track = TimelineBar._find_track

    def begun(name: str, *args: Any) -> None:
        found.append(name)
        begin(name, *args)

    def painted(self: Canvas, crop: Region) -> list[Strip]:
        strips = render_lines(self, crop)
        if self.drawn is not None:
            found.append("painted")
        return strips

    def tracked(self: TimelineBar, *args: Any) -> Any:
        found.append("track")
        return find_track(self, *args)

    monkeypatch.setattr(threads, "begin", begun)
    monkeypatch.setattr(Canvas, "render_lines", painted)
    monkeypatch.setattr(TimelineBar, "_find_track", tracked)
    # However small, it is laid out in a thread.
    monkeypatch.setattr(canvas_layouts, "_SMALL", 0)
    return found


async def test_nothing_but_the_layout_is_begun_before(events: list[str]) -> None:
    """Colours, health and norms begin when the drawing is seen, and all of them do."""
    async with walk(scaled, jnp.arange(3.0), size=(200, 60)) as pilot:
        text = screen_text(pilot)
        holds_back = app_of(pilot).holds_back

    first = events.index("painted")
    assert set(events[:first]) == {"graphstep-layout"}
    later = set(events[first:])
    assert {"graphstep-source", "graphstep-reading", "track"} <= later
    assert "laying out" not in text
    assert not holds_back


async def test_a_hidden_drawing_is_not_waited_for(events: list[str]) -> None:
    """Where there is room for nothing, what is asked for is still worked out."""
    async with walk(scaled, jnp.arange(3.0), size=(30, 10)) as pilot:
        assert not app_of(pilot).holds_back

    assert "painted" not in events
