"""What is asked and answered about the modes of differentiation."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from textual.message import Message

from graphstep.analysis import DerivedProgram, Modes, Size, Timing
from graphstep.tui.traced import Traced


@dataclasses.dataclass
class ModesFound(Message):
    """What each mode costs is known.

    Attributes:
        found: The costs.
    """

    found: Modes


@dataclasses.dataclass
class ProgramsFound(Message):
    """The programs that JAX makes of the function are known.

    Attributes:
        programs: These.
        sizes: How large the function is under each transformation.
    """

    programs: Sequence[DerivedProgram]
    sizes: Sequence[Size]


@dataclasses.dataclass
class MeasureAsked(Message):
    """Every mode should be run and timed."""


@dataclasses.dataclass
class MeasureLeft(Message):
    """Measuring should stop."""


@dataclasses.dataclass
class MeasureDone(Message):
    """Measuring has ended.

    Attributes:
        timings: What each mode took.
        problem: Why there are none, if that is so.
    """

    timings: tuple[Timing, ...] = ()
    problem: str = ""


@dataclasses.dataclass
class TransformAsked(Message):
    """The function should be traced anew under a transformation of JAX's.

    Attributes:
        name: Which one.
    """

    name: str


@dataclasses.dataclass
class Transformed(Message):
    """The function was traced under a transformation.

    Attributes:
        trace: The function.
        transformed: The same, transformed.
    """

    trace: Traced
    transformed: Traced
