"""What a step of the walk says of nodes, regions and values, as the terminal UI does."""

from __future__ import annotations

from collections.abc import Iterable

from graphstep.export._drawing import Flow, Walk
from graphstep.graph import Region, Value
from graphstep.stepping import BACKWARD, FORWARD, SEED, Cursor

# Regions that the walk goes through several times in a row.
LOOPS = ("scan", "while")


class Walked:
    """The state of the walk at one step.

    Args:
        cursor: The step.
    """

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self._timeline = cursor.timeline
        self._graph = cursor.timeline.graph
        node = cursor.step.node
        self._here = self._graph.position(node) if node else -1

    def goes_back(self, node: str) -> bool:
        """Return whether the backward pass has a cotangent for a node."""
        return self._timeline.has_backward and self.cursor.has_cotangent(node)

    def of_node(self, node: str) -> Walk:
        """Return where the walk is with respect to a node."""
        if self.cursor.pass_ == SEED:
            return "pending"
        if self.cursor.pass_ == BACKWARD and not self.goes_back(node):
            return "blocked"
        return self.cursor.state(node)

    def of_stretch(self, start: int, stop: int) -> Walk:
        """Return where the walk is with respect to a closed or an open box."""
        if self.cursor.pass_ == SEED:
            return "pending"
        if start <= self._here < stop:
            return "current"
        order = self._graph.order
        is_backward = self.cursor.pass_ == BACKWARD
        if is_backward and not any(map(self.goes_back, order[start:stop])):
            return "blocked"
        return "done" if (self._here >= stop) == (not is_backward) else "pending"

    def is_complete(self, node: str) -> bool:
        """Return whether a node's cotangents are complete by now."""
        return self.cursor.pass_ != FORWARD and self.cursor.has_complete_cotangent(node)

    def flow_of_values(self, values: Iterable[Value]) -> Flow:
        """Return how the line of one or more values looks."""
        flows = {self._flow(*value) for value in values}
        order: tuple[Flow, ...] = ("lit", "pending", "done", "complete")
        for flow in order:
            if flow in flows:
                return flow
        return ""

    def _flow(self, node: str, out: int) -> Flow:
        cursor = self.cursor
        if cursor.step.node == node:
            return "lit"
        if cursor.pass_ == FORWARD:
            return "pending" if cursor.state(node) == "pending" else "done"
        return "complete" if cursor.has_complete_cotangent(node, out) else "pending"

    def trips(self, region: Region) -> int | None:
        """Return how many turns a loop takes, as it is seen from here."""
        outer = self._outer(region)
        return None if outer is None else self._timeline.n_turns(region.id, outer)

    def turn(self, region: Region) -> str:
        """Return which turn of a loop is seen, as a title adds it."""
        trips = self.trips(region) if region.kind in LOOPS else None
        if not trips:
            return ""
        here = self.cursor.step
        if here.node and region.id in self._graph.loops(here.node):
            depth = region.loops.index(region.id)
            return f", iteration {here.iteration[depth] + 1}"
        is_after = not here.node or self._here > region.start
        return f", iteration {trips if is_after else 1}"

    def _outer(self, region: Region) -> tuple[int, ...] | None:
        """Return the iteration of the loops around one, as it is seen from here."""
        if region.id in self._graph:
            return self.cursor.iteration_of(region.id)
        found = self.cursor.iteration_of(self._graph.order[region.start])
        return None if found is None else found[: len(region.loops) - 1]
