"""Find the greatest, the least or the next troubled element of what is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from graphstep.tui.array_cut import Cut, blocks
from graphstep.tui.array_field import Field
from graphstep.tui.array_look import reals

_CHUNK = 1 << 20


def next_by_size(
    field: Field,
    cut: Cut,
    after: tuple[int, ...] | None,
    *,
    is_greatest: bool,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> tuple[int, ...] | None:
    """Return the element next in order of size, those of equal size in array order.

    Args:
        field: The elements.
        cut: Which of them.
        after: The element that comes before it; `None` for the first.
        is_greatest: Whether sizes fall; else they rise.
        is_cancelled: Whether nobody waits for it any more.

    Returns:
        `None` if there is no further one. NaN has no size.
    """
    start = None if after is None else _flat(cut, after)
    bound = None if start is None or after is None else _size_at(field, after)
    sign = 1.0 if is_greatest else -1.0
    if bound is not None and np.isnan(bound):
        start = bound = None
    best, place = -np.inf, -1
    for offset, elements in _chunks(field, cut):
        if is_cancelled():
            return None
        size = sign * np.abs(reals(elements))
        if bound is not None and start is not None:
            limit = sign * bound
            flat = np.arange(offset, offset + size.size)
            is_later = (size < limit) | ((size == limit) & (flat > start))
            size = np.where(is_later, size, np.nan)
        if np.isnan(size).all():
            continue
        at = int(np.nanargmax(size))
        if place < 0 or size[at] > best:
            best, place = float(size[at]), offset + at
    return None if place < 0 else _index(cut, place)


def next_bad(
    field: Field,
    cut: Cut,
    after: tuple[int, ...] | None,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> tuple[int, ...] | None:
    """Return the next element in array order that is NaN or infinite.

    Args:
        field: The elements.
        cut: Which of them.
        after: Where to begin; after the last, the first comes again.
        is_cancelled: Whether nobody waits for it any more.
    """
    start = -1 if after is None else _flat(cut, after)
    first = -1
    for offset, elements in _chunks(field, cut):
        if is_cancelled():
            return None
        if first >= 0 and offset + elements.size <= start + 1:
            continue
        found = np.flatnonzero(~np.isfinite(reals(elements))) + offset
        if not found.size:
            continue
        first = int(found[0]) if first < 0 else first
        later = found[found > start]
        if later.size:
            return _index(cut, int(later[0]))
    return None if first < 0 else _index(cut, first)


def _chunks(field: Field, cut: Cut) -> Iterator[tuple[int, np.ndarray]]:
    offset = 0
    for parts in blocks(cut.parts, _CHUNK):
        elements = field.part(parts).reshape(-1)
        yield offset, elements
        offset += elements.size


def _size_at(field: Field, index: tuple[int, ...]) -> float:
    return float(np.abs(reals(np.asarray(field.element(index)))))


def _lengths(cut: Cut) -> tuple[int, ...]:
    return tuple(cut.length(axis) for axis in range(len(cut.parts)))


def _flat(cut: Cut, index: tuple[int, ...]) -> int:
    places = cut.place(index)
    if places is None:
        return -1
    return int(np.ravel_multi_index(places, _lengths(cut))) if places else 0


def _index(cut: Cut, flat: int) -> tuple[int, ...]:
    lengths = _lengths(cut)
    places = np.unravel_index(flat, lengths) if lengths else ()
    return tuple(cut.index(axis, int(place)) for axis, place in enumerate(places))
