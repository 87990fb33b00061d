"""Order the vertices of every rank so that few lines cross."""

from __future__ import annotations

import bisect
from collections.abc import Callable

from graphstep.layout._network import LINE, STUB, Network

# More vertices than this get fewer sweeps: time must stay in proportion.
_MANY, _VERY_MANY = 600, 4000


class Ordering:
    """The order of a network's layers, improved sweep by sweep."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.layers = network.layers
        n_vertices = len(network.kind)
        self.position = [0] * n_vertices
        self.upper: list[list[tuple[int, float, float]]] = [
            [] for _ in range(n_vertices)
        ]
        self.lower: list[list[tuple[int, float, float]]] = [
            [] for _ in range(n_vertices)
        ]
        vertex_of = network.port_vertex
        share = self._shares()
        for links in network.links:
            for a, b in links:
                u, v = vertex_of[a], vertex_of[b]
                self.upper[v].append((u, share[a], share[b]))
                self.lower[u].append((v, share[b], share[a]))

    def _shares(self) -> list[float]:
        """Return, per port, how far along its side it is: from 0 to 1."""
        network = self.network
        share = [0.0] * len(network.port_vertex)
        for vertex, is_fixed in enumerate(network.is_fixed):
            for side in (network.tops[vertex], network.bottoms[vertex]):
                count, across = len(side), network.across[vertex]
                for i, port in enumerate(side):
                    if is_fixed:
                        share[port] = (network.port_offset[port] + 0.5) / across - 0.5
                    else:
                        share[port] = (i + 0.5) / count - 0.5
        return [0.9 * part for part in share]

    def start(self) -> None:
        """Order every layer as a walk from the last rank upwards meets it."""
        seen = [False] * len(self.position)
        met: list[list[int]] = [[] for _ in self.layers]
        rank = self.network.rank
        upwards = [vertex for layer in reversed(self.layers) for vertex in layer]
        # Else what no line leads to would stand alone at the far end.
        for root in [*filter(self._is_loose, upwards), *upwards]:
            stack = [root]
            while stack:
                vertex = stack.pop()
                if seen[vertex]:
                    continue
                seen[vertex] = True
                met[rank[vertex]].append(vertex)
                stack += [u for u, _, _ in reversed(self.upper[vertex])]
        self.layers = met
        self._number()

    def _is_loose(self, vertex: int) -> bool:
        """Return whether a stub is of what only stubs lead away from, and nothing to."""
        kind = self.network.kind
        if kind[vertex] != STUB:
            return False
        return all(
            not self.upper[u] and all(kind[v] == STUB for v, _, _ in self.lower[u])
            for u, _, _ in self.upper[vertex]
        )

    def _number(self) -> None:
        for layer in self.layers:
            for i, vertex in enumerate(layer):
                self.position[vertex] = i

    def sweep(self, *, is_down: bool) -> None:
        """Move every vertex towards the middle of its neighbours on one side."""
        position = self.position
        neighbours = self.upper if is_down else self.lower
        for layer in self.layers if is_down else reversed(self.layers):
            if len(layer) < 2:
                continue
            keyed: list[tuple[float, int, int]] = []
            previous = -1.0
            for i, vertex in enumerate(layer):
                near = neighbours[vertex]
                if near:
                    previous = 0.0
                    for other, there, here in near:
                        previous += position[other] + there - 0.1 * here
                    previous /= len(near)
                keyed.append((previous, i, vertex))
            keyed.sort()
            for i, (_, _, vertex) in enumerate(keyed):
                layer[i] = vertex
                position[vertex] = i

    def crossings(self) -> int:
        """Return how often lines cross."""
        position, total = self.position, 0
        for layer in self.layers:
            ends: list[tuple[float, float]] = []
            for u in layer:
                base = position[u]
                for v, there, here in self.lower[u]:
                    ends.append((base + here, position[v] + there))
            ends.sort()
            lower = [end for _, end in ends]
            if lower == sorted(lower):
                continue
            seen: list[float] = []
            for i, end in enumerate(lower):
                place = bisect.bisect_right(seen, end)
                total += i - place
                seen.insert(place, end)
        return total

    def swap_neighbours(self, times: int) -> None:
        """Swap vertices next to each other where that saves crossings.

        Args:
            times: How often to go through all layers, at most.
        """
        layers = range(len(self.layers))
        for _ in range(times):
            changed = {rank for rank in layers if self._swap_in(self.layers[rank])}
            # Elsewhere nothing is different from when it was looked at.
            near = {rank + by for rank in changed for by in (-1, 0, 1)}
            layers = [rank for rank in range(len(self.layers)) if rank in near]
            if not layers:
                return

    def _swap_in(self, layer: list[int]) -> bool:
        if len(layer) < 2:
            return False
        position, is_better = self.position, False
        sides = above, below = [
            [
                sorted([position[other] + there for other, there, _ in side[vertex]])
                for vertex in layer
            ]
            for side in (self.upper, self.lower)
        ]
        for i in range(len(layer) - 1):
            # Mostly, the lines of one vertex all go further left than the other's.
            if not (
                _overlap(above[i], above[i + 1]) or _overlap(below[i], below[i + 1])
            ):
                continue
            gain = _saved(above[i], above[i + 1]) + _saved(below[i], below[i + 1])
            if gain > 0:
                u, v = layer[i], layer[i + 1]
                layer[i], layer[i + 1] = v, u
                position[u], position[v] = i + 1, i
                for places in sides:
                    places[i], places[i + 1] = places[i + 1], places[i]
                is_better = True
        return is_better

    def straighten(self) -> None:
        """Undo crossings of long lines with each other within their straight parts.

        They cross where one of them begins or ends instead, so both stay straight.
        """
        kind, position = self.network.kind, self.position
        for layer in self.layers:
            slots: list[int] = []
            bends: list[tuple[int, int]] = []
            for i, vertex in enumerate(layer):
                if kind[vertex] >= LINE:
                    for u, _, _ in self.upper[vertex]:
                        if kind[u] >= LINE:
                            slots.append(i)
                            bends.append((position[u], vertex))
            bends.sort()
            for i, (_, vertex) in zip(slots, bends, strict=True):
                layer[i] = vertex
                position[vertex] = i


def _overlap(left: list[float], right: list[float]) -> bool:
    return bool(left and right) and left[-1] > right[0]


def _saved(left: list[float], right: list[float]) -> int:
    """Return how many crossings it saves when two vertices change places.

    Args:
        left: Where the lines of the left one go.
        right: Where those of the right one go.
    """
    total = 0
    for a in left:
        for b in right:
            if b < a:
                total += 1
            elif a < b:
                total -= 1
    return total


def order_layers(network: Network, check: Callable[[], None]) -> None:
    """Order the vertices of every rank of `network`."""
    ordering = Ordering(network)
    ordering.start()
    count = len(network.kind)
    rounds = 6 if count < _MANY else 3 if count < _VERY_MANY else 1
    best = [list(layer) for layer in ordering.layers]
    fewest = ordering.crossings()
    seen = set[tuple[bool, tuple[tuple[int, ...], ...]]]()
    for i in range(2 * rounds):
        if not fewest:
            break
        check()
        is_down = i % 2 == 0
        ordering.sweep(is_down=is_down)
        if count < _MANY:
            ordering.swap_neighbours(3)
        order = is_down, tuple(map(tuple, ordering.layers))
        if order in seen:
            # From here on, all would be as it was before.
            break
        seen.add(order)
        found = ordering.crossings()
        if found < fewest:
            best, fewest = [list(layer) for layer in ordering.layers], found
    ordering.layers = best
    for layer in best:
        for i, vertex in enumerate(layer):
            ordering.position[vertex] = i
    ordering.straighten()
    network.layers = best
