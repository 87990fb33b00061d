"""Which panels are shown, and where: arithmetic on cells, without a widget."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import NamedTuple

GRAPH = "graph"
# Every panel, in the order of the keys 1 to 9.
PANES = (
    GRAPH,
    "inspector",
    "chain",
    "source",
    "outline",
    "array",
    "jaxpr",
    "stops",
    "runs",
)
# From here on a column of panels stands beside the graph, from there on two do.
_WIDE, _VERY_WIDE = 100, 170
# Fewer rows than this hold one panel only, unless panels stand side by side.
_HIGH = 14
_LEAST_HEIGHT, _LEAST_WIDTH = 4, 24
_SHARES = range(20, 85)
_STEP = 4


class Place(NamedTuple):
    """Cells of one panel, border included."""

    x: int
    y: int
    width: int
    height: int


@dataclasses.dataclass(frozen=True, slots=True)
class Arrangement:
    """How a person wants the panels.

    Attributes:
        shown: Panels beside the graph, from top to bottom.
        share: Per cent of the width, or of the height where panels are stacked, that
            the graph takes.
        weights: Heights that were changed, as `(panel, weight)`; 10 is usual.
        is_maximised: Whether the panel that has the keys takes all the room.
    """

    shown: tuple[str, ...] = ("inspector", "chain", "source")
    share: int = 58
    weights: tuple[tuple[str, int], ...] = ()
    is_maximised: bool = False

    def weight(self, pane: str) -> int:
        """Return a panel's share of the height of its column."""
        return dict(self.weights).get(pane, 10)

    def toggled(self, pane: str) -> Arrangement:
        """Show a hidden panel, or hide a shown one; the graph stays."""
        if pane == GRAPH:
            return self
        if pane in self.shown:
            shown = tuple(each for each in self.shown if each != pane)
        else:
            shown = tuple(p for p in PANES if p in (*self.shown, pane))
        return dataclasses.replace(self, shown=shown)

    def with_share(self, share: int) -> Arrangement:
        """Give the graph so many per cent."""
        share = min(max(share, _SHARES.start), _SHARES.stop - 1)
        return dataclasses.replace(self, share=share)

    def with_weight(self, pane: str, weight: int) -> Arrangement:
        """Give a panel another share of its column."""
        weights = dict(self.weights) | {pane: min(max(weight, 2), 60)}
        return dataclasses.replace(self, weights=tuple(sorted(weights.items())))

    def wider(self, steps: int) -> Arrangement:
        """Give the graph more of the screen, or less."""
        return self.with_share(self.share + _STEP * steps)

    def higher(self, pane: str, steps: int) -> Arrangement:
        """Give a panel more of its column, or less."""
        return self.with_weight(pane, self.weight(pane) + 3 * steps)


def places(
    arrangement: Arrangement, focus: str, beside: str, width: int, height: int
) -> dict[str, Place]:
    """Return where each visible panel goes; the others are hidden.

    Args:
        arrangement: What a person wants.
        focus: The panel that has the keys; it is always visible.
        beside: The panel to show beside the graph where there is room for one.
        width: Columns of the whole.
        height: Rows of the whole.
    """
    whole = Place(0, 0, width, height)
    if arrangement.is_maximised:
        return {focus: whole}
    shown = [p for p in PANES if p in (*arrangement.shown, focus) and p != GRAPH]
    if not shown:
        return {GRAPH: whole}
    if width < _WIDE:
        if height < _HIGH:
            return {focus: whole}
        one = focus if focus != GRAPH else beside if beside in shown else shown[0]
        share = arrangement.share if focus == GRAPH else 100 - arrangement.share
        top = min(max(height * share // 100, _LEAST_HEIGHT), height - _LEAST_HEIGHT)
        return {
            GRAPH: Place(0, 0, width, top),
            one: Place(0, top, width, height - top),
        }
    left = min(
        max(width * arrangement.share // 100, _LEAST_WIDTH), width - _LEAST_WIDTH
    )
    found = {GRAPH: Place(0, 0, left, height)}
    columns = [shown]
    if width >= _VERY_WIDE and len(shown) > 2:
        half = (len(shown) + 1) // 2
        columns = [shown[:half], shown[half:]]
    room = width - left
    for number, panes in enumerate(columns):
        x = left + room * number // len(columns)
        end = left + room * (number + 1) // len(columns)
        found |= _column(arrangement, panes, focus, Place(x, 0, end - x, height))
    return found


def _column(
    arrangement: Arrangement, panes: Sequence[str], focus: str, place: Place
) -> dict[str, Place]:
    """Stack panels by weight; those without room leave, the focused one last."""
    panes = list(panes)
    while len(panes) > 1 and place.height // len(panes) < _LEAST_HEIGHT:
        panes.remove(next(p for p in reversed(panes) if p != focus))
    weights = [arrangement.weight(pane) for pane in panes]
    spare = place.height - _LEAST_HEIGHT * len(panes)
    ends = [
        _LEAST_HEIGHT * number + spare * total // sum(weights)
        for number, total in enumerate(itertools.accumulate(weights, initial=0))
    ]
    return {
        pane: Place(place.x, place.y + start, place.width, end - start)
        for pane, (start, end) in zip(panes, itertools.pairwise(ends), strict=True)
    }
