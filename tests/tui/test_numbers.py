"""Numbers and arrays as short text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graphstep.export.chain import signed
from graphstep.tui.numbers import fit, number, rows_of_array


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-1.5, "−1.5"),
        (1234567.0, "1.235e+06"),
        (float("nan"), "NaN"),
        (float("-inf"), "−Inf"),
        (7, "7"),
        (True, "True"),
        (1 - 2j, "1−2i"),
    ],
)
def test_numbers_are_short(value: Any, text: str) -> None:
    """Four digits, a true minus sign, and names for what is no number."""
    assert number(value) == text


def test_terms_have_a_sign() -> None:
    """A term of a sum shows its sign, also a plus."""
    assert (signed(2.0), signed(-2.0)) == ("+2", "−2")


@pytest.mark.parametrize("width", range(1, 12))
def test_fit_fills_exactly(width: int) -> None:
    """Text is padded or cut to the cells it is given."""
    assert len(fit("abcdef", width)) == width


def test_wide_characters_count_twice() -> None:
    """A wide character takes two cells."""
    assert fit("漢字漢字", 5) == "漢字…"


def test_rows_wrap_at_the_width() -> None:
    """A long row goes on in the next line."""
    lines = rows_of_array(np.arange(10), 12)

    assert " ".join(" ".join(lines).split()) == "0 1 2 3 4 5 6 7 8 9"
    assert max(map(len, lines)) <= 12
