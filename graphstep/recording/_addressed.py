"""What a node, an output and an iteration, as people give them, stand for."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphstep._jaxcompat import Literal
from graphstep.errors import IterationError, RecordingError
from graphstep.graph import ProgramGraph
from graphstep.recording._absence import Absence, absence
from graphstep.recording._forward_values import ALL, Missing, Selection
from graphstep.recording._plan import Plan, Planner
from graphstep.recording._values import Values

Iteration = int | Sequence[int] | None


class Addressed:
    """Finds values of one run by node, output and iteration.

    Attributes:
        graph: The program.
        planner: Knows what is recorded of it.
        plan: What was recorded.
        values: What is known.
    """

    graph: ProgramGraph
    planner: Planner
    plan: Plan
    values: Values

    def _source(self, node: str, out: int) -> Any:
        found = self.graph.resolve(node, out)
        if isinstance(found, Literal):
            return found
        position = self.graph.position(found[0])
        n_out = len(self.graph.columns.avals[position])
        given: Any = found[1]
        if not isinstance(given, int | np.integer) or not 0 <= given < n_out:
            msg = f"Node `{node}` has {n_out} outputs, so there is no output {out!r}."
            raise RecordingError(msg)
        return position, found[1]

    def _in_custom_body(self, position: int) -> bool:
        node_id = self.graph.columns.ids[position]
        return any(
            region.is_opaque and region.id != node_id
            for region in self.graph.regions.ancestors(
                self.graph.columns.regions[position]
            )
        )

    def _not_forward(self, position: int, *, out_ref: Any) -> Absence | None:
        """Return why a node has no value at all in this run."""
        if self.planner.origins.primal(*out_ref).kind == "ref":
            return absence("ref")
        if self.plan.derivative != "none" and self.planner.silent[position]:
            return absence("effects")
        node_id = self.graph.columns.ids[position]
        for region in self.graph.regions.ancestors(
            self.graph.columns.regions[position]
        ):
            if region.kind != "branch" or region.parent == node_id:
                continue
            assert region.parent is not None
            number = self.graph.regions[region.parent].children.index(region.id)
            try:
                taken = self.values.branch(region.parent)
            except Missing:
                continue
            if not np.any(np.asarray(taken) == number):
                return absence("not_taken")
        return None

    def _not_taken(self, position: int, selection: Selection) -> Absence | None:
        """Return an absence if a branch was not taken in the one iteration selected."""
        node_id = self.graph.columns.ids[position]
        for region in self.graph.regions.ancestors(
            self.graph.columns.regions[position]
        ):
            if region.kind != "branch" or region.parent == node_id:
                continue
            assert region.parent is not None
            cond = self.graph.regions[region.parent]
            outer = selection[: len(cond.loops)]
            if any(isinstance(part, slice) for part in outer):
                continue
            try:
                taken = self.values.branch(region.parent, outer)
            except Missing:
                continue
            if int(taken) != cond.children.index(region.id):
                return absence("not_taken")
        return None

    def _selection(self, position: int, iteration: Iteration) -> Selection:
        loops = self.graph.loops(self.graph.columns.ids[position])
        given = _indices(iteration)
        if len(given) > len(loops):
            msg = (
                f"Node `{self.graph.columns.ids[position]}` is inside {len(loops)} loops, "
                f"but {len(given)} iteration indices were given."
            )
            raise IterationError(msg)
        chosen: list[int] = []
        for loop, index in zip(loops, given, strict=False):
            trips = int(
                np.max(
                    self.values.trips(loop, tuple(chosen) if chosen else ()), initial=0
                )
            )
            region = self.graph.regions[loop]
            if region.kind == "while":
                # Before its last test a while has its carries once more.
                is_binder = (
                    self.graph.columns.roles[position] == "binder"
                    and self.graph.columns.regions[position] == loop
                )
                trips += is_binder or self.values.extra_tests(position, loop)
            if not -trips <= index < trips:
                msg = (
                    f"Loop `{loop}` ran {trips} iterations, so there is no iteration "
                    f"{index}. Use 0 to {trips - 1}."
                )
                raise IterationError(msg)
            chosen.append(int(index) % trips)
        return (*chosen, *[ALL] * (len(loops) - len(chosen)))

    def _executed(self, position: int, selection: Selection) -> np.ndarray | None:
        """Return which of the iterations selected ran a node; `None` for all of them.

        Loops inside loops need not run equally often, and a branch is not taken in
        every iteration. The array has the axes of stacked values, some of length one.
        """
        node_id = self.graph.columns.ids[position]
        axes = [d for d, part in enumerate(selection) if isinstance(part, slice)]
        if not axes:
            return None
        loops, ran = self.graph.loops(node_id), np.asarray(True)
        for depth in axes:
            if self.graph.regions[loops[depth]].kind != "while":
                continue
            extra = self.values.extra_tests(position, loops[depth])
            trips = np.asarray(self.values.trips(loops[depth], selection[:depth]))
            if np.ndim(trips) and np.any(trips != trips.flat[0]):
                counts = np.arange(np.max(trips) + extra)
                found = counts < trips[..., None] + extra
                ran = ran & _on_axes(found, axes.index(depth) + 1, len(axes))
        for region in self.graph.regions.ancestors(
            self.graph.columns.regions[position]
        ):
            if region.kind != "branch" or region.parent == node_id:
                continue
            assert region.parent is not None
            cond = self.graph.regions[region.parent]
            outer = selection[: len(cond.loops)]
            try:
                taken = np.asarray(self.values.branch(cond.id, outer))
            except Missing:
                continue
            found = taken == cond.children.index(region.id)
            ran = ran & _on_axes(found, taken.ndim, len(axes))
        return None if np.all(ran) else ran

    def _outer(self, region: str, iteration: Iteration) -> Selection:
        if region not in self.graph.positions:
            msg = f"Region `{region}` is no loop and no cond."
            raise RecordingError(msg)
        return self._selection(self.graph.position(region), iteration)


def _indices(iteration: Any) -> tuple[int, ...]:
    if iteration is None:
        return ()
    try:
        given = (iteration,) if np.ndim(iteration) == 0 else tuple(iteration)
        return tuple(map(operator.index, given))
    except (TypeError, ValueError) as error:
        msg = (
            f"{iteration!r} is no iteration. Give an index, or one per loop, outermost "
            "first."
        )
        raise IterationError(msg) from error


def _on_axes(array: np.ndarray, n_axes: int, n_all: int) -> np.ndarray:
    """Return an array over the first loop axes as one that varies along no other."""
    return array.reshape(array.shape[:n_axes] + (1,) * (n_all - n_axes))
