"""A finished layout, and questions about it."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from graphstep.graph import Value
from graphstep.layout._blocks import Blocks, Source
from graphstep.layout._boxes import Boxes, box_of
from graphstep.layout._composing import Placed, compose
from graphstep.layout._line_cells import cells_by_row
from graphstep.layout._piece import Piece
from graphstep.layout._shapes import (
    Box,
    Direction,
    End,
    Frame,
    Row,
    Stub,
    Trunk,
)

_Shape = TypeVar("_Shape", Box, Frame, Stub)


class Layout:
    """Where everything of a view is, in cells; never changed once made.

    It holds the parts of all open regions and where they are; what is in them is put
    in its place when it is asked for, so that a layout of which little has changed
    costs little.

    Attributes:
        width: Columns of the whole drawing.
        height: Rows of the whole drawing.
        boxes: Nodes, closed regions and closed groups, by id, outer before inner.
        frames: Open regions and groups, by id, outer before inner.
        is_sketch: Whether levels with very many items are cut to a stretch of them.
    """

    def __init__(
        self,
        blocks: Blocks,
        root: Piece,
        direction: Direction,
        *,
        is_sketch: bool = False,
    ) -> None:
        self._blocks = blocks
        size = root.size
        self.width, self.height = size if direction == "down" else size[::-1]
        composed = compose(root, direction)
        self._placed, self.frames = composed.placed, composed.frames
        self._homes = composed.homes
        self._root_parts = range(len(root.parts))
        self._is_down = direction == "down"
        self._first_trunks = [placed.first_trunk for placed in self._placed]
        self.boxes = Boxes(self._placed)
        # The last answer: a row is asked for its boxes, then for its lines.
        self._touched: tuple[tuple[int, ...], Sequence[Placed]] = ((), ())
        self.is_sketch = is_sketch

    def __repr__(self) -> str:
        last = self._placed[-1]
        n_trunks = last.first_trunk + len(last.part.stretch.nets)
        return (
            f"<Layout {self.width}x{self.height}: {len(self.boxes)} boxes, "
            f"{len(self.frames)} frames, {n_trunks} trunks>"
        )

    @property
    def placed(self) -> Sequence[Placed]:
        """The parts of all open regions in their places, the whole program's first."""
        return self._placed

    # Lines -----------------------------------------------------------------------------

    @functools.cached_property
    def trunks(self) -> tuple[Trunk, ...]:
        """All lines; a value has one in every region that it passes."""
        return tuple(
            self._trunk(placed, net)
            for placed in self._placed
            for net in range(len(placed.part.stretch.nets))
        )

    def trunk(self, index: int) -> Trunk:
        """Return one of `trunks`, without making the others."""
        return self._trunk(*self._located(index))

    def value_of(self, index: int) -> Value:
        """Return the value of one of `trunks`."""
        placed, net = self._located(index)
        return self._value(placed.part.values[net])

    def indices_of(self, value: Value) -> tuple[int, ...]:
        """Return the indices in `trunks` of all pieces of a value, at every level."""
        node, out = value
        if node not in self._blocks.graph:
            return ()
        source = (self._blocks.graph.position(node), out)
        return tuple(
            placed.first_trunk + net
            for placed in self._placed
            for net in placed.part.nets_of_value.get(source, ())
        )

    def trunks_of(self, value: Value) -> tuple[Trunk, ...]:
        """Return all pieces of a value's lines, at every level."""
        return tuple(map(self.trunk, self.indices_of(value)))

    def trunks_beside(self, item_id: str) -> tuple[Trunk, ...]:
        """Return the lines that start or end at a box or frame, inside it too."""
        return tuple(
            self._trunk(placed, net)
            for placed in self._around(item_id)
            for net in placed.part.nets_of_item.get(item_id, ())
        )

    def _located(self, index: int) -> tuple[Placed, int]:
        placed = self._placed[bisect.bisect_right(self._first_trunks, index) - 1]
        # Pieces without lines begin where the next one does.
        return placed, index - placed.first_trunk

    def _value(self, source: Source) -> Value:
        return self._blocks.graph.order[source[0]], source[1]

    def _trunk(self, placed: Placed, net: int) -> Trunk:
        part, x, y = placed.part, placed.x, placed.y
        vertices, uses = part.vertices(net), part.uses(net)
        every = tuple([use for passing in uses for use in passing])
        start, *ends = [
            End(
                part.item(vertex) or self._partner(placed, vertex, passing[0][:2]),
                passing,
                place[0] + x,
                place[1] + y,
                place[2],
                place[3],
            )
            for vertex, passing, place in zip(
                vertices, (every, *uses), part.plan.ends[net], strict=True
            )
        ]
        segments = tuple(
            [(a + x, b + y, c + x, d + y) for a, b, c, d in part.plan.segments[net]]
        )
        return Trunk(self._value(part.values[net]), start, segments, tuple(ends))

    def _partner(self, placed: Placed, vertex: int, ends: tuple[str, str]) -> str:
        """Return what is drawn at the other end of an edge that ends in a text.

        That is the node itself where it is left out of a sketch.
        """
        node = ends[0] if placed.part.is_tag(vertex) else ends[1]
        return self.shown(node) or node

    def row(self, y: int, first: int = 0, last: int | None = None) -> Row:
        """Return what is in row `y`; see `rows`."""
        return self.rows(range(y, y + 1), first, last)[0]

    def rows(self, rows: range, first: int = 0, last: int | None = None) -> list[Row]:
        """Return what is in some rows, which costs little more than one of them.

        Args:
            rows: One after the other; there is nothing beyond the drawing.
            first: First column to look at.
            last: Last column; by default that of the drawing.
        """
        last = self.width - 1 if last is None else last
        window = first, rows.start, last, rows.stop - 1
        frames, boxes = self.boxes_in(*window)
        found = zip(
            _by_row(frames, rows),
            _by_row(boxes, rows),
            _by_row(self._stubs_in(window), rows),
            cells_by_row(self._runs_in(window), window),
            strict=True,
        )
        return [Row(*each) for each in found]

    def _runs_in(self, window: tuple[int, int, int, int]) -> np.ndarray:
        """Return the runs of lines in a rectangle as `cells_by_row` takes them."""
        x0, y0, x1, y1 = window
        found: list[np.ndarray] = [np.empty((0, 8), np.int64)]
        for placed in self._touching(*window):
            part, x, y = placed.part, placed.x, placed.y
            place = np.array([x, y, x, y, placed.first_trunk, 0, 0])
            for runs in part.plan.lines.meeting(x0 - x, y0 - y, x1 - x, y1 - y):
                values = part.value_numbers[runs[:, 4]]
                found.append(np.column_stack((runs + place, values)))
        return np.concatenate(found)

    def trunks_at(self, x: int, y: int) -> tuple[int, ...]:
        """Return the indices of the trunks in a cell, the one on top first."""
        for cell in self.row(y, x, x).cells:
            return (cell.trunk, cell.under) if cell.is_crossing else (cell.trunk,)
        return ()

    # Stubs -----------------------------------------------------------------------------

    @functools.cached_property
    def stubs(self) -> tuple[Stub, ...]:
        """Ends of edges that are too long to draw."""
        return tuple(
            self._stub(placed, number)
            for placed in self._placed
            for number in range(len(placed.part.plan.stubs))
        )

    def _stubs_in(self, window: tuple[int, int, int, int]) -> Sequence[Stub]:
        """Return the stubs of what meets a rectangle whose text is in its rows."""
        _, y0, _, y1 = window
        return [
            self._stub(placed, number)
            for placed in self._touching(*window)
            if placed.part.plan.stubs
            for y in range(y0 - placed.y, y1 - placed.y + 1)
            for number in placed.part.plan.stub_rows.get(y, ())
        ]

    def stubs_beside(self, item_id: str) -> tuple[Stub, ...]:
        """Return the stubs among the lines that start or end at a box or frame."""
        found: list[Stub] = []
        for placed in self._around(item_id):
            nets = set(placed.part.nets_of_item.get(item_id, ()))
            found += [
                self._stub(placed, number)
                for number, (net, *_) in enumerate(placed.part.plan.stubs)
                if net in nets
            ]
        return tuple(found)

    def _stub(self, placed: Placed, number: int) -> Stub:
        part = placed.part
        net, end, x, y, width = part.plan.stubs[number]
        vertex, uses = part.vertices(net)[end], part.uses(net)
        passing = uses[end - 1] if end else tuple(u for each in uses for u in each)
        return Stub(
            self._value(part.values[net]),
            passing[0],
            passing,
            x + placed.x,
            y + placed.y,
            width,
            "to" if part.is_tag(vertex) else "from",
            self._partner(placed, vertex, passing[0][:2]),
            part.text(part.plan.stubs[number]),
        )

    # Boxes and frames ------------------------------------------------------------------

    @functools.cached_property
    def _spans(self) -> tuple[list[int], list[int]]:
        """First and last cell along of every part; those of a piece rise."""
        first = [placed.y if self._is_down else placed.x for placed in self._placed]
        extents = [placed.part.plan.size[1] for placed in self._placed]
        return first, [a + b - 1 for a, b in zip(first, extents, strict=True)]

    def _touching(self, x0: int, y0: int, x1: int, y1: int) -> Sequence[Placed]:
        """Return the parts that meet a rectangle, outer before inner."""
        asked, found = self._touched
        if asked != (x0, y0, x1, y1):
            asked, found = (x0, y0, x1, y1), list(self._found(x0, y0, x1, y1))
            self._touched = (asked, found)
        return found

    def _found(self, x0: int, y0: int, x1: int, y1: int) -> Iterator[Placed]:
        begin, end = (y0, y1) if self._is_down else (x0, x1)
        first, last = self._spans
        pending = [self._root_parts]
        while pending:
            parts = pending.pop()
            low = bisect.bisect_left(last, begin, parts.start, parts.stop)
            high = bisect.bisect_right(first, end, parts.start, parts.stop)
            for number in range(low, high):
                placed = self._placed[number]
                yield placed
                if placed.inner:
                    found = self._frames_in(placed, x0, y0, x1, y1)
                    pending.extend(placed.inner[each] for each in found)

    def _frames_in(
        self, placed: Placed, x0: int, y0: int, x1: int, y1: int
    ) -> Iterator[int]:
        x, y = placed.x, placed.y
        bands = placed.part.plan.frame_bands
        return bands.touching(x0 - x, y0 - y, x1 - x, y1 - y)

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
        for placed in self._touching(x0, y0, x1, y1):
            part = placed.part
            if part.inner:
                found = self._frames_in(placed, x0, y0, x1, y1)
                frames += [self.frames[part.inner[number].id] for number in found]
            x, y = placed.x, placed.y
            found = part.plan.box_bands.touching(x0 - x, y0 - y, x1 - x, y1 - y)
            boxes += [box_of(placed, number) for number in found]
        frames.sort(key=lambda frame: frame.depth)
        return tuple(frames), tuple(boxes)

    def item_at(self, x: int, y: int) -> str | None:
        """Return the box in a cell, else the frame whose border is there."""
        frames, boxes = self.boxes_in(x, y, x, y)
        for box in boxes:
            return box.id
        for frame in frames:
            is_side = x in (frame.x, frame.x + frame.width - 1)
            if is_side or y in (frame.y, frame.y + frame.height - 1):
                return frame.id
        return None

    @functools.cached_property
    def rectangles(self) -> np.ndarray:
        """Column, row, width and height of every box, in the order of `boxes`."""
        found = [placed.part.plan.rectangles for placed in self._placed]
        begins = np.array([(placed.x, placed.y, 0, 0) for placed in self._placed])
        return np.concatenate(found) + begins.repeat(list(map(len, found)), axis=0)

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

    def _around(self, item_id: str) -> list[Placed]:
        """Return the parts in which an item may be: as a box or frame, or as a border."""
        numbers: set[int] = set()
        # An open loop and its exit have one id.
        for home in (self.boxes.home_of(item_id), self._homes.get(item_id)):
            if home is not None:
                # At a cut, lines of an item are in the parts before and after.
                numbers.update(range(home - 1, home + 2))
        if item_id in self._homes:
            outer = self._placed[self._homes[item_id]]
            place = [inner.id for inner in outer.part.inner].index(item_id)
            numbers |= {outer.inner[place][0], outer.inner[place][-1]}
        every = range(len(self._placed))
        return [self._placed[number] for number in sorted(numbers) if number in every]


def _by_row(shapes: Sequence[_Shape], rows: range) -> list[list[_Shape]]:
    """Return what is in each of some rows, in the order in which it came."""
    found: list[list[_Shape]] = [[] for _ in rows]
    for shape in shapes:
        height = 1 if isinstance(shape, Stub) else shape.height
        first, stop = shape.y - rows.start, shape.y + height - rows.start
        for each in found[max(first, 0) : max(stop, 0)]:
            each.append(shape)
    return found
