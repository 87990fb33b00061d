"""Keys that change inputs and compare recordings."""

from __future__ import annotations

from graphstep.tui.action import Action

ACTIONS: tuple[Action, ...] = ()
