"""A finished layout, and questions about it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from graphstep.graph import Value
from graphstep.layout._bands import Bands, Lines
from graphstep.layout._blocks import Blocks
from graphstep.layout._shapes import Box, Frame, LineCell, Stub, Trunk


class Layout:
    """Where everything of a view is, in cells; never changed once made.

    Attributes:
        width: Columns of the whole drawing.
        height: Rows of the whole drawing.
        boxes: Nodes, closed regions and closed groups, by id, in program order.
        frames: Open regions and groups, by id, outer before inner.
        trunks: Lines; a value has one in every region that it passes.
        stubs: Ends of edges that are too long to draw.
    """

    def __init__(
        self,
        blocks: Blocks,
        size: tuple[int, int],
        boxes: Mapping[str, Box],
        frames: Mapping[str, Frame],
        trunks: tuple[Trunk, ...],
        stubs: tuple[Stub, ...],
    ) -> None:
        self._blocks = blocks
        self.width, self.height = size
        self.boxes = boxes
        self.frames = frames
        self.trunks = trunks
        self.stubs = stubs

    def __repr__(self) -> str:
        return (
            f"<Layout {self.width}x{self.height}: {len(self.boxes)} boxes, "
            f"{len(self.frames)} frames, {len(self.trunks)} trunks>"
        )

    @functools.cached_property
    def _bands(self) -> Bands:
        return Bands([*self.frames.values(), *self.boxes.values()])

    @functools.cached_property
    def _lines(self) -> Lines:
        return Lines(self.trunks)

    @functools.cached_property
    def trunk_index(self) -> Mapping[Value, tuple[int, ...]]:
        """Indices in `trunks` by value: all pieces of it, at every level."""
        found: dict[Value, list[int]] = {}
        for index, trunk in enumerate(self.trunks):
            found.setdefault(trunk.value, []).append(index)
        return {value: tuple(indices) for value, indices in found.items()}

    @functools.cached_property
    def _value_numbers(self) -> list[int]:
        numbers: dict[Value, int] = {}
        return [numbers.setdefault(t.value, len(numbers)) for t in self.trunks]

    def trunks_of(self, value: Value) -> tuple[Trunk, ...]:
        """Return all pieces of a value's lines, at every level."""
        return tuple(self.trunks[i] for i in self.trunk_index.get(value, ()))

    def row(self, y: int) -> Sequence[LineCell]:
        """Return the cells of lines in row `y`, by column."""
        return self._lines.row(y, self._value_numbers)

    def trunks_at(self, x: int, y: int) -> tuple[int, ...]:
        """Return the indices of the trunks in a cell, the one on top first."""
        for cell in self.row(y):
            if cell.x == x:
                return (cell.trunk, cell.under) if cell.is_crossing else (cell.trunk,)
        return ()

    @functools.cached_property
    def _stubs_by_row(self) -> dict[int, list[Stub]]:
        found: dict[int, list[Stub]] = {}
        for stub in self.stubs:
            found.setdefault(stub.y, []).append(stub)
        return found

    def stubs_in(self, y: int) -> Sequence[Stub]:
        """Return the stubs whose text is in row `y`."""
        return self._stubs_by_row.get(y, ())

    def boxes_in(
        self, x0: int, y0: int, x1: int, y1: int
    ) -> tuple[tuple[Frame, ...], tuple[Box, ...]]:
        """Return the frames, outer first, and the boxes that meet a rectangle.

        Args:
            x0: First column.
            y0: First row.
            x1: Last column.
            y1: Last row.
        """
        frames: list[Frame] = []
        boxes: list[Box] = []
        for shape in self._bands.touching(x0, y0, x1, y1):
            if isinstance(shape, Frame):
                frames.append(shape)
            else:
                boxes.append(shape)
        frames.sort(key=lambda frame: frame.depth)
        return tuple(frames), tuple(boxes)

    def item_at(self, x: int, y: int) -> str | None:
        """Return the box in a cell, else the frame whose border is there."""
        for shape in self._bands.touching(x, y, x, y):
            if isinstance(shape, Box):
                return shape.id
            is_side = x in (shape.x, shape.x + shape.width - 1)
            if is_side or y in (shape.y, shape.y + shape.height - 1):
                return shape.id
        return None

    def around(self, item_id: str) -> str | None:
        """Return the id of the region or group directly around something, if any."""
        return self._blocks.parent_of(item_id) or None

    def shown(self, item_id: str) -> str:
        """Return the id of the box or frame that stands for a node, region or group.

        That is the item itself or the closed region or group that hides it; the root's
        id, which is empty, for the root and for regions that hold nothing.

        Raises:
            NodeNotFoundError: If there is no such node.
        """
        if item_id in self.boxes or item_id in self.frames:
            return item_id
        around = self._blocks.parent_of(item_id)
        while around and around not in self.boxes and around not in self.frames:
            around = self._blocks.parent_of(around)
        return around
