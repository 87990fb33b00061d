"""What is asked and answered about gradients that are zero or missing."""

from __future__ import annotations

import dataclasses

from textual.message import Message

from graphstep.analysis import Why


@dataclasses.dataclass
class WhyAsked(Message):
    """It was asked why the cotangent of a value is zero or missing.

    Attributes:
        node: Node id.
        out: Which output.
    """

    node: str
    out: int


@dataclasses.dataclass
class WhyFound(Message):
    """The reasons were found.

    Attributes:
        why: These.
        first: Of a cotangent that is not finite, where the run was so first, in words.
    """

    why: Why
    first: tuple[str, ...] = ()
