"""Numbers and arrays as short text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graphstep.analysis import INF, NAN, norm_of
from graphstep.export.chain import norm_text, signed
from graphstep.tui.numbers import fit, norm_words, number, rows_of_array


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


@pytest.mark.parametrize(
    ("elements", "text"),
    [
        ([3.0, 4.0], "‖·‖ 5"),
        ([3.0, np.nan, 4.0], "‖·‖ 5 N"),
        ([np.nan, np.nan], "‖·‖ NaN"),
        ([0.0, np.nan], "‖·‖ NaN"),
        ([0.0, -np.inf], "‖·‖ Inf"),
    ],
)
def test_a_norm_without_finite_numbers_is_no_zero(
    elements: list[float], text: str
) -> None:
    """It is the norm of the whole that is written then."""
    x = np.array(elements)
    norm, mark = norm_of(x)
    wrong = {NAN: "N", INF: "I"}.get(mark, "")

    assert f"‖·‖ {norm_text(norm, mark)}" == text
    # Where the letter has a column of its own, it is not in the text.
    assert norm_words(norm, wrong) == text.removesuffix(" N")
