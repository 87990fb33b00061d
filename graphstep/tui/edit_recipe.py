"""What a recording is made of, and the same with something changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphstep.errors import EditError
from graphstep.graph import ProgramGraph
from graphstep.recording import Progress, Recording
from graphstep.tracing import Trace
from graphstep.tui.edit_input import Slot, applied, read_assignments
from graphstep.tui.traced import Editable, Traced


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """All that it takes to make a recording, or to make it again.

    Attributes:
        trace: The program.
        options: For `trace.record`, the seed among them.
        leaves: Input leaves; `None` for those that the program was traced with.
    """

    trace: Traced
    options: Mapping[str, Any]
    leaves: tuple[Any, ...] | None = None

    @property
    def program(self) -> Trace:
        """What was traced."""
        return self.trace.graph.trace

    @property
    def function(self) -> Callable[..., Any]:
        """The user's function."""
        return self.program.fn

    @property
    def arrays(self) -> tuple[Any, ...]:
        """The input leaves."""
        return self.program.in_leaves if self.leaves is None else self.leaves

    def with_inputs(self, text: str) -> Recipe:
        """Return the recipe with the inputs that a line changes; it copies arrays.

        Raises:
            EditError: If it is no edit of these inputs.
        """
        slots = input_slots(self.trace.graph)
        made = applied(read_assignments(text, slots), slots, self.arrays)
        return dataclasses.replace(self, leaves=made)

    def with_seed(self, seed: Any) -> Recipe:
        """Return the recipe with another seed, and a backward pass."""
        return self._with(seed=seed, tangents=None)

    def with_tangents(self, tangents: Any) -> Recipe:
        """Return the recipe with a forward-mode pass in that direction."""
        return self._with(seed=None, tangents=tangents)

    def unverified(self) -> Recipe:
        """Return the recipe of a recording that is not compared with the function."""
        return self._with(verify=False)

    def _with(self, **options: Any) -> Recipe:
        return dataclasses.replace(self, options={**self.options, **options})

    def with_argnums(self, argnums: int | tuple[int, ...] | None) -> Recipe:
        """Return the recipe with other arguments differentiated, going backward.

        Raises:
            ArgumentError: If there is no such argument, or it is static.
        """
        trace = editable(self.trace).with_argnums(argnums)
        # A direction is one of the arguments that are differentiated.
        return dataclasses.replace(self._with(tangents=None), trace=trace)

    def record(self, progress: Progress) -> Recording:
        """Make the recording."""
        if self.leaves is None:
            return self.trace.record(progress=progress, **self.options)
        args, kwargs = self.program.unflatten(self.leaves)
        clash = sorted(kwargs.keys() & {"progress", "tangents", *self.options})
        if clash:
            msg = (
                f"The function has an argument `{clash[0]}` by keyword, which `record` "
                "has too. Pass it by position."
            )
            raise EditError(msg)
        return self.trace.record(*args, **kwargs, progress=progress, **self.options)


def input_slots(graph: ProgramGraph) -> Sequence[Slot]:
    """Return the inputs that can be edited."""
    trace = graph.trace
    avals = trace.closed_jaxpr.in_avals
    return [
        Slot(*each) for each in zip(trace.in_names, avals, graph.inputs, strict=True)
    ]


def editable(trace: Traced) -> Editable:
    """Return the trace as one that can be traced anew.

    Raises:
        EditError: If it cannot.
    """
    if isinstance(trace, Editable):
        return trace
    raise EditError("This program cannot be traced again, so argnums stay.")
