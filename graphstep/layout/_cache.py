"""What is kept from one layout of a program to the next."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable

from graphstep.graph import ProgramGraph
from graphstep.layout._blocks import Blocks
from graphstep.layout._content import Content
from graphstep.layout._items import Items
from graphstep.layout._kept import Kept
from graphstep.layout._network import Vertex
from graphstep.layout._piece import Piece
from graphstep.layout._plan import PartPlan, Plan


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """The last drawing of a region, and what was in it then."""

    items: Items
    piece: Piece


class LayoutCache:
    """Drawings of regions, kept from one layout of a program to the next.

    A region's drawing is found again while the same regions inside it are open; else
    what has not changed of its last one is used again. A plan is found wherever another
    region has the same boxes and lines: the layers of a network are planned once. One
    cache serves any number of directions and zoom levels; a new program empties it but
    for the plans.
    """

    def __init__(self) -> None:
        self.blocks: Blocks | None = None
        self.pieces = Kept[Piece]()
        self.contents = Kept[Content]()
        self.drawn = Kept[Drawn]()
        # By direction and zoom.
        self.boxes: dict[Hashable, dict[tuple[int, str], Vertex]] = {}
        self.plans = Kept[Plan]()
        self.part_plans = Kept[PartPlan]()

    def blocks_of(self, graph: ProgramGraph) -> Blocks:
        """Return the blocks of a program, and forget every other program."""
        if self.blocks is None or self.blocks.graph is not graph:
            self.blocks = Blocks(graph)
            self.pieces = Kept[Piece]()
            self.contents = Kept[Content]()
            self.drawn = Kept[Drawn]()
            self.boxes = {}
        return self.blocks
