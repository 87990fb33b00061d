"""Which panels are shown, and where: arithmetic on cells, without a widget."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

GRAPH = "graph"
# Every panel, in the order of the keys 1 to 9 and 0; the text of a lesson stands on top.
PANES = (
    GRAPH,
    "lesson",
    "inspector",
    "chain",
    "source",
    "outline",
    "array",
    "jaxpr",
    "stops",
    "runs",
    "card",
)
# From here on a column of panels stands beside the graph, from there on two do.
WIDE, _VERY_WIDE = 100, 170
# Two columns are for panels that have room to write in both, or that would be low in
# one: a line of code that is cut tells less than one fewer line of it.
_COMFORTABLE_WIDTH, _COMFORTABLE_HEIGHT = 48, 10
# Fewer rows than this hold one panel only, unless panels stand side by side.
_HIGH = 14
_LEAST_HEIGHT, _LEAST_WIDTH = 4, 24
# Among many in a column, the panel that is read has as many rows as its weight and
# this: of usual weight, what each of three has on 40 lines.
_BEYOND_WEIGHT = 2
_SHARES = range(20, 85)
_STEP = 4
_MOST_WEIGHT = 200

Border = Literal["left", "right", "top", "bottom"]


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
        weights = dict(self.weights) | {pane: min(max(weight, 1), _MOST_WEIGHT)}
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
    if width < WIDE:
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
    columns, room = [shown], width - left
    is_low = height < _COMFORTABLE_HEIGHT * len(shown)
    has_room = room >= 2 * _COMFORTABLE_WIDTH
    if width >= _VERY_WIDE and len(shown) > 2 and (has_room or is_low):
        half = (len(shown) + 1) // 2
        columns = [shown[:half], shown[half:]]
    read = beside if focus == GRAPH else focus
    for number, panes in enumerate(columns):
        x = left + room * number // len(columns)
        end = left + room * (number + 1) // len(columns)
        found |= _column(arrangement, panes, read, Place(x, 0, end - x, height))
    return found


def with_border_at(
    arrangement: Arrangement,
    found: Mapping[str, Place],
    focus: str,
    pane: str,
    border: Border,
    to: int,
) -> Arrangement:
    """Move a border, and what is on both of its sides.

    Args:
        arrangement: What a person wants.
        found: Where the visible panels are.
        focus: The panel that has the keys.
        pane: The panel whose border it is.
        border: Which of its borders; those at the edge of the whole stay.
        to: The column, or the row, to which it is moved.
    """
    place, graph = found[pane], found.get(GRAPH)
    width = max(p.x + p.width for p in found.values())
    height = max(p.y + p.height for p in found.values())
    if border in ("right", "bottom"):
        # The border of the neighbour lies beside it.
        to += 1
    edge = {
        "left": place.x,
        "right": place.x + place.width,
        "top": place.y,
        "bottom": place.y + place.height,
    }[border]
    if border in ("left", "right"):
        if graph is None or not 0 < edge < width:
            return arrangement
        if edge > graph.width:
            # The second column begins halfway between the graph and the right.
            to = 2 * to - width
        return arrangement.with_share(_share_of(to, width))
    if not 0 < edge < height:
        return arrangement
    if graph is not None and graph.width == width:
        # The share is that of what has the keys; see `places`.
        share = _share_of(to, height)
        return arrangement.with_share(share if focus == GRAPH else 100 - share)
    column = [p for p in found if p != GRAPH and found[p].x == place.x]
    above = next(p for p in column if found[p].y + found[p].height == edge)
    below = next(p for p in column if found[p].y == edge)
    by = to - edge
    by = min(max(by, 1 - found[above].height), found[below].height - 1)
    heights = {p: found[p].height for p in column}
    heights[above] += by
    heights[below] -= by
    for each, rows in heights.items():
        arrangement = arrangement.with_weight(each, rows - _LEAST_HEIGHT)
    return arrangement


def _share_of(cells: int, whole: int) -> int:
    """Return the least share that takes so many cells."""
    return -(-100 * cells // max(1, whole))


def _column(
    arrangement: Arrangement, panes: Sequence[str], read: str, place: Place
) -> dict[str, Place]:
    """Stack panels by weight; those without room leave, the one that is read last."""
    panes = list(panes)
    while len(panes) > 1 and place.height // len(panes) < _LEAST_HEIGHT:
        panes.remove(next(p for p in reversed(panes) if p != read))
    weights = [arrangement.weight(pane) for pane in panes]
    spare = place.height - _LEAST_HEIGHT * len(panes)
    ends = [
        _LEAST_HEIGHT * number + spare * total // sum(weights)
        for number, total in enumerate(itertools.accumulate(weights, initial=0))
    ]
    heights = {
        p: end - start
        for p, (start, end) in zip(panes, itertools.pairwise(ends), strict=True)
    }
    if read in heights:
        enough = min(arrangement.weight(read) + _BEYOND_WEIGHT, place.height // 2)
        _lend(heights, read, enough)
    tops = itertools.accumulate(heights.values(), initial=place.y)
    return {
        pane: Place(place.x, top, place.width, heights[pane])
        for pane, top in zip(panes, tops, strict=False)
    }


def _lend(heights: dict[str, int], read: str, enough: int) -> None:
    """Give the panel that is read rows of the highest others, until it has enough."""
    others = [pane for pane in heights if pane != read]
    while heights[read] < enough and others:
        highest = max(others, key=heights.__getitem__)
        if heights[highest] <= _LEAST_HEIGHT:
            return
        heights[highest] -= 1
        heights[read] += 1
