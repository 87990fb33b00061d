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
    Action(
        "watch",
        ("W",),
        "W",
        "watch",
        "watch the inspected value, or watch it no longer",
        _BREAKPOINTS,
        20,
    ),
    Action(
        "switch_stop",
        ("ctrl+b",),
        "Ctrl-B",
        "on/off",
        "turn the selected breakpoint on or off; in its panel, Enter",
        _BREAKPOINTS,
    ),
    Action(
        "remove_stop",
        ("ctrl+r",),
        "Ctrl-R",
        "delete",
        "delete the selected breakpoint or watch; in its panel, Delete",
        _BREAKPOINTS,
    ),
)
