"""How far apart things are, in each direction of reading."""

from __future__ import annotations

import dataclasses

from graphstep.layout._shapes import Direction


@dataclasses.dataclass(frozen=True, slots=True)
class Spacing:
    """Distances in cells; ranks follow each other *along*, items in a rank *across*.

    Attributes:
        boxes: Free cells between two boxes of one rank.
        lines: Free cells between two parallel lines, or two ports of one box.
        beside: Free cells between a line and a box.
        gap: Least number of cells between two ranks.
        lead: Free cells between a rank and the nearest track.
        track: From one track to the next.
        side: From a frame's border to what it holds, across; the border counts.
        cap: The same, along.
    """

    boxes: int
    lines: int
    beside: int
    gap: int
    lead: int
    track: int
    side: int
    cap: int


# A cell is about twice as high as it is wide.
SPACINGS: dict[Direction, Spacing] = {
    "down": Spacing(2, 1, 1, 1, 0, 1, 2, 1),
    "right": Spacing(1, 0, 1, 3, 1, 2, 1, 2),
}
