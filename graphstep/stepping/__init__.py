"""Walk a recording: forward, backward, and back in time."""

from __future__ import annotations

from graphstep.stepping._breakpoints import Breakpoint, Stop
from graphstep.stepping._cursor import Cursor, cursor
from graphstep.stepping._places import State
from graphstep.stepping._recorded import Recorded
from graphstep.stepping._sums import Term, Terms
from graphstep.stepping._timeline import (
    BACKWARD,
    FORWARD,
    SEED,
    Pass,
    Step,
    Timeline,
    timeline,
)

__all__ = [
    "BACKWARD",
    "FORWARD",
    "SEED",
    "Breakpoint",
    "Cursor",
    "Pass",
    "Recorded",
    "State",
    "Step",
    "Stop",
    "Term",
    "Terms",
    "Timeline",
    "cursor",
    "timeline",
]
