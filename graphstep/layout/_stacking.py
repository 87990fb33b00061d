"""Put the stretches of a region one after the other, and its border around them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from graphstep.layout._network import ENTRY, EXIT, Shape
from graphstep.layout._placing import widened
from graphstep.layout._plan import PartPlan, Plan
from graphstep.layout._shapes import Direction
from graphstep.layout._spacing import SPACINGS
from graphstep.layout._stretches import Stretch

# Cells of a border beside the title: a blank and some border on both sides.
_TITLE = 4

# Returns the plan of a stretch, its last rank so far aside and so far away.
Planner = Callable[[Stretch, int, int], PartPlan]


def stack(
    stretches: Sequence[Stretch],
    plan_of: Planner,
    direction: Direction,
    title: int | None,
) -> Plan:
    """Return where the stretches of a region are.

    Args:
        stretches: All of them, in order.
        plan_of: Returns the plan of one.
        direction: Where ranks go.
        title: Cells that its title wants; `None` for the whole program, which has no
            border.
    """
    spacing = SPACINGS[direction]
    plans, across = _aligned(stretches, plan_of)
    has_exits = any(v.kind == EXIT for v in stretches[-1].shape.vertices)
    has_entries = any(v.kind == ENTRY for v in stretches[0].shape.vertices)
    is_root = title is None
    side = 0 if is_root else spacing.side
    wanted = (title or 0) + _TITLE
    # A frame is at least as long as the title in its border.
    least = wanted if direction == "right" and not is_root else 0
    along = [0 if is_root or has_entries else spacing.cap]
    for plan in plans[:-1]:
        along.append(along[-1] + plan.last)
    extent = along[-1] + plans[-1].size[1]
    if has_exits and extent < least:
        # The ports of a frame that is longer than its content lie on its border.
        plans[-1] = plan_of(stretches[-1], 0, least - extent)
        extent = least
    elif not is_root and not has_exits:
        extent = max(extent + spacing.cap, least)
    low = min(across)
    width = max(a + p.size[0] for a, p in zip(across, plans, strict=True)) - low
    across = [a - low + side for a in across]
    size, free = (width + 2 * side, extent), (0, 0)
    if not is_root:
        entries = _entries(stretches[0].shape, plans[0], across[0])
        size, free = _titled(size, entries, direction, wanted)
    order = (across, along) if direction == "down" else (along, across)
    return Plan(size, free, tuple(plans), tuple(zip(*order, strict=True)))


def _aligned(
    stretches: Sequence[Stretch], plan_of: Planner
) -> tuple[list[PartPlan], list[int]]:
    """Return plans, and where they are across so that cuts are not seen.

    Straight lines are worth a little drift from one to the next, but a thousand of
    them would be a drawing that no window can follow: before it wanders off, it is
    brought back.
    """
    plans = [plan_of(stretch, 0, 0) for stretch in stretches]
    across = [0]
    begin, end = widened(0, plans[0].size[0])
    for i in range(1, len(plans)):
        place = across[-1] + _joint(stretches, plans, i)
        width = plans[i].size[0]
        if width > end - begin:
            begin, end = place, place + width
        elif not begin <= place + width // 2 <= end:
            before, top = plans[i - 1], stretches[i - 1].top
            back = (begin + end - width) // 2 - place
            plans[i - 1] = plan_of(stretches[i - 1], back, 0)
            if top >= 0:
                across[-1] += before.places[top] - plans[i - 1].places[top]
            place = across[-1] + _joint(stretches, plans, i)
        across.append(place)
    return plans, across


def _joint(stretches: Sequence[Stretch], plans: Sequence[PartPlan], i: int) -> int:
    """Return how far across a stretch is from the one before it."""
    above = plans[i - 1].places[stretches[i - 1].bottom]
    return above - plans[i].places[stretches[i].top]


def _entries(shape: Shape, plan: PartPlan, across: int) -> list[int]:
    return sorted(
        [
            across + place
            for vertex, place in plan.places.items()
            if shape.vertices[vertex].kind == ENTRY
        ]
    )


def _titled(
    size: tuple[int, int], entries: Sequence[int], direction: Direction, wanted: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return a frame's extent, and the part of its border that its title gets."""
    across, along = size
    if direction == "right":
        return size, (1, along - 2)
    bounds = [0, *entries, across - 1]
    # The first place that is wide enough, so that most titles begin at the left.
    begin, end = max(
        itertools.pairwise(bounds),
        key=lambda gap: (min(gap[1] - gap[0] - 1, wanted), -gap[0]),
    )
    if end - begin - 1 < wanted:
        begin = bounds[-2]
        across = max(across, begin + 2 + wanted)
        end = across - 1
    return (across, along), (begin + 1, end - begin - 1)
