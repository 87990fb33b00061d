"""How often the loops of one run turned, and which branches it took."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphstep.errors import NotCapturedError
from graphstep.recording._addressed import Addressed, Iteration
from graphstep.recording._forward_values import Missing, Selection


class Turns(Addressed):
    """Counts the iterations of loops and names the branches taken."""

    def trips(self, region: str, iteration: Iteration = None) -> int:
        """Return how many iterations a loop ran, in one iteration of those around it."""
        outer = self._outer(region, iteration)
        return int(np.max(self._captured(self.values.trips, region, outer), initial=0))

    def trips_array(self, region: str) -> Any:
        """Return trip counts: an int if all are equal, else an array per outer loop."""
        return _collapse(self._captured(self.values.trips, region))

    def branch(self, region: str, iteration: Iteration = None) -> int:
        """Return which branch a cond took, in one iteration of the loops around it."""
        outer = self._outer(region, iteration)
        return int(np.max(self._captured(self.values.branch, region, outer), initial=0))

    def branch_array(self, region: str) -> Any:
        """Return taken branches: an int if all are equal, else an array per outer loop."""
        return _collapse(self._captured(self.values.branch, region))

    def _captured(
        self, read: Callable[..., Any], region: str, *outer: Selection
    ) -> Any:
        try:
            return read(region, *outer)
        except Missing:
            msg = (
                f"How often `{region}` ran was not captured: its body calls back into "
                "Python, so it was not run again to be recorded."
            )
            raise NotCapturedError(msg) from None


def _collapse(array: Any) -> Any:
    values = np.asarray(array)
    if values.ndim == 0 or (values.size and np.all(values == values.flat[0])):
        return int(values.flat[0])
    return values
