"""Themes of pictures: readable, told apart by every eye, and those of the terminal UI."""

from __future__ import annotations

import pytest

import graphstep as gs
from graphstep.errors import FormatError
from graphstep.export import KINDS, THEMES, Style, Theme, dot_from_view
from graphstep.export._themes import FAMILIES, mixed
from graphstep.tui import palette
from tests.export.test_dot import loss_graph

BOXES = (*KINDS, "region")


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
def test_words_stand_out(theme: Theme) -> None:
    """Names from every box by 7 to 1, and what is small by 4.5 to 1."""
    for kind in BOXES:
        assert contrast(theme.text, theme.fills[kind]) >= 7
        assert contrast(theme.dim, theme.fills[kind]) >= 4.5
    assert contrast(theme.text, theme.ground) >= 7


@pytest.mark.parametrize("name", ["light", "dark"])
def test_hues_are_those_of_the_terminal(name: str) -> None:
    """Whoever knows one knows the other."""
    (colours,) = (c for c in palette.COLOURS if c.name == f"graphstep-{name}")
    theme = THEMES[name]

    hues = dict(zip(palette.FAMILIES, colours.hues, strict=True))
    assert {family: theme.hues[family] for family in hues} == hues
    assert (theme.forward, theme.backward) == (colours.forward, colours.backward)
    assert theme.trouble == colours.trouble
    assert {k: f for k, f in FAMILIES.items() if k in palette.KINDS} == palette.KINDS


def test_print_has_no_colours() -> None:
    """Black, white and greys alone."""
    theme = THEMES["print"]
    shown = [theme.ground, theme.text, theme.dim, theme.faint, theme.line, theme.low]
    shown += [theme.high, theme.trouble, *theme.hues.values(), *theme.fills.values()]

    assert all(len({c[1:3], c[3:5], c[5:7]}) == 1 for c in shown)


def test_mixing() -> None:
    """From one colour to another."""
    assert mixed("#000000", "#ffffff", 0.0) == "#000000"
    assert mixed("#000000", "#ff8000", 1.0) == "#ff8000"
    assert mixed("#000000", "#646464", 0.5) == "#323232"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"theme": "pink"}, "`pink` is no theme.*light, dark, print"),
        ({"direction": "up"}, "`up` is no direction"),
        ({"dpi": 0}, "0 dots per inch"),
        ({"link": "x{nothing}"}, r"\{file\}, \{name\}, \{line\}"),
        ({"link": "x{"}, "cannot be filled in"),
        ({"link": "{line.real.__class__}{nothing}"}, "cannot be filled in"),
    ],
)
def test_bad_styles_are_refused(options: dict[str, str], said: str) -> None:
    """With what could be said instead."""
    with pytest.raises(FormatError, match=said):
        Style(**options)


def test_links_are_escaped() -> None:
    """What is in a file's name cannot change where a link leads."""
    target = Style.target("x://{file}#L{line}", '/a b/"<c>?.py', 3, 0)

    assert target == "x:///a%20b/%22%3Cc%3E%3F.py#L3".replace(":///", "://")


def test_options_reach_the_picture() -> None:
    """Title, direction, legend and source lines."""
    graph = loss_graph()
    trace = gs.trace(lambda x: x * 2, 1.0)

    dot = trace.to_dot(theme="dark", direction="right", legend=True, title="T")

    assert f'bgcolor="{THEMES["dark"].ground}"' in dot
    assert "rankdir=LR" in dot
    assert "elementwise</FONT>" in dot
    assert "<B>T</B>" in dot
    sources = dot_from_view(graph, style=Style(source_lines=True))
    assert "&lt;string&gt;:6" in sources
