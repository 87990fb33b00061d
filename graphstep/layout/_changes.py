"""Find out which stretches of a region are as they were when something else was open."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from graphstep.layout._building import Window
from graphstep.layout._items import Items
from graphstep.layout._stretches import Seam, Stretch


def windows(
    old: Items, new: Items, stretches: Sequence[Stretch]
) -> Iterator[Window | list[Stretch]]:
    """Yield stretches that stay as they are, and windows to build anew between them.

    What is drawn at a rank depends on the items there, on texts of the items beside
    it, and on the lines that pass. So a cut at a rank where nothing of this has changed
    is one still, and a stretch from one such rank to the next is the same if nothing
    has changed within.

    Args:
        old: What was in the region.
        new: What is in it now.
        stretches: Those of the old drawing.
    """
    if list(old.rank) != list(new.rank):
        yield Window(range(len(new.rank)))
        return
    # How many of the ranks before each have changed.
    changed = [0, *np.cumsum(_changed_ranks(old, new)).tolist()]
    end = len(changed) - 1

    def has_changed(stretch: Stretch) -> bool:
        first = 0 if stretch.above is None else _row(new, stretch.above)
        after = end if stretch.below is None else _row(new, stretch.below) + 1
        return changed[after] > changed[first]

    for is_new, found in itertools.groupby(stretches, has_changed):
        run = list(found)
        yield _window(new, run[0].above, run[-1].below) if is_new else run


def _row(items: Items, seam: Seam) -> int:
    """Return the place of a cut's rank in what `_changed_ranks` returns."""
    return items.rank[seam.item] + 1


def _changed_ranks(old: Items, new: Items) -> np.ndarray:
    """Return at which ranks something may have changed, from the rank of entries on."""
    # There is one object for equal boxes.
    is_changed = np.array(
        [a is not b for a, b in zip(old.vertices, new.vertices, strict=True)], bool
    )
    for item in old.pieces.keys() | new.pieces.keys():
        if old.pieces.get(item) is not new.pieces.get(item):
            is_changed[item] = True
    numbers, sources, sinks = new.content.pairs
    # The last place is that of the outside.
    touched = np.append(is_changed, False)
    of_pair = touched[sources] | touched[sinks] | (old.is_far != new.is_far)
    of_value = np.zeros(len(new.limits), bool)
    of_value[numbers[of_pair]] = True
    of_pair = of_value[numbers]
    is_line = of_pair & ~(old.is_far & new.is_far)
    # Rows of ranks: entries have the first one, exits the last one.
    rank = np.array([*new.rank, -1])
    starts = rank[sources] + 1
    ends = np.where(sinks < 0, new.last, rank[sinks]) + 1
    # Texts stand in the ranks beside their items.
    beside = rank[:-1][is_changed] + 1
    first = np.concatenate([starts[is_line], starts[of_pair] - 1, beside - 1])
    last = np.concatenate([ends[is_line], starts[of_pair] + 1, beside + 1])
    more = np.zeros(new.last + 3, np.int64)
    np.add.at(more, np.maximum(first, 0), 1)
    np.add.at(more, np.minimum(last, new.last + 1) + 1, -1)
    return np.cumsum(more)[:-1] > 0


def _window(items: Items, above: Seam | None, below: Seam | None) -> Window:
    """Return what is from one cut to another one."""
    rank = items.rank
    first = -1 if above is None else rank[above.item]
    last = items.last if below is None else rank[below.item]

    def is_inside(item: int) -> bool:
        number = rank[item]
        if above is not None and number == first:
            return item == above.item or not above.is_above
        if below is not None and number == last:
            return item == below.item or below.is_above
        return first <= number <= last

    return Window(list(filter(is_inside, range(len(rank)))), above, below)
