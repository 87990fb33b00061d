"""A track of norms as one or two rows of blocks, on a logarithmic scale if need be."""

from __future__ import annotations

import dataclasses

import numpy as np

from graphstep.analysis import INF, NAN, UNWALKED
from graphstep.tui.loop_norms import Track
from graphstep.tui.numbers import number

_LEVELS = " ▁▂▃▄▅▆▇█"
# Norms that span more than this are drawn by their logarithms.
_DECADES = 100.0
# The widest column of one iteration.
_WIDEST = 6
LETTERS = {NAN: "N", INF: "I"}
_NOT_KEPT, _NOT_WALKED, _ZERO = "·", " ", "0"


@dataclasses.dataclass(frozen=True, slots=True)
class Axis:
    """How iterations are laid out over cells.

    Attributes:
        n_turns: How many iterations there are.
        width: How many cells they may take.
    """

    n_turns: int
    width: int

    @property
    def cell(self) -> int:
        """Cells per iteration, if every one has its own column."""
        return max(1, min(_WIDEST, self.width // max(1, self.n_turns)))

    @property
    def columns(self) -> int:
        """Number of columns: one per iteration, or per stretch of iterations."""
        return min(self.n_turns, self.width)

    @property
    def cells(self) -> int:
        """Cells that are drawn on."""
        return self.columns * self.cell

    def column_of(self, turn: int) -> int:
        """Return the column that shows an iteration."""
        turn = min(max(turn, 0), max(0, self.n_turns - 1))
        return turn * self.columns // max(1, self.n_turns)

    def turn_at(self, x: int) -> int:
        """Return the iteration that cell `x` stands for: the first of its column."""
        column = min(max(x // self.cell, 0), max(0, self.columns - 1))
        return -(-column * self.n_turns // max(1, self.columns))

    def starts(self) -> np.ndarray:
        """Return the first iteration of each column."""
        columns = np.arange(self.columns)
        return -(-columns * self.n_turns // max(1, self.columns))


@dataclasses.dataclass(frozen=True, slots=True)
class Plot:
    """One track, drawn.

    Attributes:
        rows: Lines of cells, the top one first.
        span: Least and greatest norm, and whether the scale is logarithmic.
    """

    rows: tuple[str, ...]
    span: str


def plot_of(track: Track, axis: Axis, n_rows: int = 1) -> Plot:
    """Draw a track; a column shows the greatest norm in it, or a letter."""
    if not axis.columns:
        return Plot(("",) * n_rows, "")
    heights, glyphs = _columns(track, axis)
    usable = heights[np.isfinite(heights)]
    positive = usable[usable > 0]
    if not positive.size:
        rows = ["".join((g or _ZERO) * axis.cell for g in glyphs)]
        return Plot(
            (*([" " * axis.cells] * (n_rows - 1)), *rows), "0" * bool(usable.size)
        )
    low, high = float(positive.min()), float(positive.max())
    is_log = high / low > _DECADES
    levels = _levels(heights, low, high, 8 * n_rows, is_log=is_log)
    rows: list[str] = []
    for row in range(n_rows):
        floor = 8 * (n_rows - 1 - row)
        is_lowest = floor == 0
        cells = [
            (glyph if is_lowest else " ")
            if glyph
            else _LEVELS[min(max(level - floor, 0), 8)]
            for glyph, level in zip(glyphs, levels, strict=True)
        ]
        rows.append("".join(cell * axis.cell for cell in cells))
    span = f"{number(low, 2)} … {number(high, 2)}" if low < high else number(low, 2)
    return Plot(tuple(rows), span + (" log" if is_log else ""))


def _columns(track: Track, axis: Axis) -> tuple[np.ndarray, list[str]]:
    """Return the greatest norm of each column, and the letter that stands instead."""
    starts = axis.starts()
    values = np.where(track.usable, track.norms, -np.inf)
    heights = np.maximum.reduceat(values, starts)
    has_nan = np.logical_or.reduceat(track.marks == NAN, starts)
    has_inf = np.logical_or.reduceat(track.marks == INF, starts)
    walked = np.logical_or.reduceat(track.marks != UNWALKED, starts)
    glyphs: list[str] = []
    for height, is_nan, is_inf, is_walked in zip(
        heights.tolist(), has_nan, has_inf, walked, strict=True
    ):
        if is_nan or is_inf:
            glyphs.append(LETTERS[NAN if is_nan else INF])
        elif height == -np.inf:
            glyphs.append(_NOT_KEPT if is_walked else _NOT_WALKED)
        else:
            glyphs.append("" if height > 0 else _ZERO)
    return heights, glyphs


def _levels(
    heights: np.ndarray, low: float, high: float, top: int, *, is_log: bool
) -> list[int]:
    """Return 1 to `top` for each positive height."""
    with np.errstate(all="ignore"):
        if is_log:
            part = (np.log(heights) - np.log(low)) / (np.log(high) - np.log(low))
        else:
            part = heights / high
    part = np.where(np.isfinite(part), part, 0.0)
    levels = np.ceil(part * top) if not is_log else np.round(1 + part * (top - 1))
    return np.clip(levels, 1, top).astype(int).tolist()
