"""Elements as colours: two to a cell, or as shades and signs where there are none."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from graphstep.tui.array_look import reals
from graphstep.tui.numbers import number
from graphstep.tui.palette import Palette

UPPER = "▀"
SHADES = " ░▒▓█"
# The same in ASCII; a sign stands before each, so none looks like one.
PLAIN_SHADES = " .:=*%#@"
# How many colours each sign has; pairs of them are fewer than the styles that Rich
# keeps (1,024).
_LEVELS = 15
# How far zero is from the background.
_FAINT = 0.08
# Stands for the level of an element that there is not.
_NOTHING = 127
_RGB = tuple[int, int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Hues:
    """Colours of the most negative element, of zero and of the most positive."""

    negative: _RGB
    zero: _RGB
    positive: _RGB

    @classmethod
    def of(cls, palette: Palette, ground: Color) -> Hues:
        """Return the colours of the two passes, with zero near the background."""
        ink = _rgb(palette.text)
        zero = tuple(
            round(g + (t - g) * _FAINT) for g, t in zip(ground.rgb, ink, strict=True)
        )
        assert len(zero) == 3
        return cls(_rgb(palette.forward), zero, _rgb(palette.backward))


def _rgb(style: Style) -> _RGB:
    return (200, 200, 200) if style.color is None else style.color.get_truecolor()


@dataclasses.dataclass(frozen=True, slots=True)
class Scale:
    """How numbers become levels: zero stays in the middle.

    Attributes:
        absmax: The size that has the strongest colour.
        hues: Colours; `None` for signs and shades.
        shades: From zero to `absmax`, where there are no colours.
    """

    absmax: float
    hues: Hues | None = None
    shades: str = SHADES

    def levels(self, window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return −15 to 15 for every element, and which are not finite."""
        x = reals(window)
        bad = ~np.isfinite(x)
        top = self.absmax if self.absmax > 0 and math.isfinite(self.absmax) else 1.0
        part = np.clip(np.where(bad, 0.0, x) / top, -1.0, 1.0)
        # Square roots let small numbers be seen; whatever is not zero has a colour.
        levels = np.sign(part) * np.ceil(np.sqrt(np.abs(part)) * _LEVELS)
        return levels.astype(int), bad


def _colour(level: int, hues: Hues) -> str:
    end = hues.positive if level > 0 else hues.negative
    part = abs(level) / _LEVELS
    r, g, b = (round(z + (e - z) * part) for z, e in zip(hues.zero, end, strict=True))
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
    assert scale.hues is not None
    levels, bad = scale.levels(window)
    levels = np.where(has, levels, _NOTHING)
    if len(levels) % 2:
        levels = np.pad(levels, ((0, 1), (0, 0)), constant_values=_NOTHING)
    cells = _cells(scale.hues)
    lines = [
        [cells[pair] for pair in zip(upper, lower, strict=True)]
        for upper, lower in zip(
            levels[::2].tolist(), levels[1::2].tolist(), strict=True
        )
    ]
    for row, column in np.argwhere(bad & has).tolist():
        mark = _mark(window, row, column)
        lines[row // 2][column] = Segment(mark, palette.trouble)
    if cursor is not None and _is_within(cursor, window.shape):
        row, column = cursor
        lines[row // 2][column] = _pointed_at(lines[row // 2][column], palette)
    return lines


class _Cells(dict[tuple[int, int], Segment]):
    """A cell for each pair of levels, made when it is first needed."""

    def __init__(self, hues: Hues) -> None:
        super().__init__()
        self.hues = hues

    def __missing__(self, pair: tuple[int, int]) -> Segment:
        upper, lower = pair
        if upper == _NOTHING:
            return Segment(" ")
        below = None if lower == _NOTHING else _colour(lower, self.hues)
        style = Style(color=_colour(upper, self.hues), bgcolor=below)
        self[pair] = found = Segment(UPPER, style)
        return found


@functools.lru_cache(maxsize=8)
def _cells(hues: Hues) -> _Cells:
    return _Cells(hues)


def _is_within(cursor: tuple[int, int], shape: tuple[int, ...]) -> bool:
    return 0 <= cursor[0] < shape[0] and 0 <= cursor[1] < shape[1]


def _pointed_at(cell: Segment, palette: Palette) -> Segment:
    if cell.text != UPPER:
        return Segment(cell.text, palette.bright + Style(reverse=True))
    style = cell.style
    ground = style.bgcolor if isinstance(style, Style) else None
    return Segment("◉", palette.bright + Style(bgcolor=ground))


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
                shade = scale.shades[
                    -(-abs(level) * (len(scale.shades) - 1) // _LEVELS)
                ]
                text = f"{'−' if level < 0 else '+' if level else '·'}{shade}"
            if cursor == (row, column):
                style = palette.bright + Style(reverse=True)
            line.append(Segment(text, style))
        lines.append(line)
    return lines


def legend(
    low: float, high: float, scale: Scale, palette: Palette, room: int
) -> list[Segment]:
    """Return the scale from the least to the greatest element."""
    least, most = number(low, 3), number(high, 3)
    blocks = max(4, min(24, room - len(least) - len(most) - 4))
    line = [Segment(f" {least} ", palette.dim)]
    if scale.hues is None:
        values = np.linspace(low, high, blocks // 2)[None]
        has = np.ones(values.shape, bool)
        line += shade_lines(values, has, scale, palette, cursor=None)[0]
    else:
        levels, _ = scale.levels(np.linspace(low, high, blocks)[None])
        line += [
            Segment(" ", Style(bgcolor=_colour(int(n), scale.hues))) for n in levels[0]
        ]
    return [*line, Segment(f" {most}", palette.dim)]
