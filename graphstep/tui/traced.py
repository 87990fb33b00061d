"""What the application asks of a trace; `graphstep.Trace` has it."""

from __future__ import annotations

from typing import Any, Protocol, Self, runtime_checkable

from graphstep.graph import ProgramGraph
from graphstep.recording import Recording


class Traced(Protocol):
    """The part of `graphstep.Trace` that the application rests on."""

    @property
    def graph(self) -> ProgramGraph:
        """The computational graph."""
        ...

    def record(self, *args: Any, **options: Any) -> Recording:
        """Run the program once and keep its values.

        Options are `seed`, `budget`, `verify` and `progress`; others, and what is
        given by position, are new arguments of the traced types.
        """
        ...


@runtime_checkable
class Editable(Traced, Protocol):
    """A trace of which other arguments can be differentiated."""

    def with_argnums(self, argnums: int | tuple[int, ...] | None) -> Self:
        """Return a trace of the same program with other argnums."""
        ...


@runtime_checkable
class Transformable(Traced, Protocol):
    """A trace whose function can be taken under a transformation of JAX's."""

    def transformed(self, name: str) -> Self:
        """Return a trace of the function under one of `graphstep.tracing.TRANSFORMS`."""
        ...
