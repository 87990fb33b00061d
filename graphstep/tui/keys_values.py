"""Keys for arrays and their elements."""

from __future__ import annotations

from graphstep.tui.action import Action

ACTIONS: tuple[Action, ...] = ()
