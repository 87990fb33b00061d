"""Every key and what it does: one table for bindings, footer, palette and help."""

from __future__ import annotations

import dataclasses

from textual.binding import Binding


@dataclasses.dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do.

    Attributes:
        name: The application's method is `action_<name>`.
        keys: Keys as Textual spells them.
        shown: The keys as a person reads them.
        short: One or two words, for the footer.
        help: One line, for the help screen.
        group: Heading on the help screen.
        rank: Place in the footer, lowest first; 0 leaves it out.
        needs_walk: Whether there must be a recording.
    """

    name: str
    keys: tuple[str, ...]
    shown: str
    short: str
    help: str
    group: str
    rank: int = 0
    needs_walk: bool = False


_STEP, _JUMP, _BREAK, _LOOK = "Step", "Jump", "Breakpoints", "Look"

ACTIONS: tuple[Action, ...] = (
    Action("next", ("n", "f10"), "n", "next", "next step", _STEP, 1, True),
    Action("previous", ("p",), "p", "previous", "previous step", _STEP, 2, True),
    Action(
        "over",
        ("N", "shift+f10"),
        "N",
        "over",
        "step over: pass a whole region, all iterations",
        _STEP,
        5,
        True,
    ),
    Action(
        "reverse_over",
        ("P",),
        "P",
        "back over",
        "step back over a whole region",
        _STEP,
        9,
        True,
    ),
    Action(
        "into",
        ("s", "f11"),
        "s",
        "into",
        "step into the region that begins here",
        _STEP,
        6,
        True,
    ),
    Action(
        "out",
        ("o", "shift+f11"),
        "o",
        "out",
        "step out: finish the region around",
        _STEP,
        7,
        True,
    ),
    Action(
        "reverse_out",
        ("O",),
        "O",
        "back out",
        "go back to before the region around began",
        _STEP,
        0,
        True,
    ),
    Action(
        "next_iteration",
        ("right_square_bracket",),
        "]",
        "next iteration",
        "same place, next iteration of its loop",
        _STEP,
        0,
        True,
    ),
    Action(
        "previous_iteration",
        ("left_square_bracket",),
        "[",
        "previous iteration",
        "same place, previous iteration of its loop",
        _STEP,
        0,
        True,
    ),
    Action("first", ("g",), "g", "first", "first step", _JUMP, 12, True),
    Action("last", ("G",), "G", "last", "last step", _JUMP, 13, True),
    Action(
        "forward", ("f",), "f", "forward", "start of the forward pass", _JUMP, 0, True
    ),
    Action(
        "backward",
        ("b",),
        "b",
        "backward",
        "the seed, where the backward pass starts",
        _JUMP,
        8,
        True,
    ),
    Action(
        "counterpart",
        ("x",),
        "x",
        "other pass",
        "same node in the other pass",
        _JUMP,
        0,
        True,
    ),
    Action(
        "run_to",
        ("t",),
        "t",
        "to here",
        "run to the selected node",
        _JUMP,
        11,
        True,
    ),
    Action(
        "continue",
        ("c", "f5"),
        "c",
        "continue",
        "continue to a breakpoint, or to the end of the pass",
        _BREAK,
        10,
        True,
    ),
    Action(
        "reverse_continue",
        ("C",),
        "C",
        "back to break",
        "continue backward in time",
        _BREAK,
        0,
        True,
    ),
    Action(
        "breakpoint",
        ("B", "f9"),
        "B",
        "break",
        "set or clear a breakpoint at the selected node",
        _BREAK,
        14,
    ),
    Action("up", ("up", "k"), "↑ k", "up", "select the line above", _LOOK),
    Action("down", ("down", "j"), "↓ j", "down", "select the line below", _LOOK),
    Action("page_up", ("pageup", "ctrl+u"), "PgUp", "page up", "a page up", _LOOK),
    Action(
        "page_down", ("pagedown", "ctrl+d"), "PgDn", "page down", "a page down", _LOOK
    ),
    Action("top", ("home",), "Home", "top", "select the first line", _LOOK),
    Action("bottom", ("end",), "End", "bottom", "select the last line", _LOOK),
    Action(
        "open_close",
        ("enter", "space"),
        "Enter",
        "open/close",
        "open or close the selected region",
        _LOOK,
        15,
    ),
    Action(
        "fold", ("left", "h"), "← h", "close", "close it, or go to its heading", _LOOK
    ),
    Action("unfold", ("right", "l"), "→ l", "open", "open the selected region", _LOOK),
    Action("where", ("w",), "w", "where", "select the cursor again", _LOOK, 0, True),
    Action(
        "search",
        ("slash",),
        "/",
        "search",
        "find by name, letter, id, primitive, `:12` or regular expression",
        _LOOK,
        16,
    ),
    Action("next_hit", ("full_stop",), ".", "next hit", "next thing found", _LOOK),
    Action("previous_hit", ("comma",), ",", "last hit", "previous thing found", _LOOK),
    Action(
        "command",
        ("colon",),
        ":",
        "command",
        "goto, break, delete, find, iter, pass",
        _LOOK,
        17,
    ),
    Action(
        "switch_panel",
        ("tab",),
        "Tab",
        "panels",
        "move between outline and inspector",
        _LOOK,
        18,
    ),
    Action(
        "again", ("R",), "R", "record", "record again after a failed recording", _LOOK
    ),
    Action("help", ("question_mark", "f1"), "?", "help", "this help", _LOOK, 3),
    Action("leave", ("q", "ctrl+c", "ctrl+q"), "q", "quit", "quit", _LOOK, 4),
)

BY_NAME: dict[str, Action] = {action.name: action for action in ACTIONS}


def bindings() -> list[Binding]:
    """Return the table as Textual wants it."""
    return [
        Binding(
            ",".join(action.keys),
            action.name,
            action.short,
            show=False,
            # The screen would move the focus by itself, to what is hidden too.
            priority=action.name == "switch_panel",
            tooltip=action.help,
        )
        for action in ACTIONS
    ]
