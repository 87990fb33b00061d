"""Give every vertex a place across its rank: straight lines first, then short ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from graphstep.layout._aligning import Alignment, Candidates, align, candidates
from graphstep.layout._network import LINE, Network
from graphstep.layout._spacing import Spacing

_MANY, _VERY_MANY = 400, 4000
# What a bend costs, in cells of line.
_BEND_COST = 6
# Less than this across is never too wide.
_WINDOW = 100


@dataclasses.dataclass(slots=True)
class _Rows:
    """Blocks of an alignment and what keeps them apart.

    Attributes:
        place: Per block, its root's place.
        left: Per block, `(other, distance)`: it is at least so far right of the other.
        right: Per block, the same pairs from the other side.
        wishes: Per block, `(other, distance)`: a line is straight at that distance.
        order: Blocks, each after all that are left of it.
    """

    place: dict[int, int]
    left: dict[int, list[tuple[int, int]]]
    right: dict[int, list[tuple[int, int]]]
    wishes: dict[int, list[tuple[int, int]]]
    order: list[int]


def place_vertices(
    network: Network, spacing: Spacing, check: Callable[[], None], back: int = 0
) -> None:
    """Fill `network.place`.

    Args:
        network: With its layers in order.
        spacing: How far apart things are.
        check: Asked often; raises an error to give up.
        back: How far its last rank is from where its lines would be straight.
    """
    count = len(network.kind)
    variants = [(True, True), (False, True), (True, False), (False, False)]
    if count >= _VERY_MANY:
        variants = variants[:1]
    elif count >= _MANY:
        variants = variants[:2]
    best: list[int] = []
    best_cost = None
    offered: dict[bool, list[Candidates]] = {}
    tried: list[Alignment] = []
    for is_down, is_left in variants:
        check()
        if is_down not in offered:
            offered[is_down] = candidates(network, is_down=is_down)
        alignment = align(network, offered[is_down], is_down=is_down, is_left=is_left)
        if alignment in tried:
            continue
        tried.append(alignment)
        rows = _rows(network, alignment, spacing)
        _pack(rows)
        for i in range(2 if count >= _MANY else 4):
            check()
            if not _relax(rows, is_forward=i % 2 == 1):
                break
        root, shift = alignment.root, alignment.shift
        place = [rows.place[root[v]] + shift[v] for v in range(count)]
        cost = _cost(network, place)
        if best_cost is None or cost < best_cost:
            best, best_cost = place, cost
    least = min(best, default=0)
    network.place = [p - least for p in best]
    _return(network)
    for vertex in network.layers[-1] if back else ():
        network.place[vertex] += back


def _gap(network: Network, left: int, right: int, spacing: Spacing) -> int:
    kind = network.kind
    if kind[left] >= LINE:
        return spacing.lines if kind[right] >= LINE else spacing.beside
    return spacing.beside if kind[right] >= LINE else spacing.boxes


def _rows(network: Network, alignment: Alignment, spacing: Spacing) -> _Rows:
    root, shift, across = alignment.root, alignment.shift, network.across
    apart: dict[tuple[int, int], int] = {}
    for layer in network.layers:
        for i in range(len(layer) - 1):
            u, v = layer[i], layer[i + 1]
            distance = across[u] + _gap(network, u, v, spacing) + shift[u] - shift[v]
            pair = (root[u], root[v])
            if apart.get(pair, distance) <= distance:
                apart[pair] = distance
    rows = _Rows({}, {}, {}, {}, [])
    for vertex, name in enumerate(root):
        if vertex == name:
            rows.left[name], rows.right[name], rows.wishes[name] = [], [], []
    for (u, v), distance in apart.items():
        rows.left[v].append((u, distance))
        rows.right[u].append((v, distance))
    vertex_of, offset = network.port_vertex, network.port_offset
    for links in network.links:
        for a, b in links:
            u, v = vertex_of[a], vertex_of[b]
            if root[u] != root[v]:
                distance = shift[u] + offset[a] - shift[v] - offset[b]
                rows.wishes[root[v]].append((root[u], distance))
                rows.wishes[root[u]].append((root[v], -distance))
    return rows


def _pack(rows: _Rows) -> None:
    """Put every block as far left as it can go."""
    waiting = {name: len(pairs) for name, pairs in rows.left.items()}
    ready = [name for name, count in waiting.items() if not count]
    place = dict.fromkeys(rows.left, 0)
    ready.reverse()
    while ready:
        name = ready.pop()
        rows.order.append(name)
        for other, distance in rows.right[name]:
            place[other] = max(place[other], place[name] + distance)
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    assert len(rows.order) == len(place)
    rows.place = place


def _relax(rows: _Rows, *, is_forward: bool) -> bool:
    """Move every block to the middle of where its lines would be straight.

    Returns:
        Whether any has moved; otherwise none would in the other direction either.
    """
    place, has_moved = rows.place, False
    for name in rows.order if is_forward else reversed(rows.order):
        wishes = rows.wishes[name]
        if not wishes:
            continue
        now = place[name]
        if len(wishes) == 1:
            other, distance = wishes[0]
            goal = place[other] + distance
        else:
            goal = _middle([place[o] + distance for o, distance in wishes], now)
        if goal < now:
            limits = [place[other] + distance for other, distance in rows.left[name]]
            goal = min(max(goal, *limits), now) if limits else goal
        elif goal > now:
            limits = [place[other] - distance for other, distance in rows.right[name]]
            goal = max(min(goal, *limits), now) if limits else goal
        if goal != now:
            place[name], has_moved = goal, True
    return has_moved


def _middle(wanted: list[int], now: int) -> int:
    """Return the middle of some places; of two in the middle, the nearer one."""
    wanted.sort()
    count = len(wanted)
    low, high = wanted[(count - 1) // 2], wanted[count // 2]
    return low if abs(low - now) <= abs(high - now) else high


def _cost(network: Network, place: list[int]) -> int:
    vertex_of, offset = network.port_vertex, network.port_offset
    total = 0
    for links in network.links:
        for a, b in links:
            shift = abs(
                place[vertex_of[a]] + offset[a] - place[vertex_of[b]] - offset[b]
            )
            total += shift + (_BEND_COST if shift else 0)
    least = min(place, default=0)
    most = max((p + network.across[v] for v, p in enumerate(place)), default=0)
    return total + 2 * (most - least)


def _return(network: Network) -> None:
    """Bring a drawing that wanders off sideways back, where no long line passes.

    Straight lines are worth a little drift from rank to rank, but a thousand ranks of
    it would be a drawing that no window can follow.
    """
    parts = _parts(network)
    if len(parts) < 2:
        return
    place, across = network.place, network.across
    spans: list[tuple[int, int]] = []
    for layers in parts:
        vertices = [v for layer in layers for v in layer]
        spans.append(
            (
                min(place[v] for v in vertices),
                max(place[v] + across[v] for v in vertices),
            )
        )
    begin, end = widened(*spans[0])
    by = 0
    for layers, (low, high) in zip(parts, spans, strict=True):
        if high - low > end - begin:
            begin, end = low + by, high + by
        elif not begin <= (low + high) // 2 + by <= end:
            by = (begin + end - low - high) // 2
        if by:
            for layer in layers:
                for v in layer:
                    place[v] += by


def widened(low: int, high: int) -> tuple[int, int]:
    """Return a stretch of columns that is wide enough to look through."""
    more = max(_WINDOW - (high - low), 0) // 2
    return low - more, high + more


def _parts(network: Network) -> list[list[list[int]]]:
    """Cut the ranks where no line passes that has to stay straight."""
    kind, vertex_of = network.kind, network.port_vertex
    parts = [[network.layers[0]]] if network.layers else []
    for rank, links in enumerate(network.links):
        if not any(
            kind[vertex_of[a]] >= LINE and kind[vertex_of[b]] >= LINE for a, b in links
        ):
            parts.append([])
        parts[-1].append(network.layers[rank + 1])
    return parts
