"""Keys that move the cursor."""

from __future__ import annotations

from graphstep.tui.action import Action

_STEP = "Step"
_JUMP = "Jump"

ACTIONS: tuple[Action, ...] = (
    Action("next", ("n", "f10"), "n", "next", "next step", _STEP, 1, True),
    Action("previous", ("p",), "p", "previous", "previous step", _STEP, 2, True),
    Action(
        "over",
        ("N", "shift+f10"),
        "N",
        "over",
        "step over: pass a whole region, all iterations, or a closed group",
        _STEP,
        5,
        True,
    ),
    Action(
        "reverse_over",
        ("P",),
        "P",
        "back over",
        "step back over a whole region or a closed group",
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
        "first_bad",
        ("f8",),
        "F8",
        "first NaN",
        "the first step at which a value holds NaN or an infinity",
        _JUMP,
        14,
        True,
    ),
    Action(
        "run_to", ("t",), "t", "to here", "run to the selected node", _JUMP, 11, True
    ),
)
