"""Conditions on the health of a value, such as `nan` or `norm > 1e3`."""

from __future__ import annotations

import dataclasses
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from graphstep.errors import SteppingError
from graphstep.recording import Stats, stats_from_array

# What a bare word asks of the statistics of a value.
WORDS: dict[str, Callable[[Stats], bool]] = {
    "nan": lambda stats: stats.nan > 0,
    "inf": lambda stats: stats.neg_inf + stats.pos_inf > 0,
    "nonfinite": lambda stats: not stats.is_finite,
    "zero": lambda stats: 0 < stats.size == stats.zero,
}
# Statistics that can be compared with a number, and their names in `Stats`.
STATISTICS = {
    "norm": "l2",
    "l2": "l2",
    "absmax": "absmax",
    "min": "min",
    "max": "max",
    "mean": "mean",
}
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_COMPARED = re.compile(
    rf"(?P<statistic>{'|'.join(STATISTICS)})\s*"
    rf"(?P<comparison>{'|'.join(_COMPARISONS)})\s*(?P<bound>\S+)"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """Something that may be true of one value.

    Infinities and NaNs count for `nan`, `inf` and `nonfinite` alone: every other
    statistic is that of the finite elements. Of complex numbers it is that of the
    magnitudes. A comparison with a statistic that does not exist (the least of no
    elements) is false.

    Attributes:
        word: `nan`, `inf`, `nonfinite` or `zero` (every element is); empty for a
            comparison.
        statistic: `norm` (or `l2`), `absmax`, `min`, `max` or `mean`.
        comparison: `>`, `>=`, `<`, `<=`, `==` or `!=`.
        bound: What the statistic is compared with.
    """

    word: str = ""
    statistic: str = ""
    comparison: str = ""
    bound: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read a condition.

        Raises:
            SteppingError: If `text` is none.
        """
        text = text.strip()
        if text in WORDS:
            return cls(word=text)
        match = _COMPARED.fullmatch(text)
        if match:
            try:
                bound = float(match["bound"])
            except ValueError:
                bound = None
            if bound is not None:
                return cls("", match["statistic"], match["comparison"], bound)
        msg = (
            f"`{text}` is no condition. Expected one of {', '.join(WORDS)}, or a "
            f"comparison of {', '.join(STATISTICS)} with a number, such as "
            "`norm > 1e3`."
        )
        raise SteppingError(msg)

    def __str__(self) -> str:
        bound = f"{self.bound:g}"
        if float(bound) != self.bound:
            bound = repr(self.bound)
        return self.word or f"{self.statistic} {self.comparison} {bound}"

    def holds(self, stats: Stats) -> bool:
        """Return whether the condition is true of a value with these statistics."""
        if self.word:
            return WORDS[self.word](stats)
        actual = getattr(stats, STATISTICS[self.statistic])
        return bool(actual == actual and self._compare(actual))  # noqa: PLR0124

    def may_hold_in_part(self, whole: Stats) -> bool:
        """Return whether the condition may be true of some part of a value.

        Args:
            whole: Statistics of all parts taken together.
        """
        if self.word == "zero":
            return whole.zero > 0
        grows = self.statistic in ("norm", "l2", "absmax", "max")
        is_bounded = self.comparison[:1] == (">" if grows else "<")
        if self.word or (is_bounded and self.statistic != "mean"):
            return self.holds(whole)
        return True

    def _compare(self, actual: Any) -> Any:
        return _COMPARISONS[self.comparison](actual, self.bound)

    def flags(self, rows: np.ndarray) -> Any:
        """Return of which rows of a matrix the condition is true.

        Args:
            rows: Numbers of any dtype, one value per row.
        """
        x = np.abs(rows) if rows.dtype.kind == "c" else rows
        if self.word == "zero":
            return np.all(x == 0, axis=1) if x.shape[1] else np.zeros(len(x), bool)
        if x.dtype.kind not in "fc":
            # Integers and booleans; also JAX's small floats, which NumPy knows little of.
            x = x.astype(np.float64)
        if self.word == "nan":
            return np.isnan(x).any(axis=1)
        if self.word == "inf":
            return np.isinf(x).any(axis=1)
        if self.word == "nonfinite":
            return ~np.isfinite(x).all(axis=1)
        actual = _statistic(
            STATISTICS[self.statistic], x.astype(np.float64, copy=False)
        )
        return self._compare(actual) & ~np.isnan(actual)

    def describe(self, stats: Stats) -> str:
        """Return what is so about a value of which the condition holds."""
        if self.word == "zero":
            return f"all {stats.size} elements are zero"
        if self.word:
            n_inf = stats.neg_inf + stats.pos_inf
            found = [
                f"{n} {what}" for n, what in ((stats.nan, "NaN"), (n_inf, "inf")) if n
            ]
            noun = "element" if stats.size == 1 else "elements"
            return f"{' and '.join(found)} of {stats.size} {noun}"
        actual = getattr(stats, STATISTICS[self.statistic])
        return f"{self.statistic} is {actual:.6g}"

    def describe_array(self, array: np.ndarray) -> str:
        """Return what is so about an array of which the condition holds."""
        return self.describe(stats_from_array(array))


def _statistic(name: str, x: np.ndarray) -> np.ndarray:
    """Return one statistic of the finite elements of each row, NaN for none."""
    finite = np.isfinite(x)
    if name == "min":
        least = np.min(np.where(finite, x, np.inf), axis=1, initial=np.inf)
        return np.where(finite.any(axis=1), least, np.nan)
    if name == "max":
        greatest = np.max(np.where(finite, x, -np.inf), axis=1, initial=-np.inf)
        return np.where(finite.any(axis=1), greatest, np.nan)
    kept = np.where(finite, x, 0.0)
    if name == "mean":
        count = finite.sum(axis=1)
        with np.errstate(over="ignore"):
            mean = kept.sum(axis=1) / np.maximum(count, 1)
        return np.where(count > 0, mean, np.nan)
    absmax = np.max(np.abs(kept), axis=1, initial=0.0)
    if name == "absmax":
        return absmax
    # Scaled, because squares of tiny elements underflow and those of huge overflow.
    scale = np.where(absmax > 0, absmax, 1.0)
    return np.sqrt(np.square(kept / scale[:, None]).sum(axis=1)) * scale
