"""Keys for the source, the jaxpr and the outline."""

from __future__ import annotations

from graphstep.tui.action import Action

ACTIONS: tuple[Action, ...] = ()
