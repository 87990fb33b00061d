"""Put the pieces of all open regions together: where each is, not yet what is in it."""

from __future__ import annotations

import dataclasses

from graphstep.layout._piece import Piece
from graphstep.layout._shapes import Direction, Frame


@dataclasses.dataclass(frozen=True, slots=True)
class Placed:
    """A piece in its place.

    Attributes:
        piece: Of an open region or group.
        x: Column of its first cell in the whole.
        y: Row of it.
        first_trunk: Number of its first net among those of all pieces.
        inner: Places in the list of all pieces of those directly inside.
    """

    piece: Piece
    x: int
    y: int
    first_trunk: int
    inner: list[int]


def compose(root: Piece, direction: Direction) -> tuple[list[Placed], dict[str, Frame]]:
    """Return all pieces in their places and their frames, outer before inner."""
    found: list[Placed] = []
    frames: dict[str, Frame] = {}
    n_trunks = 0
    pending = [(root, 0, 0, -1, -1)]
    while pending:
        piece, x, y, depth, around = pending.pop()
        plan = piece.plan
        if depth >= 0:
            found[around].inner.append(len(found))
            width, height = plan.size if direction == "down" else plan.size[::-1]
            frames[piece.id] = Frame(
                piece.id,
                x,
                y,
                width,
                height,
                depth,
                piece.kind,
                x + plan.title[0],
                plan.title[1],
            )
        number = len(found)
        found.append(Placed(piece, x, y, n_trunks, []))
        n_trunks += len(plan.segments)
        places = zip(piece.inner, plan.frames, strict=True)
        for inner, (dx, dy, _, _) in reversed(list(places)):
            pending.append((inner, x + dx, y + dy, depth + 1, number))
    return found, frames
