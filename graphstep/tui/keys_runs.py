"""Keys that change inputs and compare recordings."""

from __future__ import annotations

from graphstep.tui.action import Action

_RUNS = "Change and record again"

ACTIONS: tuple[Action, ...] = (
    Action(
        "edit_input",
        ("equals_sign",),
        "=",
        "change",
        "change an input and record again",
        _RUNS,
        16,
        True,
    ),
    Action(
        "edit_seed",
        ("percent_sign",),
        "%",
        "seed",
        "change the seed: ones, one element, or any numbers",
        _RUNS,
        0,
        True,
    ),
    Action(
        "edit_argnums",
        ("ampersand",),
        "&",
        "argnums",
        "change which arguments are differentiated",
        _RUNS,
        0,
        True,
    ),
    Action(
        "again",
        ("R",),
        "R",
        "record",
        "record again, also after a failure or a cancel",
        _RUNS,
    ),
    Action(
        "compare",
        ("tilde",),
        "~",
        "compare",
        "mark what differs from another recording; once more marks nothing",
        _RUNS,
        0,
        True,
    ),
    Action(
        "previous_run",
        ("ctrl+left",),
        "Ctrl-←",
        "run before",
        "look at the recording before, from the same place",
        _RUNS,
        0,
        True,
    ),
    Action(
        "next_run",
        ("ctrl+right",),
        "Ctrl-→",
        "run after",
        "look at the recording after, from the same place",
        _RUNS,
        0,
        True,
    ),
    Action(
        "drop_run",
        ("delete",),
        "Del",
        "forget",
        "forget the recording selected in the list",
        _RUNS,
        0,
        True,
    ),
    Action(
        "output",
        ("ctrl+o",),
        "Ctrl-O",
        "output",
        "show what the program printed",
        _RUNS,
    ),
    Action(
        "suspend_process",
        ("ctrl+z",),
        "Ctrl-Z",
        "suspend",
        "leave for the shell; its `fg` comes back here",
        _RUNS,
    ),
)
