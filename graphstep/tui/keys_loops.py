"""Keys for the iterations of loops."""

from __future__ import annotations

from graphstep.tui.action import Action

_LOOPS = "Loops"

ACTIONS: tuple[Action, ...] = (
    Action(
        "first_iteration",
        ("left_curly_bracket",),
        "{",
        "first iteration",
        "same place, first iteration of its loop",
        _LOOPS,
        0,
        True,
    ),
    Action(
        "last_iteration",
        ("right_curly_bracket",),
        "}",
        "last iteration",
        "same place, last iteration of its loop",
        _LOOPS,
        0,
        True,
    ),
    Action(
        "ask_iteration",
        ("i",),
        "i",
        "iteration …",
        "go to an iteration of the loop, by its number",
        _LOOPS,
        0,
        True,
    ),
    Action(
        "bad_iteration",
        ("I",),
        "I",
        "bad iteration",
        "first iteration with NaN or Inf, or else with a vanishing or exploding norm",
        _LOOPS,
        0,
        True,
    ),
)
