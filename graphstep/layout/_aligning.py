"""Choose which lines of a network run straight: the first half of Brandes and Köpf.

"Fast and Simple Horizontal Coordinate Assignment", Graph Drawing 2001, with ports and
with vertices of different extents, as in Rüegg et al., Graph Drawing 2015.
"""

from __future__ import annotations

import bisect
import dataclasses

from graphstep.layout._network import LINE, STUB, TAG, Network

_TEXTS = (TAG, STUB)


@dataclasses.dataclass(slots=True)
class Alignment:
    """Vertices in blocks: those of one block keep their places to each other.

    Attributes:
        root: Per vertex, the vertex that names its block.
        shift: Per vertex, its place relative to the root's.
    """

    root: list[int]
    shift: list[int]


def align(network: Network, *, is_down: bool, is_left: bool) -> Alignment:
    """Return blocks of vertices that straight lines join.

    Args:
        network: With its layers in order.
        is_down: Whether a vertex looks for a partner in the rank above.
        is_left: Whether the leftmost of equals is preferred.
    """
    n_vertices = len(network.kind)
    alignment = Alignment(list(range(n_vertices)), [0] * n_vertices)
    position = [0] * n_vertices
    sign = 1 if is_left else -1
    for layer in network.layers:
        for i, vertex in enumerate(layer):
            position[vertex] = sign * i
    ranks = range(len(network.links))
    for rank in ranks if is_down else reversed(ranks):
        layer = network.layers[rank + is_down]
        _align_layer(
            network,
            alignment,
            position,
            layer if is_left else layer[::-1],
            network.links[rank],
            is_down=is_down,
        )
    return alignment


@dataclasses.dataclass(slots=True)
class _Candidates:
    """Whom the vertices of a layer may stand in line with.

    Attributes:
        of: Per vertex, `(place of the partner, partner, shift)`.
        inner: Places of the two ends of each piece of a long line, in order.
        reserved: Partner of each vertex in a long line.
        wanted: Partners that somebody else than a stub would like.
    """

    of: dict[int, list[tuple[int, int, int]]]
    inner: tuple[list[int], list[int]]
    reserved: dict[int, int]
    wanted: set[int]


def _candidates(
    network: Network,
    position: list[int],
    links: list[tuple[int, int]],
    *,
    is_down: bool,
) -> _Candidates:
    kind, vertex_of, offset = network.kind, network.port_vertex, network.port_offset
    found = _Candidates({}, ([], []), {}, set())
    inner: list[tuple[int, int]] = []
    middle_of = _middles(network, links)
    for upper, lower in links:
        a, b = (upper, lower) if is_down else (lower, upper)
        u, v = vertex_of[a], vertex_of[b]
        middle = middle_of.get((upper, vertex_of[lower]), offset[lower])
        shift = offset[upper] - middle if is_down else middle - offset[upper]
        found.of.setdefault(v, []).append((position[u], u, shift))
        if kind[v] not in _TEXTS:
            found.wanted.add(u)
        if kind[u] >= LINE and kind[v] >= LINE:
            inner.append((position[u], position[v]))
            found.reserved[u] = v
            found.reserved[v] = u
    inner.sort()
    found.inner = ([u for u, _ in inner], [v for _, v in inner])
    return found


def _middles(
    network: Network, links: list[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """Return, where a line ends at one box more than once, the middle of its ends."""
    found: dict[tuple[int, int], list[int]] = {}
    for upper, lower in links:
        pair = (upper, network.port_vertex[lower])
        found.setdefault(pair, []).append(network.port_offset[lower])
    return {
        pair: sum(offsets) // len(offsets)
        for pair, offsets in found.items()
        if len(offsets) > 1
    }


def _align_layer(
    network: Network,
    alignment: Alignment,
    position: list[int],
    layer: list[int],
    links: list[tuple[int, int]],
    *,
    is_down: bool,
) -> None:
    kind, root, shift = network.kind, alignment.root, alignment.shift
    candidates = _candidates(network, position, links, is_down=is_down)
    reserved = candidates.reserved
    inner_u, inner_v = candidates.inner
    last, used = None, set[int]()
    for v in layer:
        found = sorted(candidates.of.get(v, ()))
        if v in reserved:
            found = [item for item in found if item[1] == reserved[v]]
        elif kind[v] in _TEXTS:
            found = [item for item in found if item[1] not in candidates.wanted]
        else:
            found = [item for item in found if kind[item[1]] not in _TEXTS] or found
        n_left = bisect.bisect_left(inner_v, position[v])
        for place, u, delta in found[(len(found) - 1) // 2 : len(found) // 2 + 1]:
            is_free = u not in used and (last is None or place > last)
            if not is_free or reserved.get(u, v) != v:
                continue
            # A long line is straight: nothing is in line across it.
            if v not in reserved and bisect.bisect_left(inner_u, place) != n_left:
                continue
            root[v] = root[u]
            shift[v] = shift[u] + delta
            used.add(u)
            last = place
            break
