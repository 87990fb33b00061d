"""What is asked of, and told about, the Jacobian that passes fill."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from textual.message import Message

from graphstep.analysis import Accumulated

if TYPE_CHECKING:
    from graphstep.tui.jacobian_job import JacobianJob

Mode = Literal["column", "row"]


@dataclasses.dataclass
class JacobianAsked(Message):
    """The Jacobian of the program was asked for.

    Attributes:
        text: Which inputs and outputs, as `x[0, :], out`; empty for all.
    """

    text: str = ""


@dataclasses.dataclass
class PassesAsked(Message):
    """Passes should be run.

    Attributes:
        mode: Whether each fills a column, forward, or a row, in reverse.
        is_all: Whether until all of these are filled; else one.
    """

    mode: Mode
    is_all: bool = False


@dataclasses.dataclass
class PassDone(Message):
    """A pass has been run.

    Attributes:
        job: Who ran it.
        found: The Jacobian by now.
        is_last: Whether no more are to come.
        problem: What went wrong, if anything did.
    """

    job: JacobianJob
    found: Accumulated
    is_last: bool = False
    problem: str = ""


class PassesLeft(Message):
    """No more passes should be run."""
