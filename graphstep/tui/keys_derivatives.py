"""Keys for forward mode, the accumulated Jacobian, and gradients that are missing."""

from __future__ import annotations

from graphstep.tui.action import Action

_DERIVATIVES = "Derivatives"

ACTIONS: tuple[Action, ...] = (
    Action(
        "edit_tangents",
        ("circumflex_accent",),
        "^",
        "direction",
        "forward mode: choose a direction; tangents flow with the primals",
        _DERIVATIVES,
        0,
        True,
    ),
    Action(
        "jacobian",
        ("asterisk",),
        "*",
        "Jacobian",
        "the Jacobian of the program: a column per forward pass, a row per reverse one",
        _DERIVATIVES,
        0,
        True,
    ),
    Action(
        "why",
        ("exclamation_mark",),
        "!",
        "why zero",
        "why the cotangent of the selected value is zero or missing",
        _DERIVATIVES,
        0,
        True,
    ),
)
