"""Which values differ between two recordings of one program."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np

from graphstep.errors import GraphstepError
from graphstep.recording import Absence
from graphstep.tui.values import SMALL, Short, ValueKey, Values


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A value that is not what it was.

    Attributes:
        old: What it was, in a few characters.
        new: What it is.
    """

    old: Short
    new: Short

    @property
    def text(self) -> str:
        """Both, with an arrow between."""
        return f"{self.old.text} → {self.new.text}"


class Comparison:
    """Compares values of two recordings element by element, each once.

    Args:
        new: The values that are looked at.
        old: The values that they are compared with.

    Attributes:
        wanted: Large values that were asked for and are not compared yet.
    """

    def __init__(self, new: Values, old: Values) -> None:
        self.new = new
        self.old = old
        self.wanted: dict[ValueKey, None] = {}
        self._changes: dict[ValueKey, Change | None] = {}

    def change(self, key: ValueKey) -> Change | None:
        """Return how a value changed; `None` if it did not, or is not compared yet."""
        if key not in self._changes:
            aval = self.new.recording.graph.aval(key.node, key.out)
            if int(np.prod(aval.shape, dtype=np.int64)) > SMALL:
                self.wanted[key] = None
                return None
            self._changes[key] = self.compare(key)
        return self._changes[key]

    def compare(self, key: ValueKey) -> Change | None:
        """Compare a value, however large."""
        new = self.new.array(key)
        try:
            old = self.old.array(key)
        except GraphstepError:
            # A loop took fewer turns then.
            return Change(
                Short("no such turn", is_absent=True), self.new.short_at_once(key)
            )
        if self._is_same(key, new, old):
            return None
        return Change(self.old.short_at_once(key), self.new.short_at_once(key))

    def remember(self, key: ValueKey, change: Change | None) -> None:
        """Keep what was compared elsewhere."""
        self._changes[key] = change
        self.wanted.pop(key, None)

    def _is_same(self, key: ValueKey, new: Any, old: Any) -> bool:
        if isinstance(new, Absence) or isinstance(old, Absence):
            if not (isinstance(new, Absence) and isinstance(old, Absence)):
                return False
            if new.kind == old.kind == "not_captured":
                return self.new.measure(key) == self.old.measure(key)
            return new.kind == old.kind
        return is_same(new, old)


def is_same(new: Any, old: Any) -> bool:
    """Return whether two arrays hold the same; NaN is the same as NaN here."""
    if isinstance(new, jax.Array):
        new, old = jax.random.key_data(new), jax.random.key_data(old)
    new, old = np.asarray(new), np.asarray(old)
    if new.shape != old.shape or new.dtype != old.dtype:
        return False
    with np.errstate(all="ignore"):
        if np.array_equal(new, old):
            return True
        if new.dtype.kind in "biu":
            return False
        return bool(np.all((new == old) | ((new != new) & (old != old))))  # noqa: PLR0124
