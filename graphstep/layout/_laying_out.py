"""Lay out a view: every open region once, the innermost first, then all put together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from typing import Any

from graphstep.errors import LayoutCancelledError
from graphstep.graph import ROOT_ID, ProgramGraph, paused_collector
from graphstep.layout._assembling import Assembler
from graphstep.layout._blocks import Blocks
from graphstep.layout._layout import Layout
from graphstep.layout._level import LevelBuilder, Measure, Setting
from graphstep.layout._network import Network
from graphstep.layout._ordering import order_layers
from graphstep.layout._piece import Piece
from graphstep.layout._placing import place_vertices
from graphstep.layout._plan import Plan
from graphstep.layout._ports import align_ports, order_ports
from graphstep.layout._shapes import Direction
from graphstep.layout._spacing import SPACINGS

_LARGEST_CACHE = 4096
_LONGEST_TITLE = 36


class LayoutCache:
    """Drawings of regions, kept from one layout of a program to the next.

    A region's drawing is found again while the same regions inside it are open, and
    its plan wherever another region has the same boxes and lines: the layers of a
    network are planned once. One cache serves any number of directions and zoom
    levels; a new program empties it but for the plans.
    """

    def __init__(self) -> None:
        self.blocks: Blocks | None = None
        self.pieces: dict[Any, Piece] = {}
        self.plans: dict[Any, Plan] = {}

    def blocks_of(self, graph: ProgramGraph) -> Blocks:
        """Return the blocks of a program, and forget every other program."""
        if self.blocks is None or self.blocks.graph is not graph:
            self.blocks = Blocks(graph)
            self.pieces.clear()
        return self.blocks


def _keep(kept: dict[Any, Any], key: Any, found: Any) -> None:
    """Remember something; forget the oldest when there is too much."""
    if len(kept) >= _LARGEST_CACHE:
        for old in list(kept)[: _LARGEST_CACHE // 4]:
            del kept[old]
    kept[key] = found


def lay_out(
    graph: ProgramGraph,
    open_: Iterable[str],
    measure: Measure,
    *,
    direction: Direction = "down",
    cache: LayoutCache | None = None,
    zoom: Hashable = None,
    is_cancelled: Callable[[], bool] | None = None,
    long_edge: int = 16,
    title: Callable[[str], int] | None = None,
    longest: int = 20,
) -> Layout:
    """Return where to draw what is seen of a program when some regions are open.

    Args:
        graph: The program.
        open_: Ids of the open regions and groups. The root is always open; what is
            inside a closed region is not seen.
        measure: Returns width and height, border included, of the box of a node, a
            closed region or a closed group. A box of less than three rows or columns
            has no border. The exit of a loop has the id of the loop's region: the
            region is meant while it is closed, the node while it is open.
        direction: Where data flows: `down` or to the `right`.
        cache: Keeps drawings of regions for the next call.
        zoom: Tells calls with one cache and different `measure` apart.
        is_cancelled: Asked often; once it returns true, the layout is given up.
        long_edge: Lines across more ranks than this become pairs of stubs.
        title: Returns how many cells the title of an open region or group wants in its
            border; by default those of its name and a mark. Like `measure`, it must be
            the same for calls of the same `zoom`.
        longest: Cells up to which the text of a stub is kept free.

    Raises:
        LayoutCancelledError: If `is_cancelled` returned true.
    """

    def check() -> None:
        if is_cancelled is not None and is_cancelled():
            raise LayoutCancelledError

    check()
    cache = LayoutCache() if cache is None else cache
    with paused_collector():
        blocks = cache.blocks_of(graph)
        opened = _opened(blocks, frozenset(open_))
        concealed = blocks.concealed(opened)

        def of_name(block_id: str) -> int:
            return min(len(blocks.blocks[block_id].title) + 2, _LONGEST_TITLE)

        setting = Setting(
            blocks,
            measure,
            direction,
            long_edge,
            concealed,
            title or of_name,
            longest,
        )
        pieces: dict[str, Piece] = {}
        for block_id in reversed(opened):
            block = blocks.blocks[block_id]
            inner = {i: pieces[i] for i in block.children if i in pieces}
            hidden = tuple(sorted(concealed & blocks.leaves_used(block_id)))
            key = (
                (direction, long_edge, zoom, longest),
                block_id,
                tuple(inner.values()),
                hidden,
            )
            piece = cache.pieces.get(key)
            if piece is None:
                check()
                piece = _draw(setting, block_id, inner, cache, check)
                _keep(cache.pieces, key, piece)
            pieces[block_id] = piece
        check()
        return Layout(blocks, pieces[ROOT_ID], direction)


def _opened(blocks: Blocks, wanted: Collection[str]) -> list[str]:
    """Return the blocks whose inside is seen, outer before inner."""
    opened: list[str] = []
    pending = [ROOT_ID]
    while pending:
        block = blocks.blocks[pending.pop()]
        opened.append(block.id)
        pending += [child for child in reversed(block.children) if child in wanted]
    return opened


def _draw(
    setting: Setting,
    block_id: str,
    inner: dict[str, Piece],
    cache: LayoutCache,
    check: Callable[[], None],
) -> Piece:
    """Return the drawing of one open region."""
    block = setting.blocks.blocks[block_id]
    level = LevelBuilder(setting, block, inner).build()
    network = level.network
    title = None if block_id == ROOT_ID else setting.title(block_id)
    shape = (setting.direction, title, network.shape)
    n_vertices = len(network.kind)
    plan = cache.plans.get(shape)
    if plan is None:
        check()
        plan = _plan(network, setting.direction, title, check)
        _keep(cache.plans, shape, plan)
    border = plan.border
    vertex_of = network.port_vertex
    return Piece(
        block.id,
        block.kind,
        plan,
        network.kind[:n_vertices],
        network.names[:n_vertices],
        frozenset(level.groups),
        tuple(level.pieces.values()),
        [net.value for net in network.nets],
        [
            (vertex_of[net.start], *[vertex_of[port] for port, _ in net.ends])
            for net in network.nets
        ],
        [tuple([uses for _, uses in net.ends]) for net in network.nets],
        {value: border[vertex] for value, vertex in level.entries.items()},
        {value: border[vertex] for value, vertex in level.exits.items()},
        level.tagged,
        frozenset(level.hidden),
    )


def _plan(
    network: Network,
    direction: Direction,
    title: int | None,
    check: Callable[[], None],
) -> Plan:
    """Return where to draw the parts of a network."""
    spacing = SPACINGS[direction]
    network.join()
    order_layers(network, check)
    order_ports(network, spacing)
    place_vertices(network, spacing, check)
    align_ports(network, spacing)
    check()
    return Assembler(network, direction, title).assemble()
