"""Which recorded values are not finite, and how many of a region's are."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from graphstep.graph import Region
from graphstep.recording import Absence, Recording, Stats
from graphstep.tui.values import Of

FINE, INFINITE, NAN = 0, 1, 2
_LETTERS = ("", "I", "N")
_NOUNS = ("", "Inf", "NaN")
_OF: tuple[Of, ...] = ("primal", "cotangent")
# Seconds of work between two rests, in which the screen is drawn.
_SPELL, _REST = 0.004, 0.002


@dataclasses.dataclass(frozen=True, eq=False)
class Health:
    """What is wrong with the values of a recording, all iterations taken together.

    Nothing is wrong with constants: a program holds NaN ready, as `jnp.var` does, and
    that is trouble only once it reaches a value.

    Attributes:
        primals: Per node, in program order: `FINE`, `INFINITE` or `NAN`.
        cotangents: The same of its cotangents.
        n_with_nan: How many nodes hold NaN in either.
        n_unseen: How many values were not kept, so that nothing is known of them.
    """

    primals: np.ndarray
    cotangents: np.ndarray
    n_with_nan: int = 0
    n_unseen: int = 0

    def levels(self, of: Of) -> np.ndarray:
        """Return the primals' or the cotangents' levels."""
        return self.primals if of == "primal" else self.cotangents

    def letter(self, position: int, of: Of | None = None) -> str:
        """Return `N`, `I` or nothing for a node; of both passes if `of` is not given."""
        if of is None:
            return _LETTERS[max(self.primals[position], self.cotangents[position])]
        return _LETTERS[self.levels(of)[position]]

    @functools.cached_property
    def is_sound(self) -> bool:
        """Whether every value that was kept is finite."""
        return not (self.primals.any() or self.cotangents.any())

    def letter_within(self, start: int, stop: int, of: Of) -> str:
        """Return `N`, `I` or nothing for a stretch of nodes."""
        for level in (NAN, INFINITE):
            sums = self._sums[of, level]
            if sums[stop] > sums[start]:
                return _LETTERS[level]
        return ""

    @functools.cached_property
    def _sums(self) -> dict[tuple[Of, int], np.ndarray]:
        found: dict[tuple[Of, int], np.ndarray] = {}
        for of in _OF:
            for level in (INFINITE, NAN):
                is_so = self.levels(of) == level
                found[of, level] = np.concatenate([[0], np.cumsum(is_so)])
        return found

    def count(self, region: Region, of: Of, level: int) -> int:
        """Return how many nodes inside a region hold an infinity, or NaN."""
        sums = self._sums[of, level]
        return int(sums[region.stop] - sums[region.start])

    def of_region(self, region: Region, of: Of) -> tuple[str, str]:
        """Return `("3 with NaN", "N")`, or two empty texts for a sound region."""
        for level in (NAN, INFINITE):
            if count := self.count(region, of, level):
                return f"{count} with {_NOUNS[level]}", _LETTERS[level]
        return "", ""


def health_of(
    recording: Recording, is_over: Callable[[], bool] = lambda: False
) -> Health:
    """Look at every value of a recording; in a thread, for that can take seconds.

    Args:
        recording: The values.
        is_over: Asked now and then; once it is true, what is left is not looked at.
    """
    graph = recording.graph
    constant = graph.activity.constant
    levels = {of: np.zeros(len(graph), np.uint8) for of in _OF}
    n_unseen = 0
    rested = time.perf_counter()
    for position, node in enumerate(graph.order):
        if time.perf_counter() - rested > _SPELL:
            if is_over():
                break
            time.sleep(_REST)
            rested = time.perf_counter()
        for out in range(len(graph.columns.avals[position])):
            if (position, out) in constant:
                continue
            for of in _OF:
                level = _level(recording, node, out, of)
                if level is None:
                    n_unseen += 1
                else:
                    levels[of][position] = max(levels[of][position], level)
    has_nan = np.maximum(levels["primal"], levels["cotangent"]) == NAN
    n_with_nan = int(np.sum(has_nan))
    return Health(levels["primal"], levels["cotangent"], n_with_nan, n_unseen)


def _level(recording: Recording, node: str, out: int, of: Of) -> int | None:
    """Return how bad a value is, or `None` if it was not kept."""
    if recording.mode == "summary":
        stats = recording.stats(node, out, of)
        if isinstance(stats, Stats):
            is_infinite = bool(stats.neg_inf or stats.pos_inf)
            return NAN if stats.nan else INFINITE if is_infinite else FINE
        return None if stats.kind == "not_captured" else FINE
    read = recording.primal if of == "primal" else recording.cotangent
    array: Any = read(node, out)
    if isinstance(array, Absence):
        return None if array.kind == "not_captured" else FINE
    if isinstance(array, jax.Array) or array.dtype.kind in "biu":
        return FINE
    return _level_of_array(array)


def _level_of_array(array: np.ndarray) -> int:
    # A sum is finite only if every element is; most arrays need no second look.
    with np.errstate(all="ignore"):
        if np.isfinite(np.sum(array)):
            return FINE
        if np.isnan(array).any():
            return NAN
        return INFINITE if np.isinf(array).any() else FINE
