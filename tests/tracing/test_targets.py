"""Test which variable takes which output."""

from __future__ import annotations

from typing import Any

import pytest

from graphstep.tracing._targets import Starred, elementwise, follow, output_names

REST = Starred("rest")


@pytest.mark.parametrize(
    ("target", "path", "expected"),
    [
        ("h", (), "h"),
        ("h", (0,), "h[0]"),
        ("h", ("w", 1), "h['w'][1]"),
        (("a", "b"), (1,), "b"),
        (("a", ("b", "c")), (1, 0), "b"),
        (("a", "b"), (), ("a", "b")),
        (("a", "b"), (2,), None),
        (("a", "b"), ("key",), None),
        (("a", REST), (1,), "rest[0]"),
        (("a", REST), (2,), None),
        (("a", Starred(None)), (1,), None),
        ((None, "b"), (0, 1), None),
        (None, (), None),
    ],
)
def test_follow_goes_to_the_target_of_a_value(
    target: Any, path: Any, expected: Any
) -> None:
    """A value in an assigned literal belongs to the target at the same place."""
    assert follow(target, path) == expected


@pytest.mark.parametrize(
    ("target", "count", "expected"),
    [
        ("h", 1, ["h"]),
        ("h", 2, None),
        (("a", "b"), 2, ["a", "b"]),
        (("a", ("b", None)), 3, ["a", "b", None]),
        (("a", "b"), 3, None),
        (("a", REST), 3, ["a", "rest[0]", "rest[1]"]),
        ((REST, "z"), 1, ["z"]),
        ((Starred(None), "z"), 2, [None, "z"]),
        (("a", "b", REST), 1, None),
        ((REST, (REST,)), 2, None),
    ],
)
def test_elementwise_names_what_is_unpacked(
    target: Any, count: int, expected: Any
) -> None:
    assert elementwise(target, count) == expected


@pytest.mark.parametrize(
    ("target", "n_outputs", "live", "is_jvp", "expected"),
    [
        ("h", 1, [0], False, {0: "h"}),
        ("h", 1, [], False, {0: "h"}),
        ("h", 3, [1], False, {1: "h"}),
        ("h", 3, [0, 2], False, {0: "h[0]", 2: "h[2]"}),
        ("h", 2, [0, 1], True, {0: "h"}),
        ("h", 3, [0, 1, 2], True, {}),
        (("a", "b"), 2, [0], False, {0: "a", 1: "b"}),
        (("a", "b"), 3, [0, 1], False, {}),
        (("a", "b"), 3, [0, 1], True, {0: "a", 1: "b"}),
        (("a", "b"), 4, [0, 1, 2, 3], True, {0: "a", 1: "b"}),
        (("a", "b"), 5, [0, 1, 2, 3], True, {0: "a", 1: "b"}),
        (("a", None), 2, [0, 1], False, {0: "a"}),
    ],
)
def test_output_names_leave_tangents_and_residuals_out(
    target: Any, n_outputs: int, live: list[int], is_jvp: bool, expected: Any
) -> None:
    """With a derivative the value's outputs come first, and others follow."""
    found = output_names(target, range(n_outputs), live, is_jvp=is_jvp)

    assert found == expected
