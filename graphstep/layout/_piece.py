"""The finished drawing of one region, in cells of its own: what the cache keeps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from graphstep.graph import Edge
from graphstep.layout._blocks import Source
from graphstep.layout._shapes import Kind, Segment, Side


@dataclasses.dataclass(frozen=True, slots=True)
class PieceEnd:
    """An `End` before it is put into the whole: `is_next` if beside its item."""

    item: str
    uses: tuple[Edge, ...]
    across: int
    along: int
    is_arrow: bool
    is_next: bool


@dataclasses.dataclass(frozen=True, slots=True)
class PieceTrunk:
    """A `Trunk` before it is put into the whole."""

    value: Source
    start: PieceEnd
    segments: tuple[Segment, ...]
    ends: tuple[PieceEnd, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class PieceStub:
    """A `Stub` before it is put into the whole."""

    value: Source
    uses: tuple[Edge, ...]
    across: int
    along: int
    width: int
    side: Side
    label: str


@dataclasses.dataclass(frozen=True, slots=True)
class PieceBox:
    """A `Box` before it is put into the whole."""

    id: str
    kind: Kind
    across: int
    along: int
    size: tuple[int, int]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One open region, drawn; the first coordinate is across, the second along.

    A piece is equal to itself only, so that it can be part of a key.

    Attributes:
        id: Of the region or group.
        kind: Which of them.
        size: Extent across and along, border included.
        boxes: Nodes and closed blocks directly inside.
        inner: Open blocks directly inside, each with its place.
        trunks: Lines between them.
        stubs: Ends of lines that are not drawn.
        entries: Per value from outside that comes through the border, the place of its
            port across.
        exits: Per value for outside that leaves through the border, likewise.
        tagged: Per value from outside, the uses that stubs inside stand for.
        hidden: Values for outside that end in a stub inside.
        title: First column, and number, of free cells in the upper border.
    """

    id: str
    kind: Kind
    size: tuple[int, int]
    boxes: tuple[PieceBox, ...]
    inner: tuple[tuple[Piece, int, int], ...]
    trunks: tuple[PieceTrunk, ...]
    stubs: tuple[PieceStub, ...]
    entries: Mapping[Source, int]
    exits: Mapping[Source, int]
    tagged: Mapping[Source, tuple[Edge, ...]]
    hidden: frozenset[Source]
    title: tuple[int, int]
