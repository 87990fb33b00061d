"""Colours and brightness: structure is hue, walk state is brightness, trouble is red."""

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


def _kinds(**colours: str) -> Mapping[str, Style]:
    return MappingProxyType({k: Style(color=v) for k, v in colours.items()})


_DARK = Palette(
    text=Style(color="#c9ced8"),
    bright=Style(color="#f2f4f8", bold=True),
    dim=Style(color="#8e97a8"),
    faint=Style(color="#626c7e"),
    forward=Style(color="#7cb7ff"),
    backward=Style(color="#f0ad6d"),
    trouble=Style(color="#ff7b72", bold=True),
    good=Style(color="#8fcf9f"),
    hit=Style(underline=True),
    underlined=Style(underline=True),
    cursor_line=Style(bgcolor="#2b3444"),
    selected_line=Style(bgcolor="#232834"),
    kinds=_kinds(
        input="#9cc4e4",
        const="#9aa6b8",
        output="#9cc4e4",
        binder="#8d9bb3",
        elementwise="#a9c7a0",
        linear="#d7b46a",
        shape="#9aa3b5",
        index="#8fb8b8",
        reduction="#c7a3d9",
        random="#d99ab4",
        control="#e09a7a",
        rule="#e0a3c0",
        effect="#d98f8f",
        other="#c9ced8",
    ),
)
_LIGHT = Palette(
    text=Style(color="#2b303b"),
    bright=Style(color="#0b0d12", bold=True),
    dim=Style(color="#5d6577"),
    faint=Style(color="#8f97a6"),
    forward=Style(color="#1f5fae"),
    backward=Style(color="#a3520f"),
    trouble=Style(color="#c0271d", bold=True),
    good=Style(color="#2c7a3f"),
    hit=Style(underline=True),
    underlined=Style(underline=True),
    cursor_line=Style(bgcolor="#d9e4f5"),
    selected_line=Style(bgcolor="#e9edf4"),
    kinds=_kinds(
        input="#245b88",
        const="#5b6575",
        output="#245b88",
        binder="#5b6b85",
        elementwise="#3f6d34",
        linear="#80600f",
        shape="#5b6575",
        index="#22706f",
        reduction="#7a3f94",
        random="#963560",
        control="#98451d",
        rule="#93346a",
        effect="#963030",
        other="#2b303b",
    ),
)

THEMES = (
    Theme(
        name="graphstep-dark",
        primary="#7cb7ff",
        secondary="#f0ad6d",
        accent="#7cb7ff",
        foreground="#c9ced8",
        background="#15181e",
        surface="#15181e",
        panel="#1d212a",
        error="#ff7b72",
        success="#8fcf9f",
        warning="#f0ad6d",
        dark=True,
        variables={
            "border": "#4a5468",
            "border-blurred": "#333a48",
            "border-focused": "#5f7ea8",
        },
    ),
    Theme(
        name="graphstep-light",
        primary="#1f5fae",
        secondary="#a3520f",
        accent="#1f5fae",
        foreground="#2b303b",
        background="#fbfbf9",
        surface="#fbfbf9",
        panel="#eef0f4",
        error="#c0271d",
        success="#2c7a3f",
        warning="#a3520f",
        dark=False,
        variables={
            "border": "#b7becb",
            "border-blurred": "#cdd3de",
            "border-focused": "#7f9cc4",
        },
    ),
)


def palette(*, is_dark: bool) -> Palette:
    """Return the styles for a dark or a light background."""
    return _DARK if is_dark else _LIGHT
