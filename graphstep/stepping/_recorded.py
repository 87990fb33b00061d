"""What a walk asks of a recording."""

from __future__ import annotations

from typing import Any, Protocol

from graphstep.graph import Edge, ProgramGraph

# In loops, one index per enclosing loop, outermost first, in order of execution.
AnyIteration = int | tuple[int, ...] | None


class Recorded(Protocol):
    """The part of `graphstep.recording.Recording` that stepping rests on."""

    @property
    def graph(self) -> ProgramGraph:
        """The program that was run."""
        ...

    @property
    def has_cotangents(self) -> bool:
        """Whether there is a backward pass to walk."""
        ...

    def trips_array(self, region: str, /) -> Any:
        """Return how many turns a loop took, an int or one per outer iteration."""
        ...

    def branch_array(self, region: str, /) -> Any:
        """Return which branch was taken, an int or one per outer iteration."""
        ...

    def primal(self, node: str, out: int = 0, iteration: AnyIteration = None) -> Any:
        """Return a forward value."""
        ...

    def tangent(self, node: str, out: int = 0, iteration: AnyIteration = None) -> Any:
        """Return the tangent of a value."""
        ...

    def cotangent(self, node: str, out: int = 0, iteration: AnyIteration = None) -> Any:
        """Return the cotangent of a value."""
        ...

    def why_no_cotangent(self, node: str, out: int = 0) -> Any:
        """Return why a value has no cotangent, or `None` if it has one."""
        ...

    def contribution(self, edge: Edge, iteration: AnyIteration = None) -> Any:
        """Return what one use sends back."""
        ...

    def stats(
        self,
        node: str,
        out: int = 0,
        of: str = "primal",
        iteration: AnyIteration = None,
    ) -> Any:
        """Return statistics of a value."""
        ...
