"""Which part of the inspected value a person looks at."""

from __future__ import annotations

import dataclasses

from graphstep.tui.values import Of


@dataclasses.dataclass(frozen=True, slots=True)
class Examined:
    """Which output, element and slice of the inspected value is looked at.

    Attributes:
        out: Which output of the node.
        of: `primal` or `cotangent`; by default what the present pass is about.
        element: Index of the element that the chain rule follows; by default the one
            greatest in size.
    """

    out: int = 0
    of: Of | None = None
    element: tuple[int, ...] | None = None
