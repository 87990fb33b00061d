"""Keys that search, and the command line."""

from __future__ import annotations

from graphstep.tui.action import Action

_FIND = "Find"

ACTIONS: tuple[Action, ...] = (
    Action(
        "search",
        ("slash",),
        "/",
        "search",
        "find `h`, `tanh`, `f32[*,512]`, `:12`, `norm > 1e3` or a regular expression",
        _FIND,
        16,
    ),
    Action("next_hit", ("full_stop",), ".", "next hit", "next thing found", _FIND),
    Action("previous_hit", ("comma",), ",", "last hit", "previous thing found", _FIND),
    Action(
        "command",
        ("colon",),
        ":",
        "command",
        "goto, break, print, watch, list …; Tab completes",
        _FIND,
        17,
    ),
)
