"""How the graph is drawn: zoom, direction, open groups, what is dimmed."""

from __future__ import annotations

import dataclasses
from typing import Literal

from graphstep.layout import Direction

# What stays bright around the selected node, if not everything.
Spotlight = Literal["", "ancestors", "descendants", "cotangent"]
SPOTLIGHTS: tuple[Spotlight, ...] = ("", "ancestors", "descendants", "cotangent")
# Dots, primitives, names and types, values.
ZOOMS = range(4)
PRIMITIVES, VALUES = 1, ZOOMS[-1]
ZOOM_WORDS = ("dots", "primitives", "names and types", "values")


@dataclasses.dataclass(frozen=True, slots=True)
class Drawing:
    """How the graph is drawn.

    Attributes:
        zoom: One of `ZOOMS`: 0 dots, 1 primitives, 2 names and types, 3 values too.
        direction: Where data flows.
        open_groups: Groups of inputs or outputs whose members are shown.
        spotlight: What stays bright.
    """

    zoom: int = 2
    direction: Direction = "down"
    open_groups: frozenset[str] = frozenset()
    spotlight: Spotlight = ""

    def zoomed(self, by: int) -> Drawing:
        """Show more of each node, or less."""
        zoom = min(max(self.zoom + by, ZOOMS.start), ZOOMS.stop - 1)
        return dataclasses.replace(self, zoom=zoom)
