"""Which source line, which frame and which filter a person has chosen."""

from __future__ import annotations

import dataclasses
from typing import Final

# What the prompt is called that asks for a filter.
FILTER: Final = "\\"


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What was chosen in the source and in the outline.

    Attributes:
        at: The node that was inspected when a line or a frame was chosen; with another
            one the source follows that again.
        line: The chosen line, as `(file, line)`, if one was.
        frame: Which of the calls that made the node is shown, innermost first.
        text: What the lines of the outline must contain.
    """

    at: str | None = None
    line: tuple[str, int] | None = None
    frame: int = 0
    text: str = ""
