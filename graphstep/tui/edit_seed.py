"""An edit of the seed: `ones`, `out[2, 1]` for a one-hot, or a literal."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphstep._jaxcompat import is_inexact
from graphstep.analysis import seed_from_leaves
from graphstep.errors import EditError
from graphstep.recording import Recording
from graphstep.tracing import Trace, one_line
from graphstep.tui.edit_index import index_of, shape_of
from graphstep.tui.edit_input import Slot, applied, read_assignments
from graphstep.tui.edit_literals import literal_array, parsed

ONES = "ones"


def seed_slots(program: Trace) -> tuple[tuple[int, Slot], ...]:
    """Return the outputs that take a seed, each with its position among the leaves."""
    avals = program.closed_jaxpr.out_avals[: program.n_seeded]
    return tuple(
        (leaf, Slot(program.out_names[leaf], aval))
        for leaf, aval in enumerate(avals)
        if is_inexact(aval)
    )


def read_seed(text: str, program: Trace, recording: Recording | None) -> Any:
    """Return the seed that a line asks for, as `record` takes it.

    Args:
        text: `ones`; a place in an output, which gets 1 and all else 0; a literal for
            the only output; or assignments, which change the present seed.
        program: What is recorded.
        recording: Where the present seed is found; without one it is ones.

    Returns:
        A pytree like the outputs; `None` for ones everywhere.

    Raises:
        EditError: If it is not a seed of this program.
    """
    slots = seed_slots(program)
    if not slots or not any(program.differentiated):
        raise EditError("There is no backward pass to seed: nothing to differentiate.")
    body = parsed(text)
    if len(body) == 1 and isinstance(body[0], ast.Expr):
        found = replaced(body[0].value, slots, "output")
        return None if found is None else _tree(program, slots, found)
    named = [slot for _, slot in slots]
    assignments = read_assignments(text, named)
    found = applied(assignments, named, _present(slots, recording))
    return _tree(program, slots, found)


def replaced(
    node: ast.expr, slots: Sequence[tuple[int, Slot]], noun: str
) -> Sequence[Any] | None:
    """Return an array per slot that an expression asks for; `None` for ones everywhere.

    Args:
        node: `ones`, a place in one of the slots, or a literal for the only one.
        slots: Outputs that are seeded, or inputs that have a tangent.
        noun: What a slot is: `output` or `input`.

    Raises:
        EditError: If it is none of these.
    """
    text = ast.unparse(node)
    if text == ONES:
        return None
    for number, (_, slot) in enumerate(slots):
        place = _place(node, text, slot)
        if place is not None:
            found = [np.zeros(s.aval.shape, s.aval.dtype) for _, s in slots]
            found[number][place] = 1
            return found
    if isinstance(node, ast.Name | ast.Subscript):
        raise EditError(_unknown(text, slots, noun))
    if len(slots) > 1:
        names = ", ".join(slot.name for _, slot in slots)
        msg = f"Say for which {noun}: NAME = VALUE, with one of {names}."
        raise EditError(msg)
    ((_, slot),) = slots
    # The only one needs no name.
    value = literal_array(node)
    if value.shape and value.shape != slot.aval.shape:
        msg = (
            f"It has the shape {list(value.shape)}, but `{slot.name}` is "
            f"{slot.type_text}."
        )
        raise EditError(msg)
    only = [Slot("only", slot.aval)]
    made = read_assignments(f"only = {text}", only)
    return applied(made, only, [np.zeros(slot.aval.shape, slot.aval.dtype)])


def _place(node: ast.expr, text: str, slot: Slot) -> tuple[Any, ...] | None:
    """Return which element of a slot an expression names, if it names one."""
    if text == slot.name:
        if slot.aval.shape:
            msg = f"`{slot.name}` is {slot.type_text}: say which element, with [INDEX]."
            raise EditError(msg)
        return ()
    if not isinstance(node, ast.Subscript) or ast.unparse(node.value) != slot.name:
        return None
    index = index_of(node.slice)
    if shape_of(index, slot.aval.shape, slot.name) != ():
        msg = f"`{one_line(text, 60)}` is more than one element of {slot.type_text}."
        raise EditError(msg)
    return index


def _present(
    slots: Sequence[tuple[int, Slot]], recording: Recording | None
) -> list[Any]:
    seeds = {} if recording is None else recording.run.seeds
    return [
        np.asarray(seeds[leaf])
        if leaf in seeds
        else np.ones(slot.aval.shape, slot.aval.dtype)
        for leaf, slot in slots
    ]


def _tree(
    program: Trace, slots: Sequence[tuple[int, Slot]], found: Sequence[Any]
) -> Any:
    leaves = (leaf for leaf, _ in slots)
    return seed_from_leaves(program, dict(zip(leaves, found, strict=True)))


def _unknown(text: str, slots: Sequence[tuple[int, Slot]], noun: str) -> str:
    names = ", ".join(slot.name for _, slot in slots)
    return (
        f"`{one_line(text, 60)}` is neither `{ONES}` nor a place in an {noun}; the "
        f"{noun}s are {names}."
    )
