"""Values as short texts: fetched for what is visible, measured once, kept."""

from __future__ import annotations

import collections
import dataclasses
import time
from typing import Any, Literal

import jax
import numpy as np

from graphstep.recording import Absence, Recording, Stats
from graphstep.stepping import Cursor
from graphstep.tui.numbers import flag, number

Of = Literal["primal", "cotangent"]
_KEPT = 20_000
# Elements up to which statistics are computed while a frame is drawn.
SMALL = 1 << 17
_NONE = "–"  # noqa: RUF001 -- a dash, for what is not there.
# Reasons that would be too long for a column.
_ABSENT = {
    "stop_gradient": "stopped",
    "not_differentiated": "not asked",
    "not_captured": "not kept",
}


@dataclasses.dataclass(frozen=True, slots=True)
class ValueKey:
    """One value in one iteration.

    Attributes:
        of: `primal` or `cotangent`.
        node: Node id.
        out: Which output.
        iteration: One index per loop around it.
    """

    of: Of
    node: str
    out: int
    iteration: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Short:
    """A value in a few characters.

    Attributes:
        text: What to show.
        flag: `N` or `I` if it holds NaN or an infinity.
        is_absent: Whether `text` says why there is no value.
    """

    text: str
    flag: str = ""
    is_absent: bool = False


class Values:
    """Short texts of the values of one recording.

    Args:
        recording: Where they come from.
        frame: Seconds of this thread that one frame may spend on values it has not seen.

    Attributes:
        has_put_off: Whether the last frame had no time for some value.
        wanted: A large value whose statistics were asked for and are not there yet.
    """

    def __init__(self, recording: Recording, frame: float = 0.012) -> None:
        self.recording = recording
        self.frame = frame
        self._shorts: collections.OrderedDict[ValueKey, Short] = (
            collections.OrderedDict()
        )
        self._stats: dict[ValueKey, Stats | Absence] = {}
        self._deadline = 0.0
        self.has_put_off = False
        self.wanted: ValueKey | None = None

    def begin_frame(self) -> None:
        """Start the clock of a frame."""
        self._deadline = time.thread_time() + self.frame
        self.has_put_off = False

    def short(self, key: ValueKey) -> Short | None:
        """Return a value's text, or `None` if this frame has no time for it."""
        found = self._shorts.get(key)
        if found is not None:
            return found
        if time.thread_time() > self._deadline:
            self.has_put_off = True
            return None
        return self.short_at_once(key)

    def short_at_once(self, key: ValueKey) -> Short:
        """Return a value's text, however long that takes."""
        found = self._shorts.get(key)
        if found is None:
            found = self._shorts[key] = self._shorten(key)
            if len(self._shorts) > _KEPT:
                self._shorts.popitem(last=False)
        return found

    def array(self, key: ValueKey) -> Any:
        """Return the array itself, or an `Absence`."""
        read = self.recording.primal if key.of == "primal" else self.recording.cotangent
        return read(key.node, key.out, key.iteration)

    def stats(self, key: ValueKey) -> Stats | Absence | None:
        """Return statistics; `None` if the array is large and not measured yet."""
        if key not in self._stats:
            aval = self.recording.graph.aval(key.node, key.out)
            if self.recording.mode == "full" and int(np.prod(aval.shape)) > SMALL:
                array = self.array(key)
                if isinstance(array, Absence):
                    return array
                self.wanted = key
                return None
            self._stats[key] = self.measure(key)
        return self._stats[key]

    def measure(self, key: ValueKey) -> Stats | Absence:
        """Compute statistics, however large the array."""
        return self.recording.stats(key.node, key.out, key.of, key.iteration)

    def remember(self, key: ValueKey, stats: Stats) -> None:
        """Keep statistics that were computed elsewhere."""
        self._stats[key] = stats

    def _shorten(self, key: ValueKey) -> Short:
        array = self.array(key)
        if isinstance(array, Absence):
            if array.kind == "not_captured" and self.recording.mode == "summary":
                stats = self.measure(key)
                if isinstance(stats, Stats):
                    return _short_of_stats(stats)
            words = _ABSENT.get(array.kind) or array.kind.replace("_", " ")
            return Short(f"{_NONE} {words}", is_absent=True)
        if isinstance(array, jax.Array):
            return Short("key" if array.ndim == 0 else f"{array.size} keys")
        return _short_of_array(array)


def value_key(cursor: Cursor, of: Of, node: str, out: int = 0) -> ValueKey | None:
    """Return the key of a value in the iteration in which the cursor sees it.

    Returns:
        `None` if a loop around it took no turn.
    """
    iteration = cursor.iteration_of(node)
    return None if iteration is None else ValueKey(of, node, out, iteration)


def _short_of_array(array: np.ndarray) -> Short:
    if array.size == 0:
        return Short("empty")
    if array.size == 1:
        value = array.reshape(-1)[0]
        wrong = _flag_of(array)
        return Short(number(value.item() if hasattr(value, "item") else value), wrong)
    if array.dtype.kind == "b":
        return Short(f"{int(array.sum())} of {array.size}")
    if array.dtype.kind in "iu":
        return Short(f"{number(array.min())} … {number(array.max())}")
    wrong = _flag_of(array)
    return Short(f"‖·‖ {number(_norm(array), 3)}", wrong)


def _short_of_stats(stats: Stats) -> Short:
    text = number(stats.mean) if stats.size == 1 else f"‖·‖ {number(stats.l2, 3)}"
    return Short(text, flag(stats))


def _flag_of(array: np.ndarray) -> str:
    if array.dtype.kind in "biu":
        return ""
    # A sum is finite only if every element is; most arrays need no second look.
    with np.errstate(all="ignore"):
        if np.isfinite(np.sum(array)):
            return ""
        if np.isnan(array).any():
            return "N"
        return "I" if np.isinf(array).any() else ""


def _norm(array: np.ndarray) -> float:
    """Return the norm of the finite elements, which neither under- nor overflows."""
    x = np.abs(array).ravel()
    x = x.astype(np.float64 if x.dtype == np.float64 else np.float32, copy=False)
    if not np.isfinite(x).all():
        x = x[np.isfinite(x)]
    top = float(x.max(initial=0.0))
    if not top:
        return 0.0
    return float(np.linalg.norm(x / top)) * top
