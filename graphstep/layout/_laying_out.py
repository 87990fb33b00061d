"""Lay out a view: every open region once, the innermost first, then all put together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable

from graphstep.errors import LayoutCancelledError
from graphstep.graph import ROOT_ID, ProgramGraph, paused_collector
from graphstep.layout._blocks import Block, Blocks
from graphstep.layout._cache import LayoutCache
from graphstep.layout._drawing import draw
from graphstep.layout._items import Measure, Setting
from graphstep.layout._layout import Layout
from graphstep.layout._piece import Piece
from graphstep.layout._shapes import Direction

_LONGEST_TITLE = 36
# Items of a level that are more than a sketch shows.
_VERY_MANY = 800


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
        concealed = blocks.concealed({block.id for block in opened})

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
            cache.boxes.setdefault((direction, zoom), {}),
        )
        pieces: dict[str, Piece] = {}
        for block in reversed(opened):
            inner = {i: pieces[i] for i in block.children if i in pieces}
            hidden = concealed & blocks.leaves_used(block.id)
            key = (
                (direction, long_edge, zoom, longest),
                block,
                tuple(inner.values()),
                hidden,
            )
            piece = cache.pieces.get(key)
            if piece is None:
                check()
                piece = draw(setting, block, inner, cache, (*key[:2], hidden), check)
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
