"""Lines of text as cells: the same as Rich makes of them, style by style."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from graphstep.tui.line_strip import line_strip

_CONSOLE = Console(width=80)
_BASE = Style(color="#c9ced8", bgcolor="#15181e")
_STYLES = st.sampled_from(
    [Style(), Style(bold=True), Style(color="#ff5555"), Style(bgcolor="#0000aa")]
)
_WORDS = st.text(st.sampled_from("ab ‖·∂中é"), max_size=8)


def cells(strip: Strip) -> list[tuple[str, Style | None]]:
    """Return every character with its style, however they are put together."""
    return [(char, style) for text, style, _ in strip for char in text]


def by_rich(line: Text, width: int) -> Strip:
    """Return what Rich and Textual make of a line."""
    strip = Strip(line.render(_CONSOLE)).adjust_cell_length(width)
    return strip.apply_style(_BASE)


@given(st.lists(st.tuples(_WORDS, _STYLES), max_size=6), _STYLES, st.integers(1, 40))
def test_what_is_written_in_pieces_looks_as_rich_draws_it(
    pieces: list[tuple[str, Style]], style: Style, width: int
) -> None:
    line = Text(style=style)
    for words, each in pieces:
        line.append(words, each)

    strip = line_strip(line, width, _BASE, _CONSOLE)

    assert strip.cell_length == width
    assert cells(strip) == cells(by_rich(line, width))


@given(
    _WORDS,
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), _STYLES), max_size=4),
    st.integers(1, 12),
)
def test_styles_that_lie_over_each_other_do_too(
    words: str, spans: list[tuple[int, int, Style]], width: int
) -> None:
    line = Text(words)
    for start, stop, style in spans:
        line.stylize(style, start, stop)

    strip = line_strip(line, width, _BASE, _CONSOLE)

    assert strip.cell_length == width
    assert cells(strip) == cells(by_rich(line, width))


def test_names_of_styles_are_looked_up() -> None:
    line = Text("a named style", style="bold")
    line.stylize("red", 2, 7)

    strip = line_strip(line, 20, _BASE, _CONSOLE)

    assert cells(strip) == cells(by_rich(line, 20))
