"""Statistics of the values of one run, computed from arrays or by the program itself."""

from __future__ import annotations

import abc
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import Literal
from graphstep.errors import RecordingError
from graphstep.recording._absence import Absence, absence
from graphstep.recording._addressed import Iteration
from graphstep.recording._forward_values import Selection
from graphstep.recording._keys import Key
from graphstep.recording._run_arrays import RunArrays
from graphstep.recording._stat_slots import stats_from_slot
from graphstep.recording._stats import (
    Stats,
    combine_stats,
    repeated_stats,
    stats_from_array,
)
from graphstep.recording._turns import Turns


class Measured(Turns):
    """Says what values hold, in a few numbers.

    Attributes:
        run: The arrays, flat.
    """

    run: RunArrays

    @property
    @abc.abstractmethod
    def mode(self) -> str:
        """`full` when arrays were kept, `summary` when only statistics were."""

    @abc.abstractmethod
    def primal(self, node: str, out: int = 0, iteration: Iteration = None) -> Any:
        """Return a forward value."""

    @abc.abstractmethod
    def cotangent(self, node: str, out: int = 0, iteration: Iteration = None) -> Any:
        """Return the cotangent of a value."""

    @abc.abstractmethod
    def tangent(self, node: str, out: int = 0, iteration: Iteration = None) -> Any:
        """Return a tangent."""

    def stats(
        self, node: str, out: int = 0, of: str = "primal", iteration: Iteration = None
    ) -> Stats | Absence:
        """Return statistics of a primal, cotangent or tangent.

        They are of the iterations in which the node ran. In a summary recording these
        were computed by the program.
        """
        questions = {
            "primal": self.primal,
            "cotangent": self.cotangent,
            "tangent": self.tangent,
        }
        if of not in questions:
            msg = f"There are no statistics of {of!r}. Ask `of` one of {[*questions]}."
            raise RecordingError(msg)
        array = questions[of](node, out, iteration)
        if isinstance(array, Absence):
            if array.kind != "not_captured" or self.mode != "summary":
                return array
            slots = self._slots(node, out, of, iteration)
            return array if slots is None else slots
        if isinstance(array, jax.Array):
            return absence("key", "Random keys have no statistics.")
        if array.dtype == jax.dtypes.float0:
            return absence("integer", "The tangent of an integer has no statistics.")
        source = self._source(node, out)
        if not isinstance(source, Literal):
            selection = self._selection(source[0], iteration)
            array = self._of_executed(array, source[0], selection)
        return stats_from_array(array)

    def _of_executed(self, array: Any, position: int, selection: Selection) -> Any:
        """Return what of a stacked array belongs to iterations that ran the node."""
        ran = self._executed(position, selection)
        if ran is None:
            return array
        # A window of a while's buffers may be shorter than the loop ran.
        kept = tuple(slice(0, n) for n in array.shape[: ran.ndim])
        lead = array.shape[: ran.ndim]
        return array[np.broadcast_to(ran[kept], lead)]

    def _slots(
        self, node: str, out: int, of: str, iteration: Iteration
    ) -> Stats | None:
        found = self._source(node, out)
        assert isinstance(found, tuple)
        origin = self.planner.origins
        store = {
            "primal": self.run.records,
            "cotangent": self.run.taps,
            "tangent": self.run.tangents,
        }[of]
        position, index = found
        # Views and rules that pass a cotangent on share the statistics of their source.
        key: Key = (position, index)
        while key not in store:
            step = origin.summary_source(of, key) if key[1] >= 0 else None
            if step is None:
                return None
            key = step
        owner = self.planner.value_of(key)
        loops = self.graph.loops(self.graph.columns.ids[owner[0]])
        selection = self._selection(position, iteration)[: len(loops)]
        slots = self.values.select(key, store, owner[0], selection)
        owner_aval = self.graph.columns.avals[owner[0]][owner[1]]
        aval = self.graph.columns.avals[position][index]
        # A branch's own iterations may be fewer than those of what it is handed.
        is_alike = loops == self.graph.loops(self.graph.columns.ids[position])
        slots = self._of_executed(slots, position if is_alike else owner[0], selection)
        rows = slots.reshape(-1, slots.shape[-1])
        stats = combine_stats([stats_from_slot(row, owner_aval.size) for row in rows])
        return repeated_stats(stats, aval.size // max(owner_aval.size, 1))
