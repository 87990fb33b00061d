"""Put the pieces of all open regions together into one layout."""

from __future__ import annotations

from graphstep.graph import Edge, Value
from graphstep.layout._blocks import Blocks, Source
from graphstep.layout._layout import Layout
from graphstep.layout._piece import Piece, PieceEnd, PieceStub, PieceTrunk
from graphstep.layout._shapes import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    Box,
    Direction,
    End,
    Frame,
    Stub,
    Trunk,
)


class _Composer:
    """Collects boxes, frames, trunks and stubs in cells of the whole."""

    def __init__(self, blocks: Blocks, direction: Direction) -> None:
        self.blocks = blocks
        self.is_down = direction == "down"
        self.boxes: dict[str, Box] = {}
        self.frames: dict[str, Frame] = {}
        self.trunks: list[tuple[PieceTrunk, int, int]] = []
        self.stubs: list[tuple[PieceStub, int, int]] = []

    def gather(self, root: Piece) -> None:
        """Find the place of every box and frame, outer before inner."""
        pending = [(root, 0, 0, -1)]
        while pending:
            piece, across, along, depth = pending.pop()
            if depth >= 0:
                x, y = self._turned(across, along)
                width, height = self._turned(*piece.size)
                self.frames[piece.id] = Frame(
                    piece.id,
                    x,
                    y,
                    width,
                    height,
                    depth,
                    piece.kind,
                    x + piece.title[0],
                    piece.title[1],
                )
            for box in piece.boxes:
                x, y = self._turned(across + box.across, along + box.along)
                width, height = self._turned(*box.size)
                self.boxes[box.id] = Box(box.id, x, y, width, height, box.kind)
            self.trunks += [(trunk, across, along) for trunk in piece.trunks]
            self.stubs += [(stub, across, along) for stub in piece.stubs]
            for inner, da, dl in reversed(piece.inner):
                pending.append((inner, across + da, along + dl, depth + 1))

    def _turned(self, across: int, along: int) -> tuple[int, int]:
        return (across, along) if self.is_down else (along, across)

    def value(self, source: Source) -> Value:
        return self.blocks.graph.order[source[0]], source[1]

    def shown(self, use: Edge, *, is_source: bool) -> str:
        """Return the box or frame that one of the two nodes of a use is in."""
        source, node, _ = use
        if is_source:
            node = source
        while node not in self.boxes and node not in self.frames:
            node = self.blocks.parent_of(node)
        return node

    def trunk(self, trunk: PieceTrunk, across: int, along: int) -> Trunk:
        if self.is_down:
            segments = tuple(
                [
                    (a + across, b + along, c + across, d + along)
                    for a, b, c, d in trunk.segments
                ]
            )
        else:
            segments = tuple(
                [
                    (b + along, a + across, d + along, c + across)
                    for a, b, c, d in trunk.segments
                ]
            )
        return Trunk(
            self.value(trunk.value),
            self._end(trunk.start, across, along, is_start=True),
            segments,
            tuple(
                [self._end(end, across, along, is_start=False) for end in trunk.ends]
            ),
        )

    def _end(self, end: PieceEnd, across: int, along: int, *, is_start: bool) -> End:
        toward = 0
        if end.is_next:
            if self.is_down:
                toward = NORTH if is_start else SOUTH
            else:
                toward = WEST if is_start else EAST
        x, y = self._turned(end.across + across, end.along + along)
        item = end.item or self.shown(end.uses[0], is_source=is_start)
        return End(item, end.uses, x, y, end.is_arrow, toward)

    def stub(self, stub: PieceStub, across: int, along: int) -> Stub:
        x, y = self._turned(stub.across + across, stub.along + along)
        use = stub.uses[0]
        return Stub(
            self.value(stub.value),
            use,
            stub.uses,
            x,
            y,
            stub.width,
            stub.side,
            self.shown(use, is_source=stub.side == "to"),
            stub.label,
        )


def compose(blocks: Blocks, root: Piece, direction: Direction) -> Layout:
    """Return the layout that a finished root piece stands for."""
    composer = _Composer(blocks, direction)
    composer.gather(root)
    width, height = root.size if direction == "down" else root.size[::-1]
    return Layout(
        blocks,
        (width, height),
        composer.boxes,
        composer.frames,
        tuple([composer.trunk(*item) for item in composer.trunks]),
        tuple([composer.stub(*item) for item in composer.stubs]),
    )
