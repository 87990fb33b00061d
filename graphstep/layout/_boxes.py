"""The boxes of a finished layout, each made when it is asked for."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence

from graphstep.layout._composing import Placed
from graphstep.layout._shapes import Box


class Boxes(Mapping[str, Box]):
    """Boxes by id.

    Args:
        placed: All parts in their places.
    """

    def __init__(self, placed: Sequence[Placed]) -> None:
        self._placed = placed

    @functools.cached_property
    def _homes(self) -> dict[str, int]:
        """Per box, the place of its part in the list."""
        found: dict[str, int] = {}
        for number, placed in enumerate(self._placed):
            found.update(dict.fromkeys(placed.part.box_names, number))
        return found

    def home_of(self, item_id: str) -> int | None:
        """Return the place in the list of the part that draws a box, if there is one."""
        return self._homes.get(item_id)

    def __getitem__(self, item_id: str) -> Box:
        placed = self._placed[self._homes[item_id]]
        return box_of(placed, placed.part.box_numbers[item_id])

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._homes

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)

    def __repr__(self) -> str:
        return repr(dict(self))


def box_of(placed: Placed, number: int) -> Box:
    item, kind = placed.part.boxes[number]
    x, y, width, height = placed.part.plan.boxes[number]
    return Box(item, x + placed.x, y + placed.y, width, height, kind)
