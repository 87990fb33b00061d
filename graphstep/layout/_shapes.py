"""What a layout is made of: boxes, frames, trunks and stubs, in integer cells."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal, NamedTuple

from graphstep.graph import Edge, Value

Direction = Literal["down", "right"]
Kind = Literal["node", "region", "group"]
Side = Literal["from", "to"]
Segment = tuple[int, int, int, int]

NORTH, EAST, SOUTH, WEST = 1, 2, 4, 8


@dataclasses.dataclass(frozen=True, slots=True)
class Box:
    """A node, a closed region or a closed group.

    Attributes:
        id: Of the node, region or group.
        x: Column of its left edge.
        y: Row of its upper edge.
        width: Columns, at least what was measured; more where its ports need it.
        height: Rows, likewise.
        kind: What it stands for.
    """

    id: str
    x: int
    y: int
    width: int
    height: int
    kind: Kind


@dataclasses.dataclass(frozen=True, slots=True)
class Frame:
    """An open region or group: a border one cell thick around what it holds.

    Attributes:
        id: Of the region or group.
        x: Column of its left edge.
        y: Row of its upper edge.
        width: Columns, border included.
        height: Rows, border included.
        depth: Number of frames around it.
        kind: What it stands for.
        title_x: Column where the widest part of the upper border without lines begins.
        title_width: Columns of that part: room for a title.
    """

    id: str
    x: int
    y: int
    width: int
    height: int
    depth: int
    kind: Kind
    title_x: int
    title_width: int


@dataclasses.dataclass(frozen=True, slots=True)
class End:
    """Where a trunk meets what it comes from or goes to.

    The cell lies on the border of a frame, and of a box that has a border (at least
    three rows and columns). A box without one is met in the cell next to it.

    Attributes:
        item: Id of the node, region or group that is drawn there; for a stub, of the
            item at its other end.
        uses: The uses `(u, v, key)` that pass here.
        x: Column of the cell.
        y: Row of the cell.
        is_arrow: Whether an arrow head belongs there: the value is used here.
        toward: `NORTH`, `EAST`, `SOUTH` or `WEST` when the item is next to the cell,
            on that side; 0 when the cell is on the item's border.
    """

    item: str
    uses: tuple[Edge, ...]
    x: int
    y: int
    is_arrow: bool
    toward: int

    @property
    def use(self) -> Edge:
        """The first of the uses."""
        return self.uses[0]


@dataclasses.dataclass(frozen=True, slots=True)
class Trunk:
    """The lines of one value inside one region, as one connected piece.

    Attributes:
        value: The node that makes the value, and which of its outputs.
        start: Where it comes from.
        segments: Horizontal and vertical runs `(x0, y0, x1, y1)`, both ends included,
            `x0 <= x1` and `y0 <= y1`.
        ends: Where it goes to.
    """

    value: Value
    start: End
    segments: tuple[Segment, ...]
    ends: tuple[End, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Stub:
    """One end of an edge that is too long to draw: text at the end of a line.

    Attributes:
        value: The value that goes from one end to the other.
        use: The first use that it stands for.
        uses: All of them: more than one for a value with many far users, or for many
            far values of one box.
        x: Column of the text's first cell.
        y: Row of the text.
        width: Columns kept free for the text.
        side: `from` where the value is made, `to` where it is used.
        partner: Id of the item that is drawn at the other end.
        label: What to write.
    """

    value: Value
    use: Edge
    uses: tuple[Edge, ...]
    x: int
    y: int
    width: int
    side: Side
    partner: str
    label: str


class LineCell(NamedTuple):
    """One cell of a trunk.

    Attributes:
        x: Column.
        bits: Sum of `NORTH`, `EAST`, `SOUTH` and `WEST`: where the line goes on. Of
            the trunk drawn, when two cross.
        trunk: Index of the trunk drawn, in `Layout.trunks`.
        is_crossing: Whether another trunk passes below: `trunk` runs east to west,
            `under` north to south, and `under` is to be drawn broken here.
        is_arrow: Whether an arrow head belongs here.
        under: Index of the trunk that is broken here, or -1.
    """

    x: int
    bits: int
    trunk: int
    is_crossing: bool
    is_arrow: bool
    under: int


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """What is in one row of a drawing.

    Attributes:
        frames: Open regions and groups, outer first.
        boxes: Nodes, closed regions and groups.
        stubs: Whose text is there.
        cells: Of lines, by column.
    """

    frames: Sequence[Frame]
    boxes: Sequence[Box]
    stubs: Sequence[Stub]
    cells: Sequence[LineCell]
