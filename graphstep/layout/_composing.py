"""Put the pieces of all open regions together: where each is, not yet what is in it."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from graphstep.layout._piece import Part, Piece
from graphstep.layout._shapes import Direction, Frame


class Placed(NamedTuple):
    """A part of a piece in its place.

    Attributes:
        piece: Of an open region or group.
        part: One stretch of it.
        x: Column of its first cell in the whole.
        y: Row of it.
        first_trunk: Number of its first net among those of all parts.
        inner: Per frame inside, places in the list of all parts of those of its piece.
    """

    piece: Piece
    part: Part
    x: int
    y: int
    first_trunk: int
    inner: list[range]


@dataclasses.dataclass(frozen=True, slots=True)
class Composed:
    """All parts in their places.

    Attributes:
        placed: Those of one piece next to each other, outer pieces before inner ones.
        frames: By id, outer before inner.
        homes: Per frame, the place in the list of the part that it is in.
    """

    placed: list[Placed]
    frames: dict[str, Frame]
    homes: dict[str, int]


def compose(root: Piece, direction: Direction) -> Composed:
    """Return all pieces in their places."""
    found = Composed([], {}, {})
    placed, frames = found.placed, found.frames
    n_trunks = 0
    pending = [(root, 0, 0, -1, -1)]
    while pending:
        piece, x, y, depth, around = pending.pop()
        first = len(placed)
        numbers = range(first, first + len(piece.parts))
        if depth >= 0:
            placed[around].inner.append(numbers)
            found.homes[piece.id] = around
            width, height = piece.size if direction == "down" else piece.size[::-1]
            begin, free = piece.plan.title
            frames[piece.id] = Frame(
                piece.id, x, y, width, height, depth, piece.kind, x + begin, free
            )
        inside: list[tuple[Piece, int, int, int, int]] = []
        for number, part, (dx, dy) in zip(
            numbers, piece.parts, piece.plan.places, strict=True
        ):
            left, top = x + dx, y + dy
            placed.append(Placed(piece, part, left, top, n_trunks, []))
            n_trunks += len(part.plan.segments)
            if part.inner:
                inside += [
                    (inner, left + place[0], top + place[1], depth + 1, number)
                    for inner, place in zip(part.inner, part.plan.frames, strict=True)
                ]
        pending += reversed(inside)
    return found
