"""Which part of the inspected value a person looks at."""

from __future__ import annotations

import dataclasses
from typing import Literal

from graphstep.graph import ProgramGraph
from graphstep.tui.array_cut import Cut
from graphstep.tui.values import Of

# What of a value is shown: itself, a product, or how it differs from the iteration
# before or from another recording.
What = Literal[
    "primal",
    "cotangent",
    "tangent",
    "product",
    "primal_turn",
    "cotangent_turn",
    "primal_run",
    "cotangent_run",
]
Format = Literal["short", "fixed", "scientific", "hex", "integer", "heat"]
FORMATS: tuple[Format, ...] = (
    "short",
    "fixed",
    "scientific",
    "hex",
    "integer",
    "heat",
)
# How an element was come to: pointed at, as the next greatest, the next least.
Way = Literal["", "greatest", "least"]
_OF: dict[What, Of] = {
    "primal": "primal",
    "cotangent": "cotangent",
    "tangent": "tangent",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Examined:
    """Which output, element and slice of the inspected value is looked at.

    Attributes:
        out: Which output of the node.
        what: What of it is shown; by default what the present pass is about.
        element: Index of the element that the chain rule follows; by default the one
            greatest in size.
        way: How that element was come to.
        cut: The slice that is shown; by default everything.
        axes: Which axes of the array are rows and columns; by default the last two.
        format: How elements are written.
        node: The node that all this was chosen for.
        shape: Shape of the array that element, slice and axes were chosen for.
    """

    out: int = 0
    what: What | None = None
    element: tuple[int, ...] | None = None
    way: Way = ""
    cut: Cut | None = None
    axes: tuple[int, int] | None = None
    format: Format = "short"
    node: str = ""
    shape: tuple[int, ...] | None = None

    @property
    def of(self) -> Of | None:
        """The value that is shown, if one is; else what the present pass is about."""
        return None if self.what is None else _OF.get(self.what)

    def at(self, element: tuple[int, ...] | None, way: Way = "") -> Examined:
        """Follow another element."""
        return dataclasses.replace(self, element=element, way=way)

    def settled(self, graph: ProgramGraph, node: str | None) -> Examined:
        """Return what is looked at when `node` is inspected.

        Element, slice and axes stay as long as the shape does.
        """
        if node is None or not (avals := graph.columns.avals[graph.position(node)]):
            return self
        out = self.out if node == self.node and 0 <= self.out < len(avals) else 0
        shape = tuple(getattr(avals[out], "shape", ()))
        if (node, out, shape) == (self.node, self.out, self.shape):
            return self
        found = dataclasses.replace(self, node=node, out=out, shape=shape)
        if shape == self.shape:
            return found
        return dataclasses.replace(found, element=None, way="", cut=None, axes=None)


def cut_of(examined: Examined, shape: tuple[int, ...]) -> Cut:
    """Return the slice that is shown of an array of that shape."""
    cut = examined.cut
    return cut if cut is not None and len(cut.parts) == len(shape) else Cut.whole(shape)
