"""Routes between two ranks, for pins that no program need have."""

from __future__ import annotations

from collections import defaultdict

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstep.layout._channels import Track, route
from graphstep.layout._spacing import SPACINGS

Pins = list[tuple[int, list[int]]]


@st.composite
def channels(draw: st.DrawFn) -> Pins:
    """Draw values with one column above and some below, no column used twice."""
    count = draw(st.integers(1, 60))
    step = draw(st.sampled_from((1, 2, 3)))
    tops = draw(st.permutations(range(count)))
    bottoms = draw(st.permutations(range(2 * count)))
    pins: Pins = [(step * top, []) for top in tops]
    for i, bottom in enumerate(bottoms):
        number = i if i < count else draw(st.integers(0, count))
        if number < count:
            pins[number][1].append(step * bottom)
    return pins


def check(pins: Pins, tracks: list[Track]) -> None:
    """Assert that lines of two values meet only where they cross."""
    n_slots = 1 + max((track.slot for track in tracks), default=0)
    cells: dict[tuple[int, int], set[tuple[int, str]]] = defaultdict(set)

    def down(net: int, column: int, first: int, last: int) -> None:
        assert first <= last
        for row in range(first, last + 1):
            cells[column, row].add((net, "|"))

    by_net: dict[int, list[Track]] = defaultdict(list)
    for track in tracks:
        by_net[track.net].append(track)
        for column in range(track.low, track.high + 1):
            ends = (track.low, track.high, track.top, *track.bottoms)
            cells[column, track.slot].add((track.net, "+" if column in ends else "-"))
    for net, (top, bottoms) in enumerate(pins):
        if net not in by_net:
            assert bottoms == [top]
            down(net, top, -1, n_slots)
            continue
        first = next((track for track in by_net[net] if track.feeds), by_net[net][0])
        last = first.parts[-1]
        down(net, top, -1, first.slot)
        if last is not first:
            assert first.bottoms == [last.top]
            down(net, last.top, first.slot, last.slot)
        assert sorted(bottoms) == last.bottoms
        for column in bottoms:
            down(net, column, last.slot, n_slots)
    for found in cells.values():
        nets = {net for net, _ in found}
        if len(nets) > 1:
            assert len(nets) == 2
            assert {mark for _, mark in found} == {"-", "|"}


@hypothesis.settings(max_examples=150)
@given(channels(), st.sampled_from(("down", "right")))
def test_lines_of_two_values_only_cross(pins: Pins, direction: str) -> None:
    """Whatever is joined to whatever, no two values share more than crossings."""
    spacing = SPACINGS["down" if direction == "down" else "right"]

    check(pins, route(pins, spacing))


@pytest.mark.parametrize("n", [2, 3, 7])
def test_values_that_change_places_in_a_circle_are_routed(n: int) -> None:
    """One of them takes two tracks, because each would have to be above the next."""
    pins = [(2 * i, [2 * ((i + 1) % n)]) for i in range(n)]

    tracks = route(pins, SPACINGS["down"])

    check(pins, tracks)
    assert len(tracks) == n + 1


def test_lines_in_one_direction_do_not_cross() -> None:
    """Parallel lines that overlap are nested, not braided."""
    pins = [(0, [8]), (2, [10]), (4, [12])]

    tracks = route(pins, SPACINGS["down"])

    assert [track.net for track in sorted(tracks, key=lambda t: t.slot)] == [2, 1, 0]
