"""Keys for how the graph is drawn."""

from __future__ import annotations

from graphstep.tui.action import Action

_GRAPH = "Graph"

ACTIONS: tuple[Action, ...] = (
    Action("zoom_in", ("plus",), "+", "zoom in", "show more of each node", _GRAPH, 20),
    Action(
        "zoom_out", ("minus",), "-", "zoom out", "show less of each node", _GRAPH, 21
    ),
    Action("fit", ("F",), "F", "fit", "zoom until all is seen", _GRAPH, 22),
    Action(
        "direction", ("D",), "D", "direction", "top to bottom, left to right", _GRAPH
    ),
    Action(
        "spotlight",
        ("d",),
        "d",
        "spotlight",
        "light ancestors, descendants, the cotangent's paths; all",
        _GRAPH,
    ),
    Action("minimap", ("M",), "M", "minimap", "show or hide the small picture", _GRAPH),
    Action(
        "select_up", ("K", "shift+up"), "K ⇧↑", "operand", "select an operand", _GRAPH
    ),
    Action("select_down", ("J", "shift+down"), "J ⇧↓", "user", "select a user", _GRAPH),
    Action(
        "select_left",
        ("H", "shift+left"),
        "H ⇧←",
        "left box",
        "select the box to the left",
        _GRAPH,
    ),
    Action(
        "select_right",
        ("L", "shift+right"),
        "L ⇧→",
        "right box",
        "select the box to the right",
        _GRAPH,
    ),
    Action(
        "jump",
        ("apostrophe",),
        "'",
        "jump",
        "to the other end of a long edge; again for the next",
        _GRAPH,
    ),
    Action("jump_back", ("backspace",), "⌫", "jump back", "back from a jump", _GRAPH),
    Action("open_all", ("e",), "e", "open all", "open everything inside", _GRAPH),
    Action("close_all", ("E",), "E", "close all", "close what is not around", _GRAPH),
)
