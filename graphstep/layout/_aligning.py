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


@dataclasses.dataclass(frozen=True, slots=True)
class Candidates:
    """Whom the vertices of a layer may stand in line with.

    Attributes:
        of: Per vertex, `(partner, shift)`.
        inner: The two ends of each piece of a long line.
        reserved: Partner of each vertex in a long line.
    """

    of: dict[int, list[tuple[int, int]]]
    inner: list[tuple[int, int]]
    reserved: dict[int, int]


def candidates(network: Network, *, is_down: bool) -> list[Candidates]:
    """Return, per pair of ranks, whom vertices may stand in line with.

    Args:
        network: With links.
        is_down: Whether a vertex looks for a partner in the rank above.
    """
    return [_candidates(network, links, is_down=is_down) for links in network.links]


def _candidates(
    network: Network, links: list[tuple[int, int]], *, is_down: bool
) -> Candidates:
    kind, vertex_of, offset = network.kind, network.port_vertex, network.port_offset
    found = Candidates({}, [], {})
    wanted: set[int] = set()
    middle_of = _middles(network, links)
    for upper, lower in links:
        a, b = (upper, lower) if is_down else (lower, upper)
        u, v = vertex_of[a], vertex_of[b]
        middle = middle_of.get((upper, vertex_of[lower]), offset[lower])
        shift = offset[upper] - middle if is_down else middle - offset[upper]
        found.of.setdefault(v, []).append((u, shift))
        if kind[v] not in _TEXTS:
            # Somebody else than a text would like to stand in line with it.
            wanted.add(u)
        if kind[u] >= LINE and kind[v] >= LINE:
            found.inner.append((u, v))
            found.reserved[u] = v
            found.reserved[v] = u
    for v, partners in found.of.items():
        if v in found.reserved:
            chosen = [pair for pair in partners if pair[0] == found.reserved[v]]
        elif kind[v] in _TEXTS:
            chosen = [pair for pair in partners if pair[0] not in wanted]
        else:
            chosen = [pair for pair in partners if kind[pair[0]] not in _TEXTS]
            chosen = chosen or partners
        found.of[v] = chosen
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


def align(
    network: Network, offered: list[Candidates], *, is_down: bool, is_left: bool
) -> Alignment:
    """Return blocks of vertices that straight lines join.

    Args:
        network: With its layers in order.
        offered: Per pair of ranks.
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
            alignment, position, layer if is_left else layer[::-1], offered[rank]
        )
    return alignment


def _align_layer(
    alignment: Alignment, position: list[int], layer: list[int], offered: Candidates
) -> None:
    root, shift, reserved = alignment.root, alignment.shift, offered.reserved
    inner = sorted([(position[u], position[v]) for u, v in offered.inner])
    inner_u, inner_v = [u for u, _ in inner], [v for _, v in inner]
    last, used = None, set[int]()
    for v in layer:
        found = [(position[u], u, delta) for u, delta in offered.of.get(v, ())]
        if len(found) > 1:
            found.sort()
            found = found[(len(found) - 1) // 2 : len(found) // 2 + 1]
        for place, u, delta in found:
            is_free = u not in used and (last is None or place > last)
            if not is_free or reserved.get(u, v) != v:
                continue
            # A long line is straight: nothing is in line across it.
            if v not in reserved and bisect.bisect_left(
                inner_u, place
            ) != bisect.bisect_left(inner_v, position[v]):
                continue
            root[v] = root[u]
            shift[v] = shift[u] + delta
            used.add(u)
            last = place
            break
