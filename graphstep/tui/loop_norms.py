"""The norms of one value over the iterations of a loop."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from graphstep.analysis import INF, NAN, OK, UNKEPT, UNWALKED, norms_of_rows
from graphstep.recording import Absence, Recording, Stats
from graphstep.stepping import Cursor
from graphstep.tui.loop_place import LoopPlace
from graphstep.tui.numbers import number
from graphstep.tui.values import Of

# Iterations whose statistics are looked up one by one, in a summary.
_SAMPLED = 1 << 14
VANISHING, EXPLODING = 1e-6, 1e6


@dataclasses.dataclass(frozen=True, slots=True)
class TrackKey:
    """Norms of one value along one loop.

    Attributes:
        of: `primal` or `cotangent`.
        node: Node id.
        out: Which output.
        outer: Iteration of the loops around.
        inner: Device indices inside.
        n_turns: How many iterations there are.
    """

    of: Of
    node: str
    out: int
    outer: tuple[int, ...]
    inner: tuple[int, ...]
    n_turns: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One number per iteration.

    Attributes:
        norms: Norms of the finite elements.
        marks: What is wrong in each iteration; see `norms`.
        stride: Every how many iterations one was looked at.
        reason: Why there is nothing at all.
    """

    norms: np.ndarray
    marks: np.ndarray
    stride: int = 1
    reason: str = ""

    @property
    def usable(self) -> np.ndarray:
        """In which iterations there is a norm."""
        return self.marks < UNKEPT


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """The first iteration in which something is wrong.

    Attributes:
        turn: Which.
        what: What is wrong with the norm, in words.
        is_fatal: Whether it is NaN or an infinity.
    """

    turn: int
    what: str
    is_fatal: bool


def track_key(place: LoopPlace, of: Of, out: int) -> TrackKey:
    """Return which norms show a place in a loop."""
    outer, inner = place.iteration[: place.depth], place.iteration[place.depth + 1 :]
    return TrackKey(of, place.shown, out, outer, inner, place.n_turns)


def n_looked_at(recording: Recording, key: TrackKey) -> int:
    """Return about how many numbers have to be read for a track."""
    if recording.mode == "summary":
        return 64 * key.n_turns
    aval = recording.graph.aval(key.node, key.out)
    return key.n_turns * max(1, math.prod(getattr(aval, "shape", ())))


def track_of(recording: Recording, cursor: Cursor, key: TrackKey) -> Track:
    """Return the norms in all iterations, however many and large they are."""
    read = {
        "primal": recording.primal,
        "cotangent": recording.cotangent,
        "tangent": recording.tangent,
    }[key.of]
    array = read(key.node, key.out, key.outer)
    if isinstance(array, Absence):
        if array.kind == "not_captured" and recording.mode == "summary":
            return _from_statistics(recording, key)
        return _absent(key, str(array))
    if not isinstance(array, np.ndarray):
        return _absent(key, "Random keys have no norm.")
    for device in key.inner:
        array = array[:, device]
    kept = array[: key.n_turns]
    norms = np.zeros(key.n_turns)
    marks = np.full(key.n_turns, UNKEPT, np.uint8)
    rows = kept.reshape(len(kept), math.prod(kept.shape[1:]))
    norms[: len(kept)], marks[: len(kept)] = norms_of_rows(rows)
    walked = cursor.timeline.turns_walked(key.node, key.outer)
    if walked is not None:
        marks[: len(walked)][~walked[: key.n_turns]] = UNWALKED
    return Track(norms, marks)


def _absent(key: TrackKey, reason: str) -> Track:
    nothing = np.zeros(key.n_turns), np.full(key.n_turns, UNKEPT, np.uint8)
    return Track(*nothing, reason=reason)


def _from_statistics(recording: Recording, key: TrackKey) -> Track:
    stride = -(-key.n_turns // _SAMPLED) or 1
    norms = np.zeros(key.n_turns)
    marks = np.full(key.n_turns, UNKEPT, np.uint8)
    reason = ""
    for turn in range(0, key.n_turns, stride):
        iteration = (*key.outer, turn, *key.inner)
        stats = recording.stats(key.node, key.out, key.of, iteration)
        if isinstance(stats, Absence):
            reason = str(stats)
            continue
        norms[turn], marks[turn] = stats.l2, _mark(stats)
    has_any = bool((marks < UNKEPT).any())
    return Track(norms, marks, stride, "" if has_any else reason)


def _mark(stats: Stats) -> int:
    if stats.nan:
        return NAN
    return INF if stats.neg_inf or stats.pos_inf else OK


def first_bad(track: Track, of: Of) -> Finding | None:
    """Return the iteration in which a pass first meets something wrong.

    NaN and infinities count before norms that vanish or explode. A backward pass meets
    the last iteration first.
    """
    is_back = of == "cotangent"
    wrong = (track.marks == NAN) | (track.marks == INF)
    turn = _first(wrong, is_back=is_back)
    if turn is not None:
        what = "is NaN" if track.marks[turn] == NAN else "is Inf"
        return Finding(turn, what, is_fatal=True)
    return first_odd(track, of)


def first_odd(track: Track, of: Of) -> Finding | None:
    """Return the iteration in which a norm first vanishes or explodes.

    A primal may well be zero; only a cotangent vanishes, and that where it was larger
    one iteration earlier in the walk, if it ever was.
    """
    is_back = of == "cotangent"
    high = track.usable & (track.norms > EXPLODING)
    low = track.usable & (track.norms < VANISHING) & is_back
    was_large = np.logical_or.accumulate((track.usable & ~low)[::-1])[::-1]
    if (low & was_large).any():
        low &= was_large
    turn = _first(low | high, is_back=is_back)
    if turn is None:
        return None
    words = f"< {number(VANISHING)}" if low[turn] else f"> {number(EXPLODING)}"
    return Finding(turn, words, is_fatal=False)


def _first(flags: np.ndarray, *, is_back: bool) -> int | None:
    found = np.flatnonzero(flags)
    return None if not found.size else int(found[-1 if is_back else 0])


def norm_at(track: Track, turn: int) -> Any:
    """Return the norm in one iteration, or `None`."""
    if not 0 <= turn < len(track.marks) or track.marks[turn] >= UNKEPT:
        return None
    return float(track.norms[turn])
