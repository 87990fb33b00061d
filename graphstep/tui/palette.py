"""Colours and brightness: structure is hue, walk state is brightness, trouble is red.

The hues of kinds that differ can be told apart with any of the three dichromacies, and
every text stands out from its background (a test computes both).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from rich.style import Style
from textual.theme import Theme


@dataclasses.dataclass(frozen=True, slots=True)
class Palette:
    """Styles by what they mean. No state is told by colour alone."""

    text: Style
    bright: Style
    dim: Style
    faint: Style
    forward: Style
    backward: Style
    trouble: Style
    good: Style
    hit: Style
    underlined: Style
    cursor_line: Style
    selected_line: Style
    kinds: Mapping[str, Style]

    def kind(self, name: str) -> Style:
        """Return the hue of a kind of operation."""
        return self.kinds.get(name, self.text)

    def pass_(self, name: str) -> Style:
        """Return the accent of a pass."""
        return self.forward if name == "forward" else self.backward


@dataclasses.dataclass(frozen=True, slots=True)
class Colours:
    """What a theme and its palette are made of.

    Attributes:
        name: Of the theme.
        is_dark: Whether the background is.
        ground: Behind everything.
        panel: Behind the first and the last line.
        text: Of most text.
        bright: Of what matters now.
        dim: Of what matters less.
        faint: Of lines and of what is still to come.
        forward: Accent of the forward pass.
        backward: Accent of the backward pass.
        trouble: NaN and the like; always beside a letter.
        good: What is well.
        cursor: Behind the cursor's line.
        selected: Behind the selected line.
        border: Of dialogs, and of panels that do not have the keys.
        focus: The border of the panel that has the keys.
        hues: Of the families of kinds, in the order of `FAMILIES`.
    """

    name: str
    is_dark: bool
    ground: str
    panel: str
    text: str
    bright: str
    dim: str
    faint: str
    forward: str
    backward: str
    trouble: str
    good: str
    cursor: str
    selected: str
    border: str
    focus: str
    hues: tuple[str, ...]

    def palette(self) -> Palette:
        """Return the styles."""
        families: dict[str, str] = dict(zip(FAMILIES, self.hues, strict=True))
        kinds = {kind: families[family] for kind, family in KINDS.items()}
        return Palette(
            text=Style(color=self.text),
            bright=Style(color=self.bright, bold=True),
            dim=Style(color=self.dim),
            faint=Style(color=self.faint),
            forward=Style(color=self.forward),
            backward=Style(color=self.backward),
            trouble=Style(color=self.trouble, bold=True),
            good=Style(color=self.good),
            hit=Style(underline=True),
            underlined=Style(underline=True),
            cursor_line=Style(bgcolor=self.cursor),
            selected_line=Style(bgcolor=self.selected),
            kinds=MappingProxyType({k: Style(color=c) for k, c in kinds.items()}),
        )

    def theme(self) -> Theme:
        """Return the theme for Textual's own widgets."""
        return Theme(
            name=self.name,
            primary=self.forward,
            secondary=self.backward,
            accent=self.forward,
            foreground=self.text,
            background=self.ground,
            surface=self.ground,
            panel=self.panel,
            error=self.trouble,
            success=self.good,
            warning=self.backward,
            dark=self.is_dark,
            variables={
                "border": self.focus,
                "border-blurred": self.border,
                "border-focused": self.focus,
                "dim": self.dim,
                "bright": self.bright,
                "selected": self.selected,
                "cursor-line": self.cursor,
            },
        )


FAMILIES: tuple[str, ...] = (
    "data",
    "quiet",
    "elementwise",
    "linear",
    "index",
    "reduction",
    "random",
    "control",
    "rule",
    "effect",
)
# What is handed on, and what only moves data about, share a hue each.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "input": "data",
        "output": "data",
        "const": "quiet",
        "binder": "quiet",
        "shape": "quiet",
        "elementwise": "elementwise",
        "linear": "linear",
        "index": "index",
        "reduction": "reduction",
        "random": "random",
        "control": "control",
        "rule": "rule",
        "effect": "effect",
    }
)

