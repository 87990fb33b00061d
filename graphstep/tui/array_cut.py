"""A slice of an array as a person types it: `[3, :, ::2]`, `[..., 0]`."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from graphstep.errors import SteppingError
from graphstep.tracing import one_line
from graphstep.tui.edit_index import index_of, shape_text

# What of one axis is shown: one index, a stretch of them, or some that were listed.
Part = int | range | tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Cut:
    """Which part of an array is shown.

    Attributes:
        parts: Per axis of the array, the indices that are shown, counted from 0.
    """

    parts: tuple[Part, ...]

    @classmethod
    def whole(cls, shape: tuple[int, ...]) -> Cut:
        """Return the cut that leaves everything."""
        return cls(tuple(range(n) for n in shape))

    @property
    def free(self) -> tuple[int, ...]:
        """The axes of which more than one index can be shown."""
        return tuple(
            axis for axis, part in enumerate(self.parts) if not isinstance(part, int)
        )

    def length(self, axis: int) -> int:
        """Return how many indices of an axis are shown."""
        part = self.parts[axis]
        return 1 if isinstance(part, int) else len(part)

    @property
    def size(self) -> int:
        """Number of elements that are shown."""
        return functools.reduce(lambda n, a: n * self.length(a), self.free, 1)

    def index(self, axis: int, place: int) -> int:
        """Return the array's index at a place along an axis of the cut."""
        part = self.parts[axis]
        return part if isinstance(part, int) else part[place]

    def place(self, index: tuple[int, ...]) -> tuple[int, ...] | None:
        """Return where an element is along each axis, if it is shown at all."""
        if len(index) != len(self.parts):
            return None
        found: list[int] = []
        for part, i in zip(self.parts, index, strict=True):
            if isinstance(part, int):
                if i != part:
                    return None
                found.append(0)
            elif i in part:
                found.append(part.index(i))
            else:
                return None
        return tuple(found)

    def is_whole(self, shape: tuple[int, ...]) -> bool:
        """Return whether nothing is left out."""
        return self.parts == tuple(range(n) for n in shape)

    def text(self, shape: tuple[int, ...]) -> str:
        """Return it as Python spells it."""
        parts = zip(self.parts, shape, strict=True)
        return f"[{', '.join(_part_text(part, n) for part, n in parts)}]"


def part_of(array: Any, parts: tuple[Part, ...]) -> np.ndarray:
    """Return some indices of every axis; a view unless indices were listed.

    Axes of one index stay, with the length 1.
    """
    found = np.asarray(np.asarray(array)[tuple(_subscript(part) for part in parts)])
    for axis, part in enumerate(parts):
        # Lists beside each other would be read as pairs.
        if isinstance(part, tuple):
            found = np.take(found, part, axis)
    return found


def blocks(parts: tuple[Part, ...], size: int) -> Iterator[tuple[Part, ...]]:
    """Yield the pieces of a cut in order, each of at most `size` elements."""
    lengths = [1 if isinstance(part, int) else len(part) for part in parts]
    inner, axis = 1, len(parts)
    while axis and inner * lengths[axis - 1] <= size:
        axis -= 1
        inner *= lengths[axis]
    if not axis:
        yield parts
        return
    # Everything after `axis` fits; `axis` itself is taken some indices at a time.
    axis -= 1
    cut, step = parts[axis], max(1, size // max(inner, 1))
    assert not isinstance(cut, int)
    for outer in np.ndindex(*lengths[:axis]):
        chosen = tuple(
            part if isinstance(part, int) else part[place]
            for part, place in zip(parts[:axis], outer, strict=True)
        )
        for start in range(0, lengths[axis], step):
            yield (*chosen, cut[start : start + step], *parts[axis + 1 :])


def cut_typed(text: str, shape: tuple[int, ...]) -> Cut:
    """Read a slice, with or without its brackets.

    Raises:
        SteppingError: If it cannot be read, or an array of that shape has no such part.
    """
    inside = text.strip()
    if inside.startswith("[") and inside.endswith("]"):
        inside = inside[1:-1].strip()
    if not inside:
        return Cut.whole(shape)
    try:
        expression = ast.parse(f"_[{inside}]", mode="eval").body
    except (SyntaxError, ValueError):
        msg = f"`{one_line(text, 40)}` is no slice; one is `[3, :, ::2]`."
        raise SteppingError(msg) from None
    if not isinstance(expression, ast.Subscript):
        msg = f"`{one_line(text, 40)}` is no slice; one is `[3, :, ::2]`."
        raise SteppingError(msg)
    typed = index_of(expression.slice)
    return Cut(_resolved(typed, shape, text))


def _resolved(
    typed: tuple[Any, ...], shape: tuple[int, ...], text: str
) -> tuple[Part, ...]:
    n_ellipses = sum(part is Ellipsis for part in typed)
    n_given = len(typed) - n_ellipses
    if n_ellipses > 1 or n_given > len(shape):
        axes = f"{len(shape)} axis" if len(shape) == 1 else f"{len(shape)} axes"
        msg = f"`{one_line(text, 40)}` is for more axes than {shape_text(shape)} has: {axes}."
        if n_ellipses > 1:
            msg = f"`{one_line(text, 40)}` has more than one `...`."
        raise SteppingError(msg)
    if not n_ellipses:
        typed = (*typed, Ellipsis)
    at = next(i for i, part in enumerate(typed) if part is Ellipsis)
    fill = (slice(None),) * (len(shape) - n_given)
    parts = (*typed[:at], *fill, *typed[at + 1 :])
    return tuple(
        _resolved_part(part, n, axis)
        for axis, (part, n) in enumerate(zip(parts, shape, strict=True))
    )


def _resolved_part(part: Any, n: int, axis: int) -> Part:
    if isinstance(part, slice):
        if part.step == 0:
            msg = f"The step along axis {axis} is zero."
            raise SteppingError(msg)
        return range(n)[part]
    if isinstance(part, np.ndarray):
        if part.dtype.kind == "b":
            if part.shape != (n,):
                msg = f"Axis {axis} has {n} indices; {part.size} were marked."
                raise SteppingError(msg)
            part = np.flatnonzero(part)
        return tuple(_turned(int(i), n, axis) for i in part.reshape(-1))
    return _turned(part, n, axis)


def _turned(i: int, n: int, axis: int) -> int:
    if not -n <= i < n:
        at_most = f"indices 0 to {n - 1}" if n else "no indices"
        msg = f"Axis {axis} has {at_most}, so there is no {i}."
        raise SteppingError(msg)
    return i + n if i < 0 else i


def _subscript(part: Part) -> slice:
    if isinstance(part, int):
        return slice(part, part + 1)
    if isinstance(part, tuple):
        return slice(None)
    return slice_of(part)


def slice_of(part: range) -> slice:
    """Return the slice that selects the same indices."""
    if not part:
        return slice(0, 0)
    stop = part[-1] + (1 if part.step > 0 else -1)
    return slice(part[0], None if stop < 0 else stop, part.step)


def _part_text(part: Part, n: int) -> str:
    if isinstance(part, int):
        return str(part)
    if isinstance(part, tuple):
        return f"[{', '.join(map(str, part))}]"
    if part == range(n):
        return ":"
    if not part:
        return "0:0"
    chosen = slice_of(part)
    ends = range(n)[:: part.step]
    start = "" if ends and part[0] == ends[0] else str(part[0])
    past = part[-1] + part.step
    stop = "" if not 0 <= past < n else str(chosen.stop)
    step = "" if part.step == 1 else f":{part.step}"
    return f"{start}:{stop}{step}"
