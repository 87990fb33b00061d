"""Which box is next to another, and where a stub leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from graphstep.layout import Box, Frame, Layout, Stub

Way = Literal["up", "down", "left", "right"]
_TURNED: dict[Way, Way] = {"up": "left", "down": "right", "left": "up", "right": "down"}


def neighbour(layout: Layout, item: str, way: Way, *, is_down: bool) -> str | None:
    """Return the box that one comes to from another.

    Against the flow that is an operand, with it a user, the nearest one drawn;
    sideways the nearest box at about the same height.

    Args:
        layout: Where things are.
        item: Id of a box or frame of it.
        way: Where to go on the screen.
        is_down: Whether data flows down; else to the right.
    """
    here = _shape(layout, item)
    if here is None:
        return next(iter(layout.boxes), None)
    flow: Way = way
    if not is_down:
        flow = next(w for w, turned in _TURNED.items() if turned == way)
    if flow in ("up", "down"):
        ids = _linked(layout, item, is_back=flow == "up")
        linked = [_shape(layout, each) for each in ids]
        found = [shape for shape in linked if shape is not None]
        if found:
            return _nearest(here, [s.id for s in found], _rectangles(found), way)
    boxes, ids = layout.rectangles, list(layout.boxes)
    is_toward = _is_toward(here, boxes, way)
    if item in layout.boxes:
        is_toward[ids.index(item)] = False
    is_beside = is_toward & _is_beside(here, boxes, way)
    use_beside = flow not in ("up", "down") and bool(is_beside.any())
    chosen = np.flatnonzero(is_beside if use_beside else is_toward)
    return _nearest(here, [ids[i] for i in chosen.tolist()], boxes[chosen], way)


def _rectangles(shapes: Sequence[Box | Frame]) -> np.ndarray:
    return np.array([(s.x, s.y, s.width, s.height) for s in shapes])


def _linked(layout: Layout, item: str, *, is_back: bool) -> list[str]:
    """Return what a box's operands or users are drawn as, through open frames."""
    ids: list[str] = []
    for trunk in layout.trunks_beside(item):
        for end in trunk.ends:
            if is_back and end.item == item:
                ids += [layout.shown(source) for source, _, _ in end.uses]
            elif not is_back and trunk.start.item == item:
                ids += [layout.shown(user) for _, user, _ in end.uses]
    return [each for each in ids if each and each != item]


def _shape(layout: Layout, item: str) -> Box | Frame | None:
    return layout.boxes.get(item) or layout.frames.get(item)


def _away(here: Box | Frame, there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far right and how far down the middles of rectangles are."""
    x, y, width, height = there.T
    return (
        x + width / 2 - here.x - here.width / 2,
        y + height / 2 - here.y - here.height / 2,
    )


def _nearest(
    here: Box | Frame, ids: Sequence[str], there: np.ndarray, way: Way
) -> str | None:
    if not ids:
        return None
    across, along = map(np.abs, _away(here, there))
    # A cell is about twice as high as it is wide.
    along = 2 * along
    if way in ("left", "right"):
        along, across = across, along
    far = along + 2 * across
    return min(ids[i] for i in np.flatnonzero(far == far.min()).tolist())


def _is_toward(here: Box | Frame, there: np.ndarray, way: Way) -> np.ndarray:
    right, down = _away(here, there)
    return {"up": -down, "down": down, "left": -right, "right": right}[way] > 0


def _is_beside(here: Box | Frame, there: np.ndarray, way: Way) -> np.ndarray:
    x, y, width, height = there.T
    if way in ("left", "right"):
        return (y < here.y + here.height) & (here.y < y + height)
    return (x < here.x + here.width) & (here.x < x + width)


def stubs_of(layout: Layout, item: str) -> tuple[Stub, ...]:
    """Return the stubs that belong to a box, in reading order."""
    found = [
        stub
        for stub in layout.stubs_beside(item)
        if layout.shown(stub.value[0] if stub.side == "from" else stub.use[1]) == item
    ]
    return tuple(sorted(found, key=lambda stub: (stub.y, stub.x)))


def stub_at(layout: Layout, x: int, y: int) -> Stub | None:
    """Return the stub whose text is in a cell."""
    for stub in layout.row(y, x, x).stubs:
        if stub.x <= x < stub.x + stub.width:
            return stub
    return None
