"""Cards of local Jacobians, as lines of text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from graphstep.export.chain import Card, PathStep, norm_text, number
from graphstep.tui.numbers import fit, fit_right
from graphstep.tui.palette import Palette
from graphstep.tui.paper import Paper

# Both halves of a cell, by whether the upper and the lower one hold anything.
_HALVES = {(False, False): "·", (True, False): "▀", (False, True): "▄"}
_BOTH, _BAD = "█", "N"
# Cells of the longest bar of a path, and decades of norms that it stands for.
_BAR, _DECADES = 16, 8


def cards_page(
    cards: Sequence[Card], path: Sequence[PathStep], palette: Palette, width: int
) -> Text:
    """Return the lines for a pane of `width` cells."""
    page = _Page(palette, width)
    if not cards:
        words = "There is no operand to differentiate by."
        hint = "Step to an equation of floats, or select one."
        page.paper.paragraph(f"{words} {hint}", palette.dim)
    for card in cards:
        page.card(card)
    if len(path) > 1:
        page.path(path)
    return page.paper.text


class _Page:
    def __init__(self, palette: Palette, width: int) -> None:
        self.palette = palette
        self.paper = Paper(palette, width)

    def card(self, card: Card) -> None:
        """Write structure, picture, and gain."""
        paper, palette = self.paper, self.palette
        m, n = card.shape
        paper.heading(card.name, f"{m} × {n}")
        if card.structure:
            said = card.said_by
            paper.line(
                (f" {card.structure}", palette.bright), (f"  {said}", palette.dim)
            )
        if not card.is_measured:
            paper.line((" measuring …", palette.dim))
            return
        if card.reason:
            paper.paragraph(f"no numbers: {card.reason}", palette.dim)
        elif card.matrix:
            self._matrix(card.matrix)
        else:
            self._spy(card.spy)
        if not card.reason:
            paper.line((f" {card.counts}", palette.dim))
        if card.gain is not None:
            paper.line(
                (" ‖Jᵀu‖/‖u‖ = ", palette.dim),
                (number(card.gain), _gain_style(card.gain, palette)),
                (f"  {card.gain_words}", palette.dim),
            )

    def _matrix(self, matrix: Sequence[Sequence[str]]) -> None:
        width = max(cell_len(text) for line in matrix for text in line) + 2
        for line in matrix:
            parts = [(fit_right(text, width), self._entry(text)) for text in line]
            self.paper.line(*parts)

    def _entry(self, text: str) -> Style:
        return self.palette.faint if text == "0" else self.palette.text

    def _spy(self, spy: Sequence[Sequence[float]]) -> None:
        for upper in range(0, len(spy), 2):
            above = spy[upper]
            below = spy[upper + 1] if upper + 1 < len(spy) else (0.0,) * len(above)
            parts = [self._halves(a, b) for a, b in zip(above, below, strict=True)]
            self.paper.line((" ", self.palette.text), *parts)

    def _halves(self, above: float, below: float) -> tuple[str, Style]:
        if math.isnan(above) or math.isnan(below):
            return _BAD, self.palette.trouble
        letter = _HALVES.get((above > 0, below > 0), _BOTH)
        return letter, self.palette.faint if letter == "·" else self.palette.text

    def path(self, path: Sequence[PathStep]) -> None:
        """Write the norm of each cotangent on the way, and what it was multiplied by."""
        paper, palette = self.paper, self.palette
        paper.heading("gain along the path", "from the output")
        names = min(max(cell_len(step.name) for step in path), max(8, paper.width // 3))
        top = max(step.norm for step in path)
        norms = [norm_text(step.norm, step.mark, 3) for step in path]
        width = max(9, *map(cell_len, norms))
        room = paper.width - names - width - 13
        for step, norm in zip(path, norms, strict=True):
            gain = "" if step.gain is None else f"×{number(step.gain, 3)}"
            style = (
                palette.dim if step.gain is None else _gain_style(step.gain, palette)
            )
            paper.line(
                (f" {fit(step.name, names)} ", palette.text),
                (
                    fit_right(norm, width),
                    palette.trouble if step.mark else palette.text,
                ),
                (f" {fit_right(gain, 9)} ", style),
                ("━" * _bar(step.norm, top, room), palette.backward),
            )


def _bar(norm: float, top: float, room: int) -> int:
    """Return the cells of a bar: a decade less is an eighth of the longest less."""
    longest = min(_BAR, room)
    if norm <= 0 or top <= 0 or longest <= 0:
        return 0
    return max(1, round(longest * (1 + math.log10(norm / top) / _DECADES)))


def _gain_style(gain: float, palette: Palette) -> Style:
    is_bad = gain == 0 or gain > 10 or math.isnan(gain)
    return palette.trouble if is_bad else palette.bright
