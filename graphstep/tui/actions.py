"""Every key and what it does: one table for bindings, footer, palette and help."""

from __future__ import annotations

from textual.binding import Binding

from graphstep.tui import (
    keys_derivatives,
    keys_find,
    keys_graph,
    keys_lessons,
    keys_loops,
    keys_modes,
    keys_panes,
    keys_quiz,
    keys_runs,
    keys_source,
    keys_stops,
    keys_values,
    keys_walk,
)
from graphstep.tui.action import Action

ACTIONS: tuple[Action, ...] = (
    *keys_walk.ACTIONS,
    *keys_loops.ACTIONS,
    *keys_stops.ACTIONS,
    *keys_find.ACTIONS,
    *keys_graph.ACTIONS,
    *keys_values.ACTIONS,
    *keys_source.ACTIONS,
    *keys_derivatives.ACTIONS,
    *keys_runs.ACTIONS,
    *keys_modes.ACTIONS,
    *keys_panes.ACTIONS,
    *keys_lessons.ACTIONS,
    *keys_quiz.ACTIONS,
)

BY_NAME: dict[str, Action] = {action.name: action for action in ACTIONS}
# The screen would move the focus by itself, to what is hidden too.
_BEFORE_THE_SCREEN = ("switch_panel", "previous_panel")


def bindings() -> list[Binding]:
    """Return the table as Textual wants it."""
    return [
        Binding(
            ",".join(action.keys),
            action.name,
            action.short,
            show=False,
            priority=action.name in _BEFORE_THE_SCREEN,
            tooltip=action.help,
            id=action.name,
        )
        for action in ACTIONS
        if action.keys
    ]
