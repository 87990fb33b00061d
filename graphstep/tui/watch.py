"""Values that are shown at every step, whatever is selected."""

from __future__ import annotations

import dataclasses
import re

from graphstep.errors import SteppingError
from graphstep.tracing import one_line
from graphstep.tui.values import Of

_ELEMENT = re.compile(r"\[\s*-?\d+(?:\s*,\s*-?\d+)*\s*,?\s*\]")


@dataclasses.dataclass(frozen=True, slots=True)
class Watch:
    """One watched value.

    Attributes:
        node: Node id.
        out: Which output.
        of: `primal` or `cotangent`; by default what the present pass is about.
        element: Index of the element that is followed, if one is.
    """

    node: str
    out: int = 0
    of: Of | None = None
    element: tuple[int, ...] | None = None


def element_typed(subscript: str, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the index of an element that was typed as `[3,17]`, if anything was.

    Raises:
        SteppingError: If an array of that shape has no such element.
    """
    if not subscript:
        return None
    if _ELEMENT.fullmatch(subscript):
        index = [int(part) for part in subscript[1:-1].split(",") if part.strip()]
        lengths = [*shape, *index[len(shape) :]]
        element = tuple(
            i + n if i < 0 else i for i, n in zip(index, lengths, strict=False)
        )
        if len(index) == len(shape) and all(
            0 <= i < n for i, n in zip(element, shape, strict=True)
        ):
            return element
    lengths = ",".join(map(str, shape))
    part = one_line(subscript, 40)
    msg = f"a value of shape [{lengths}] has no element `{part}`: a watch follows one."
    raise SteppingError(msg)
