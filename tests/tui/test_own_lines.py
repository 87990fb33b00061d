"""Lines that widgets put together themselves: cell by cell as Textual draws them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest
from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

import graphstep as gs
from graphstep.tui.app import StepApp
from graphstep.tui.bordered import BorderedLines
from graphstep.tui.line_strip import line_strip
from graphstep.tui.palette import THEMES
from graphstep.tui.scroll_bar import QuickScrollBar
from graphstep.tui.text_bar import TextBar
from tests.tui.pilots import press, settle, show, walk

X = jnp.array([1.0, -2.0, 3.0])
W = jnp.array([[1.0, 2.0, 0.0], [0.0, -1.0, 2.0]])


def fan(x: jax.Array, w: jax.Array) -> jax.Array:
    h = w @ x
    return jnp.sum(jnp.maximum(h, 0.0) * h)


def cells(strips: list[Strip]) -> list[list[tuple[str, Style | None]]]:
    """Return every character with its style, row by row."""
    return [[(c, style) for text, style, _ in row for c in text] for row in strips]


def by_textual(widget: Widget, crop: Region) -> list[Strip]:
    """Return what Textual draws of a widget, whatever was drawn before."""
    if isinstance(widget, TextBar):

        def render_line(y: int) -> Strip:
            text = widget._lines[y] if y < len(widget._lines) else Text()
            width, style = widget.content_size.width, widget.rich_style
            return line_strip(text, width, style, widget.app.console)

        widget.render_line = render_line
    widget._set_dirty()
    return Widget.render_lines(widget, crop)


def check(pilot: Pilot[int]) -> set[str]:
    """Compare all that is seen; return the kinds of widgets that were."""
    kinds = set[str]()
    for widget, region in pilot.app.screen._compositor.visible_widgets.items():
        if not isinstance(widget, BorderedLines | QuickScrollBar | TextBar):
            continue
        crop = Region(0, 0, *region[0].size)
        assert cells(widget.render_lines(crop)) == cells(by_textual(widget, crop))
        kinds.add(type(widget).__name__)
    return kinds


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_all_that_is_seen_looks_as_textual_draws_it(
    size: tuple[int, int],
) -> None:
    async with walk(fan, X, W, size=size) as pilot:
        assert check(pilot) >= {"Canvas", "KeyBar", "TimelineBar", "TitleBar"}
        # Other titles and lines, another focus, a scrolled panel, a smaller one.
        for keys in ("n n n", "tab", "down down", "b n n", "tab end", "("):
            await press(pilot, *keys.split())
            check(pilot)
        for theme in THEMES:
            pilot.app.theme = theme.name
            await settle(pilot)
            check(pilot)
            await press(pilot, "p")
            check(pilot)


@pytest.mark.parametrize("is_ascii", [False, True])
async def test_a_panel_with_a_scroll_bar_does_too(is_ascii: bool) -> None:
    rec = gs.record(fan, X, W)
    app = StepApp(rec.graph, recording=rec, ascii=is_ascii)
    async with app.run_test(size=(80, 14)) as pilot:
        await settle(pilot)
        await show(pilot, "inspector", "chain")
        for _ in range(5):
            assert check(pilot) >= {"Inspector", "QuickScrollBar"}
            await press(pilot, "n", "down")


async def test_without_colours_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with walk(fan, X, W) as pilot:
        await press(pilot, "n", "n")
        assert check(pilot)


async def test_a_line_is_put_together_once() -> None:
    async with walk(lambda x: jnp.sum(x * x), X) as pilot:
        await show(pilot, "inspector", "graph")
        pane = pilot.app.query_one("#inspector", BorderedLines)
        crop = Region(0, 0, *pane.outer_size)
        before = pane.render_lines(crop)
        pane.set_heading("another title", "and a note")
        after = pane.render_lines(crop)
        assert "another title" in after[0].text
        assert "and a note" in after[-1].text
        for line, same in list(zip(before, after, strict=True))[1:-1]:
            assert line is same
