"""What the dialog for a direction asks, offers and answers."""

from __future__ import annotations

from graphstep.recording import Recording
from graphstep.tracing import Trace
from graphstep.tui.edit_forms import Choice, Form, one_hot_text
from graphstep.tui.edit_seed import ONES
from graphstep.tui.tangent_edit import read_tangents, tangent_slots


def tangents_form(program: Trace, recording: Recording | None) -> Form:
    """Return the form that chooses a direction for a pass in forward mode."""
    slots = tangent_slots(program)
    choices = (
        *(
            Choice(
                slot.name,
                f"{slot.type_text}  one column of the Jacobian",
                one_hot_text(slot),
            )
            for _, slot in slots
        ),
        Choice(ONES, "1 everywhere: the sum of all columns", ONES),
        *(
            Choice(f"{slot.name} = ", "any numbers", f"{slot.name} = ")
            for _, slot in slots
        ),
    )

    def check(text: str) -> str:
        read_tangents(text, program, recording)
        return "one pass forward, primals and tangents together; :seed goes back"

    hint = "x[2, 1] for 1 there and 0 elsewhere · ones · x = [1, 0]; b = 0.5"
    title = "choose a direction for forward mode"
    return Form("tangents", title, hint, choices if slots else (), 0, check)
