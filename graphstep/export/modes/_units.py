"""Sizes, durations and counts in the unit that suits them."""

from __future__ import annotations

_BYTES = ("B", "kB", "MB", "GB", "TB")
_LONG_FACTOR = 1e5
_COUNTS = ("", " k", " M", " G", " T", " P")


def bytes_text(nbytes: float) -> str:
    """Return a size with three digits, in units of 1000."""
    for unit in _BYTES:
        if nbytes < 999.5 or unit == _BYTES[-1]:
            return f"{nbytes:.3g} {unit}"
        nbytes /= 1000
    raise AssertionError


def count_text(count: float) -> str:
    """Return a number of operations with three digits: `2.01 M`."""
    for unit in _COUNTS:
        if count < 999.5 or unit == _COUNTS[-1]:
            return f"{count:.3g}{unit}"
        count /= 1000
    raise AssertionError


def factor_text(factor: float) -> str:
    """Return how many times as long something takes: `2.0`, `131`, `82.7 M`."""
    if factor >= _LONG_FACTOR:
        return count_text(factor)
    return f"{factor:.1f}" if factor < 9.95 else f"{factor:.0f}"


def seconds(value: float) -> str:
    """Return a duration in the unit that suits it."""
    if value < 1e-3:
        return f"{value * 1e6:.0f} µs"
    if value < 1:
        return f"{value * 1e3:.0f} ms" if value >= 1e-2 else f"{value * 1e3:.1f} ms"
    return f"{value:.1f} s" if value < 100 else f"{value:.0f} s"
