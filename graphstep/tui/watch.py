"""Values that are shown at every step, whatever is selected."""

from __future__ import annotations

import dataclasses

from graphstep.tui.values import Of


@dataclasses.dataclass(frozen=True, slots=True)
class Watch:
    """One watched value.

    Attributes:
        node: Node id.
        out: Which output.
        of: `primal` or `cotangent`; by default what the present pass is about.
    """

    node: str
    out: int = 0
    of: Of | None = None
