"""Colours of pictures: for light and dark pages, for print, and for every eye."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from types import MappingProxyType

from graphstep.export._kinds import KINDS

# Kinds that share a hue, as in the terminal UI.
FAMILIES: Mapping[str, str] = MappingProxyType(
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
        "other": "quiet",
        "region": "region",
    }
)


@dataclasses.dataclass(frozen=True)
class Theme:
    """The colours of a picture, as `#rrggbb`.

    Attributes:
        name: Of the theme.
        ground: Behind everything.
        text: Of names.
        dim: Of types and other small print.
        faint: Of what is still to come, and of frames that are names only.
        line: Of lines between boxes.
        forward: Accent of the forward pass.
        backward: Accent of the backward pass.
        trouble: NaN and infinity; always beside a letter.
        low: Of elements below zero in a strip.
        high: Of elements above zero in a strip.
        hues: By family; see `FAMILIES`.
        tint: How far the inside of a box goes from the ground to its hue, from 0 to 1.
    """

    name: str
    ground: str
    text: str
    dim: str
    faint: str
    line: str
    forward: str
    backward: str
    trouble: str
    low: str
    high: str
    hues: Mapping[str, str]
    tint: float

    def hue(self, kind: str) -> str:
        """Return the border of a kind of box."""
        return self.hues[FAMILIES[kind]]

    @functools.cached_property
    def fills(self) -> Mapping[str, str]:
        """The inside of each kind of box."""
        return {
            kind: mixed(self.ground, self.hue(kind), self.tint)
            for kind in (*KINDS, "region")
        }

    def accent(self, pass_: str) -> str:
        """Return the accent of a pass."""
        return self.backward if pass_ in ("seed", "backward") else self.forward

    def cell(self, value: float, kind: str) -> str:
        """Return the colour of one cell of a strip; see `Amount.strip`."""
        if value != value:  # noqa: PLR0124 -- NaN alone is not itself.
            return self.trouble
        hue = self.low if value < 0 else self.high
        return mixed(self.ground, self.text if kind == "histogram" else hue, abs(value))


def mixed(start: str, end: str, share: float) -> str:
    """Return a colour between two, `share` of the way from `start` to `end`."""
    pairs = zip(_channels(start), _channels(end), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


_LIGHT = Theme(
    name="light",
    ground="#ffffff",
    text="#2b303b",
    dim="#565e70",
    faint="#7d8595",
    line="#8a92a1",
    forward="#1f5fae",
    backward="#a3520f",
    trouble="#c0271d",
    low="#1f5fae",
    high="#a3520f",
    hues=MappingProxyType(
        {
            "data": "#0a5d9e",
            "quiet": "#4c4f59",
            "elementwise": "#4d7812",
            "linear": "#6a4f00",
            "index": "#1d7896",
            "reduction": "#7042bf",
            "random": "#ae3178",
            "control": "#ad594a",
            "rule": "#9e1a64",
            "effect": "#8e453b",
            "region": "#2b303b",
        }
    ),
    tint=0.1,
)
_DARK = Theme(
    name="dark",
    ground="#15181e",
    text="#e3e7ee",
    dim="#a4acbb",
    faint="#6d7789",
    line="#6d7789",
    forward="#7cb7ff",
    backward="#f0ad6d",
    trouble="#ff7b72",
    low="#7cb7ff",
    high="#f0ad6d",
    hues=MappingProxyType(
        {
            "data": "#8bc7f7",
            "quiet": "#c0bab9",
            "elementwise": "#a6e665",
            "linear": "#efa705",
            "index": "#74ebd5",
            "reduction": "#ae9ff8",
            "random": "#d95eb6",
            "control": "#c898a4",
            "rule": "#f38179",
            "effect": "#deb785",
            "region": "#c9ced8",
        }
    ),
    tint=0.16,
)
# Black on white: kinds are told by their words, states by marks and lines.
_PRINT = Theme(
    name="print",
    ground="#ffffff",
    text="#000000",
    dim="#333333",
    faint="#777777",
    line="#333333",
    forward="#000000",
    backward="#000000",
    trouble="#000000",
    low="#bbbbbb",
    high="#222222",
    hues=MappingProxyType(dict.fromkeys(FAMILIES.values(), "#000000")),
    tint=0.0,
)
# The palette of Okabe and Ito (2008), "Color Universal Design".
_OKABE_ITO = Theme(
    name="okabe-ito",
    ground="#ffffff",
    text="#000000",
    dim="#444444",
    faint="#808080",
    line="#808080",
    forward="#0072b2",
    backward="#d55e00",
    trouble="#000000",
    low="#0072b2",
    high="#d55e00",
    hues=MappingProxyType(
        {
            "data": "#56b4e9",
            "quiet": "#808080",
            "elementwise": "#009e73",
            "linear": "#e69f00",
            "index": "#808080",
            "reduction": "#cc79a7",
            "random": "#f0e442",
            "control": "#0072b2",
            "rule": "#d55e00",
            "effect": "#d55e00",
            "region": "#000000",
        }
    ),
    tint=0.22,
)
THEMES: Mapping[str, Theme] = MappingProxyType(
    {theme.name: theme for theme in (_LIGHT, _DARK, _PRINT, _OKABE_ITO)}
)
