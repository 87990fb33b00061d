"""Which lines the outline has when these regions are open."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from graphstep.graph import ProgramGraph, Region


class Rows:
    """The lines of the outline: nodes, and a heading for every visible region.

    A line is a code: a node's position, or `-1 - k` for the `k`-th region. Positions
    never fall from one line to the next, so looking one up is a bisection.

    Args:
        graph: The program.
        open_: Ids of the regions whose inside is shown.
    """

    def __init__(self, graph: ProgramGraph, open_: Collection[str]) -> None:
        self.graph = graph
        self._region_ids = tuple(graph.regions)
        codes: list[int] = []
        starts: list[int] = []
        shown, position = {""}, 0
        for number, region in enumerate(graph.regions.values()):
            if region.parent is None or region.parent not in shown:
                continue
            codes += range(position, region.start)
            starts += range(position, region.start)
            codes.append(-1 - number)
            starts.append(region.start)
            position = region.start
            if region.id in open_:
                shown.add(region.id)
            else:
                position = region.stop
        codes += range(position, graph.regions.root.stop)
        starts += range(position, graph.regions.root.stop)
        self.codes = np.array(codes, np.int64)
        self.starts = np.array(starts, np.int64)
        self.shown = frozenset(shown)

    def __len__(self) -> int:
        return len(self.codes)

    def row_of(self, code: int) -> int | None:
        """Return the line with that code, if it is visible."""
        region = self.region_of_code(code)
        start = code if region is None else region.start
        first, stop = np.searchsorted(self.starts, (start, start + 1))
        # Regions that begin at one place, and what is first in them.
        found = np.flatnonzero(self.codes[first:stop] == code)
        return int(first + found[0]) if len(found) else None

    def row_at(self, position: int) -> int:
        """Return the line of a node, or of the closed region that hides it."""
        return int(np.searchsorted(self.starts, position, side="right")) - 1

    def code(self, row: int) -> int:
        """Return the code of a line."""
        return int(self.codes[row])

    def region(self, row: int) -> Region | None:
        """Return the region that a line is the heading of."""
        return self.region_of_code(self.code(row))

    def region_of_code(self, code: int) -> Region | None:
        """Return the region whose heading has that code."""
        if code >= 0:
            return None
        return self.graph.regions[self._region_ids[-1 - code]]

    def code_of_region(self, region: str) -> int:
        """Return the code of a region's heading."""
        return -1 - self._region_ids.index(region)

    def around(self, row: int) -> tuple[Region, ...]:
        """Return the open regions around a line, outermost first."""
        region = self.region(row)
        inside = (
            region.parent or ""
            if region is not None
            else self.graph.columns.regions[self.code(row)]
        )
        return self.graph.regions.ancestors(inside)[1:]

    def guides(self, row: int) -> str:
        """Return the box lines before a line, two cells per open region around it."""
        stop = (
            int(self.starts[row + 1])
            if row + 1 < len(self)
            else self.graph.regions.root.stop
        )
        region = self.region(row)
        if region is not None and region.id in self.shown and region.size:
            stop = region.start
        parts: list[str] = []
        for outer in self.around(row):
            if stop < outer.stop:
                parts.append("│ ")
            else:
                parts.append("╰─" if not parts or parts[-1] == "│ " else "┴─")
        return "".join(parts)
