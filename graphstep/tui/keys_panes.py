"""Keys that move about in panels, and arrange them."""

from __future__ import annotations

from graphstep.tui.action import Action

_LOOK = "Look"
_PANELS = "Panels"

ACTIONS: tuple[Action, ...] = (
    Action(
        "up",
        ("up", "k"),
        "↑ k",
        "up",
        "pan or scroll up; in the outline, select",
        _LOOK,
    ),
    Action("down", ("down", "j"), "↓ j", "down", "pan or scroll down", _LOOK),
    Action(
        "left",
        ("left", "h"),
        "← h",
        "left",
        "pan to the left; in the outline, close",
        _LOOK,
    ),
    Action(
        "right",
        ("right", "l"),
        "→ l",
        "right",
        "pan to the right; in the outline, open",
        _LOOK,
    ),
    Action("page_up", ("pageup", "ctrl+u"), "PgUp", "page up", "a page up", _LOOK),
    Action(
        "page_down", ("pagedown", "ctrl+d"), "PgDn", "page down", "a page down", _LOOK
    ),
    Action("top", ("home",), "Home", "top", "go to the top of this panel", _LOOK),
    Action(
        "bottom", ("end",), "End", "bottom", "go to the bottom of this panel", _LOOK
    ),
    Action(
        "open_close",
        ("enter", "space"),
        "Enter",
        "open/close",
        "open or close the selected region",
        _LOOK,
        15,
    ),
    Action("where", ("w",), "w", "where", "select the cursor again", _LOOK, 0, True),
    Action(
        "messages",
        ("ctrl+n",),
        "Ctrl-N",
        "all of it",
        "what was said at the bottom, in full; and what before that",
        _LOOK,
    ),
    Action("help", ("question_mark", "f1"), "?", "help", "this help", _LOOK, 3),
    Action("leave", ("q", "ctrl+c", "ctrl+q"), "q", "quit", "quit", _LOOK, 4),
    Action(
        "switch_panel",
        ("tab",),
        "Tab",
        "panels",
        "give the keys to the next panel",
        _PANELS,
        18,
    ),
    Action(
        "previous_panel",
        ("shift+tab",),
        "Shift-Tab",
        "last panel",
        "give the keys to the panel before",
        _PANELS,
    ),
    Action(
        "pane_graph",
        ("1",),
        "1",
        "graph",
        "give the keys to the graph",
        _PANELS,
    ),
    Action(
        "pane_inspector",
        ("2",),
        "2",
        "inspector",
        "show the inspector; once more hides it",
        _PANELS,
    ),
    Action(
        "pane_chain",
        ("3",),
        "3",
        "chain",
        "show the chain rule; once more hides it",
        _PANELS,
    ),
    Action(
        "pane_source",
        ("4",),
        "4",
        "source",
        "show the source; once more hides it",
        _PANELS,
    ),
    Action(
        "pane_outline",
        ("5",),
        "5",
        "outline",
        "show the outline; once more hides it",
        _PANELS,
    ),
    Action(
        "pane_array",
        ("6",),
        "6",
        "array",
        "show the array; once more hides it",
        _PANELS,
    ),
    Action(
        "pane_jaxpr",
        ("7",),
        "7",
        "jaxpr",
        "show the jaxpr; once more hides it",
        _PANELS,
    ),
    Action(
        "pane_stops",
        ("8",),
        "8",
        "stops",
        "show breakpoints and watches; once more hides it",
        _PANELS,
    ),
    Action(
        "pane_runs", ("9",), "9", "runs", "show recordings; once more hides it", _PANELS
    ),
    Action(
        "pane_card",
        ("0",),
        "0",
        "Jacobian",
        "show the card of the local Jacobian; once more hides it",
        _PANELS,
    ),
    Action(
        "maximise",
        ("z",),
        "z",
        "maximise",
        "give all the room to this panel, or share it again",
        _PANELS,
        19,
    ),
    Action(
        "wider",
        ("greater_than_sign",),
        ">",
        "wider",
        "give the graph more room",
        _PANELS,
    ),
    Action(
        "narrower",
        ("less_than_sign",),
        "<",
        "narrower",
        "give the graph less room",
        _PANELS,
    ),
    Action(
        "higher",
        ("right_parenthesis",),
        ")",
        "higher",
        "make this panel higher",
        _PANELS,
    ),
    Action(
        "lower", ("left_parenthesis",), "(", "lower", "make this panel lower", _PANELS
    ),
)
