"""What people write to have a walk stop, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphstep.errors import SteppingError
from graphstep.stepping import BACKWARD, FORWARD, Breakpoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12/3", Breakpoint(node="12/3")),
        ("12:1/3", Breakpoint(node="12:1/3")),
        ("4:body", Breakpoint(node="4:body")),
        ("out0", Breakpoint(node="out0")),
        ("tanh", Breakpoint(query="tanh")),
        ("params['w 1']", Breakpoint(query="params['w 1']")),
        ("layer1@3", Breakpoint(query="layer1@3")),
        (":18", Breakpoint(line=":18")),
        ("model.py:18", Breakpoint(line="model.py:18")),
        ("nan", Breakpoint(condition="nan")),
        ("norm > 1e3", Breakpoint(condition="norm > 1000")),
        ("norm>1e3", Breakpoint(condition="norm > 1000")),
        ("h if norm > 10", Breakpoint(query="h", condition="norm > 10")),
        ("if nan", Breakpoint(condition="nan")),
        (
            "dot_general if nan @ 7",
            Breakpoint(query="dot_general", condition="nan", iteration=7),
        ),
        (
            "dot_general if nan iter 7",
            Breakpoint(query="dot_general", condition="nan", iteration=7),
        ),
        ("12/3 @ 2, 7", Breakpoint(node="12/3", iteration=(2, 7))),
        ("@ 7", Breakpoint(iteration=7)),
        ("in forward", Breakpoint(pass_=FORWARD)),
        ("name=^layer\\d", Breakpoint(name="^layer\\d")),
        ("primitive = max", Breakpoint(primitive="max")),
        (
            "zero @ 1 in backward",
            Breakpoint(condition="zero", iteration=1, pass_=BACKWARD),
        ),
    ],
)
def test_parse_reads_what_people_write(text: str, expected: Breakpoint) -> None:
    """Places, conditions, iterations and passes, alone and together."""
    actual = Breakpoint.parse(text)

    assert actual == expected
    assert Breakpoint.parse(str(actual)) == actual


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expected a place"),
        ("h if", "is no condition. Expected one of nan"),
        ("h if big", "`big` is no condition"),
        ("norm >", "is no place to stop at"),
        ("norm > ten", "is no place to stop at"),
        ("name=(", "is no regular expression"),
        ("line=model.py", "is no source line. Expected `file.py:12`"),
        ("tanh then sin", "is no place to stop at"),
    ],
)
def test_parse_says_what_it_expected(text: str, message: str) -> None:
    """A text that is no breakpoint is refused with the form of one."""
    with pytest.raises(SteppingError) as caught:
        Breakpoint.parse(text)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Breakpoint, "needs something to stop at"),
        (lambda: Breakpoint(condition="big"), "is no condition"),
        (lambda: Breakpoint(name="("), "is no regular expression"),
        (lambda: Breakpoint(line="12"), "is no source line"),
        (lambda: Breakpoint(node="0", pass_="x"), "is no pass to stop in"),  # noqa: S106
        (lambda: Breakpoint(node="0", iteration=-1), "counted from 0"),
    ],
)
def test_a_breakpoint_is_checked_when_it_is_made(
    make: Callable[[], Breakpoint], message: str
) -> None:
    """Nonsense is refused before the walk."""
    with pytest.raises(SteppingError, match=message):
        make()
