"""Values as short texts: fetched for what is visible, measured once, kept."""

from __future__ import annotations

import collections
import dataclasses
import math
import threading
import time
from typing import Any, Literal

import jax
import numpy as np

from graphstep.recording import Absence, Recording, Stats
from graphstep.stepping import Cursor
from graphstep.tui import threads
from graphstep.tui.array_look import Look, look_at
from graphstep.tui.numbers import flag, norm_words, number

Of = Literal["primal", "cotangent", "tangent"]
_KEPT = 20_000
# Elements up to which statistics are computed while a frame is drawn.
SMALL = 1 << 19
# Large values that wait to be read: more than a screen shows.
_WAITING = 256
# Arrays that are held on to; the large ones of these are rarely more than views.
_HELD = 8
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
        of: `primal`, `cotangent` or `tangent`.
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
        flag: `N` or `I` if it holds NaN or an infinity and is no constant: what a
            program holds ready is trouble only once it reaches a value.
        is_absent: Whether `text` says why there is no value.
    """

    text: str
    flag: str = ""
    is_absent: bool = False


class Values:
    """Short texts of the values of one recording.

    Args:
        recording: Where they come from.
        frame: Seconds that one frame may spend on values it has not seen.

    Attributes:
        has_put_off: Whether the last frame is to be drawn again for some value.
        has_run_out: Whether that is because it had no time for a small one.
        n_read: How many large values a thread has read.
        wanted: Large values that were asked for and are to be looked at in a thread.
        refusal: Why arrays that were not kept cannot be fetched, once that was tried.
    """

    def __init__(self, recording: Recording, frame: float = 0.012) -> None:
        self.recording = recording
        self.frame = frame
        self._shorts: collections.OrderedDict[ValueKey, Short] = (
            collections.OrderedDict()
        )
        self._looks: dict[ValueKey, Look | Absence] = {}
        self._held: collections.OrderedDict[ValueKey, Any] = collections.OrderedDict()
        # Large values whose texts were asked for, those on the screen now at the end.
        self._unread: dict[ValueKey, None] = {}
        self._is_reading = False
        self._being_read: ValueKey | None = None
        self._lock = threading.Lock()
        self._deadline = 0.0
        self._is_first = True
        self.has_put_off = self.has_run_out = False
        self.n_read = 0
        self.wanted: dict[ValueKey, None] = {}
        self.refusal = ""

    def begin_frame(self) -> None:
        """Start the clock of a frame."""
        self._deadline = time.perf_counter() + self.frame
        self.has_put_off = self.has_run_out = False
        self._is_first = True

    def has_news(self, n_read: int) -> bool:
        """Return whether a frame shows more than after so many large values."""
        return self.n_read != n_read or not self._is_reading

    def short(self, key: ValueKey) -> Short | None:
        """Return a value's text, or `None` if this frame has no time for it.

        Large values are read in a thread; ask again in a later frame.
        """
        found = self._shorts.get(key)
        if found is not None:
            return found
        if self.is_large(key):
            self.has_put_off = True
            self._ask(key)
            return None
        # However busy the machine is, each frame gets further than the one before.
        if time.perf_counter() > self._deadline and not self._is_first:
            self.has_put_off = self.has_run_out = True
            return None
        self._is_first = False
        return self.short_at_once(key)

    def short_at_once(self, key: ValueKey) -> Short:
        """Return a value's text, however long that takes."""
        found = self._shorts.get(key)
        return self._keep(key, self._shorten(key)) if found is None else found

    def short_apart(self, key: ValueKey) -> Short:
        """Return a value's text, however long that takes; any thread may ask."""
        return self._shorten(key)

    def _keep(self, key: ValueKey, short: Short) -> Short:
        with self._lock:
            self._shorts[key] = short
            if len(self._shorts) > _KEPT:
                self._shorts.popitem(last=False)
        return short

    def _ask(self, key: ValueKey) -> None:
        with self._lock:
            if key == self._being_read:
                return
            self._unread.pop(key, None)
            self._unread[key] = None
            if len(self._unread) > _WAITING:
                self._unread.pop(next(iter(self._unread)))
            if self._is_reading:
                return
            self._is_reading = True
        threads.begin("graphstep-values", self._read_large)

    def _read_large(self) -> None:
        while True:
            with self._lock:
                if not self._unread:
                    self._is_reading = False
                    return
                key = self._being_read = self._unread.popitem()[0]
            try:
                short = self._shorten(key)
            except Exception as error:  # noqa: BLE001 -- a thread's edge: the line says it.
                short = Short(type(error).__name__, is_absent=True)
            self._keep(key, short)
            self._being_read = None
            self.n_read += 1

    def array(self, key: ValueKey) -> Any:
        """Return the array itself, or an `Absence`."""
        with self._lock:
            found = self._held.get(key)
        if found is None:
            found = self._read(key)
            self._hold(key, found)
        return found

    def array_soon(self, key: ValueKey) -> Any:
        """Return the array, an `Absence`, or `None` for a large one not fetched yet."""
        if key in self._held or not self.is_large(key):
            return self.array(key)
        self.wanted[key] = None
        return None

    def look(self, key: ValueKey) -> Look | Absence | None:
        """Return what is said of an array; `None` if it is large and not looked at yet."""
        if key not in self._looks:
            if self.is_large(key) and self.has_array(key):
                self.wanted[key] = None
                return None
            self.remember(key, *self.look_apart(key))
        return self._looks[key]

    def look_apart(self, key: ValueKey) -> tuple[Look | Absence, Any]:
        """Fetch and look at an array, however long that takes; any thread may ask.

        Returns:
            What is to be remembered: what is said of it, and the array or an `Absence`.
        """
        array = self._read(key)
        stats = self.measure(key)
        if isinstance(stats, Absence):
            return stats, array
        return look_at(stats, array), array

    def remember(self, key: ValueKey, look: Look | Absence, array: Any) -> None:
        """Keep what was found elsewhere."""
        self._looks[key] = look
        self._hold(key, array)
        self.wanted.pop(key, None)

    def forget(self) -> None:
        """Let go of all that was said; more has been captured since."""
        self._looks.clear()
        with self._lock:
            self._held.clear()
        self._shorts.clear()

    def measure(self, key: ValueKey) -> Stats | Absence:
        """Compute statistics, however large the array."""
        return self.recording.stats(key.node, key.out, key.of, key.iteration)

    def is_large(self, key: ValueKey) -> bool:
        """Return whether an array is too large to be looked at within a frame."""
        aval = self.recording.graph.aval(key.node, key.out)
        return math.prod(getattr(aval, "shape", ())) > SMALL

    def has_array(self, key: ValueKey) -> bool:
        """Return whether an array was kept, if only to be fetched."""
        return self.recording.mode == "full" or not isinstance(self.array(key), Absence)

    def _read(self, key: ValueKey) -> Any:
        read = {
            "primal": self.recording.primal,
            "cotangent": self.recording.cotangent,
            "tangent": self.recording.tangent,
        }[key.of]
        return read(key.node, key.out, key.iteration)

    def _hold(self, key: ValueKey, array: Any) -> None:
        # Recordings are compared in a thread of its own.
        with self._lock:
            self._held[key] = array
            self._held.move_to_end(key)
            while len(self._held) > _HELD:
                self._held.popitem(last=False)

    def _shorten(self, key: ValueKey) -> Short:
        short, graph = self._short_of(key), self.recording.graph
        value = graph.position(key.node), key.out
        if not short.flag or value not in graph.activity.constant:
            return short
        # No letter says what a norm leaves out: it is that of the whole.
        is_lone = math.prod(graph.aval(key.node, key.out).shape) == 1
        text = short.text if is_lone else norm_words(0.0, short.flag)
        return Short(text)

    def _short_of(self, key: ValueKey) -> Short:
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
    return Short(norm_words(_norm(array), wrong), wrong)


def _short_of_stats(stats: Stats) -> Short:
    wrong = flag(stats)
    text = _lone(stats) if stats.size == 1 else norm_words(stats.l2, wrong)
    return Short(text, wrong)


def _lone(stats: Stats) -> str:
    """Return the only element; a mean leaves out what is not finite."""
    if stats.pos_inf or stats.neg_inf:
        return number(math.inf if stats.pos_inf else -math.inf)
    return number(stats.mean)


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
