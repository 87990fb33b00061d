"""The key of a quiz; its questions are answered with the keys of a lesson's."""

from __future__ import annotations

from graphstep.tui.action import Action

ACTIONS: tuple[Action, ...] = (
    Action(
        "quiz",
        ("Q",),
        "Q",
        "quiz",
        "a quiz on the steps ahead: predict, then see; once more ends it",
        "Quiz",
        6,
        True,
    ),
)
