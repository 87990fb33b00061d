"""One element as text: short, fixed, scientific, hexadecimal, integer, or in full."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from graphstep.tui.examined import FORMATS, Format
from graphstep.tui.numbers import number

NAMES: dict[Format, str] = {
    "short": "4 digits",
    "fixed": "fixed point",
    "scientific": "scientific",
    "hex": "hexadecimal",
    "integer": "rounded to integers",
    "heat": "heat map",
}
_DIGITS = 4


def name_of(format_: Format, dtype: np.dtype) -> str:
    """Return what a person calls a format of numbers of some type."""
    if format_ not in formats_of(dtype):
        format_ = "short"
    if format_ == "short" and dtype.kind == "b":
        return "truth values"
    return "decimal" if format_ == "short" and is_whole(dtype) else NAMES[format_]


def formats_of(dtype: np.dtype) -> tuple[Format, ...]:
    """Return the formats that numbers of a type can be written in."""
    if dtype.kind == "b":
        return ("short", "integer", "heat")
    if is_whole(dtype):
        return ("short", "hex", "heat")
    return FORMATS


def is_whole(dtype: np.dtype) -> bool:
    """Return whether a type is that of integers, JAX's four-bit ones too."""
    return jnp.issubdtype(dtype, np.integer)


@dataclasses.dataclass(frozen=True, slots=True)
class Writer:
    """Writes elements of one array, all in the same way.

    Attributes:
        format: How.
        decimals: Digits after the point, where they are fixed.
    """

    format: Format
    decimals: int = _DIGITS

    @classmethod
    def of(cls, format_: Format, dtype: np.dtype, absmax: float | None) -> Writer:
        """Return what writes numbers of a type up to a size."""
        if format_ not in formats_of(dtype) or format_ == "heat":
            format_ = "short"
        if absmax is None or not math.isfinite(absmax) or not absmax:
            return cls(format_)
        # About five digits of the greatest element.
        places = _DIGITS - math.floor(math.log10(absmax))
        return cls(format_, min(max(places, 0), 9))

    def text(self, value: Any) -> str:
        """Return one Python number as text."""
        if isinstance(value, complex):
            return self._complex(value)
        if isinstance(value, bool):
            return str(int(value)) if self.format == "integer" else str(value)
        if isinstance(value, int):
            text = f"{value:#x}" if self.format == "hex" else str(value)
            return text.replace("-", "−")
        return self._real(float(value))

    def _complex(self, value: complex) -> str:
        real, imaginary = self._real(value.real), self._real(abs(value.imag))
        is_negative = math.copysign(1.0, value.imag) < 0
        return f"{real}{'−' if is_negative else '+'}{imaginary}i"

    def _real(self, x: float) -> str:
        if not math.isfinite(x):
            return number(x)
        if self.format == "fixed":
            text = f"{x:.{self.decimals}f}"
            # A number that is not zero does not look like it.
            if x and not float(text):
                text = f"{x:.1e}"
        elif self.format == "scientific":
            text = f"{x:.{_DIGITS}e}"
        elif self.format == "hex":
            text = x.hex()
        elif self.format == "integer":
            text = f"{x:.0f}" if abs(x) < 1e15 else f"{x:.{_DIGITS}e}"
        else:
            text = f"{x:.{_DIGITS}g}"
        return text.replace("-", "−")


def full_text(value: Any) -> str:
    """Return one NumPy scalar with as many digits as it takes to tell it exactly."""
    x = np.asarray(value)
    if x.dtype.kind in "biu":
        return number(x.item())
    if x.dtype.kind == "c":
        real, imaginary = np.real(x), np.imag(x)
        is_negative = bool(np.signbit(imaginary))
        real, imaginary = full_text(real), full_text(np.abs(imaginary))
        return f"{real}{'−' if is_negative else '+'}{imaginary}i"
    plain = x.item()
    if isinstance(plain, int) or not math.isfinite(plain):
        return number(plain)
    # NumPy knows the shortest text of its own types; others are exact as doubles.
    text = str(x[()]) if x.dtype.kind == "f" else repr(float(plain))
    return text.removesuffix(".0").replace("-", "−")
