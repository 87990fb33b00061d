"""Keys that show what differentiation costs and how JAX does it."""

from __future__ import annotations

from graphstep.tui.action import Action

MODES = "Modes"

ACTIONS: tuple[Action, ...] = (
    Action(
        "modes",
        ("vertical_line",),
        "|",
        "modes",
        "what forward and reverse mode cost here, and what is stored",
        MODES,
        0,
        True,
    ),
    Action(
        "programs",
        ("number_sign",),
        "#",
        "programs",
        "the program beside the linearised and the transposed one",
        MODES,
        0,
        True,
    ),
    Action(
        "transform",
        ("semicolon",),
        ";",
        "transform",
        "the program under grad, vmap, jit or checkpoint, as a graph of its own",
        MODES,
        0,
        True,
    ),
)
