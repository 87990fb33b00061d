"""Keys for how the graph is drawn."""

from __future__ import annotations

from graphstep.tui.action import Action

ACTIONS: tuple[Action, ...] = ()
