"""The actions that change inputs, record again and compare."""

from __future__ import annotations

from graphstep.tui.arranging import Arranging


class RerunningActions(Arranging):
    """The actions that change inputs, record again and compare."""
