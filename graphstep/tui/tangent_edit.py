"""A direction for forward mode: `ones`, `x[2, 1]` for a basis vector, or numbers."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphstep.analysis import tangents_from_leaves
from graphstep.errors import EditError
from graphstep.recording import Recording
from graphstep.tracing import Trace
from graphstep.tui.edit_input import Slot, applied, read_assignments
from graphstep.tui.edit_literals import parsed
from graphstep.tui.edit_seed import replaced

Slots = Sequence[tuple[int, Slot]]


def tangent_slots(program: Trace) -> tuple[tuple[int, Slot], ...]:
    """Return the inputs that have a tangent, each with its position among the leaves."""
    avals = program.closed_jaxpr.in_avals
    return tuple(
        (leaf, Slot(program.in_names[leaf], avals[leaf]))
        for leaf, wanted in enumerate(program.differentiated)
        if wanted
    )


def read_tangents(text: str, program: Trace, recording: Recording | None) -> Any:
    """Return the direction that a line asks for, as `record` takes tangents.

    Args:
        text: `ones`; a place in an input, which gets 1 and all else 0; a literal for
            the only input; or assignments, which change the present direction.
        program: What is recorded.
        recording: Where the present direction is found; without one it is zero.

    Returns:
        A pytree per differentiated argument.

    Raises:
        EditError: If it is no direction for this program.
    """
    slots = tangent_slots(program)
    if not slots:
        raise EditError("There is no direction to go in: nothing is differentiated.")
    named = [slot for _, slot in slots]
    body = parsed(text)
    if not body:
        raise EditError("Say in which direction: `ones`, or a place such as `x[0]`.")
    if len(body) == 1 and isinstance(body[0], ast.Expr):
        found = replaced(body[0].value, slots, "input")
        if found is None:
            found = [np.ones(slot.aval.shape, slot.aval.dtype) for slot in named]
    else:
        assignments = read_assignments(text, named)
        found = applied(assignments, named, _present(slots, recording))
    leaves = (leaf for leaf, _ in slots)
    return tangents_from_leaves(program, dict(zip(leaves, found, strict=True)))


def _present(slots: Slots, recording: Recording | None) -> list[Any]:
    given = {} if recording is None else recording.run.in_tangents
    return [
        np.asarray(given[leaf])
        if leaf in given
        else np.zeros(slot.aval.shape, slot.aval.dtype)
        for leaf, slot in slots
    ]
