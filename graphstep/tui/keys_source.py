"""Keys for the source, the jaxpr and the outline, and for the looks."""

from __future__ import annotations

from graphstep.tui.action import Action

_LOOK = "Look"

ACTIONS: tuple[Action, ...] = (
    Action(
        "filter",
        ("backslash", "ctrl+f"),
        "\\",
        "filter",
        "show only those lines of the outline that contain a text; Esc shows all",
        _LOOK,
    ),
    Action("theme", ("T",), "T", "theme", "dark, light, high contrast", _LOOK),
)
