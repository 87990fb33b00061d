"""What the dialog for an edit asks, offers and answers: one form for each kind."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

import numpy as np

from graphstep.recording import Recording
from graphstep.tracing import Trace, one_line
from graphstep.tui.edit_argnums import ALL, argument_names, read_argnums
from graphstep.tui.edit_input import Slot, read_assignments
from graphstep.tui.edit_recipe import Recipe, input_slots
from graphstep.tui.edit_seed import ONES, read_seed, seed_slots
from graphstep.tui.values import SMALL, ValueKey, Values

Kind = Literal["input", "seed", "argnums", "tangents"]


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """One line that can be chosen.

    Attributes:
        name: What it is called.
        detail: Its type and what it is now.
        text: What choosing it types.
    """

    name: str
    detail: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """One kind of edit.

    Attributes:
        kind: Which.
        title: What the dialog is headed.
        hint: How an edit is written.
        choices: What is offered.
        first: Which choice is selected at first.
        check: Returns what a line would do, or raises a `GraphstepError`.
    """

    kind: Kind
    title: str
    hint: str
    choices: tuple[Choice, ...]
    first: int
    check: Callable[[str], str]


def input_form(recipe: Recipe, values: Values | None, selected: str | None) -> Form:
    """Return the form that changes inputs; a selected input is offered first."""
    graph, slots = recipe.trace.graph, input_slots(recipe.trace.graph)
    choices = tuple(
        Choice(
            slot.name,
            f"{slot.type_text}  {_now(values, node)}",
            f"{slot.written} = " if _is_whole(slot) else f"{slot.written}[...] = ",
        )
        for slot, node in zip(slots, graph.inputs, strict=True)
    )

    def check(text: str) -> str:
        made = read_assignments(text, slots)
        said = (
            f"{slots[each.slot].name}: {each.count:,} of "
            f"{int(np.prod(slots[each.slot].aval.shape, dtype=int)):,} elements"
            for each in made
        )
        return "; ".join(said)

    first = graph.inputs.index(selected) if selected in graph.inputs else 0
    hint = "x = 0.5 · x[3, :] = 0 · params['w'][0, 1] += 0.1 · several with ;"
    return Form("input", "change an input", hint, choices, first, check)


def seed_form(program: Trace, recording: Recording | None) -> Form:
    """Return the form that changes the seed."""
    slots = seed_slots(program)
    choices = (
        Choice(ONES, "1 at every element of every output, the default", ONES),
        *(
            Choice(slot.name, f"{slot.type_text}  1 at one element", one_hot_text(slot))
            for _, slot in slots
        ),
        *(
            Choice(f"{slot.name} = ", "any numbers", f"{slot.name} = ")
            for _, slot in slots
        ),
    )

    def check(text: str) -> str:
        seed = read_seed(text, program, recording)
        return "ones everywhere" if seed is None else "a seed of the outputs' shapes"

    hint = "ones · out[2, 1] for 1 there and 0 elsewhere · out = [1, 0] · 0.5"
    return Form("seed", "change the seed", hint, choices, 0, check)


def argnums_form(program: Trace) -> Form:
    """Return the form that changes which arguments are differentiated."""
    names = argument_names(program)
    chosen = set(program.spec.diff_positions(len(names)))
    choices = (
        Choice(ALL, "every argument that is not static", ALL),
        *(
            Choice(
                name,
                f"argument {i}" + ("  differentiated now" if i in chosen else ""),
                str(i),
            )
            for i, name in enumerate(names)
        ),
    )

    def check(text: str) -> str:
        argnums = read_argnums(text, names)
        chosen = program.with_argnums(argnums).spec.diff_positions(len(names))
        return "differentiates " + ", ".join(names[i] for i in chosen)

    hint = "0 · 0, 2 · names · all"
    return Form("argnums", "change what is differentiated", hint, choices, 0, check)


def _is_whole(slot: Slot) -> bool:
    return not slot.aval.shape


def one_hot_text(slot: Slot) -> str:
    """Return how one element of a value is named: its first."""
    index = ", ".join("0" for _ in slot.aval.shape)
    return f"{slot.name}[{index}]" if index else slot.name


def _now(values: Values | None, node: str) -> str:
    if values is None:
        return ""
    aval = values.recording.graph.aval(node)
    if int(np.prod(aval.shape, dtype=np.int64)) > SMALL:
        return ""
    short = values.short_at_once(ValueKey("primal", node, 0, ()))
    return one_line(short.text, 40)
