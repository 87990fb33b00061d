"""Which box is next to another, and where a stub leads."""

from __future__ import annotations

from typing import Literal

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
    else:
        found = [box for box in layout.boxes.values() if _is_beside(here, box, way)]
    if not found:
        found = [box for box in layout.boxes.values() if _is_toward(here, box, way)]
    return (
        min(found, key=lambda shape: _distance(here, shape, way)).id if found else None
    )


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


def _middle(shape: Box | Frame) -> tuple[float, float]:
    return shape.x + shape.width / 2, shape.y + shape.height / 2


def _distance(here: Box | Frame, there: Box | Frame, way: Way) -> tuple[float, str]:
    (x0, y0), (x1, y1) = _middle(here), _middle(there)
    # A cell is about twice as high as it is wide.
    along, across = (abs(y1 - y0) * 2, abs(x1 - x0))
    if way in ("left", "right"):
        along, across = across, along
    return along + 2 * across, there.id


def _is_toward(here: Box | Frame, there: Box, way: Way) -> bool:
    (x0, y0), (x1, y1) = _middle(here), _middle(there)
    by = {"up": y0 - y1, "down": y1 - y0, "left": x0 - x1, "right": x1 - x0}
    return there.id != here.id and by[way] > 0


def _is_beside(here: Box | Frame, there: Box, way: Way) -> bool:
    if not _is_toward(here, there, way):
        return False
    if way in ("left", "right"):
        return there.y < here.y + here.height and here.y < there.y + there.height
    return there.x < here.x + here.width and here.x < there.x + there.width


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
    for stub in layout.stubs_in(y):
        if stub.x <= x < stub.x + stub.width:
            return stub
    return None
