"""Route the lines between two ranks: one track for each value that is not straight."""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Sequence

from graphstep.layout._spacing import Spacing

# Channels with more bending lines than this are ordered by a rule of thumb.
_MANY = 48


@dataclasses.dataclass(slots=True)
class Track:
    """A horizontal run of one value, with a line from above and lines to below.

    Attributes:
        net: Number of the value in its channel.
        top: Column where it is entered from above.
        bottoms: Columns where it is left towards below, in order.
        low: First column.
        high: Last column.
        slot: Its place among the tracks of the channel, counted from above.
        feeds: The second track of the same value, where one was not enough.
    """

    net: int
    top: int
    bottoms: list[int]
    low: int
    high: int
    slot: int = 0
    feeds: Track | None = None

    @property
    def parts(self) -> tuple[Track, ...]:
        """This track, and the one that it feeds."""
        return (self,) if self.feeds is None else (self, self.feeds)

    def move(self, by: int) -> None:
        """Shift this part across."""
        self.top += by
        self.bottoms = [column + by for column in self.bottoms]
        self.low += by
        self.high += by


def route(pins: Sequence[tuple[int, Sequence[int]]], spacing: Spacing) -> list[Track]:
    """Return the tracks of a channel, the upper ones first.

    Args:
        pins: Per value, the column at the upper rank and those at the lower rank. No
            two values share a column of one rank.
        spacing: How far apart corners must be.
    """
    tracks: list[Track] = []
    for net, (top, bottoms) in enumerate(pins):
        columns = sorted(set(bottoms))
        if columns != [top]:
            low, high = min(top, columns[0]), max(top, columns[-1])
            tracks.append(Track(net, top, columns, low, high))
    if len(tracks) < 2:
        return tracks
    after = _forced(tracks, pins)
    order = _greedy(tracks, after) if len(tracks) <= _MANY else _sorted(tracks, after)
    _assign(order, spacing.lines)
    return order


def _forced(
    tracks: list[Track], pins: Sequence[tuple[int, Sequence[int]]]
) -> dict[int, list[int]]:
    """Return which tracks must lie below each; cut in two those that go in a circle.

    Where a value comes from above in the column in which another leaves below, the
    first must turn off first. Each has one column above, so each forces one other.
    """
    owner = {column: i for i, track in enumerate(tracks) for column in track.bottoms}
    below: dict[int, list[int]] = {}
    for i, track in enumerate(tracks):
        other = owner.get(track.top)
        if other is not None and other != i:
            below[i] = [other]
    state = [0] * len(tracks)
    taken = {top for top, _ in pins} | {c for _, cs in pins for c in cs}
    for i in range(len(tracks)):
        path: list[int] = []
        current = i
        while state[current] == 0:
            state[current] = 1
            path.append(current)
            if current not in below:
                break
            current = below[current][0]
        else:
            if state[current] == 1:
                _cut(tracks, below, current, taken)
                state.append(2)
        for done in path:
            state[done] = 2
    return below


def _cut(
    tracks: list[Track], below: dict[int, list[int]], index: int, taken: set[int]
) -> None:
    """Split a track: down in its own column, across to a free one, and on from there."""
    track = tracks[index]
    distance = 1
    while True:
        free = [
            column
            for column in (track.top + distance, track.top - distance)
            if column not in taken
        ]
        if free:
            break
        distance += 1
    inside = [column for column in free if track.low < column < track.high]
    column = (inside or free)[0]
    taken.add(column)
    second = Track(track.net, column, track.bottoms, 0, 0)
    second.low = min(column, second.bottoms[0])
    second.high = max(column, second.bottoms[-1])
    track.bottoms = [column]
    track.low, track.high = sorted((track.top, column))
    track.feeds = second
    tracks.append(second)
    number = len(tracks) - 1
    # Those that had to be above this track because of its lower columns now have to
    # be above its second part only.
    for i, others in below.items():
        if i != index and index in others:
            others[others.index(index)] = number
    below[index] = [*below.get(index, []), number]


def _greedy(tracks: list[Track], below: dict[int, list[int]]) -> list[Track]:
    """Order tracks from above, always the one that crosses least by being next."""
    count = len(tracks)
    waits = [0] * count
    for others in below.values():
        for other in others:
            waits[other] += 1
    gain = [[0] * count for _ in range(count)]
    score = [0] * count
    for i, a in enumerate(tracks):
        for j in range(i + 1, count):
            b = tracks[j]
            if a.low <= b.high and b.low <= a.high:
                difference = _crossings(a, b) - _crossings(b, a)
                gain[i][j], gain[j][i] = difference, -difference
                score[i] += difference
                score[j] -= difference
    order: list[Track] = []
    left = list(range(count))
    while left:
        best = min(
            (i for i in left if not waits[i]),
            key=lambda i: (score[i], tracks[i].low, i),
        )
        left.remove(best)
        order.append(tracks[best])
        for other in below.get(best, ()):
            waits[other] -= 1
        row = gain[best]
        for i in left:
            score[i] += row[i]
    return order


def _crossings(above: Track, below: Track) -> int:
    """Return how often two tracks cross in that order."""
    bottoms = above.bottoms
    crossed = bisect.bisect_left(bottoms, below.high) - bisect.bisect_right(
        bottoms, below.low
    )
    return crossed + (above.low < below.top < above.high)


def _sorted(tracks: list[Track], below: dict[int, list[int]]) -> list[Track]:
    """Order tracks: those to the right from the right, those to the left from the left."""
    waits = [0] * len(tracks)
    for others in below.values():
        for other in others:
            waits[other] += 1

    def key(i: int) -> tuple[bool, int]:
        track = tracks[i]
        goes_right = track.high - track.top > track.top - track.low
        return not goes_right, -track.top if goes_right else track.top

    order: list[Track] = []
    ready = sorted(
        (i for i in range(len(tracks)) if not waits[i]), key=key, reverse=True
    )
    while ready:
        i = ready.pop()
        order.append(tracks[i])
        for other in below.get(i, ()):
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    return order


def _assign(order: Sequence[Track], free: int) -> None:
    """Give each track the highest slot below all earlier ones that it overlaps."""
    base = min(track.low for track in order) - free
    width = max(track.high for track in order) + free + 1 - base
    next_slot = [0] * width
    for track in order:
        low, high = track.low - base, track.high - base
        track.slot = max(next_slot[low - free : high + free + 1])
        next_slot[low : high + 1] = [track.slot + 1] * (high + 1 - low)
