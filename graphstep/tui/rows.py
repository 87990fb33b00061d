"""Which lines the outline has when these regions are open."""

from __future__ import annotations

import functools
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
        pieces: list[np.ndarray] = []
        starts: list[np.ndarray] = []
        shown, position = {""}, 0
        for number, region in enumerate(graph.regions.values()):
            if region.parent is None or region.parent not in shown:
                continue
            pieces += [np.arange(position, region.start), np.array([-1 - number])]
            starts += [pieces[-2], np.array([region.start])]
            position = region.start
            if region.id in open_:
                shown.add(region.id)
            else:
                position = region.stop
        pieces.append(np.arange(position, graph.regions.root.stop))
        starts.append(pieces[-1])
        self.codes = np.concatenate(pieces)
        self.starts = np.concatenate(starts)
        self.shown = frozenset(shown)

    def __len__(self) -> int:
        return len(self.codes)

    @functools.cached_property
    def _row_of_code(self) -> dict[int, int]:
        return {code: row for row, code in enumerate(self.codes.tolist())}

    def row_of(self, code: int) -> int | None:
        """Return the line with that code, if it is visible."""
        return self._row_of_code.get(code)

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
