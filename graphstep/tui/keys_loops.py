"""Keys for the iterations of loops."""

from __future__ import annotations

from graphstep.tui.action import Action

ACTIONS: tuple[Action, ...] = ()
