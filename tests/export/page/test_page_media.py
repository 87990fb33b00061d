"""The page on a phone, on paper, and in its two themes."""

from __future__ import annotations

from collections.abc import Callable

from tests.export.page.chromium import Tab

Open = Callable[..., Tab]


def test_a_phone_shows_one_panel(opened: Open) -> None:
    """At 390 pixels nothing is wider than the screen, and tabs choose the panel."""
    page = opened("fan_out")
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=390,
        height=844,
        deviceScaleFactor=2,
        mobile=True,
    )

    edges = page.run(
        "[...document.querySelectorAll('header, main, footer, .tabs, .buttons')]"
        ".map((each) => each.getBoundingClientRect().right)"
    )
    assert max(edges) <= 390
    shown = "[...document.querySelectorAll('.pane')].filter((p) => p.clientHeight > 0)"
    assert page.run(f"{shown}.map((p) => p.className)") == ["pane chain"]
    page.run("document.getElementById('tab-inspector').click()")
    assert page.run(f"{shown}.map((p) => p.className)") == ["pane inspector"]


def test_paper_shows_all_of_the_drawing(opened: Open) -> None:
    """While it is printed, the drawing is fitted to the paper; then it is as before."""
    page = opened("fan_out")
    before = page.run("document.getElementById('scene').getAttribute('transform')")

    page.run("window.dispatchEvent(new Event('beforeprint'))")
    assert page.run("document.getElementById('canvas').hasAttribute('viewBox')")
    page.run("window.dispatchEvent(new Event('afterprint'))")

    assert page.run("document.getElementById('scene').getAttribute('transform')") == (
        before
    )
    assert not page.run("document.getElementById('canvas').hasAttribute('viewBox')")


def test_the_theme_changes_by_a_key(opened: Open) -> None:
    """`T` turns light into dark, and back."""
    page = opened("scalar")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.run(ground)

    page.press("T")
    assert page.run(ground) != before

    page.press("T")
    assert page.run(ground) == before
