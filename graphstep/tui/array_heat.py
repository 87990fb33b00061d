"""Elements as colours: two to a cell, or as shades and signs where there are none."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
from rich.segment import Segment
from rich.style import Style

from graphstep.tui.array_look import reals
from graphstep.tui.numbers import number
from graphstep.tui.palette import Palette

UPPER = "▀"
_SHADES = " ░▒▓█"
# How many colours each sign has.
_LEVELS = 24
_RGB = tuple[int, int, int]
# Blue and orange are told apart by all; zero is the colour of the background.
_DARK: tuple[_RGB, _RGB, _RGB] = ((92, 172, 255), (34, 39, 48), (255, 166, 77))
_LIGHT: tuple[_RGB, _RGB, _RGB] = ((20, 90, 180), (232, 234, 238), (190, 80, 0))


@dataclasses.dataclass(frozen=True, slots=True)
class Scale:
    """How numbers become levels: zero stays in the middle.

    Attributes:
        absmax: The size that has the strongest colour.
        is_dark: Whether the background is.
    """

    absmax: float
    is_dark: bool

    def levels(self, window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return −24 to 24 for every element, and which are not finite."""
        x = reals(window)
        bad = ~np.isfinite(x)
        top = self.absmax if self.absmax > 0 and math.isfinite(self.absmax) else 1.0
        part = np.clip(np.where(bad, 0.0, x) / top, -1.0, 1.0)
        # Square roots let small numbers be seen; whatever is not zero has a colour.
        levels = np.sign(part) * np.ceil(np.sqrt(np.abs(part)) * _LEVELS)
        return levels.astype(int), bad

    def style(self, upper: int, lower: int | None) -> Style:
        """Return the style of a cell of two elements; below the last there is none."""
        return _style(upper, lower, self.is_dark)


@functools.lru_cache(maxsize=8192)
def _style(upper: int, lower: int | None, is_dark: bool) -> Style:
    below = None if lower is None else _colour(lower, is_dark)
    return Style(color=_colour(upper, is_dark), bgcolor=below)


def _colour(level: int, is_dark: bool) -> str:
    negative, zero, positive = _DARK if is_dark else _LIGHT
    end = positive if level > 0 else negative
    part = abs(level) / _LEVELS
    r, g, b = (round(z + (e - z) * part) for z, e in zip(zero, end, strict=True))
    return f"#{r:02x}{g:02x}{b:02x}"


def _mark(window: np.ndarray, row: int, column: int) -> str:
    return "N" if np.isnan(window[row, column]) else "I"


def heat_lines(
    window: np.ndarray,
    has: np.ndarray,
    scale: Scale,
    palette: Palette,
    *,
    cursor: tuple[int, int] | None,
) -> list[list[Segment]]:
    """Draw a window in colour, two rows to a line.

    Args:
        window: A matrix.
        has: Where there is an element.
        scale: Of colours.
        palette: Styles of marks.
        cursor: Row and column of the element that is followed, if it is in sight.
    """
    levels, bad = scale.levels(window)
    lines: list[list[Segment]] = []
    for top in range(0, len(window), 2):
        line: list[Segment] = []
        for column in range(window.shape[1]):
            rows = [r for r in (top, top + 1) if r < len(window) and has[r, column]]
            if not rows:
                line.append(Segment(" "))
                continue
            marked = [r for r in rows if bad[r, column]]
            here = cursor is not None and cursor[1] == column and cursor[0] in rows
            lower = int(levels[rows[-1], column]) if len(rows) == 2 else None
            style = scale.style(int(levels[rows[0], column]), lower)
            if marked:
                text, style = _mark(window, marked[0], column), palette.trouble
            else:
                text = UPPER
            if here:
                text, style = (
                    ("◉" if not marked else text),
                    palette.bright
                    + Style(
                        reverse=bool(marked), bgcolor=None if marked else style.bgcolor
                    ),
                )
            line.append(Segment(text, style))
        lines.append(line)
    return lines


def shade_lines(
    window: np.ndarray,
    has: np.ndarray,
    scale: Scale,
    palette: Palette,
    *,
    cursor: tuple[int, int] | None,
) -> list[list[Segment]]:
    """Draw a window without colours: a sign and a shade for every element."""
    levels, bad = scale.levels(window)
    lines: list[list[Segment]] = []
    for row in range(len(window)):
        line: list[Segment] = []
        for column in range(window.shape[1]):
            if not has[row, column]:
                line.append(Segment("  "))
                continue
            style = palette.text
            if bad[row, column]:
                text = f" {_mark(window, row, column)}"
                style = palette.trouble
            else:
                level = int(levels[row, column])
                shade = _SHADES[-(-abs(level) * (len(_SHADES) - 1) // _LEVELS)]
                text = f"{'−' if level < 0 else '+' if level else '·'}{shade}"
            if cursor == (row, column):
                style = palette.bright + Style(reverse=True)
            line.append(Segment(text, style))
        lines.append(line)
    return lines


def legend(
    low: float, high: float, scale: Scale, palette: Palette, *, is_mono: bool, room: int
) -> list[Segment]:
    """Return the scale from the least to the greatest element."""
    least, most = number(low, 3), number(high, 3)
    blocks = max(4, min(24, room - len(least) - len(most) - 4))
    values = np.linspace(low, high, blocks)[None]
    line = [Segment(f"{least} ", palette.dim)]
    if is_mono:
        values = values[:, ::2]
        has = np.ones(values.shape, bool)
        line += shade_lines(values, has, scale, palette, cursor=None)[0]
    else:
        levels, _ = scale.levels(values)
        line += [
            Segment(" ", Style(bgcolor=_colour(int(n), scale.is_dark)))
            for n in levels[0]
        ]
    return [*line, Segment(f" {most}", palette.dim)]