_DARK = Colours(
    name="graphstep-dark",
    is_dark=True,
    ground="#15181e",
    panel="#1d212a",
    text="#c9ced8",
    bright="#f2f4f8",
    dim="#939cad",
    faint="#6d7789",
    forward="#7cb7ff",
    backward="#f0ad6d",
    trouble="#ff7b72",
    good="#8fcf9f",
    cursor="#2b3a52",
    selected="#262c39",
    border="#3a4252",
    focus="#6f93c4",
    hues=(
        "#8bc7f7",
        "#c0bab9",
        "#a6e665",
        "#efa705",
        "#74ebd5",
        "#ae9ff8",
        "#d95eb6",
        "#c898a4",
        "#f38179",
        "#deb785",
    ),
)
_LIGHT = Colours(
    name="graphstep-light",
    is_dark=False,
    ground="#fbfbf9",
    panel="#eceef3",
    text="#2b303b",
    bright="#0b0d12",
    dim="#565e70",
    faint="#7d8595",
    forward="#1f5fae",
    backward="#a3520f",
    trouble="#c0271d",
    good="#2c7a3f",
    cursor="#cfdff7",
    selected="#e6eaf2",
    border="#c3cad6",
    focus="#5f86bd",
    hues=(
        "#0a5d9e",
        "#4c4f59",
        "#4d7812",
        "#6a4f00",
        "#1d7896",
        "#7042bf",
        "#ae3178",
        "#ad594a",
        "#9e1a64",
        "#8e453b",
    ),
)
# With at least seven times the contrast of light to dark, as WCAG 2.2 asks for AAA.
_BLACK = Colours(
    name="graphstep-contrast-black",
    is_dark=True,
    ground="#000000",
    panel="#1a1a1a",
    text="#ffffff",
    bright="#ffffff",
    dim="#c8ccd4",
    faint="#a0a6b2",
    forward="#7fc0ff",
    backward="#ffb86b",
    trouble="#ff8f88",
    good="#9fe8b0",
    cursor="#1f3f78",
    selected="#2e3440",
    border="#9aa3b2",
    focus="#ffffff",
    hues=(
        "#30c9b5",
        "#d7cbd0",
        "#8fe36a",
        "#eba92e",
        "#9befb8",
        "#b29ef5",
        "#ff7a8c",
        "#c68f65",
        "#e3aacc",
        "#90a892",
    ),
)
_WHITE = Colours(
    name="graphstep-contrast-white",
    is_dark=False,
    ground="#ffffff",
    panel="#e6e6e6",
    text="#000000",
    bright="#000000",
    dim="#333a46",
    faint="#565d69",
    forward="#0a3f88",
    backward="#7a3400",
    trouble="#9e0b05",
    good="#0f5222",
    cursor="#b9d2ff",
    selected="#dfe3ea",
    border="#4c525c",
    focus="#000000",
    hues=(
        "#214dc4",
        "#3b4537",
        "#544601",
        "#8c4050",
        "#735210",
        "#5b3ba2",
        "#7c0563",
        "#8c0f3e",
        "#772684",
        "#664d72",
    ),
)
# What a terminal has that knows only sixteen colours, as `rich` believes them to be.
_SIXTEEN = Colours(
    name="graphstep-16",
    is_dark=True,
    ground="#000000",
    panel="#000000",
    text="#ffffff",
    bright="#ffffff",
    dim="#aaaaaa",
    faint="#aaaaaa",
    forward="#55ffff",
    backward="#ffff55",
    trouble="#ff5555",
    good="#55ff55",
    cursor="#0000aa",
    selected="#555555",
    border="#555555",
    focus="#ffffff",
    hues=(
        "#55ffff",
        "#aaaaaa",
        "#55ff55",
        "#ffff55",
        "#00aaaa",
        "#ff55ff",
        "#aa00aa",
        "#aa5500",
        "#ff5555",
        "#00aa00",
    ),
)

_ALL = (_DARK, _LIGHT, _BLACK, _WHITE, _SIXTEEN)
PALETTES: Mapping[str, Palette] = MappingProxyType(
    {colours.name: colours.palette() for colours in _ALL}
)
COLOURS = _ALL
THEMES = tuple(colours.theme() for colours in _ALL)
SIXTEEN = THEMES[-1]


def palette_of(theme: Theme) -> Palette:
    """Return the styles for a theme; those of Textual's own are dark or light."""
    return PALETTES.get(theme.name) or palette(is_dark=theme.dark)


def palette(*, is_dark: bool) -> Palette:
    """Return the styles for a dark or a light background."""
    return PALETTES[_DARK.name if is_dark else _LIGHT.name]
