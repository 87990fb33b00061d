"""Regular expressions that people type come to an end."""

from __future__ import annotations

import re

import pytest

from graphstep.errors import PatternError
from graphstep.graph import Pattern

# No match is found before every way was tried.
BAIT = "a" * 60


@pytest.mark.parametrize(
    "text",
    [
        "layer",
        r"^layer\d+$",
        "w|b",
        "(ab)+c",
        "f.*w.*b",
        "[ab]+",
        r"(\d+\.)?x",
        "(?i)W",
    ],
)
def test_usual_ones_find_what_python_finds(text: str) -> None:
    """What cannot take long is searched for as by `re`."""
    pattern = Pattern(text)
    for name in ("layer12", "params['w']", "ababc", "f.w.b", "1.x", "", BAIT):
        assert pattern.search(name) == bool(re.search(text, name))
        assert pattern.fullmatch(name) == bool(re.fullmatch(text, name))


@pytest.mark.parametrize(
    "text",
    ["(a+)+$", "(a|ab)*c", "(a*)*b", "(a?){40}a{40}", r"(a*)\1*b", "((a+)?)+c"],
)
def test_a_repeat_of_what_can_match_in_several_ways_is_refused(text: str) -> None:
    """Python could not be stopped once it has begun to look for that."""
    with pytest.raises(PatternError, match="could take for ever"):
        Pattern(text)


@pytest.mark.parametrize("text", ["a?" * 40 + "b", ".*" * 8 + "b", "a*a*a*a*a*b"])
def test_many_repeats_are_refused_at_long_names(text: str) -> None:
    """They are fine where there is little to be tried."""
    pattern = Pattern(text)
    with pytest.raises(PatternError, match="too long"):
        pattern.search(BAIT)


def test_the_time_is_that_of_all_names_together() -> None:
    """Thousands of names that take a little each do not hold up the rest."""
    pattern = Pattern("a*a*b")
    with pytest.raises(PatternError, match="too long"):
        any(map(pattern.search, [BAIT] * 1_000_000))


@pytest.mark.parametrize("text", ["[", "(", "a{2,1}", "a{99999999999}", "*"])
def test_malformed_ones_say_so(text: str) -> None:
    """The message says what is wrong."""
    with pytest.raises(PatternError, match="no regular expression"):
        Pattern(text)
