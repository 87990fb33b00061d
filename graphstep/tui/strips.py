"""An array as one short row of marks: the leading element of each stretch of it."""

from __future__ import annotations

import collections
import dataclasses
import math
import threading
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from rich.style import Style

from graphstep.recording import Absence
from graphstep.tui import threads
from graphstep.tui.array_heat import PLAIN_SHADES
from graphstep.tui.array_look import chunks, reals
from graphstep.tui.numbers import BLOCKS
from graphstep.tui.values import Short, ValueKey, Values

# A full block, or none, would not tell whether it hangs or stands.
LEVELS = 7
_KEPT = 4096
# What stands for a size where there is ASCII alone; the sign stands before it.
_RAMP = PLAIN_SHADES[1:]
_ZERO = "·"
_REVERSE = Style(reverse=True)
# A value, how many cells it has, and how many times its program was run again.
_Place = tuple[ValueKey, int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Cells:
    """An array in a few numbers.

    Attributes:
        values: Per cell, the finite element of greatest size.
        marks: Per cell, `N` if it holds a NaN, `I` for an infinity, else a blank.
    """

    values: tuple[float, ...]
    marks: str

    def levels(self) -> tuple[int, ...]:
        """Return −7 to 7 per cell: square roots, so that small numbers are seen."""
        top = max(map(abs, self.values), default=0.0)
        return tuple(_level(value, top) for value in self.values)


def _level(value: float, top: float) -> int:
    if not value:
        return 0
    return int(math.copysign(math.ceil(math.sqrt(abs(value) / top) * LEVELS), value))


def cells_of(array: Any, n_cells: int) -> Cells:
    """Return an array in at most `n_cells` numbers, in the order of its elements.

    Each cell stands for a stretch of neighbours of the flat array (row-major), all of
    them equally long but for one element, and shows the one of greatest size with its
    sign: a mean would let elements of both signs cancel, and hide the outlier that is
    looked for. Of complex numbers the magnitudes count.

    Args:
        array: Numbers of any dtype.
        n_cells: How many cells; of an array with fewer elements, each has its own.
    """
    x = np.asarray(array)
    n = min(n_cells, x.size)
    if not n:
        return Cells((), "")
    values, marks = np.zeros(n), [" "] * n
    for start, elements in chunks(x):
        stop = start + elements.size
        first, last = _cell(start, n, x.size), _cell(stop - 1, n, x.size)
        for cell in range(first, last + 1):
            begin, end = -(-cell * x.size // n), -(-(cell + 1) * x.size // n)
            part = reals(elements[max(begin - start, 0) : end - start])
            is_finite = np.isfinite(part)
            if not is_finite.all():
                marks[cell] = _worse(marks[cell], is_nan=bool(np.isnan(part).any()))
                part = part[is_finite]
            if part.size:
                leading = part[np.argmax(np.abs(part))]
                values[cell] = max(values[cell], leading, key=abs)
    return Cells(tuple(values.tolist()), "".join(marks))


def _cell(place: int, n: int, size: int) -> int:
    return place * n // size


def _worse(mark: str, *, is_nan: bool) -> str:
    return "N" if is_nan or mark == "N" else "I"


def glyphs_of(cells: Cells, *, is_ascii: bool) -> tuple[tuple[str, Style | None], ...]:
    """Return a row of characters, each with what its style needs besides.

    What is positive stands on the ground, what is negative hangs from above: a block
    in reverse, which needs no colour. In ASCII a sign stands before each size.
    """
    found: list[tuple[str, Style | None]] = []
    for level, mark in zip(cells.levels(), cells.marks, strict=True):
        if mark != " ":
            found.append((f" {mark}" if is_ascii else mark, None))
        elif is_ascii:
            sign = "+-"[level < 0]
            found.append((f"{sign}{_RAMP[abs(level) - 1]}" if level else " 0", None))
        elif level < 0:
            found.append((BLOCKS[LEVELS + level], _REVERSE))
        else:
            found.append((BLOCKS[level - 1] if level else _ZERO, None))
    return tuple(found)


class Strips:
    """Strips of one recording; large arrays are read in a thread.

    Args:
        values: Where arrays come from.
        tell: Called from the thread when a strip that was asked for is there.
    """

    def __init__(self, values: Values, tell: Callable[[], None]) -> None:
        self.values = values
        self._tell = tell
        self._known: collections.OrderedDict[_Place, tuple[Short, Cells | None]] = (
            collections.OrderedDict()
        )
        self._wanted: dict[_Place, None] = {}
        self._lock = threading.Lock()
        self._is_at_work = False

    @property
    def is_at_work(self) -> bool:
        """Whether something is still to come."""
        return self._is_at_work

    def find(self, key: ValueKey, n_cells: int) -> tuple[Short, Cells | None] | None:
        """Return a value in few characters, and in cells if it is an array.

        Returns:
            `None` if this frame has no time for it, or a thread is at work on it.
        """
        # A recording that fetched more arrays by running again has more to answer.
        place = (key, n_cells, len(self.values.recording.zoomed))
        with self._lock:
            found = self._known.get(place)
            if found is not None:
                return found
            if self.values.is_large(key):
                self._ask(place)
                return None
        short = self.values.short(key)
        if short is None:
            return None
        return self._keep(place, (short, self._cells(key, n_cells)))

    def _cells(self, key: ValueKey, n_cells: int) -> Cells | None:
        array = self.values.array(key)
        if isinstance(array, Absence | jax.Array) or np.size(array) < 2:
            return None
        return cells_of(array, n_cells)

    def _keep(
        self, place: _Place, found: tuple[Short, Cells | None]
    ) -> tuple[Short, Cells | None]:
        with self._lock:
            self._known[place] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    # What takes long ---------------------------------------------------------------------

    def _ask(self, place: _Place) -> None:
        # What was asked for last is what is on the screen.
        self._wanted.pop(place, None)
        self._wanted[place] = None
        if not self._is_at_work:
            self._is_at_work = True
            threads.begin("graphstep-strips", self._work)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._is_at_work = False
                    break
                place = self._wanted.popitem()[0]
            key, n_cells, _ = place
            try:
                short, cells = self.values.short_apart(key), self._cells(key, n_cells)
                self._keep(place, (short, cells))
            except Exception as error:  # noqa: BLE001 -- a thread's edge: the box says it.
                self._keep(place, (Short(type(error).__name__, is_absent=True), None))
            self._tell()
