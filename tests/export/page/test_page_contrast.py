"""Everybody can read a page: its colours stand apart, as WCAG 2.2 asks (level AA)."""

from __future__ import annotations

import re

import pytest

from graphstep.export._themes import mixed
from graphstep.export.page._document import STYLES, static_text
from tests.export.test_themes import contrast

# Words, and what they are written on: the page, panels, marked lines, boxes that were found.
_WORDS = {
    "ground": ("text", "dim", "soft", "forward", "backward", "trouble"),
    "panel": ("text", "dim", "soft", "forward", "backward", "trouble"),
    "selected": ("text", "dim", "soft", "forward"),
    "cursor": ("text", "dim", "forward", "backward"),
}


def colours_of(name: str) -> dict[str, str]:
    """Return the colours of a theme, and how far boxes are tinted."""
    css = static_text("theme.css")
    start = css.index(":root {" if name == "light" else '[data-theme="dark"] {')
    block = css[start : css.index("}", start)]
    return dict(re.findall(r"--(\w+): ([#\w]+)%?;", block))


def kinds() -> list[str]:
    """Return the names of the hues that boxes have."""
    return sorted(set(re.findall(r"--hue: var\(--(\w+)\)", static_text("theme.css"))))


@pytest.mark.parametrize("name", ["light", "dark"])
def test_words_stand_out(name: str) -> None:
    """Text has a contrast of 4.5 to 1 at least, wherever it is written."""
    colours = colours_of(name)

    found = {
        (word, ground): contrast(colours[word], colours[ground])
        for ground, words in _WORDS.items()
        for word in words
    }

    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("kind", kinds())
def test_what_is_in_boxes_stands_out(name: str, kind: str) -> None:
    """Names and values by 4.5 to 1, borders and marks of state by 3 to 1."""
    colours = colours_of(name)
    fill = mixed(colours["ground"], colours[kind], int(colours["tint"]) / 100)

    for word in ("text", "dim", "forward", "backward"):
        assert contrast(colours[word], fill) >= 4.5, word
    assert contrast(colours[kind], fill) >= 3
    assert contrast(colours["line"], colours["ground"]) >= 3


def test_faint_is_no_colour_of_words() -> None:
    """What is fainter than that draws frames alone."""
    css = "".join(map(static_text, STYLES))
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", css)

    assert [s for s, body in rules if re.search(r"(?<!-)(color|fill): var\(--faint\)", body)] == []  # fmt: skip
