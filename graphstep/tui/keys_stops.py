"""Keys for breakpoints and watches."""

from __future__ import annotations

from graphstep.tui.action import Action

_BREAKPOINTS = "Breakpoints"

ACTIONS: tuple[Action, ...] = (
    Action(
        "continue",
        ("c", "f5"),
        "c",
        "continue",
        "continue to a breakpoint, or to the end of the pass",
        _BREAKPOINTS,
        10,
        True,
    ),
    Action(
        "reverse_continue",
        ("C",),
        "C",
        "back to break",
        "continue backward in time",
        _BREAKPOINTS,
        0,
        True,
    ),
    Action(
        "breakpoint",
        ("B", "f9"),
        "B",
        "break",
        "set or clear a breakpoint at the selected node",
        _BREAKPOINTS,
        14,
    ),
)
