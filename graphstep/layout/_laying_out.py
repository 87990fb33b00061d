"""Lay out a view: every open region once, the innermost first, then all put together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable

from graphstep.errors import LayoutCancelledError
from graphstep.graph import ROOT_ID, ProgramGraph, paused_collector
from graphstep.layout._assembling import Assembler
from graphstep.layout._blocks import Block, Blocks
from graphstep.layout._building import LevelBuilder, Measure, Setting
from graphstep.layout._content import Content
from graphstep.layout._kept import Kept
from graphstep.layout._layout import Layout
from graphstep.layout._level import Level
from graphstep.layout._network import FRAME, Network
from graphstep.layout._ordering import order_layers
from graphstep.layout._piece import Part, Piece
from graphstep.layout._placing import place_vertices
from graphstep.layout._plan import PartPlan, Plan
from graphstep.layout._ports import align_ports, order_ports
from graphstep.layout._shapes import Direction
from graphstep.layout._spacing import SPACINGS
from graphstep.layout._stacking import stack
from graphstep.layout._stretches import Stretch, stretches

_LONGEST_TITLE = 36
# Items of a level that are more than a sketch shows.
_VERY_MANY = 800


class LayoutCache:
    """Drawings of regions, kept from one layout of a program to the next.

    A region's drawing is found again while the same regions inside it are open, and
    its plan wherever another region has the same boxes and lines: the layers of a
    network are planned once. One cache serves any number of directions and zoom
    levels; a new program empties it but for the plans.
    """

    def __init__(self) -> None:
        self.blocks: Blocks | None = None
        self.pieces = Kept[Piece]()
        self.contents = Kept[Content]()
        self.plans = Kept[Plan]()
        self.part_plans = Kept[PartPlan]()

    def blocks_of(self, graph: ProgramGraph) -> Blocks:
        """Return the blocks of a program, and forget every other program."""
        if self.blocks is None or self.blocks.graph is not graph:
            self.blocks = Blocks(graph)
            self.pieces = Kept[Piece]()
            self.contents = Kept[Content]()
        return self.blocks


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
    near: int | None = None,
    of: str = ROOT_ID,
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
        near: Position of a node. Levels with very many items are cut to those near it,
            for a sketch while all of it takes a while: `Layout.is_sketch`. Lines that
            lead out of the stretch end in stubs.
        of: Id of the region or group that is drawn, by itself; by default the program.

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
        opened = _opened(blocks, of, frozenset(open_), near)
        concealed = blocks.concealed([block.id for block in opened])

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
            cache.contents,
        )
        pieces: dict[str, Piece] = {}
        for block in reversed(opened):
            inner = {i: pieces[i] for i in block.children if i in pieces}
            hidden = tuple(sorted(concealed & blocks.leaves_used(block.id)))
            key = (
                (direction, long_edge, zoom, longest),
                block,
                tuple(inner.values()),
                hidden,
            )
            piece = cache.pieces.get(key)
            if piece is None:
                check()
                piece = _draw(setting, block, inner, cache, check)
                size = sum([len(part.stretch.vertices) for part in piece.parts])
                cache.pieces.keep(key, piece, size)
            pieces[block.id] = piece
        check()
        is_sketch = any(block.is_cut for block in opened)
        return Layout(blocks, pieces[of], direction, is_sketch=is_sketch)


def _opened(
    blocks: Blocks, of: str, wanted: Collection[str], near: int | None
) -> list[Block]:
    """Return the blocks whose inside is seen, outer before inner."""
    opened: list[Block] = []
    pending = [of]
    while pending:
        block = blocks.blocks[pending.pop()]
        if near is not None:
            block = blocks.cut(block, near, _VERY_MANY)
        opened.append(block)
        pending += [child for child in reversed(block.children) if child in wanted]
    return opened


def _draw(
    setting: Setting,
    block: Block,
    inner: dict[str, Piece],
    cache: LayoutCache,
    check: Callable[[], None],
) -> Piece:
    """Return the drawing of one open region."""
    level = LevelBuilder(setting, block, inner).build()
    direction = setting.direction
    found = stretches(level)

    def plan_of(stretch: Stretch, back: int, more: int) -> PartPlan:
        key = (direction, back, more, stretch.key)
        plan = cache.part_plans.get(key)
        if plan is None:
            check()
            plan = _plan(stretch, direction, back, more, check)
            cache.part_plans.keep(key, plan, len(stretch.vertices))
        return plan

    title = None if block.id == ROOT_ID else setting.title(block.id)
    key = (direction, title, tuple([stretch.key for stretch in found]))
    plan = cache.plans.get(key)
    if plan is None:
        plan = stack(found, plan_of, direction, title)
        cache.plans.keep(key, plan, len(level.vertices))
    places: dict[int, int] = {}
    for stretch, part, place in zip(found, plan.parts, plan.places, strict=True):
        begin = place[direction == "right"]
        for vertex, across in part.places.items():
            places[stretch.vertices[vertex]] = begin + across
    return Piece(
        block.id,
        block.kind,
        plan,
        tuple(
            Part(block.id, part, level, stretch, _inside(level, stretch, inner))
            for stretch, part in zip(found, plan.parts, strict=True)
        ),
        {value: places[vertex] for value, vertex in level.entries.items()},
        {value: places[vertex] for value, vertex in level.exits.items()},
        level.tagged,
        frozenset(level.hidden),
    )


def _inside(
    level: Level, stretch: Stretch, inner: dict[str, Piece]
) -> tuple[Piece, ...]:
    """Return the open blocks that a stretch draws."""
    if not inner:
        return ()
    shape = stretch.shape
    return tuple(
        [
            inner[level.names[vertex]]
            for here, vertex in enumerate(stretch.vertices)
            if shape.vertices[here].kind == FRAME and here not in shape.ghosts
        ]
    )


def _plan(
    stretch: Stretch,
    direction: Direction,
    back: int,
    more: int,
    check: Callable[[], None],
) -> PartPlan:
    """Return where to draw the parts of a stretch."""
    spacing, network = SPACINGS[direction], Network.of(stretch.shape)
    order_layers(network, check)
    order_ports(network, spacing)
    place_vertices(network, spacing, check, back)
    align_ports(network, spacing)
    check()
    shared = [vertex for vertex in (stretch.top, stretch.bottom) if vertex >= 0]
    return Assembler(network, direction, more).assemble(shared)
