"""Where lines meet boxes: spread the ports of a side, then move them in line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphstep.layout._network import FRAME, LINE, Network
from graphstep.layout._spacing import Spacing

# How far a port moves, at most, to keep away from somebody else's line.
_SHIFTS = (0, 1, -1, 2, -2, 3, -3)


def room_for_ports(count: int, spacing: Spacing, *, has_border: bool) -> int:
    """Return how many cells a side with `count` ports needs."""
    return count + max(count - 1, 0) * spacing.lines + 2 * has_border


def spread(count: int, across: int, margin: int, step: int) -> list[int]:
    """Return the offsets of `count` ports, evenly and symmetrically."""
    if count == 1:
        return [(across - 1) // 2]
    low, high = margin, across - 1 - margin
    found = [0] * count
    for i in range((count + 1) // 2):
        found[i] = low + (high - low) * (2 * i + 1) // (2 * count)
        found[count - 1 - i] = across - 1 - found[i]
    # Rounding may bring two ports too close when there is just enough room.
    found[0] = min(found[0], high - step * (count - 1))
    for i in range(1, count):
        found[i] = max(found[i], found[i - 1] + step)
    excess = found[-1] - high
    if excess > 0:
        found = [min(p, high - step * (count - 1 - i)) for i, p in enumerate(found)]
    return found


def order_ports(network: Network, spacing: Spacing) -> None:
    """Order the ports of every side by where their lines go, and spread them."""
    place = _places_reached(network)
    for vertex, is_fixed in enumerate(network.is_fixed):
        if is_fixed:
            continue
        for side in (network.bottoms[vertex], network.tops[vertex]):
            if not side:
                continue
            if len(side) > 1:
                side.sort(key=place.__getitem__)
            offsets = spread(
                len(side),
                network.across[vertex],
                int(network.has_border[vertex]),
                spacing.lines + 1,
            )
            for port, offset in zip(side, offsets, strict=True):
                network.port_offset[port] = offset


def _places_reached(network: Network) -> list[float]:
    """Return, per port, the mean place in their ranks of what its lines lead to.

    Offsets count within one vertex: those of frames are fixed, and those of others
    are equal until they are spread, so that operands stay in order.
    """
    position = [0] * len(network.kind)
    for layer in network.layers:
        for i, vertex in enumerate(layer):
            position[vertex] = i
    vertex_of, offset = network.port_vertex, network.port_offset
    total = [0.0] * len(vertex_of)
    count = [0] * len(vertex_of)
    for links in network.links:
        for upper, lower in links:
            u, v = vertex_of[upper], vertex_of[lower]
            # Bends have one port for both sides, and no use for its place.
            total[upper] += position[v] + offset[lower] / (network.across[v] + 1)
            total[lower] += position[u] + offset[upper] / (network.across[u] + 1)
            count[upper] += 1
            count[lower] += 1
    return [t / c if c else 0.0 for t, c in zip(total, count, strict=True)]


def align_ports(network: Network, spacing: Spacing) -> None:
    """Move ports along their boxes so that more lines run straight."""
    above: dict[int, int] = {}
    below: dict[int, list[int]] = {}
    for links in network.links:
        for upper, lower in links:
            above[lower] = upper
            below.setdefault(upper, []).append(lower)
    step = spacing.lines + 1
    for rank, layer in enumerate(network.layers):
        pins: dict[int, int] = {}
        if rank:
            pins = {
                network.column(upper): upper for upper, _ in network.links[rank - 1]
            }
        for vertex in layer:
            if network.is_fixed[vertex]:
                continue
            tops = network.tops[vertex]
            if tops:
                wished = [network.column(above[port]) for port in tops]
                own = [above[port] for port in tops]
                _settle(network, vertex, tops, wished, step, own, pins)
            bottoms = network.bottoms[vertex]
            if bottoms:
                wished = [_wish(network, port, below.get(port, ())) for port in bottoms]
                _settle(network, vertex, bottoms, wished, step)


def _wish(network: Network, port: int, lowers: Sequence[int]) -> int:
    """Return the column that a port would like, for what hangs from it."""
    own = network.column(port)
    best, nearest = own, None
    for lower in lowers:
        vertex = network.port_vertex[lower]
        # A line that goes on far is worth more than one that ends at once; among
        # several that end at once, the boxes below choose.
        is_far = network.kind[vertex] >= LINE or network.kind[vertex] == FRAME
        if is_far or (len(lowers) == 1 and len(network.tops[vertex]) > 1):
            column = network.column(lower)
        elif len(lowers) == 1:
            margin = int(network.has_border[vertex])
            low = network.place[vertex] + margin
            high = network.place[vertex] + network.across[vertex] - 1 - margin
            column = min(max(own, low), high)
        else:
            column = own
        choice = (not is_far, abs(column - own))
        if nearest is None or choice < nearest:
            best, nearest = column, choice
    return best


def _settle(
    network: Network,
    vertex: int,
    ports: list[int],
    wished: Sequence[int],
    step: int,
    own: Sequence[int] = (),
    pins: Mapping[int, int] | None = None,
) -> None:
    """Give ports the columns they wish, where these are free and in order.

    The others keep away from the lines in `pins`, which come from above by column.
    """
    margin = int(network.has_border[vertex])
    low, high = margin, network.across[vertex] - 1 - margin
    offset, base = network.port_offset, network.place[vertex]
    count = len(ports)
    granted: dict[int, int] = {}
    last, place = -1, low - step
    for i, wish in enumerate(wished):
        want = wish - base
        # Of several ends of one line, the nearest is the straight one.
        if own and own.count(own[i]) > 1:
            alike = [j for j in range(count) if own[j] == own[i]]
            if i != min(alike, key=lambda j: abs(offset[ports[j]] - want)):
                continue
        # Those between have to fit, and those after.
        if place + (i - last) * step <= want <= high - (count - 1 - i) * step:
            granted[i] = want
            last, place = i, want
    place = low - step
    for i, port in enumerate(ports):
        if i not in granted:
            after = next((j for j in range(i + 1, count) if j in granted), count)
            most = granted.get(after, high + step) - (after - i) * step
            usual = min(max(offset[port], place + step), most)
            granted[i] = usual
            if pins:
                for shift in _SHIFTS:
                    column = usual + shift
                    if place + step <= column <= most and not any(
                        pins.get(base + near, own[i]) != own[i]
                        for near in range(column - step + 1, column + step)
                    ):
                        granted[i] = column
                        break
        place = offset[port] = granted[i]
